"""P5: a position is declared, refused with a reason, mended and approved; then it is in force."""

from __future__ import annotations

from core.model import Change, Person
from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, SCHOOL, Installation, Seat

SENT = "信息已经提交审核"


def test_a_position_is_declared_refused_mended_and_approved(home: Installation) -> None:
    with home.sit_down() as person, home.sit_down() as employer:
        person.sign_in(Role.PERSON)
        person.type("1", "2")
        person.see("电子证书号*", SCHOOL)
        declare(person)
        person.see(SENT, "待审核", "现在不能修改")

        employer.sign_in(Role.EMPLOYER)
        employer.type("ctrl+g", "zw", "Enter")
        employer.see(PERSON_NAME, "党校教师 (正高级)", "教授")
        employer.calm()
        employer.type("r", "证书看不清", "Enter")
        employer.see(f"{PERSON_NAME}：不通过")

        person.type("Esc")
        person.see("现在的资料")
        person.type("2")
        person.see("上次提交已驳回", "证书看不清")
        person.type("F9", "结业证书2", "Enter")
        person.see("2/5")
        person.type("F2")
        person.see(SENT)

        employer.type("F5")
        employer.see("党校教师 (正高级)")
        employer.calm()
        employer.type("a")
        employer.see(f"{PERSON_NAME}：通过")

        person.type("Esc")
        person.see("现在的资料", "党校教师")
        person.type("2", "F6")
        person.see("变更记录", "生效", "已驳回")
    assert states(home) == (["rejected", "approved"], "党校教师", "教授")


def declare(seat: Seat) -> None:
    """The form from its first field to the last, the lists by initials, and one picture."""
    seat.type("4119010013109", "Tab", "党校教师 (正高级)", "Enter", "Tab", "政治", "Tab")
    seat.type("jiaoshou", "Enter", "Tab", "2015-04-01", "Tab", "2015-06-01", "Tab")
    seat.type("F9", "结业证书1", "Enter", "F2")


def states(home: Installation) -> tuple[list[str], str, str]:
    """How the changes stand, the oldest first, and what is in force for the person."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            row = work.session.query(Person).filter_by(name=PERSON_NAME).one()
            changes = work.session.query(Change).order_by(Change.id)
            return [each.state for each in changes], row.series, row.title
    finally:
        desk.close()
