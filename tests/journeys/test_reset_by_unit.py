"""E3, G6: the guide's second way out of a forgotten password, by keys alone: the unit's administrator sets it back."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation

FRESH = "xin12345"


def test_a_password_that_was_set_back_lets_in_once_and_asks_for_another(home: Installation) -> None:
    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":", "gl", "Enter")
        employer.see(PERSON_NAME, "重置密码")
        employer.type("/", PERSON, "Enter")
        employer.see(f"查找：{PERSON}")
        employer.type("z")
        employer.see(f"把 {PERSON_NAME} 的密码重置为证件号后6位？")
        employer.type("1")
        employer.see(f"已重置 {PERSON_NAME} 的密码", "待改密码")

    with home.sit_down() as person:
        person.type("12", PERSON, "Tab", PERSON[-6:], "Enter")
        person.see("修改密码", "原始密码")
        person.type("ctrl+g", "sb", "Enter")
        person.see("请先修改密码")
        person.type("ctrl+u", PERSON[-6:], "Tab", FRESH, "Tab", FRESH, "F8")
        person.see("继续教育公共服务平台", "还差")
        person.sign_out()
        person.sign_in(Role.PERSON, PERSON, FRESH)
