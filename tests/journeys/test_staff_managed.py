"""E3 by keys alone: a person of the unit found, looked at, moved, shut out with a reason, found again, let in."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Department, Person
from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation


def give_departments(home: Installation) -> None:
    """The unit has two departments."""
    desk = home.desk()
    try:
        with desk.writing() as work:
            employer = work.session.scalars(select(Person.employer_id)).first()
            work.session.add_all(Department(org_id=employer, name=name) for name in ("教务处", "总务处"))
            work.commit()
    finally:
        desk.close()


def test_a_person_is_looked_at_moved_shut_out_and_let_in_again(home: Installation) -> None:
    give_departments(home)
    with home.sit_down() as unit:
        unit.sign_in(Role.EMPLOYER)
        unit.type(":", "gl", "Enter")
        unit.see("管理直属账户", PERSON_NAME, "正常")
        unit.type("/", "zs", "Enter")
        unit.see("查找：zs", PERSON_NAME)
        unit.type("Enter")
        seen = unit.see("人员详细", "审核中的事项")
        assert PERSON not in seen
        unit.type("Esc", "b")
        unit.see("工作部门", "教务处", "总务处")
        unit.type("zw", "Enter")
        unit.see(f"{PERSON_NAME} 的工作部门：总务处")
        unit.type("s")
        unit.see(f"停用：{PERSON_NAME}", "1  已离职")
        unit.type("Enter")
        unit.see("请选择或写明原因")
        unit.type("9", "借调外省", "Enter")
        unit.see(f"{PERSON_NAME} 的帐号已停用")
        unit.type("c", "f")
        unit.see("筛选", "工作部门", "状态")
        unit.type("Tab", "ty", "Enter", "F5")
        unit.see("状态：停用", PERSON_NAME)
        unit.type("Enter")
        unit.see("停用（借调外省）")
        unit.type("Esc")

        with home.sit_down() as person:
            person.type("12", PERSON, "Tab", "abc12345", "Enter")
            person.see("此帐号已停用")

        unit.type("s")
        unit.see(f"启用：{PERSON_NAME}")
        unit.type("借调期满", "Enter")
        unit.see(f"{PERSON_NAME} 的帐号已启用")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "zl", "Enter")
        person.see("总务处")
