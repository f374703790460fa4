"""Queues of 10,000 transfers and positions beside queues of 10, and the reminder of 10,000 people beside bare rows."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import Ground
from bench.progress import FILE, add_persons, open_desk_on
from bench.results import Row, Unit, each_timed, in_turn

if TYPE_CHECKING:
    from core.rules.roles import Actor
    from core.schema.review import Subject
    from core.services.desk import Desk
    from tests.worlds import World

FEW, MANY = 10, 10_000
_CALLS = 40
_POSITION = (
    '{"certificate_number": "4119010013109", "series": "党校教师 (正高级)", "major": "政治", "title": "教授", '
    '"passed_on": "2015-04-01"}'
)


def measure(ground: Ground) -> list[Row]:
    """A page and an item of each queue at both sizes, then the reminder run."""
    folder = ground.folder / "changes"
    world, office = _world(folder / "growing")
    for size in (FEW, MANY):
        _grow(folder / "growing" / FILE, size, world)
        shutil.copytree(folder / "growing", folder / str(size))
    with ExitStack() as kept:
        desks = [open_desk_on(folder / str(size), world.clock) for size in (FEW, MANY)]
        for desk in desks:
            kept.callback(desk.close)
        rows = _queue_rows(desks, office, ground.rounds(20, 8))
    return [*rows, _reminder_row(folder, world, ground.rounds(5, 2))]


def _queue_rows(desks: list[Desk], office: Actor, rounds: int) -> list[Row]:
    from core.schema.review import Subject

    rows = []
    for subject, words in ((Subject.TRANSFER, "transfers"), (Subject.POSITION, "positions")):
        for what, call in (("page", _page), ("item", _item)):
            few, many = in_turn(
                rounds,
                *(partial(each_timed, [partial(call, desk, office, subject)] * _CALLS) for desk in desks),
            )
            name, beside = f"queue: {what} of {MANY:,} {words}", f"the same {what} among {FEW}"
            rows.append(Row(name, Unit.MICROSECONDS, many.scaled(1e6), beside, few.scaled(1e6)))
    return rows


def _page(desk: Desk, office: Actor, subject: Subject) -> None:
    from core.schema.review import QueueQuery
    from core.services.review_views import queue_page

    page = desk.do(queue_page, office, QueueQuery(subject=subject, limit=FEW))
    if len(page.rows) < FEW:
        raise AssertionError("the page is not full")


def _item(desk: Desk, office: Actor, subject: Subject) -> None:
    from core.schema.review import ItemKey
    from core.services.review_views import review_item

    change_id = 1 if subject == "transfer" else FEW + 1
    desk.do(review_item, office, ItemKey(subject=subject, id=change_id))


def _reminder_row(folder: Path, world: World, rounds: int) -> Row:
    """Everybody lacks hours; each round tells them all anew on a database of its own."""
    from core.schema.messages import Remind
    from core.services.reminders import remind
    from core.services.setup import LOCAL

    template, number = folder / str(MANY), 0

    def fresh() -> Path:
        nonlocal number
        number += 1
        copy = folder / f"remind-{number}"
        shutil.copytree(template, copy)
        return copy

    def ours() -> float:
        copy = fresh()
        desk = open_desk_on(copy, world.clock)
        begin = time.perf_counter()
        told = remind(desk, LOCAL, Remind()).told
        seconds = time.perf_counter() - begin
        desk.close()
        shutil.rmtree(copy)
        if told < MANY:
            raise AssertionError(f"{told} were told")
        return seconds / told

    def bare() -> float:
        copy = fresh()
        with sqlite3.connect(copy / FILE, isolation_level=None) as connection:
            connection.execute("pragma synchronous=FULL")
            accounts = [row[0] for row in connection.execute("select account_id from person")]
            text = "2026年度申报 12-15 截止，还有 23 天；还差公需 30、专业 60 学时。"
            begin = time.perf_counter()
            connection.execute("begin immediate")
            connection.executemany(
                "insert into message (account_id, kind, text, object_kind, object_id, at, once_key) "
                "values (?, 'reminder', ?, 'year', 2026, '2026-11-22T01:00:00.000000+00:00', 'bench')",
                [(account, text) for account in accounts],
            )
            connection.execute("commit")
            seconds = time.perf_counter() - begin
        connection.close()
        shutil.rmtree(copy)
        return seconds / len(accounts)

    run, rows = in_turn(rounds, ours, bare)
    return Row(
        f"remind: a person of {MANY:,}",
        Unit.MICROSECONDS,
        run.scaled(1e6),
        "a bare executemany of as many message rows in one transaction",
        rows.scaled(1e6),
    )


# --------------------------------------------------------------------------------------- growing it


def _world(folder: Path) -> tuple[World, Actor]:
    """An installation, and the office of the employer whose queues grow."""
    from core.services.settings import read_settings
    from core.store.store import create_store
    from tests.worlds import build_world

    store = create_store(read_settings({"data_dir": folder, "captcha": False}))
    world = build_world(store)
    office = world.office(world.school)
    world.person()
    store.close()
    return world, office


def _grow(file: Path, size: int, world: World) -> None:
    """Add persons who have a transfer to the school and a position there waiting, until there are `size` of each."""
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("pragma foreign_keys=OFF")
        connection.execute("pragma synchronous=OFF")
        connection.execute("begin")
        (there,) = connection.execute("select count(*) from change where kind = 'transfer'").fetchone()
        first = add_persons(connection, size - there, world.school)
        _add_changes(connection, "transfer", first, size - there, world)
        _add_changes(connection, "position", first, size - there, world)
        connection.execute("commit")
        connection.execute("analyze")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()


def _add_changes(connection: sqlite3.Connection, kind: str, first: int, count: int, world: World) -> None:
    """One for each of the persons, an hour apart, the first ones the oldest."""
    moves = kind == "transfer"
    connection.execute(
        f"""
        with recursive numbers(value) as (
            select 0 union all select value + 1 from numbers where value < {count} - 1
        )
        insert into change (kind, person_id, org_id, from_org_id, state, fields, faces, automatic,
            submitted_at, decided_by_name, reason, version)
        select ?, {first} + value, {world.school}, ?, 'pending', ?, '', 0,
            strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', '2026-01-01', (({first} + value) || ' minutes')),
            '', '', 1
        from numbers
        """,
        (kind, world.garden if moves else None, "{}" if moves else _POSITION),
    )
