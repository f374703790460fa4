"""Years of people counted up (统计): from the cells of a region, or straight from the years by index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, not_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Org, Person, PersonYear, StatCell, StatDirty

Key = tuple[int, str]
"""A year and the code of a region: what is marked and rebuilt at once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """People of one group who have the year, how many of them passed, their hours times two."""

    people: int = 0
    passed: int = 0
    public_halves: int = 0
    professional_halves: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.people + other.people,
            self.passed + other.passed,
            self.public_halves + other.public_halves,
            self.professional_halves + other.professional_halves,
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """Which years of people are counted. `prefix` are the digits that the regions share (2, 4 or 6; empty: all),
    `region` one region alone; `authority_id` stands for the units of a 主管部门; `department_id` 0 for nobody's."""

    years: tuple[int, ...]
    prefix: str = ""
    region: str = ""
    authority_id: int | None = None
    employer_id: int | None = None
    department_id: int | None = None
    series: str | None = None
    level: str | None = None

    @property
    def in_cells(self) -> bool:
        """Whether the cells know enough to answer."""
        return self.authority_id is None and self.employer_id is None and self.department_id is None


_IN_CELLS = ("region_code", "series", "level", "year")


def counted(session: Session, extent: Extent, by: str) -> dict[Any, Tally]:
    """The tallies of an extent by `region_code`, `employer_id`, `department_id`, `series`, `level` or `year`.

    A county's single year, an authority's and an employer's come from the years themselves; several years or a
    larger region from the cells, of which those that are marked as stale are counted from the years instead. So
    the answer is always that of a full count.
    """
    if not extent.in_cells or by not in _IN_CELLS or (extent.region and len(extent.years) == 1):
        return _from_years(session, extent, by)
    stale = stale_keys(session, extent)
    tallies = _from_cells(session, extent, by, stale)
    if stale:
        for key, tally in _from_years(session, extent, by, only=stale).items():
            tallies[key] = tallies.get(key, Tally()) + tally
    return tallies


def stale_keys(session: Session, extent: Extent) -> list[Key]:
    """The years and regions of an extent whose cells are marked, in order."""
    where = [StatDirty.year.in_(extent.years), *_regions(extent, StatDirty.region_code)]
    query = select(StatDirty.year, StatDirty.region_code).where(*where)
    return sorted((year, region) for year, region in session.execute(query))


def all_stale_keys(session: Session, *, after: Key | None = None, limit: int = 1000) -> list[Key]:
    """Marks in order, those behind a key."""
    query = select(StatDirty.year, StatDirty.region_code)
    if after is not None:
        year, region = after
        later = (StatDirty.year == year) & (StatDirty.region_code > region)
        query = query.where((StatDirty.year > year) | later)
    query = query.order_by(StatDirty.year, StatDirty.region_code).limit(limit)
    return [(year, region) for year, region in session.execute(query)]


def all_keys(session: Session) -> list[Key]:
    """Every year and region that has years or cells, in order."""
    found = {
        (year, region)
        for model in (PersonYear, StatCell, StatDirty)
        for year, region in session.execute(select(model.year, model.region_code).distinct())
    }
    return sorted(found)


def rebuild(session: Session, keys: Iterable[Key]) -> int:
    """Count the cells of these years and regions anew and take their marks away; answers how many were rebuilt.

    The mark goes first: that waits for whoever has just written it again, so that what is counted afterwards
    holds what he did. A key without a mark is up to date, or was rebuilt by another meanwhile.
    """
    done = 0
    for year, region in sorted(keys):
        mark = delete(StatDirty).where(StatDirty.year == year, StatDirty.region_code == region)
        if not session.connection().execute(mark).rowcount:
            continue
        session.execute(delete(StatCell).where(StatCell.year == year, StatCell.region_code == region))
        columns = ("year", "region_code", "series", "level")
        shared = [getattr(PersonYear, name) for name in columns]
        anew = (
            select(*shared, *_sums())
            .where(PersonYear.year == year, PersonYear.region_code == region)
            .group_by(*shared)
        )
        names = [*columns, "persons", "passed", "public_halves", "professional_halves"]
        session.execute(insert(StatCell).from_select(names, anew))
        done += 1
    return done


def first_wrong_cell(session: Session) -> tuple[Key, str, str, Tally, Tally] | None:
    """The first cell that differs from the years below it though nothing marks it: key, series, level, what the
    cell says, what a full count says. None where all agree."""
    marked = set(all_stale_keys(session, limit=1_000_000))
    order = ("year", "region_code", "series", "level")

    def named(model: type[StatCell] | type[PersonYear]) -> list[Any]:
        return [getattr(model, name) for name in order]

    stored = {
        tuple(row[:4]): Tally(*(int(each) for each in row[4:]))
        for row in session.execute(
            select(
                *named(StatCell),
                StatCell.persons,
                StatCell.passed,
                StatCell.public_halves,
                StatCell.professional_halves,
            )
        )
    }
    full = select(*named(PersonYear), *_sums()).group_by(*named(PersonYear))
    counts = {tuple(row[:4]): Tally(*(int(each or 0) for each in row[4:])) for row in session.execute(full)}
    for year, region, series, level in sorted(stored.keys() | counts.keys()):
        if (year, region) in marked:
            continue
        key = (year, region, series, level)
        said, is_ = stored.get(key, Tally()), counts.get(key, Tally())
        if said != is_:
            return (year, region), series, level, said, is_
    return None


def _sums() -> tuple[ColumnElement[int], ...]:
    return (
        func.count(),
        func.sum(case((PersonYear.passed, 1), else_=0)),
        func.sum(PersonYear.public_halves),
        func.sum(PersonYear.professional_halves),
    )


def _from_cells(session: Session, extent: Extent, by: str, stale: Sequence[Key]) -> dict[Any, Tally]:
    group = getattr(StatCell, by)
    where = [StatCell.year.in_(extent.years), *_regions(extent, StatCell.region_code)]
    if extent.series is not None:
        where.append(StatCell.series == extent.series)
    if extent.level is not None:
        where.append(StatCell.level == extent.level)
    if stale:
        where.append(not_(_any_of(stale, StatCell)))
    query = (
        select(
            group,
            func.sum(StatCell.persons),
            func.sum(StatCell.passed),
            func.sum(StatCell.public_halves),
            func.sum(StatCell.professional_halves),
        )
        .where(*where)
        .group_by(group)
    )
    return _tallies(session, query)


def _from_years(
    session: Session, extent: Extent, by: str, only: Sequence[Key] | None = None
) -> dict[Any, Tally]:
    group = Person.department_id if by == "department_id" else getattr(PersonYear, by)
    query = select(group, *_sums()).select_from(PersonYear)
    if by == "department_id" or extent.department_id is not None:
        query = query.join(Person, Person.id == PersonYear.person_id)
    where = years_where(extent) if only is None else [*years_where(extent), _any_of(only, PersonYear)]
    return _tallies(session, query.where(*where).group_by(group))


def years_where(extent: Extent) -> list[ColumnElement[bool]]:
    """An extent as conditions on PersonYear (and on Person, where a department is named)."""
    y = PersonYear
    where: list[ColumnElement[bool]] = [y.year.in_(extent.years), *_regions(extent, y.region_code)]
    if extent.authority_id is not None:
        units = select(Org.id).where(Org.authority_id == extent.authority_id)
        where.append(y.employer_id.in_(units))
    if extent.employer_id is not None:
        where.append(y.employer_id == extent.employer_id)
    if extent.department_id == 0:
        where.append(Person.department_id.is_(None))
    elif extent.department_id is not None:
        where.append(Person.department_id == extent.department_id)
    if extent.series is not None:
        where.append(y.series == extent.series)
    if extent.level is not None:
        where.append(y.level == extent.level)
    return where


def _regions(extent: Extent, column: Any) -> list[ColumnElement[bool]]:
    if extent.region:
        return [column == extent.region]
    if extent.prefix:
        return [column >= extent.prefix, column < extent.prefix + ":"]  # ':' follows '9'
    return []


def _any_of(keys: Sequence[Key], model: type[StatCell] | type[PersonYear]) -> ColumnElement[bool]:
    by_year: dict[int, list[str]] = {}
    for year, region in keys:
        by_year.setdefault(year, []).append(region)
    return or_(
        *(and_(model.year == year, model.region_code.in_(regions)) for year, regions in by_year.items())
    )


def _tallies(session: Session, query: Any) -> dict[Any, Tally]:
    return {
        key: Tally(int(people), int(passed or 0), int(public or 0), int(professional or 0))
        for key, people, passed, public, professional in session.execute(query)
    }


def departments_of(session: Session, employer_id: int) -> Mapping[int, str]:
    """The names of an employer's departments by their ids."""
    from core.model import Department

    query = select(Department.id, Department.name).where(Department.org_id == employer_id)
    return {key: name for key, name in session.execute(query)}
