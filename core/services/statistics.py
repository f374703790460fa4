"""查询统计 (E7, D4, R8): counted for the office that asks, by region, employer, department, series, level, year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.model import Department, Org, Person, PersonYear
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Page
from core.schema.statistics import (
    GroupBy,
    Statistics,
    StatisticsPeople,
    StatisticsQuery,
    StatLine,
    StatPerson,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.employers import region_name
from core.services.scope import region_prefix
from core.services.stat_cells import freshen
from core.services.statistics_ground import NO_DEPARTMENT, NO_LEVEL, NO_SERIES, Ground, ground_of
from core.store.statistics import Extent, Tally, counted, departments_of, years_where
from core.store.work import UnitOfWork

MOST_LINES = 2000
_PAGE = 500
_LEVELS = ("正高级", "副高级", "中级", "助理级", "员级")
_COLUMNS = {
    GroupBy.REGION: "region_code",
    GroupBy.EMPLOYER: "employer_id",
    GroupBy.DEPARTMENT: "department_id",
    GroupBy.SERIES: "series",
    GroupBy.LEVEL: "level",
    GroupBy.YEAR: "year",
}


@desk_use_case(Action.STATISTICS)
def statistics(desk: Desk, actor: Actor, command: StatisticsQuery) -> Statistics:
    """The groups of what the caller sees, with their sum and the years beside it.

    Raises Refused NOT_YOURS for a region or an employer outside, NOT_FOUND, and for the field `year`.
    """
    with desk.reading() as work:
        ground = ground_of(work, actor, command)
    if ground.extent.in_cells:
        freshen(desk, actor, ground.beside)
    with desk.reading() as work:
        return counted_by(work, ground, ground.by(command))


@use_case(Action.STATISTICS, writes=False)
def statistics_people(work: UnitOfWork, actor: Actor, command: StatisticsPeople) -> Page[StatPerson]:
    """The people behind a line, each with the year, in the order of their numbers. Raises as `statistics`."""
    ground = ground_of(work, actor, command)
    after = int(command.after[0]) if command.after else 0
    rows = people_of(work, ground.extent, after, command.limit + 1, command.passed)
    following = (rows[command.limit - 1].person_id,) if len(rows) > command.limit else None
    return Page(tuple(rows[: command.limit]), following)


def counted_by(work: UnitOfWork, ground: Ground, by: GroupBy) -> Statistics:
    beside = counted(work.session, ground.beside, "year")
    years = tuple(_line(str(year), f"{year}年度", beside.get(year, Tally())) for year in ground.beside.years)
    tallies = beside if by is GroupBy.YEAR else counted(work.session, ground.extent, _COLUMNS[by])
    own = beside if by is GroupBy.YEAR else None
    if by is GroupBy.REGION:
        tallies = _by_parts(ground.scope, tallies)
    lines = _ordered(work, ground, by, tallies)
    total = Tally()
    for tally in (tallies if own is None else {ground.year: beside.get(ground.year, Tally())}).values():
        total += tally
    return Statistics(
        year=ground.year,
        by=by,
        place=ground.place,
        lines=tuple(lines[:MOST_LINES]),
        total=_line("", "合计", total),
        years=years,
        groups=ground.groups,
        deeper=ground.deeper(by),
        truncated=len(lines) > MOST_LINES,
    )


def _line(key: str, label: str, tally: Tally) -> StatLine:
    public, professional = CreditHours(tally.public_halves), CreditHours(tally.professional_halves)
    return StatLine(key, label, tally.people, tally.passed, public, professional)


def _by_parts(scope: str, tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    """Regions put together to the parts of a larger one: below the province cities with all they hold, below a
    city its counties. What belongs to the region itself stays under its own code."""
    parts: dict[str, Tally] = {}
    for code, tally in tallies.items():
        part = part_of(scope, code)
        parts[part] = parts.get(part, Tally()) + tally
    return parts


def part_of(scope: str, code: str) -> str:
    """The part of a region in which a code lies; by its digits, as everywhere where it is asked who sees what."""
    if len(region_prefix(scope)) > 2:
        return code
    city = code[:4] + "00"
    return city if code != scope and len(region_prefix(city)) == 4 else code


def _ordered(work: UnitOfWork, ground: Ground, by: GroupBy, tallies: Mapping[Any, Tally]) -> list[StatLine]:
    labels = _labels(work, ground, by, tallies)
    lines = [_line(_key(key), labels[key], tallies[key]) for key in tallies]
    if by is GroupBy.YEAR:
        return sorted(lines, key=lambda line: line.key, reverse=True)
    if by is GroupBy.LEVEL:
        order = {level: at for at, level in enumerate(_LEVELS)}
        return sorted(lines, key=lambda line: (order.get(line.key, len(order)), line.key == "", line.key))
    if by is GroupBy.SERIES:
        places = {series: at for at, series in enumerate(work.lists.series_names())}
        return sorted(lines, key=lambda line: (places.get(line.key, len(places)), line.key == "", line.key))
    if by is GroupBy.EMPLOYER:  # those with most left to do first
        return sorted(lines, key=lambda line: (line.passed - line.people, line.key))
    return sorted(lines, key=lambda line: (line.key in ("0", ""), line.key.zfill(20)))


def _key(key: Any) -> str:
    return "0" if key is None else str(key)


def _labels(work: UnitOfWork, ground: Ground, by: GroupBy, keys: Mapping[Any, Tally]) -> Mapping[Any, str]:
    if by is GroupBy.REGION:
        own = f"{region_name(work, ground.scope)}本级"
        return {key: own if key == ground.scope else _short(work, key) for key in keys}
    if by is GroupBy.EMPLOYER:
        names: dict[Any, str] = {None: "没有单位"}
        ids = [key for key in keys if key is not None]
        for start in range(0, len(ids), _PAGE):
            query = select(Org.id, Org.name).where(Org.id.in_(ids[start : start + _PAGE]))
            names |= {key: name for key, name in work.session.execute(query)}
        return names
    if by is GroupBy.DEPARTMENT:
        known = departments_of(work.session, ground.extent.employer_id or 0)
        return {key: NO_DEPARTMENT if key is None else known.get(key, NO_DEPARTMENT) for key in keys}
    if by is GroupBy.YEAR:
        return {key: f"{key}年度" for key in keys}
    empty = NO_SERIES if by is GroupBy.SERIES else NO_LEVEL
    return {key: key or empty for key in keys}


def _short(work: UnitOfWork, code: str) -> str:
    """A region by its own name: where it lies stands above the table."""
    try:
        return work.lists.region(code).name
    except KeyError:
        return code


def people_of(
    work: UnitOfWork, extent: Extent, after: int, limit: int, passed: bool | None = None
) -> list[StatPerson]:
    y, p = PersonYear, Person
    query = (
        select(
            p.id, p.name, p.id_number_sealed, Department.name, p.series, p.title,
            y.public_halves, y.professional_halves, y.passed, y.recognised_at,
        )
        .join(p, p.id == y.person_id)
        # Whoever went elsewhere since then is in a department of another unit.
        .outerjoin(Department, (Department.id == p.department_id) & (Department.org_id == y.employer_id))
        .where(*years_where(extent), y.person_id > after)
        .order_by(y.person_id)
        .limit(limit)
    )  # fmt: skip
    if passed is not None:
        query = query.where(y.passed.is_(passed))
    return [
        StatPerson(
            person_id=key,
            name=name,
            id_number_masked=mask_id_number(work.vault.open(sealed)),
            department=department or "",
            series=series,
            title=title,
            public=CreditHours(public),
            professional=CreditHours(professional),
            passed=bool(done),
            recognised=recognised is not None,
        )
        for key, name, sealed, department, series, title, public, professional, done, recognised in (
            work.session.execute(query)
        )
    ]
