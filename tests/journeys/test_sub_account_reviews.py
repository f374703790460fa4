"""Sub-accounts by keys alone: made by the unit's administrator, first sign-in, a review that names who did it."""

from __future__ import annotations

import re

from core.rules.roles import Role
from tests.journeys.steps import OFFICE, PERSON_NAME, Installation, Seat

LOGIN, HOLDER, OWN = "xiaodian.wang", "王小燕", "wang12345"


def initial_password(seat: Seat) -> str:
    """What the popup shows this once."""
    seat.see("初始密码只显示这一次")
    found = re.search(r"初始密码\s+(\S{10})\s", seat.screen)
    assert found is not None, seat.screen
    return found[1]


def change_password(seat: Seat, old: str, new: str) -> None:
    """The first sign-in asks for a password of one's own."""
    seat.see("修改密码", "原始密码")
    seat.type(old, "Tab", new, "Tab", new, "F8")
    seat.see("继续教育公共服务平台")


def test_a_reviewer_with_a_sub_account_passes_a_declaration_under_her_name(busy_home: Installation) -> None:
    with busy_home.sit_down() as chief:
        chief.sign_in(Role.EMPLOYER)
        chief.type(":", "zb", "Enter")
        chief.see("子账户", "XIAODIAN", "管理员")
        chief.type("n")
        chief.see("新建子账户", "登录名", "使用人姓名")
        chief.type("12", "Tab", "王", "F8")
        chief.see("登录名应为 4 至 40 个字母", "姓名应为 2 至 40 个")
        chief.type("Shift+Tab", "ctrl+u", LOGIN, "Tab", "ctrl+u", HOLDER, "F8")
        password = initial_password(chief)
        chief.type("Esc")
        chief.see(LOGIN.upper(), HOLDER, "待改密码")

    with busy_home.sit_down() as reviewer:
        reviewer.type("22", LOGIN, "Tab", password, "Enter")
        change_password(reviewer, password, OWN)
        reviewer.see(HOLDER)
        reviewer.type(":", "zb", "Enter")
        reviewer.see("子账户不能办理这一项")
        reviewer.type(":", "sh", "Enter")
        reviewer.pass_one(PERSON_NAME, went_to=OFFICE)

    with busy_home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "cx", "Enter")
        person.see("待审核", OFFICE)
        person.type("Enter", "End")
        person.see(HOLDER)

    with busy_home.sit_down() as chief:
        chief.sign_in(Role.EMPLOYER)
        chief.type(":", "zb", "Enter")
        chief.see(LOGIN.upper())
        chief.type("End", "s")
        chief.see(f"停用：{HOLDER}")
        chief.type("1", "Enter")
        chief.see("已停用")

    with busy_home.sit_down() as reviewer:
        reviewer.type("22", LOGIN, "Tab", OWN, "Enter")
        reviewer.see("此帐号已停用")
