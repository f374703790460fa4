"""G7, D1 and R1 by keys alone: a school registers, is sent back with a reason, mends it, is let in and signs in."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import BUREAU, OFFICE, PASSWORD, Installation, Seat
from tests.services.offices import org_code

CODE, OTHER_CODE = org_code(41), org_code(42)
NAME, BASE = "汝阳县第三初级中学", "汝阳县教师进修学校"


def office_keys(code: str, name: str, *above: str) -> list[str]:
    """单位注册 from 单位名称 to the end, with what is picked above the office."""
    return [
        *(name, "Tab", code, "Tab", "ruyangxian", "Enter", *above),
        *("Tab", "shiye", "Enter", "Tab", "jiaoyu", "Enter", "Tab", "文化路1号", "Tab", "赵六"),
        *("Tab", "19900000055", "Tab", "sanzhong@example.cn", "Tab", PASSWORD, "Tab", PASSWORD),
    ]


def status(seat: Seat, code: str) -> None:
    """From the front page to 注册审核进度查询 of an office."""
    seat.type("7", code, "Tab", PASSWORD, "Enter")


def test_an_employer_registers_is_refused_mends_it_and_signs_in(home: Installation) -> None:
    with home.sit_down() as applicant:
        applicant.type("21")
        applicant.see("单位注册", "审核单位  选好所属区域后显示")
        applicant.type("F8")
        applicant.see("处需要修改", "必填，请填写")
        picked = ("Tab", "Tab", "ryxjyj", "Enter")
        applicant.type(*office_keys(CODE, NAME, *picked))
        applicant.see(f"审核单位  {OFFICE}")
        applicant.type("F8")
        applicant.see("注册信息已经提交审核，请耐心等待", f"审核单位   {OFFICE}", "待审核")
        applicant.type("Esc")
        applicant.see("继续教育服务窗口")
        applicant.type("22", CODE, "Tab", PASSWORD, "Enter")
        applicant.see("此帐号还未被审核")

    with home.sit_down() as office:
        office.sign_in(Role.AUTHORITY)
        office.see("单位审核       :dh    待审 1")
        office.type(":", "dh", "Enter")
        office.see("单位审核   待审 1", NAME, "登记册中没有这个机构代码", "接下来")
        office.calm()
        office.type("r", "2", "Enter")
        office.see(f"{NAME}：不通过", "待审 0")

    with home.sit_down() as applicant:
        status(applicant, CODE)
        applicant.see("已驳回", "所属区域填写有误", "F2 修改重提")
        applicant.type("F2")
        applicant.see("修改重提", "不通过原因：所属区域填写有误")
        applicant.type("F8")
        applicant.see("注册信息已经提交审核", "待审核")

    with home.sit_down() as office:
        office.sign_in(Role.AUTHORITY)
        office.type(":", "dh", "Enter")
        office.pass_one(NAME)

    with home.sit_down() as school:
        school.sign_in(Role.EMPLOYER, CODE)
        school.see(NAME, "洛阳市 汝阳县", "学时初审")
        school.type(":", "xx", "Enter")
        school.see(f"单位注册审核通过：{OFFICE} 已同意")


def test_a_base_is_let_in_by_the_bureau_and_one_that_changed_its_mind_is_gone(home: Installation) -> None:
    with home.sit_down() as applicant:
        applicant.type("31")
        applicant.see("单位注册", "继续教育基地")
        applicant.type(*office_keys(CODE, BASE))
        applicant.see(f"审核单位  {BUREAU}")
        applicant.type("F8")
        applicant.see("注册信息已经提交审核", "继续教育基地")
        applicant.type("Esc")
        applicant.see("继续教育服务窗口")
        applicant.type("41", *office_keys(OTHER_CODE, "汝阳县体育局"), "F8")
        applicant.see("注册信息已经提交审核", "主管部门")
        applicant.type("F7", "1")
        applicant.see("已撤回申请，此机构代码可以重新注册")

    with home.sit_down(cols=120, rows=40) as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "dh", "Enter")
        bureau.see("单位审核   待审 1", "继续教育基地注册")
        bureau.pass_one(BASE)

    with home.sit_down() as base:
        base.sign_in(Role.BASE, CODE)
        base.see(BASE, "单位资料管理")
