"""Sessions: they end by idle time and by signing out, don't disturb each other, and can't be worn by another."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import AccountRole, Audit, LoginSession
from core.rules.errors import ErrorCode
from core.rules.roles import Actor, Role
from core.schema.base import Nothing, Number
from core.schema.review import QueueQuery
from core.schema.sign_in import SwitchRole
from core.services.annual import person_home
from core.services.declarations import declaration_view
from core.services.desk import Desk
from core.services.review_views import queue_page
from core.services.sign_in import sign_out, switch_role
from core.services.years import year_page
from tests.services.hall import another_session, answer, entries
from tests.worlds import World, submitted

ENDED = ErrorCode.SESSION_ENDED.name
IDLE = 30  # minutes, the default


def second_session(world: World, actor: Actor) -> Actor:
    """The same role of the same account, signed in once more."""
    with world.store.writing() as work:
        own = select(AccountRole).where(
            AccountRole.account_id == actor.account_id, AccountRole.role == actor.role
        )
        name = another_session(work.session, world, work.session.scalars(own).one(), "second")
        work.commit()
    return replace(actor, session_id=name)


def home(desk: Desk, person: Actor) -> str:
    return answer(lambda: desk.do(person_home, person, Nothing()))


def test_a_session_lasts_to_the_last_minute_of_its_idle_time(desk: Desk, world: World) -> None:
    person = world.person()
    world.clock.advance(minutes=IDLE)
    assert home(desk, person) == "done"


def test_a_session_that_idled_stays_ended(desk: Desk, world: World) -> None:
    person = world.person()
    world.clock.advance(minutes=IDLE, seconds=1)
    first = home(desk, person)
    world.clock.advance(minutes=-IDLE)
    assert (first, home(desk, person)) == (ENDED, ENDED)


def test_the_end_of_a_session_is_written_down_once(desk: Desk, world: World) -> None:
    person = world.person()
    world.clock.advance(minutes=IDLE, seconds=1)
    before = entries(world.store)
    threads = [threading.Thread(target=home, args=(desk, person)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.store.reading() as work:
        (last,) = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1))
    assert (entries(world.store) - before, last.action, last.actor_account_id) == (
        1,
        "session.ended",
        person.account_id,
    )


def test_two_sessions_of_one_account_end_each_for_itself(desk: Desk, world: World) -> None:
    first = world.person()
    second = second_session(world, first)
    desk.do(sign_out, first, Nothing())
    assert (home(desk, first), home(desk, second)) == (ENDED, "done")


def test_work_in_one_session_does_not_keep_another_awake(desk: Desk, world: World) -> None:
    first = world.person()
    second = second_session(world, first)
    world.clock.advance(minutes=IDLE - 5)
    home(desk, second)
    world.clock.advance(minutes=10)
    assert (home(desk, first), home(desk, second)) == (ENDED, "done")


def test_switching_the_role_in_one_session_leaves_the_other_as_it_is(desk: Desk, world: World) -> None:
    first = world.person()
    second = second_session(world, first)
    with world.store.writing() as work:
        work.session.add(AccountRole(account_id=first.account_id, role="employer", org_id=world.school))
        work.commit()
    now = desk.do(switch_role, first, SwitchRole(role=Role.EMPLOYER)).actor
    queue = answer(lambda: desk.do(queue_page, now, QueueQuery()))
    assert (queue, home(desk, first), home(desk, second)) == ("done", ENDED, "done")


def test_a_session_id_that_nobody_was_given_is_refused(desk: Desk, world: World) -> None:
    assert home(desk, replace(world.person(), session_id="guessed")) == ENDED


FORGERIES: Mapping[str, Mapping[str, object]] = {
    "another role": {"role": Role.BUREAU},
    "another office": {"org_id": 1},
    "another person": {"person_id": 999},
    "another account": {"account_id": 999},
    "no person": {"person_id": None},
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_an_actor_that_is_not_the_sessions_is_refused(
    desk: Desk, world: World, forged: Mapping[str, object]
) -> None:
    person = world.person()
    assert home(desk, replace(person, **forged)) == ENDED  # type: ignore[arg-type]


@pytest.mark.parametrize("office", ["org_id", "region_code"])
def test_an_office_cannot_stand_in_for_another(desk: Desk, world: World, office: str) -> None:
    county, other = world.office(world.county_bureau), world.office(world.other_bureau)
    forged = replace(other, **{office: getattr(county, office)})
    assert answer(lambda: desk.do(year_page, forged, Nothing())) == ENDED


def test_a_person_cannot_read_as_another(desk: Desk, world: World, tmp_path: Path) -> None:
    owner, reader = world.person("甲甲"), world.person("乙乙")
    view = submitted(desk, owner, tmp_path)
    forged = replace(reader, person_id=owner.person_id)
    assert answer(lambda: desk.do(declaration_view, forged, Number(value=view.id))) == ENDED


def test_a_forged_actor_does_not_end_the_real_session(desk: Desk, world: World) -> None:
    person = world.person()
    home(desk, replace(person, role=Role.OPERATOR, person_id=None))
    assert home(desk, person) == "done"


def test_a_session_of_a_role_that_was_taken_away_is_refused(desk: Desk, world: World) -> None:
    """The role's row is what the session stands on: moved to another office, the old Actor is none of it."""
    office = world.office(world.school)
    with world.store.writing() as work:
        held = work.session.scalars(
            select(AccountRole).where(AccountRole.account_id == office.account_id)
        ).one()
        held.org_id = world.garden
        work.commit()
    assert answer(lambda: desk.do(queue_page, office, QueueQuery())) == ENDED


def test_a_session_that_signed_out_keeps_when_it_ended(desk: Desk, world: World) -> None:
    person = world.person()
    desk.do(sign_out, person, Nothing())
    ended = world.clock.now()
    world.clock.advance(minutes=5)
    home(desk, person)
    with world.store.reading() as work:
        assert work.session.get_one(LoginSession, person.session_id).ended_at == ended
