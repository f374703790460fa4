"""Messages (消息): what shows to whom in which role, pages, and what was read; on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, select, text

from core.model import AccountRole, Message
from core.rules.messages import MessageKind
from core.rules.roles import Actor, Role
from core.schema.base import Nothing
from core.schema.messages import MessagePage, MessageQuery, ReadMessages
from core.schema.sign_in import SwitchRole
from core.services.desk import Desk
from core.services.homes import person_home
from core.services.inbox import message_page, read_messages, unread_count
from core.services.messages import tell_office, tell_person
from core.services.office_home import office_home
from core.services.sign_in import switch_role
from core.store.store import Store
from tests.worlds import World, build_world

KIND = MessageKind.DECLARATION


def tell(world: World, who: Actor, *texts: str) -> None:
    """Tell a person or an office, one after the other."""
    with world.store.writing() as work:
        for text in texts:
            if who.person_id is not None:
                tell_person(work, who.person_id, KIND, text, about=("declaration", 7))
            else:
                assert who.org_id is not None
                tell_office(work, who.org_id, KIND, text)
            work.session.flush()
        work.commit()


def texts(page: MessagePage) -> list[str]:
    return [row.text for row in page.rows]


def page(desk: Desk, who: Actor, **query: object) -> MessagePage:
    return desk.do(message_page, who, MessageQuery(**query))  # type: ignore[arg-type]


def test_messages_come_newest_first_with_what_they_are_about(desk: Desk, world: World) -> None:
    person = world.person()
    tell(world, person, "甲", "乙")
    found = page(desk, person)
    assert (texts(found), found.unread, found.rows[0].object_kind, found.rows[0].object_id) == (
        ["乙", "甲"],
        2,
        "declaration",
        7,
    )


def test_nobody_sees_anothers_messages(desk: Desk, world: World) -> None:
    person, other = world.person(), world.person("李四")
    school, clinic = world.office(world.school), world.office(world.clinic)
    tell(world, person, "给人的")
    tell(world, school, "给单位的")
    assert [texts(page(desk, each)) for each in (other, clinic)] == [[], []]


def test_all_accounts_of_an_office_see_its_messages(desk: Desk, world: World) -> None:
    first, second = world.office(world.school), world.office(world.school)
    tell(world, first, "有人等待")
    desk.do(read_messages, first, ReadMessages())
    assert (texts(page(desk, second)), page(desk, second).unread) == (["有人等待"], 0)


def test_an_accounts_own_messages_show_in_each_role_and_an_offices_in_its_own(
    desk: Desk, world: World
) -> None:
    person = world.person()
    with world.store.writing() as work:
        work.session.add(AccountRole(account_id=person.account_id, role="employer", org_id=world.school))
        work.commit()
    tell(world, person, "给人的")
    tell(world, world.office(world.school), "给单位的")
    before = texts(page(desk, person))
    office = desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER)).actor
    assert (before, texts(page(desk, office))) == (["给人的"], ["给单位的", "给人的"])


def test_pages_follow_each_other_without_a_gap_or_a_repeat(desk: Desk, world: World) -> None:
    person = world.person()
    with world.store.writing() as work:
        work.session.add(AccountRole(account_id=person.account_id, role="employer", org_id=world.school))
        work.commit()
    school = world.office(world.school)
    for number in range(6):
        tell(world, person if number % 2 else school, str(number))
    office = desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER)).actor
    seen: list[str] = []
    found = page(desk, office, limit=2)
    seen += texts(found)
    while found.after is not None:
        tell(world, person, "新来的")  # what comes meanwhile disturbs no page
        found = page(desk, office, limit=2, after=found.after)
        seen += texts(found)
    assert seen == ["5", "4", "3", "2", "1", "0"]


def test_read_ones_are_left_out_where_only_unread_are_wanted(desk: Desk, world: World) -> None:
    person = world.person()
    tell(world, person, "甲", "乙", "丙")
    middle = page(desk, person).rows[1].id
    left = desk.do(read_messages, person, ReadMessages(ids=(middle,)))
    assert (left, texts(page(desk, person, unread_only=True))) == (2, ["丙", "甲"])


def test_another_ones_messages_can_not_be_marked_as_read(desk: Desk, world: World) -> None:
    person, other = world.person(), world.person("李四")
    tell(world, other, "别人的")
    with world.store.reading() as work:
        foreign = work.session.scalars(select(Message.id)).one()
    desk.do(read_messages, person, ReadMessages(ids=(foreign,)))
    assert page(desk, other).unread == 1


def test_what_was_read_keeps_when_it_was_read_first(desk: Desk, world: World) -> None:
    person = world.person()
    tell(world, person, "甲")
    desk.do(read_messages, person, ReadMessages())
    first = world.clock.now()
    world.clock.advance(minutes=3)
    desk.do(read_messages, person, ReadMessages())
    with world.store.reading() as work:
        assert work.session.scalars(select(Message)).one().read_at == first


def test_marking_nothing_marks_nothing(desk: Desk, world: World) -> None:
    person = world.person()
    tell(world, person, "甲")
    assert desk.do(read_messages, person, ReadMessages(ids=())) == 1


def test_the_homes_count_what_is_unread(desk: Desk, world: World) -> None:
    person, school = world.person(), world.office(world.school)
    tell(world, person, "甲", "乙")
    tell(world, school, "丙")
    counts = (
        desk.do(person_home, person, Nothing()).unread,
        desk.do(office_home, school, Nothing()).unread,
    )
    assert counts == (2, 1)


def test_the_unread_ones_of_all_others_are_not_read_to_count_ones_own(sqlite_store: Store) -> None:
    world = build_world(sqlite_store)
    office, person = world.office(world.school), world.person()
    tell(world, person, *(f"第{number}条" for number in range(300)))
    asked: list[tuple[str, Any]] = []
    with sqlite_store.reading() as work:
        work.session.execute(text("analyze"))
        connection = work.session.connection()
        event.listen(
            connection, "before_cursor_execute", lambda c, d, sql, given, *_: asked.append((sql, given))
        )
        unread_count(work.session, office)
        plans = [connection.exec_driver_sql(f"explain query plan {sql}", given) for sql, given in asked[:]]
        steps = [row[3] for plan in plans for row in plan]
    assert [step for step in steps if step.startswith("SCAN message")] == []


def test_a_message_that_is_undone_was_never_there(desk: Desk, world: World) -> None:
    person = world.person()
    with world.store.writing() as work:
        assert person.person_id is not None
        tell_person(work, person.person_id, KIND, "不算数")
    assert texts(page(desk, person)) == []
