"""The audit log proves itself: every entry linked in its own transaction, and whatever is done to it is found."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from core.model import Audit, AuditLink
from core.schema.base import Nothing
from core.services.audit_log import prove_audit
from core.services.audit_proof import heads_of, prove_chain
from core.services.desk import Desk
from core.store.store import Store
from tests.services.hall import operator
from tests.worlds import World


@pytest.fixture
def written(store: Store) -> Store:
    """A store with ten entries."""
    for number in range(10):
        with store.writing() as work:
            work.audit(None, "session.sign_in", "account", number, f"第 {number} 次")
            work.commit()
    return store


def troubled(store: Store, *statements: str) -> str:
    """What the proof says after somebody who owns the database has got past its triggers."""
    with store.writing() as work:
        if store.engines.name == "sqlite":
            asked = "select name from sqlite_master where type = 'trigger'"
            for name in work.session.scalars(text(asked)).all():
                work.session.execute(text(f"drop trigger {name}"))
        else:
            for table in ("audit", "audit_link"):
                work.session.execute(text(f"alter table {table} disable trigger all"))
        for statement in statements:
            work.session.execute(text(statement))
        work.session.commit()
    with store.reading() as work:
        return prove_chain(work, heads_of(store.settings)).trouble


def test_a_log_that_nobody_touched_is_whole(written: Store) -> None:
    with written.reading() as work:
        proof = prove_chain(work)
    assert (proof.whole, proof.entries, len(proof.head)) == (True, 10, 64)


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (("update audit set summary = '没有的事' where id = 4",), "被改过"),
        (("delete from audit_link where audit_id = 4", "delete from audit where id = 4"), "不见了"),
        (("delete from audit_link where id = 4",), "不见了"),
        (("update audit_link set previous = hash where id = 5",), "接不上"),
        (("delete from audit_link where id = 10",), "有 10 条记录，链上只有 9 条"),
    ],
    ids=["altered", "dropped", "unlinked", "relinked", "cut"],
)
def test_whatever_is_done_to_it_is_found(written: Store, done: tuple[str, ...], told: str) -> None:
    assert told in troubled(written, *done)


def test_an_end_that_was_cut_off_is_missed_by_the_heads_noted_outside(
    written: Store, desk: Desk, world: World
) -> None:
    assert desk.do(prove_audit, operator(world), Nothing()).whole
    cut = (
        "delete from audit_link where id > 5",
        "delete from audit where id not in (select audit_id from audit_link)",
    )
    assert "末尾被删过" in troubled(written, *cut)


def test_what_a_savepoint_undid_leaves_no_link(store: Store) -> None:
    with store.writing() as work:
        work.audit(None, "session.sign_in")
        try:
            with work.session.begin_nested():
                work.audit(None, "session.sign_out")
                work.session.flush()
                raise LookupError
        except LookupError:
            pass
        work.commit()
    with store.reading() as work:
        counts = [work.session.scalar(select(func.count()).select_from(each)) for each in (Audit, AuditLink)]
        assert (counts, prove_chain(work).whole) == ([1, 1], True)


def test_many_who_write_at_once_make_one_chain(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            with store.writing() as work:
                work.audit(None, "session.sign_in", "account", f"{number}-{turn}")
                work.commit()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as work:
        proof = prove_chain(work)
    assert (proof.trouble, proof.entries) == ("", 20)


def test_the_proof_is_written_down_and_its_head_noted_once(desk: Desk, world: World) -> None:
    me = operator(world)
    desk.do(prove_audit, me, Nothing())  # the first entry of this log
    first = desk.do(prove_audit, me, Nothing())
    assert heads_of(world.store.settings)[first.entries] == first.head
    again = desk.do(prove_audit, me, Nothing())
    assert (again.entries, again.anchors) == (first.entries + 1, 1)


def test_the_doctor_names_the_first_entry_that_was_changed(
    open_new_store: Callable[..., Store],
) -> None:
    from core.services.health import _audit

    store = open_new_store("sqlite")
    with store.writing() as work:
        work.audit(None, "session.sign_in")
        work.commit()
    with store.reading() as work:
        assert _audit(work).ok
    assert "被改过" in troubled(store, "update audit set actor_name = '别人'")
    with store.reading() as work:
        finding = _audit(work)
    assert (finding.ok, "第 1 条" in finding.text, finding.mend != "") == (False, True, True)
