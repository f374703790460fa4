"""D3 by keys alone: an authority files its industry plan, and a person chooses it in a declaration of 行业培训."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import BUREAU, OFFICE, Installation
from tests.journeys.teaching import open_base

PLAN = "教育系统教师专业科目培训"


def test_an_industry_plan_is_filed_and_chosen_by_a_person(home: Installation) -> None:
    open_base(home)
    with home.sit_down() as authority:
        authority.sign_in(Role.AUTHORITY)
        authority.type(":", "jh", "Enter")
        authority.see("行业培训计划", "还没有计划")
        authority.type("F6")
        authority.see("行业培训计划报备", "计划名称*", "专业课")
        authority.type(PLAN, *["Tab"] * 5, "2026-11-09", "Tab", "2026-11-12", *["Tab"] * 3)
        authority.type("32", "Tab", "60", "F9")
        authority.see("培训通知.png")
        authority.type("培训通知", "Enter")
        authority.see("已添加 培训通知.png")
        authority.type("F8")
        authority.see(f"已提交报备：{PLAN}，等待 {BUREAU} 审批")

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "js", "Enter")
        bureau.see("计划审批", "行业培训计划  32 学时", OFFICE, PLAN, "接下来")
        bureau.calm()
        bureau.type("1")
        bureau.see("培训通知")
        bureau.type("Esc")
        bureau.see("接下来")
        bureau.calm()
        bureau.type("a")
        bureau.see(f"{OFFICE}：通过", "待审 0")

    with home.sit_down() as authority:
        authority.sign_in(Role.AUTHORITY)
        authority.type(":", "jh", "Enter")
        authority.see(PLAN, "已结束")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "sb", "Enter")
        person.see("学习形式*")
        person.type("xypx", "Enter")
        person.see("备案计划*")
        person.type("Tab", "Tab", "Tab", "F4")
        person.see("备案计划", PLAN, OFFICE, "已备案 1 项")
        person.type("Enter")
        person.see(PLAN, OFFICE, "2026-11-09", "2026-11-12", "32")
