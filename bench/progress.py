"""申报进度查询: one page of a person's declarations among 10, 10,000 and 1,000,000 in the database.

One database is grown in steps and copied at each; the copies are then asked in turn.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import Ground
from bench.results import Row, Unit, each_timed, in_turn
from bench.sql import selects_of, send

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.rules.roles import Actor
    from core.services.desk import Desk

SIZES = (10, 10_000, 1_000_000)
OWN = 10
"""Declarations of the person who asks, the same at every size; a page of the screen holds more."""
HEAVY = 2_000
"""Declarations of one person in the row without a limit: far more than a working life gives."""
FILE = "jijiao.sqlite3"
_EACH = 5
_PAGES = 40


def measure(ground: Ground) -> list[Row]:
    """A row for each size beside the smallest, and one for a person with very many declarations."""
    copies, clock, actor, heavy = _grown(ground.folder / "progress")
    with ExitStack() as kept:
        desks = [open_desk_on(copy, clock) for copy in copies]
        for desk in desks:
            kept.callback(desk.close)
        pages = [partial(each_timed, [partial(_page, desk, actor)] * _PAGES) for desk in desks]
        of_heavy = partial(each_timed, [partial(_page, desks[-1], heavy)] * _PAGES)
        sql = [
            partial(each_timed, [_its_sql(kept, desk, copy, actor)] * _PAGES)
            for desk, copy in ((desks[0], copies[0]), (desks[-1], copies[-1]))
        ]
        taken = in_turn(ground.rounds(25, 10), *pages, of_heavy, *sql)
    *series, many, sql_small, sql_large = taken
    unit, smallest = Unit.MICROSECONDS, series[0].scaled(1e6)
    rows = [Row(f"progress: page among {SIZES[0]} declarations", unit, smallest)]
    for size, values in zip(SIZES[1:], series[1:], strict=True):
        limit = 1.5 if size == SIZES[-1] else None
        rows.append(
            Row(
                f"progress: page among {size:,}",
                unit,
                values.scaled(1e6),
                f"the same page among {SIZES[0]}",
                smallest,
                limit,
            )
        )
    rows.append(
        Row(
            f"progress: SQL of the page alone among {SIZES[-1]:,}",
            unit,
            sql_large.scaled(1e6),
            f"the same SQL among {SIZES[0]}, both through sqlite3",
            sql_small.scaled(1e6),
        )
    )
    rows.append(
        Row(
            f"progress: page of a person with {HEAVY:,} of their own",
            unit,
            many.scaled(1e6),
            f"a person with {OWN}, among {SIZES[0]}",
            smallest,
        )
    )
    return rows


def _its_sql(kept: ExitStack, desk: Desk, folder: Path, actor: Actor) -> Callable[[], None]:
    from core.schema.declarations import ProgressQuery
    from core.services.declarations import progress_page

    statements = selects_of(desk, lambda work: progress_page(work, actor, ProgressQuery()))
    connection = sqlite3.connect(folder / FILE)
    kept.callback(connection.close)
    return partial(send, connection, statements)


def _page(desk: Desk, actor: Actor) -> None:
    from core.schema.declarations import ProgressQuery
    from core.services.declarations import progress_page

    page = desk.do(progress_page, actor, ProgressQuery())
    if len(page.rows) < OWN:
        raise AssertionError("the page is not full")


# --------------------------------------------------------------------------------------- growing it


def _grown(folder: Path) -> tuple[list[Path], Clock, Actor, Actor]:
    """The data folders of the steps, their clock, a person with few declarations and one with many."""
    from core.services.settings import read_settings
    from core.store.store import create_store
    from tests.worlds import build_world

    first = folder / "growing"
    store = create_store(read_settings({"data_dir": first, "captcha": False}))
    world = build_world(store)
    actor, heavy = world.person(), world.person("李四")
    school, clock = world.school, world.clock
    store.close()
    copies = []
    for size in SIZES:
        _grow(first / FILE, size, school, actor, heavy)
        copy = folder / str(size)
        shutil.copytree(first, copy)
        copies.append(copy)
    return copies, clock, actor, heavy


def _grow(file: Path, size: int, school: int, actor: Actor, heavy: Actor) -> None:
    """Add declarations until there are `size`: first the person's own, then those of many others."""
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("pragma foreign_keys=OFF")
        connection.execute("pragma synchronous=OFF")
        connection.execute("pragma cache_size=-200000")
        connection.execute("begin")
        there = connection.execute("select count(*) from declaration").fetchone()[0]
        if not there:
            _add_declarations(connection, OWN, school, f"select {actor.person_id}, value from numbers")
        elif size == SIZES[-1]:
            _add_declarations(connection, HEAVY, school, f"select {heavy.person_id}, value from numbers")
        there = connection.execute("select count(*) from declaration").fetchone()[0]
        others = (size - there) // _EACH
        if others:
            first = add_persons(connection, others, school)
            each = f"select {first} + (value - 1) / {_EACH}, value from numbers"
            _add_declarations(connection, others * _EACH, school, each)
        connection.execute("commit")
        connection.execute("analyze")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()


def _add_declarations(connection: sqlite3.Connection, count: int, school: int, owners: str) -> None:
    """`owners` gives (person_id, running number); a tenth waits at the school, the rest is decided."""
    connection.execute(
        f"""
        with recursive numbers(value) as (
            select 1 union all select value + 1 from numbers where value < {count}
        ), owned(person, n) as ({owners})
        insert into declaration (
            person_id, employer_id, region_code, year, subject, form, title, fields, claimed_halves,
            recognised_halves, completes_professional, status, step, handler_org_id, started_on, ended_on,
            note, source, returned, flagged, submitted_at, created_at, updated_at, version
        )
        select person, {school}, '410326', 2017 + n % 10, '专业课', 'post_training',
            (2017 + n % 10) || '年初中数学新课标培训班第' || (n % 97) || '期',
            '{{"organiser": "汝阳县教育局", "class_name": "2019年新课标培训班", "result": "合格"}}',
            80, case n % 10 when 0 then null else 80 end, 0,
            case n % 10 when 0 then 'pending' else 'approved' end,
            case n % 10 when 0 then 'employer' end, case n % 10 when 0 then {school} end,
            '2019-07-01', '2019-07-10', '', 'person', 0, 0,
            '2026-10-01T08:00:00.000000+00:00', '2026-10-01T08:00:00.000000+00:00',
            '2026-10-01T08:00:00.000000+00:00', 1
        from owned
        """
    )


def add_persons(connection: sqlite3.Connection, count: int, school: int) -> int:
    """Persons with accounts; answers the id of the first."""
    first = int(connection.execute("select max(id) + 1 from person").fetchone()[0])
    account = int(connection.execute("select max(id) + 1 from account").fetchone()[0])
    numbers = (
        "with recursive numbers(value) as "
        f"(select 0 union all select value + 1 from numbers where value < {count} - 1) "
    )
    connection.execute(
        f"{numbers} insert into account (id, login_digest, login_sealed, password_hash, must_change, active, "
        f"created_at, version) select {account} + value, randomblob(32), randomblob(60), '!', 0, 1, "
        "'2026-10-01T08:00:00.000000+00:00', 1 from numbers"
    )
    connection.execute(
        f"{numbers} insert into person (id, account_id, employer_id, region_code, name, pinyin, initials, "
        "id_type, id_number_sealed, id_number_digest, gender, ethnic_group, native_place, school, major, series, "
        f"title, version) select {first} + value, {account} + value, {school}, '410326', '王芳' || value, "
        "'wangfang', 'wf', '身份证', randomblob(60), randomblob(32), '女', '', '', '', '', '', '', 1 from numbers"
    )
    return first


def open_desk_on(folder: Path, clock: Clock) -> Desk:
    from core.services.desk import Desk
    from core.services.settings import read_settings
    from core.store.store import open_store

    return Desk(open_store(read_settings({"data_dir": folder, "captcha": False}), clock))
