"""E5 by keys alone: the unit declares one activity for its persons, the levels above recognise it, each sees it."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import BUREAU, OFFICE, PERSON_NAME, Installation, Seat, declaration_keys

TITLE = "2026年初中数学新课标培训"


def test_a_unit_declares_for_its_persons_and_it_is_recognised(home: Installation) -> None:
    with home.sit_down() as employer:
        admit_second(employer)
        employer.type(":", "ds", "Enter")
        employer.see("单位学时申报", f"提交后审核：{OFFICE} > {BUREAU}")
        employer.type(*declaration_keys("结业证书1"))
        employer.see("已添加 结业证书1.png")
        employer.type("F6")
        employer.see("选择人员", "已选 0 人", PERSON_NAME, "王五")
        employer.type("F5")
        employer.see("已选 2 人")
        employer.type("Enter", "F8")
        employer.see(f"已为 2 人提交申报，等待 {OFFICE} 审核")
        employer.type(":", "sj", "Enter")
        employer.see(TITLE, "待审核 2")
        employer.type("Enter")
        employer.see("单位申报详细", PERSON_NAME, "王五", "上级已审核 0 人")
    passed_by(home, Role.AUTHORITY)
    passed_by(home, Role.BUREAU)
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "cx", "Enter")
        person.see("审核通过", "单位申报", TITLE)
        person.type("Enter")
        person.see("申报来源", "单位申报", "结业证书1.png")
    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":", "sj", "Enter")
        employer.see("审核通过 2")
        employer.type("x")
        employer.see("撤销")
        employer.type("1")
        employer.see("其中 2 人的申报已经审核，不能整批撤销")


def test_one_who_cannot_be_declared_is_left_out_after_a_question(busy_home: Installation) -> None:
    with busy_home.sit_down() as employer:
        admit_second(employer)
        employer.type(":", "ds", "Enter")
        employer.see("单位学时申报")
        same = {
            "class_name": "2026年初中数学新课标培训班",
            "started_on": "2026-07-10",
            "ended_on": "2026-07-14",
        }
        employer.type(*declaration_keys("结业证书1", **same))
        employer.see("已添加 结业证书1.png")
        employer.type("F6")
        employer.see("已选 0 人", "王五")
        employer.type("F5", "Enter")
        employer.see("已选 2 人，F8 提交")
        employer.type("F8")
        employer.see("1 人不能申报（原因见各人），只为其余 1 人申报？", "与已有申报重复")
        employer.type("1")
        employer.see("已为 1 人提交申报", "没有申报的人员", f"{PERSON_NAME}：与已有申报重复")
        employer.type("Esc", ":", "sj", "Enter")
        employer.see("待审核 1")
        employer.type("x")
        employer.see("为 1 人的申报？")
        employer.type("1")
        employer.see("各人已收到通知", "整批已撤销")


def admit_second(employer: Seat) -> None:
    """王五, who has registered, is admitted."""
    employer.sign_in(Role.EMPLOYER)
    employer.type(":", "zh", "Enter")
    employer.pass_one("王五")


def passed_by(home: Installation, role: Role) -> None:
    """An office passes both."""
    with home.sit_down() as office:
        office.sign_in(role)
        office.type(":", "sh", "Enter")
        for _ in range(2):
            office.see("接下来", "单位申报 ")
            office.calm()
            office.type("a")
            office.see("：通过")
        office.see("没有待审的")
