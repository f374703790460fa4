"""P4 by keys alone: blocked by what is under review, taken back, received by the new unit, the old one told."""

from __future__ import annotations

from core.rules.roles import Role
from core.schema.accounts import CreateAccount
from core.services.accounts import create_account
from core.services.setup import LOCAL
from tests.journeys.conftest import unit_code
from tests.journeys.steps import (
    OTHER_SCHOOL,
    PASSWORD,
    PERSON_NAME,
    SCHOOL,
    Installation,
)

NEW_UNIT = "xiaodian2"


def give_account(home: Installation) -> None:
    """The unit that the person goes to gets an account."""
    desk = home.desk()
    try:
        wanted = CreateAccount(
            role=Role.EMPLOYER, org_code=unit_code(OTHER_SCHOOL), login=NEW_UNIT, password=PASSWORD
        )
        create_account(desk, LOCAL, wanted)
    finally:
        desk.close()


def test_a_transfer_is_blocked_taken_back_received_and_the_old_unit_is_told(busy_home: Installation) -> None:
    give_account(busy_home)
    with busy_home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "dz", "Enter")
        person.see("还有在审核中的流程", "学时申报 2026 岗位培训", "(:cx 申报进度查询)", "还没有单位调转")
        person.type("F6")
        person.see("还有在审核中的流程，办结或撤回后才能调转单位：学时申报")
        person.type(":", "cx", "Enter")
        person.see("申报进度查询", "待审核")
        person.type("u")
        person.see("已撤销，回到待提交")

        person.type(":", "dz", "Enter", "F6")
        person.see("转出申请", "调入单位*")
        person.type("Tab", "ryxxdzde")
        person.see("所在单位", OTHER_SCHOOL)
        person.type("Enter")
        person.see(f"提交后由 {OTHER_SCHOOL} 接收")
        person.type("Tab", "Tab", "工作需要", "F8")
        person.see(f"已提交转出申请，等待 {OTHER_SCHOOL} 接收", "待接收", "详情 撤回")
        person.type("u")
        person.see("撤回单位调转")
        person.type("1")
        person.see("已撤回单位调转")
        person.type("F6")
        person.see("转出申请", "工作需要", OTHER_SCHOOL)
        person.type("F8")
        person.see(f"已提交转出申请，等待 {OTHER_SCHOOL} 接收")

    with busy_home.sit_down() as new_unit:
        new_unit.sign_in(Role.EMPLOYER, NEW_UNIT)
        new_unit.see(":dr    待审 1")
        new_unit.type("3")
        new_unit.see("调入人员   待审 1", PERSON_NAME, SCHOOL, "工作需要", "A 接收", "接下来")
        new_unit.calm()
        new_unit.type("a")
        new_unit.see(f"{PERSON_NAME}：接收", "待审 0")

    with busy_home.sit_down() as old_unit:
        old_unit.sign_in(Role.EMPLOYER)
        old_unit.type(":", "xx", "Enter")
        old_unit.see(f"{PERSON_NAME} 已调转到 {OTHER_SCHOOL}")

    with busy_home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see(OTHER_SCHOOL)
        person.type(":", "dz", "Enter")
        person.see("通过", "已撤回", f"所在单位  {OTHER_SCHOOL}")
