"""A1 by keys alone: a second operator is made, signs in, is shut out; an account without a role gets one."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.conftest import unit_code
from tests.journeys.steps import OTHER_SCHOOL, PASSWORD, PERSON, Installation
from tests.journeys.test_sub_account_reviews import initial_password

LOGIN, HOLDER, OWN = "admin.two", "刘小军", "liuxiao123"


def test_a_second_operator_is_made_signs_in_and_is_shut_out(home: Installation) -> None:
    with home.sit_down() as boss:
        boss.sign_in(Role.OPERATOR)
        boss.type(":", "gy", "Enter")
        boss.see("管理员管理", "ADMIN")
        boss.type("s")
        boss.see("停用：")
        boss.type("2", "Enter")
        boss.see("这是最后一个可用的系统管理员，不能停用")
        boss.type("Esc", "n")
        boss.see("新建系统管理员")
        boss.type(LOGIN, "Tab", HOLDER, "F8")
        password = initial_password(boss)
        boss.type("Esc")
        boss.see(LOGIN.upper(), HOLDER)

        with home.sit_down() as second:
            second.type("9", LOGIN, "Tab", password, "Enter")
            second.see("修改密码", "原始密码")
            second.type(password, "Tab", OWN, "Tab", OWN, "F8")
            second.see("继续教育公共服务平台", HOLDER)

        boss.type("End", "s")
        boss.see(f"停用：{HOLDER}")
        boss.type("1", "Enter")
        boss.see("已停用")

    with home.sit_down() as second:
        second.type("9", LOGIN, "Tab", OWN, "Enter")
        second.see("此帐号已停用")


def test_an_account_without_a_role_gets_it_from_the_operator(home: Installation) -> None:
    with home.sit_down() as person:
        person.type("22", PERSON, "Tab", PASSWORD, "Enter")
        person.see("帐号未分配角色，请联系系统管理员")

    with home.sit_down() as boss:
        boss.sign_in(Role.OPERATOR)
        boss.type(":", "gy", "Enter")
        boss.see("管理员管理")
        boss.type("r")
        boss.see("给已有的帐号加用户类型")
        boss.type("nobody", "Tab", "yrdw", "Enter", "Tab", unit_code(OTHER_SCHOOL), "F8")
        boss.see("没有 nobody 这个帐号")
        boss.type("Shift+Tab", "Shift+Tab", "ctrl+u", PERSON, "F8")
        boss.see("已加上 用人单位", OTHER_SCHOOL)

    with home.sit_down() as person:
        person.sign_in(Role.EMPLOYER, PERSON)
        person.see(OTHER_SCHOOL)
