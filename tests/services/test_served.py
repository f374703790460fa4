"""Services and who is let in at them: limits that hold against races, dead services cleared up after."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.model import Audit, LoginSession, ServedSession, Service, Viewing
from core.rules.addresses import counted_address, plain_address
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.services.desk import Desk
from core.services.processes import this_host
from core.services.served import (
    admit,
    close_service,
    let_go,
    mark_draining,
    open_service,
    services,
    sessions,
    take_account,
    tell_alive,
)
from core.store.store import open_store
from tests.services.races import at_once
from tests.worlds import World

ELSEWHERE = "elsewhere"
ADDRESS = "192.0.2.7"


def opened(desk: Desk, host: str = ELSEWHERE, process: int = 7) -> str:
    """A service, on another machine unless said otherwise."""
    return open_service(desk, host, process, "127.0.0.1:2222")


def guest(desk: Desk, service: str, address: str = ADDRESS) -> int:
    return admit(desk, service, account_id=None, address=address, kind="terminal", method="guest")


def person(desk: Desk, service: str, who: Actor, address: str = ADDRESS) -> int:
    return admit(
        desk, service, account_id=who.account_id, address=address, kind="terminal", method="password"
    )


def begun_in(desk: Desk, who: Actor, served_id: int) -> None:
    """The actor's sign-in was begun in this session of a service."""
    with desk.writing() as work:
        mine = LoginSession.id == who.session_id
        work.session.execute(update(LoginSession).where(mine).values(served_id=served_id))
        work.look_at(who, "declaration", 1)
        work.commit()


def count(desk: Desk, model: type, *conditions: object) -> int:
    with desk.reading() as work:
        query = select(func.count()).select_from(model).where(*conditions)  # type: ignore[arg-type]
        return work.session.scalar(query) or 0


def is_signed_in(desk: Desk, who: Actor) -> bool:
    with desk.reading() as work:
        return work.session.get_one(LoginSession, who.session_id).ended_at is None


def refusal(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


@pytest.fixture
def tight(world: World) -> Desk:
    """A desk that lets three in at a service, two of an account, two from an address."""
    limits = {"serve_sessions": 3, "serve_account_sessions": 2, "serve_address_sessions": 2}
    return _desk(world, limits)


def _desk(world: World, limits: dict[str, int]) -> Desk:
    return Desk(open_store(world.store.settings.model_copy(update=limits), world.clock))


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:51022", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]:22", "2001:db8::1"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("/run/jijiao.sock", "/run/jijiao.sock"),
        ("", ""),
    ],
)
def test_an_address_has_one_form(given: str, plain: str) -> None:
    assert plain_address(given) == plain


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::8", "2001:db8:1:2::/64"),
        ("/run/jijiao.sock", "/run/jijiao.sock"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_line_are_counted_as_one(given: str, counted: str) -> None:
    assert counted_address(given) == counted


def test_another_address_of_the_same_line_gets_no_place_of_its_own(tight: Desk) -> None:
    service = opened(tight)
    guest(tight, service, "2001:db8:1:2::7")
    guest(tight, service, "2001:db8:1:2::8")
    refused = refusal(lambda: guest(tight, service, "2001:db8:1:2:3::9"))
    assert refused.code is ErrorCode.ADDRESS_FULL
    guest(tight, service, "2001:db8:1:3::7")


def test_a_session_that_is_let_in_is_counted_by_kind_and_way_in(desk: Desk) -> None:
    service = opened(desk)
    guest(desk, service)
    guest(desk, service)
    assert [(each.kind, each.method, each.count) for each in sessions(desk)] == [("terminal", "guest", 2)]


def test_a_service_lets_in_no_more_than_its_limit(tight: Desk) -> None:
    service = opened(tight)
    for number in range(3):
        guest(tight, service, f"192.0.2.{number}")
    refused = refusal(lambda: guest(tight, service, "192.0.2.9"))
    assert (refused.code, refused.params["limit"]) == (ErrorCode.SERVICE_FULL, 3)


def test_the_limit_in_all_is_that_of_one_service(tight: Desk) -> None:
    full, other = opened(tight), opened(tight, process=8)
    for number in range(3):
        guest(tight, full, f"192.0.2.{number}")
    assert guest(tight, other, "192.0.2.9")


def test_an_account_has_no_more_sessions_than_its_limit_at_all_services_together(
    tight: Desk, world: World
) -> None:
    one, two, who = opened(tight), opened(tight, process=8), world.person()
    person(tight, one, who, "192.0.2.1")
    person(tight, two, who, "192.0.2.2")
    assert refusal(lambda: person(tight, one, who, "192.0.2.3")).code is ErrorCode.ACCOUNT_FULL


def test_an_address_has_no_more_sessions_than_its_limit_at_all_services_together(tight: Desk) -> None:
    one, two = opened(tight), opened(tight, process=8)
    guest(tight, one)
    guest(tight, two, f"::ffff:{ADDRESS}")
    assert refusal(lambda: guest(tight, one)).code is ErrorCode.ADDRESS_FULL


def test_who_goes_makes_room(tight: Desk) -> None:
    service = opened(tight)
    first = guest(tight, service)
    guest(tight, service)
    let_go(tight, first)
    assert guest(tight, service)


def test_of_many_who_come_at_once_no_more_are_let_in_than_the_limit(tight: Desk, world: World) -> None:
    """Two services, each with a desk of its own, as two machines have."""
    other = _desk(world, {"serve_account_sessions": 2, "serve_sessions": 3, "serve_address_sessions": 2})
    who, places = world.person(), [(tight, opened(tight)), (other, opened(tight, process=8))]

    def come(desk: Desk, service: str, number: int) -> Callable[[], object]:
        return lambda: person(desk, service, who, f"192.0.2.{number}")

    at_once(*(come(*places[number % 2], number) for number in range(8)))
    assert count(tight, ServedSession) == 2


def test_a_guest_who_signs_in_on_the_screen_counts_for_the_account(tight: Desk, world: World) -> None:
    service, who = opened(tight), world.person()
    person(tight, service, who, "192.0.2.1")
    person(tight, service, who, "192.0.2.2")
    sitting = guest(tight, service, "192.0.2.3")

    def sign_in() -> None:
        with tight.writing() as work:
            take_account(work, sitting, who.account_id)

    assert refusal(sign_in).code is ErrorCode.ACCOUNT_FULL


def test_who_takes_an_account_that_is_his_already_is_not_counted_twice(tight: Desk, world: World) -> None:
    service, who = opened(tight), world.person()
    person(tight, service, who, "192.0.2.1")
    mine = person(tight, service, who, "192.0.2.2")
    with tight.writing() as work:
        take_account(work, mine, who.account_id)
        work.commit()
    assert count(tight, ServedSession, ServedSession.account_id == who.account_id) == 2


def test_nobody_signs_in_where_the_session_of_the_service_is_over(desk: Desk, world: World) -> None:
    who, sitting = world.person(), guest(desk, opened(desk))
    let_go(desk, sitting)

    def sign_in() -> None:
        with desk.writing() as work:
            take_account(work, sitting, who.account_id)

    assert refusal(sign_in).code is ErrorCode.SESSION_ENDED


def test_a_service_that_is_ending_lets_nobody_in(desk: Desk) -> None:
    service = opened(desk)
    mark_draining(desk, service)
    assert refusal(lambda: guest(desk, service)).code is ErrorCode.SERVICE_ENDING


def test_what_was_signed_in_ends_when_its_terminal_goes(desk: Desk, world: World) -> None:
    who = world.person()
    served = person(desk, opened(desk), who)
    begun_in(desk, who, served)
    let_go(desk, served)
    assert (is_signed_in(desk, who), count(desk, Viewing), count(desk, ServedSession)) == (False, 0, 0)


def test_the_end_of_a_sign_in_is_in_the_audit_log_once(desk: Desk, world: World) -> None:
    who = world.person()
    served = person(desk, opened(desk), who)
    begun_in(desk, who, served)
    let_go(desk, served)
    let_go(desk, served)
    ended = (Audit.action == "session.ended", Audit.actor_account_id == who.account_id)
    assert count(desk, Audit, *ended) == 1


def test_the_sign_ins_of_others_go_on_when_a_terminal_goes(desk: Desk, world: World) -> None:
    who, other = world.person(), world.person("李四")
    service = opened(desk)
    mine, theirs = person(desk, service, who), person(desk, service, other)
    begun_in(desk, who, mine)
    begun_in(desk, other, theirs)
    let_go(desk, mine)
    assert (is_signed_in(desk, other), count(desk, Viewing), count(desk, ServedSession)) == (True, 1, 1)


def test_of_a_sign_in_and_a_hang_up_at_once_no_sign_in_is_left(desk: Desk, world: World) -> None:
    service, who = opened(desk), world.person()
    other = Desk(open_store(world.store.settings, world.clock))

    def sign_in(served: int) -> None:
        with desk.writing() as work:
            take_account(work, served, who.account_id)
            mine = work.session.get_one(LoginSession, who.session_id)
            work.session.add(
                LoginSession(
                    id=f"served-{served}",
                    account_id=who.account_id,
                    role=mine.role,
                    account_role_id=mine.account_role_id,
                    started_at=desk.clock.now(),
                    last_seen_at=desk.clock.now(),
                    served_id=served,
                )
            )
            work.commit()

    for _ in range(6):
        served = guest(desk, service)
        at_once(lambda served=served: sign_in(served), lambda served=served: let_go(other, served))  # type: ignore[misc]
    assert (
        count(desk, LoginSession, LoginSession.served_id.is_not(None), LoginSession.ended_at.is_(None)) == 0
    )


def test_a_service_that_closes_leaves_nothing(desk: Desk, world: World) -> None:
    who, service = world.person(), opened(desk)
    begun_in(desk, who, person(desk, service, who))
    close_service(desk, service)
    left = (count(desk, Service), count(desk, ServedSession), is_signed_in(desk, who))
    assert left == (0, 0, False)


def test_a_service_that_was_not_seen_for_long_is_cleared_up_by_another(desk: Desk, world: World) -> None:
    who, dead, own = world.person(), opened(desk), opened(desk, process=8)
    begun_in(desk, who, person(desk, dead, who))
    for _ in range(5):
        world.clock.advance(seconds=20)
        tell_alive(desk, own)
    assert [each.id for each in services(desk)] == [own]
    assert not is_signed_in(desk, who)


def test_a_service_that_tells_is_left_alone(desk: Desk, world: World) -> None:
    one, two = opened(desk), opened(desk, process=8)
    for _ in range(6):
        world.clock.advance(seconds=20)
        tell_alive(desk, one)
        tell_alive(desk, two)
    assert all(each.alive for each in services(desk))


def test_after_the_database_was_away_the_first_to_come_ends_nobody_else(desk: Desk, world: World) -> None:
    one, two = opened(desk), opened(desk, process=8)
    world.clock.advance(minutes=5)
    tell_alive(desk, one)
    tell_alive(desk, two)
    assert {each.id for each in services(desk)} == {one, two}


def test_a_service_whose_process_was_killed_is_cleared_up_at_once(desk: Desk, world: World) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    who = world.person()
    dead, own = opened(desk, this_host(), killed.pid), opened(desk, this_host(), os.getpid())
    begun_in(desk, who, person(desk, dead, who))
    killed.kill()
    killed.communicate()
    tell_alive(desk, own)
    assert [each.id for each in services(desk)] == [own]
    assert not is_signed_in(desk, who)


def test_a_service_that_begins_clears_up_after_the_dead(desk: Desk, world: World) -> None:
    guest(desk, opened(desk))
    world.clock.advance(seconds=91)
    opened(desk, process=8)
    assert (count(desk, Service), count(desk, ServedSession)) == (1, 0)


def test_a_service_that_others_took_for_dead_is_told_so(desk: Desk, world: World) -> None:
    dead = opened(desk)
    world.clock.advance(seconds=91)
    opened(desk, process=8)
    assert refusal(lambda: tell_alive(desk, dead)).code is ErrorCode.SERVICE_ENDING


def test_several_who_clear_up_after_one_do_it_once(desk: Desk, world: World) -> None:
    who, dead = world.person(), opened(desk)
    begun_in(desk, who, person(desk, dead, who))
    living = [opened(desk, process=process) for process in (8, 9, 10)]
    with desk.writing() as work:
        work.session.get_one(Service, dead).seen_at -= timedelta(hours=1)
        work.commit()
    answers = at_once(*[lambda own=own: tell_alive(desk, own) for own in living])  # type: ignore[misc]
    assert count(desk, Audit, Audit.action == "session.ended") == 1, answers
    assert count(desk, Service) == 3
