"""Units of work: what is kept, what is undone, and who wins a race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from core.model import Audit, Declaration, LoginSession, Meta, Org, PersonYear, Registration, Viewing
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor, Guest, Role
from core.store.store import Store
from core.store.work import UnitOfWork
from tests.store.conftest import NOON, Maker

Make = Callable[[Session], Maker]


def _actor(account_id: int, name: str = "李审核", org_id: int | None = None) -> Actor:
    return Actor(account_id, "s", Role.EMPLOYER, name, "410326", org_id, "第一初级中学", address="10.0.0.1")


def test_work_that_is_not_committed_is_undone(store: Store) -> None:
    with store.writing() as work:
        work.audit(None, "something")
        work.session.flush()
    with store.reading() as work:
        assert work.session.scalar(select(func.count(Audit.id))) == 0


def test_work_that_fails_is_undone(store: Store) -> None:
    with pytest.raises(KeyError), store.writing() as work:
        work.audit(None, "something")
        raise KeyError
    with store.reading() as work:
        assert work.session.scalar(select(func.count(Audit.id))) == 0


def test_what_was_written_past_the_session_is_kept_too(store: Store) -> None:
    with store.writing() as work:
        work.connection.execute(insert(Meta).values(key="x", value="1"))
        work.commit()
    with store.reading() as work:
        assert work.session.scalar(select(Meta.value).where(Meta.key == "x")) == "1"


def test_a_reading_unit_cannot_commit(store: Store) -> None:
    with store.reading() as work, pytest.raises(RuntimeError):
        work.commit()


def test_an_audit_entry_says_who_did_what_from_where(store: Store, maker: Make) -> None:
    with store.writing() as work:
        account = maker(work.session).account()
        work.audit(_actor(account.id), "review.decide", "declaration", 7, "通过")
        work.commit()
    with store.reading() as work:
        entry = work.session.scalars(select(Audit)).one()
    told = (entry.actor_name, entry.role, entry.address, entry.action, entry.object_id, entry.summary)
    assert told == ("李审核", "employer", "10.0.0.1", "review.decide", "7", "通过")


def test_a_guest_leaves_only_an_address_in_the_audit_log(store: Store) -> None:
    with store.writing() as work:
        work.audit(Guest("10.0.0.9"), "sign_in.refused")
        work.session.flush()
        entry = work.session.scalars(select(Audit)).one()
        assert (entry.address, entry.actor_account_id, entry.role) == ("10.0.0.9", None, "")


def test_decisions_of_an_object_are_counted_from_one(store: Store, maker: Make) -> None:
    with store.writing() as work:
        account = maker(work.session).account()
        first = work.decide(None, "declaration", 5, "submit", version=1)
        half = CreditHours(91)
        second = work.decide(_actor(account.id), "declaration", 5, "approve", version=2, recognised=half)
        other = work.decide(None, "registration", 5, "approve", version=1)
        assert [first.seq, second.seq, other.seq, second.recognised_halves] == [1, 2, 1, 91]


def test_moments_come_back_in_utc(store: Store, maker: Make) -> None:
    china = timezone(timedelta(hours=8))
    with store.writing() as work:
        person = maker(work.session).person(Maker(work.session).org())
        made = Maker(work.session).declaration(person, created_at=datetime(2026, 1, 1, 8, tzinfo=china))
        work.commit()
    with store.reading() as work:
        found = work.session.get_one(Declaration, made.id).created_at
        assert found.isoformat() == "2026-01-01T00:00:00+00:00"


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with store.writing() as work, pytest.raises(StatementError, match="without a time zone"):
        work.session.execute(select(Audit).where(Audit.at > datetime(2026, 1, 1)))


def test_a_row_in_another_version_than_on_screen_is_stale(store: Store, maker: Make) -> None:
    with store.writing() as work:
        org = maker(work.session).org()
        org.name = "新名称"
        work.session.flush()
        with pytest.raises(Refused) as refused:
            work.locked(Org, org.id, version=1)
    assert refused.value.code == ErrorCode.STALE


def test_a_row_that_is_gone_is_not_found(store: Store) -> None:
    with store.writing() as work, pytest.raises(Refused) as refused:
        work.locked(Org, 404)
    assert refused.value.code == ErrorCode.NOT_FOUND


def test_of_many_who_change_one_version_exactly_one_wins(store: Store, maker: Make) -> None:
    with store.writing() as work:
        org_id = maker(work.session).org().id
        work.commit()

    def rename(work: UnitOfWork, number: int) -> None:
        work.locked(Org, org_id, version=1).name = f"名称{number}"

    assert _race(store, rename, 6) == [ErrorCode.STALE] * 5


def test_of_many_who_register_one_number_exactly_one_wins(store: Store, maker: Make) -> None:
    with store.writing() as work:
        org_id = maker(work.session).org().id
        work.commit()

    def register(work: UnitOfWork, number: int) -> None:
        work.session.add(_registration(org_id, f"张{number}"))

    assert _race(store, register, 4) == [ErrorCode.ID_PENDING] * 3


def test_a_number_is_free_again_after_a_withdrawal(store: Store, maker: Make) -> None:
    with store.writing() as work:
        org_id = maker(work.session).org().id
        first = _registration(org_id, "张一")
        work.session.add(first)
        work.session.flush()
        first.state, first.decided_at = "withdrawn", NOON
        work.session.flush()
        work.session.add(_registration(org_id, "张二"))
        work.commit()


def test_two_who_recount_one_year_lose_no_hour(store: Store, maker: Make) -> None:
    with store.writing() as work:
        made = maker(work.session)
        person_id = made.person(made.org()).id
        work.commit()

    def add_ten(work: UnitOfWork, number: int) -> None:
        year = work.locked_year(person_id, 2026, "410326")
        year.public_halves += 20

    assert _race(store, add_ten, 4) == []
    with store.reading() as work:
        assert work.session.get_one(PersonYear, (person_id, 2026)).public_halves == 80


def test_certificate_numbers_have_no_gaps_and_no_doubles(store: Store, maker: Make) -> None:
    with store.writing() as work:
        maker(work.session)
        work.commit()
    taken: list[int] = []

    def take(work: UnitOfWork, number: int) -> None:
        taken.append(work.next_certificate("410326", 2026))

    _race(store, take, 6)
    assert sorted(taken) == [1, 2, 3, 4, 5, 6]


def test_a_number_that_was_not_kept_is_given_again(store: Store, maker: Make) -> None:
    with store.writing() as work:
        maker(work.session)
        work.commit()
    with store.writing() as work:
        work.next_certificate("410326", 2026)
    with store.writing() as work:
        assert work.next_certificate("410326", 2026) == 1


def test_who_opens_an_item_sees_who_else_has_it_open(store: Store, maker: Make) -> None:
    with store.writing() as work:
        made = maker(work.session)
        first, second = (_signed_in(work, made) for _ in range(2))
        assert work.look_at(_actor(first, "王一"), "declaration", 1) == ()
        assert [v.name for v in work.look_at(_actor(second, "王二"), "declaration", 1)] == ["王一"]


def test_who_goes_on_to_the_next_item_no_longer_looks_at_the_last(store: Store, maker: Make) -> None:
    with store.writing() as work:
        made = maker(work.session)
        first, second = (_signed_in(work, made) for _ in range(2))
        work.look_at(_actor(first), "declaration", 1)
        work.look_at(_actor(first), "declaration", 2)
        assert work.look_at(_actor(second), "declaration", 1) == ()
        assert work.session.scalar(select(func.count()).select_from(Viewing)) == 2


def test_a_server_that_went_away_is_said_to_be_unreachable(open_new_store: Callable[..., Store]) -> None:
    store = open_new_store("postgresql")
    with pytest.raises(Refused) as refused, store.writing() as work:
        own = work.session.scalar(text("select pg_backend_pid()"))
        with store.reading() as other:
            other.session.execute(text("select pg_terminate_backend(:own)"), {"own": own})
        work.session.execute(text("select 1"))
    assert refused.value.code == ErrorCode.DATABASE_UNREACHABLE


def _signed_in(work: UnitOfWork, made: Maker) -> int:
    from core.model import AccountRole

    account = made.account()
    role = AccountRole(account_id=account.id, role="operator")
    work.session.add(role)
    work.session.flush()
    session = LoginSession(
        id=str(account.id),
        account_id=account.id,
        role="operator",
        account_role_id=role.id,
        started_at=NOON,
        last_seen_at=NOON,
    )
    work.session.add(session)
    work.session.flush()
    return account.id


def _registration(org_id: int, name: str) -> Registration:
    return Registration(
        employer_id=org_id,
        id_digest=b"d" * 32,
        name=name,
        id_number_masked="4100**********001X",
        sealed=b"s",
        password_hash="-",
        submitted_at=NOON,
    )


def _race(store: Store, act: Callable[[UnitOfWork, int], None], runners: int) -> list[ErrorCode]:
    """Run the same act in threads that start together; the codes of those who were refused."""
    together = threading.Barrier(runners)
    refusals: list[ErrorCode] = []
    faults: list[BaseException] = []

    def run(number: int) -> None:
        together.wait(10)
        try:
            with store.writing() as work:
                act(work, number)
                work.commit()
        except Refused as refused:
            refusals.append(refused.code)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not faults, faults
    return refusals
