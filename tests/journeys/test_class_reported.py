"""B2, B3 and R3 by keys alone: a class of a filed plan, students, hours reported, one left out, seen by the person."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import BUREAU, PERSON, PERSON_NAME, Installation
from tests.journeys.teaching import (
    BASE,
    BASE_LOGIN,
    CLASS,
    PLAN,
    STRANGER,
    STRANGER_NAME,
    file_plan,
    open_base,
)
from tests.terminal import PASTE_END, PASTE_START
from tests.worlds import id_number


def test_a_class_is_held_reported_decided_and_seen_by_its_student(home: Installation) -> None:
    open_base(home)
    file_plan(home)
    with home.sit_down() as base:
        base.sign_in(Role.BASE, BASE_LOGIN)
        base.type(":", "bj", "Enter")
        base.see("还没有培训班，按 F6 从已备案的计划办班")
        base.type("F6")
        base.see(f"新培训班  {PLAN}", "2026-11-16")
        base.type("F8")
        base.see("必填，请填写")
        base.type(CLASS, "F8")
        base.see(f"已建立培训班 {CLASS}", "还没有学员")
        base.type("F6")
        base.see("添加学员", "证件号*")
        base.type(PERSON[:-1], "F8")
        base.see("身份证号应为 18 位")
        base.type(PERSON[-1], "Tab")
        base.see(PERSON_NAME)
        base.type("F8")
        base.see("已添加 1 人")
        base.type(PERSON, "F8")
        base.see(f"学员 {PERSON_NAME} 已在班里")
        base.type("Esc")
        base.see("放弃已填写的内容？")
        base.type("1")
        base.see("学员 1 人", "每人最多 32 学时")

        other = id_number(78)
        base.type(f"{PASTE_START}{STRANGER}\t{STRANGER_NAME}\n周八\t{other}\t汝阳二中\n吴九\t123{PASTE_END}")
        base.see("没有添加的学员", "第 3 行  吴九")
        base.type("Esc")
        base.see("学员 3 人（未匹配 2）", "汝阳二中", "未匹配")
        base.type("a")
        base.see("全班成绩  3 人", "实得学时不能更高")
        base.type("Tab", "33", "F8")
        base.see("实得学时不能高于备案的 32 学时")
        base.type("ctrl+u", "F8")
        base.see("已登记 3 人的成绩", "合计 96 学时")
        base.type("End")
        base.calm()
        base.type("x")
        base.see("把 周八 移出培训班？")
        base.type("1")
        base.see("已移除 周八", "合计 64 学时")
        base.type("F8")
        base.see("申报 2 人、合计 64 学时？")
        base.type("1")
        base.see(f"已申报学时，等待 {BUREAU} 审核", "待审核")
        base.type("x")
        base.see("学时已申报，学员不能再改；要改先撤回")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "cx", "Enter", "2")
        person.see("施教机构申报进度", CLASS, BASE, "待审核")
        person.type("Enter")
        person.see("施教机构申报", "申报学时  32", BUREAU)

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "bs", "Enter")
        bureau.see("班级学时审核", "待审 1", BASE, CLASS, "未匹配（注册后自动记入）", "接下来")
        bureau.calm()
        bureau.type("e")
        bureau.see("逐人核对", STRANGER_NAME, PERSON_NAME)
        bureau.type("End")
        bureau.calm()
        bureau.type("r")
        bureau.see(f"单独不通过：{STRANGER_NAME}")
        bureau.type("4", "Enter")
        bureau.see(f"{STRANGER_NAME} 单独不通过", "不通过：缺少考核成绩")
        bureau.type("Esc")
        bureau.see("已逐人不通过", "接下来")
        bureau.calm()
        bureau.type("a")
        bureau.see(f"{BASE}：通过", "待审 0")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see("培训班学时审核通过")
        person.type(":", "cx", "Enter", "2")
        person.see(CLASS, "审核通过", "32")
        person.type("Enter")
        person.see("申报详细", "岗位培训(基地)", BASE, "认定学时 32", "通过")

    with home.sit_down() as base:
        base.sign_in(Role.BASE, BASE_LOGIN)
        base.type(":", "xx", "Enter")
        base.see(f"班级学时审核通过：{CLASS} 1 人")


def test_a_report_that_was_sent_too_early_or_taken_back_stays_with_the_base(home: Installation) -> None:
    open_base(home)
    plan = file_plan(home, started_on="2026-11-20", ended_on="2026-11-25")
    assert plan
    with home.sit_down() as base:
        base.sign_in(Role.BASE, BASE_LOGIN)
        base.type(":", "bj", "Enter", "F6")
        base.see(f"新培训班  {PLAN}")
        base.type(CLASS, "F8")
        base.see(f"已建立培训班 {CLASS}")
        base.type("F8")
        base.see("申报 0 人")
        base.type("1")
        base.see("培训班 2026-11-25 结束，结束后才能申报学时")
