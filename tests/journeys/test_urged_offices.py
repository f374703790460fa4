"""R12 by keys alone: what waits where and how long; an office is urged once a day and finds the message."""

from __future__ import annotations

import pytest

from core.rules.roles import Role
from tests.journeys.counted import wait_long
from tests.journeys.steps import BUREAU, OFFICE, SCHOOL, Installation


@pytest.mark.parametrize(("role", "name"), [(Role.AUTHORITY, OFFICE), (Role.BUREAU, BUREAU)])
def test_an_office_is_urged_once_and_is_told(busy_home: Installation, role: Role, name: str) -> None:
    wait_long(busy_home, 20)
    with busy_home.sit_down() as above:
        above.sign_in(role)
        above.type(":", "cb", "Enter")
        above.see("催办", SCHOOL, "2", "20 天", "共 2 件，其中超期 1 件")
        above.type("Enter")
        above.see("待办详细", "学时申报      1 件，超期 1 件", "注册          1 件", "今天还没有催办")
        above.type("Esc")
        above.type("f")
        above.see("只看超期的", SCHOOL)
        above.type("a")
        above.see("催办所有有超期事项的单位")
        above.type("1")
        above.see("已催办 1 个单位", "已催")
        above.type("u")
        above.see("今天已经催办过，每天最多一次")

    with busy_home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":", "xx", "Enter")
        employer.see(f"{name}催办", "待办 2 件")
