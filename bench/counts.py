"""查询统计: a province from its cells and a county from the years below them, among 20,000 and 200,000 people.

The bare SQL is what the use case itself sends, caught on its way and sent again through sqlite3.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import Ground
from bench.progress import FILE, add_persons, open_desk_on
from bench.results import Row, Unit, each_timed, in_turn
from bench.sql import selects_of, send

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.rules.roles import Actor
    from core.schema.statistics import StatisticsQuery
    from core.services.desk import Desk

SIZES = (20_000, 200_000)
YEARS = 10
_PAGES = 5
_LEVELS = ("正高级", "副高级", "中级", "助理级", "员级")


def measure(ground: Ground) -> list[Row]:
    """Two views, each beside its own SQL and beside a tenth of the people."""
    copies, clock, province, county = _grown(ground.folder / "counts")
    from core.schema.statistics import GroupBy, StatisticsQuery

    views = (
        ("province by region from cells", province, StatisticsQuery(by=GroupBy.REGION, year=2026)),
        ("county by series from the years", county, StatisticsQuery(by=GroupBy.SERIES, year=2026)),
    )
    rows = []
    with ExitStack() as kept:
        desks = [open_desk_on(copy, clock) for copy in copies]
        for desk in desks:
            kept.callback(desk.close)
        for name, actor, query in views:
            measured = [partial(each_timed, [partial(_view, desk, actor, query)] * _PAGES) for desk in desks]
            connection = sqlite3.connect(copies[-1] / FILE)
            kept.callback(connection.close)
            sent = selects_of(desks[-1], lambda work, a=actor, q=query: _count(work, a, q))  # type: ignore[misc]
            bare = partial(each_timed, [partial(send, connection, sent)] * _PAGES)
            small, large, sql = in_turn(ground.rounds(15, 6), *measured, bare)
            what = f"statistics: {name}, {SIZES[-1]:,} people x {YEARS} years"
            unit, ours = Unit.MILLISECONDS, large.scaled(1e3)
            rows.append(Row(what, unit, ours, "the same SQL through sqlite3", sql.scaled(1e3)))
            fewer = f"{what}, beside fewer people"
            rows.append(Row(fewer, unit, ours, f"the same among {SIZES[0]:,}", small.scaled(1e3)))
    return rows


def _view(desk: Desk, actor: Actor, query: StatisticsQuery) -> None:
    from core.services.statistics import statistics

    found = desk.do(statistics, actor, query)
    if not found.total.people:
        raise AssertionError("nobody was counted")


def _count(work: object, actor: Actor, query: StatisticsQuery) -> None:
    """What the use case reads, in the unit of work that is listened to."""
    from core.services.statistics import counted_by
    from core.services.statistics_ground import ground_of
    from core.store.work import UnitOfWork

    assert isinstance(work, UnitOfWork)
    ground = ground_of(work, actor, query)
    counted_by(work, ground, ground.by(query))


def _grown(folder: Path) -> tuple[list[Path], Clock, Actor, Actor]:
    """The data folders of the sizes, all their cells up to date, and the bureaus of the province and a county."""
    from core.rules import reference
    from core.services.settings import read_settings
    from core.services.setup import fill_regions
    from core.store.statistics import all_keys, rebuild
    from core.store.store import create_store, open_store
    from tests.worlds import build_world

    first, copies = folder / "growing", []
    store = create_store(read_settings({"data_dir": first, "captcha": False}))
    with store.writing() as work:
        fill_regions(work)
        work.commit()
    world = build_world(store)
    province, county = world.office(world.province_bureau), world.office(world.county_bureau)
    school, clock = world.school, world.clock
    world.person()
    store.close()
    codes = [each.code for each in reference.regions() if not each.code.endswith("00")]
    for size in SIZES:
        _grow(first / FILE, size, school, codes)
        store = open_store(read_settings({"data_dir": first, "captcha": False}), clock)
        with store.writing() as work:
            for year, region in all_keys(work.session):
                work.cells_are_stale(year, region)
            work.commit()
        with store.writing() as work:
            rebuild(work.session, all_keys(work.session))
            work.commit()
        store.close()
        with sqlite3.connect(first / FILE) as connection:
            connection.execute("analyze")
            connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()
        copies.append(folder / str(size))
        shutil.copytree(first, copies[-1])
    return copies, clock, province, county


def _grow(file: Path, size: int, school: int, codes: list[str]) -> None:
    from core.rules import reference

    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("pragma foreign_keys=OFF")
        connection.execute("pragma synchronous=OFF")
        connection.execute("pragma cache_size=-200000")
        connection.execute("begin")
        there = connection.execute("select count(*) from person").fetchone()[0]
        first = add_persons(connection, size - there, school)
        connection.execute("create temp table place (n integer primary key, code text)")
        connection.executemany("insert into place values (?, ?)", enumerate(codes))
        connection.execute("create temp table kind (n integer primary key, series text, level text)")
        kinds = [(series, level) for series in reference.series_names()[:20] for level in _LEVELS]
        connection.executemany(
            "insert into kind values (?, ?, ?)", ((at, *each) for at, each in enumerate(kinds))
        )
        connection.execute(
            f"""
            with recursive years(year) as (
                select 2026 union all select year - 1 from years where year > 2026 - {YEARS} + 1
            )
            insert into person_year (
                person_id, year, region_code, public_halves, professional_halves, passed, employer_id, series,
                level, rules_edition, recognised_by, version
            )
            select p.id, year, place.code, 60, (p.id * 7 + year) % 180, ((p.id * 7 + year) % 180) >= 120,
                {school}, kind.series, kind.level, 0, '', 1
            from years, person p
            join place on place.n = p.id % {len(codes)}
            join kind on kind.n = (p.id / 7) % {len(kinds)}
            where p.id >= {first}
            order by p.id, year
            """
        )
        connection.execute("commit")
    connection.close()
