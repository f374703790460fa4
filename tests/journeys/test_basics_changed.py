"""P2: the person corrects basic facts and the department; it holds at once, and the old mobile is gone."""

from __future__ import annotations

from core.model import Audit, Department, Org, Person
from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, SCHOOL, Installation, Seat


def test_basic_facts_are_changed_and_hold_at_once(home: Installation) -> None:
    with_departments(home)
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.type("1")
        seat.see("现在的资料", PERSON_NAME, "410099********")
        seat.type("1")
        seat.see("基本信息修改", "民族*")

        mend(seat, mobile="1990000", email="谁@")
        seat.see("手机号应为 11 位数字", "邮箱格式不对", "有 2 处需要修改")
        seat.type("ctrl+u", "19900000456", "Tab", "ctrl+u", "zhangsan2@example.cn", "F2")
        seat.see("已保存，立即生效")

        seat.type("Esc")
        seat.see("籍贯  河南汝阳", "199****0456", "数学教研组")
    assert stored(home) == (
        "壮族",
        "河南汝阳",
        "19900000456",
        "修改基本信息：民族、籍贯、手机号、电子邮箱、所属工作部门",
    )


def mend(seat: Seat, *, mobile: str, email: str) -> None:
    """民族 by its list, 籍贯, then 手机号, 电子邮箱 and the department."""
    seat.type("zhuangzu", "Enter", "Tab", "ctrl+u", "河南汝阳", "Tab", "Tab", "Tab")
    seat.type("ctrl+u", mobile, "Tab", "ctrl+u", email, "Tab", "Tab", "sxjyz", "Enter", "F2")


def with_departments(home: Installation) -> None:
    """The school has departments."""
    desk = home.desk()
    try:
        with desk.writing() as work:
            school = work.session.query(Org).filter_by(name=SCHOOL).one()
            for name in ("语文教研组", "数学教研组"):
                work.session.add(Department(org_id=school.id, name=name))
            work.commit()
    finally:
        desk.close()


def stored(home: Installation) -> tuple[str, str, str, str]:
    """民族, 籍贯, 手机号, and what the log says of it."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            row = work.session.query(Person).filter_by(name=PERSON_NAME).one()
            entry = work.session.query(Audit).filter_by(action="person.edit").one()
            assert row.mobile_sealed is not None
            return (row.ethnic_group, row.native_place, work.vault.open(row.mobile_sealed), entry.summary)
    finally:
        desk.close()
