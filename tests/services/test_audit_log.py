"""The audit log searched: by person, by who did it, by what was done, by day, and page after page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.rules.action_words import AREAS, DEEDS, action_words
from core.rules.actions import Action
from core.rules.clock import CHINA
from core.rules.roles import Actor
from core.schema.audit import AuditQuery, AuditRow
from core.services.audit_log import audit_page
from core.services.desk import Desk
from tests.services.hall import number_of, operator
from tests.worlds import World, submitted


@pytest.fixture
def me(world: World) -> Actor:
    return operator(world)


def found(desk: Desk, me: Actor, **wanted: object) -> list[AuditRow]:
    """One page, the newest first."""
    return list(desk.do(audit_page, me, AuditQuery(limit=100, **wanted)).rows)


def test_every_action_has_words() -> None:
    without = [each.value for each in Action if action_words(each.value) == each.value]
    assert (without, {"", " "} & {*AREAS.values(), *DEEDS.values()}) == ([], set())


def test_a_person_is_found_by_the_number_with_what_they_did_and_what_was_done(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    person, other = world.person("李四"), world.person("王五")
    submitted(desk, person, tmp_path, 1)
    submitted(desk, other, tmp_path, 2)
    rows = found(desk, me, person=number_of(world, person))
    assert rows and all(row.actor == "李四" for row in rows)
    assert {row.action for row in rows} >= {"declaration.submit"}
    assert found(desk, me, person="41009919900101001X") == []


def test_whoever_did_it_is_found_by_name(desk: Desk, world: World, me: Actor, tmp_path: Path) -> None:
    submitted(desk, world.person("李四"), tmp_path, 1)
    assert {row.actor for row in found(desk, me, actor="李四")} == {"李四"}
    assert found(desk, me, actor="没有这个人") == []


def test_an_area_shows_only_its_own_actions(desk: Desk, world: World, me: Actor, tmp_path: Path) -> None:
    submitted(desk, world.person("李四"), tmp_path, 1)
    assert {row.action.partition(".")[0] for row in found(desk, me, area="declaration")} == {"declaration"}


def test_days_are_those_of_china_and_both_count(desk: Desk, world: World) -> None:
    with world.store.writing() as work:
        work.audit(None, "session.sign_in", summary="第一天")
        work.commit()
    day = world.clock.now().astimezone(CHINA).date()
    world.clock.advance(days=1)
    with world.store.writing() as work:
        work.audit(None, "session.sign_in", summary="第二天")
        work.commit()

    me = operator(world)  # after the night: a session ends when nobody uses it

    def seen(**days: object) -> set[str]:
        return {row.summary for row in found(desk, me, **days)} & {"第一天", "第二天"}

    after = day + timedelta(days=1)
    assert (seen(from_day=day, to_day=day), seen(from_day=after), seen(to_day=day - timedelta(days=1))) == (
        {"第一天"},
        {"第二天"},
        set(),
    )


def test_pages_follow_one_another_without_a_gap(desk: Desk, world: World, me: Actor) -> None:
    with world.store.writing() as work:
        for number in range(25):
            work.audit(None, "session.sign_in", "account", number)
        work.commit()
    whole = [row.id for row in found(desk, me)]
    pages: list[int] = []
    after = None
    while True:
        page = desk.do(audit_page, me, AuditQuery(limit=7, after=after))
        pages += [row.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert pages == whole == sorted(whole, reverse=True)


def test_every_row_shows_its_link(desk: Desk, world: World, me: Actor) -> None:
    assert all(len(row.link) == 64 for row in found(desk, me))
