"""Whose years are counted (统计人数): everybody has a row of the current year, which follows the person while open.

人数 of a year is the number of its rows (docs/statistics.md). So whoever is admitted gets the row of the current
year at once, and whoever has done nothing counts as not done; when a year begins everybody gets its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Meta, Org, Person, PersonYear
from core.rules.clock import today
from core.services.annual import recount_many
from core.services.desk import Desk
from core.services.judging import places_of
from core.store.bulk import insert_rows
from core.store.work import UnitOfWork

PAGE = 500
ENTERED = "statistics_year"
"""The key in `meta` of the last year whose rows everybody was given."""


def enter_year(work: UnitOfWork, people: Mapping[int, str]) -> None:
    """Give people (id -> region) that are new their row of the current year."""
    if people:
        recount_many(work, people, today(work.clock).year)


def enter_new(work: UnitOfWork, people: Sequence[int], employer: Org) -> None:
    """The same for many people at once who have just been made at a unit: none has hours or a position yet."""
    year = today(work.clock).year
    shared = {"year": year, "region_code": employer.region_code, "employer_id": employer.id}
    insert_rows(work.session, PersonYear, ("person_id",), [(key,) for key in people], shared)
    work.cells_are_stale(year, employer.region_code)


def move_open_years(work: UnitOfWork, people: Iterable[int]) -> None:
    """Count the years of these people that were not recognised yet where they stand now.

    Call it once the change of employer, region or position is flushed. A year that a bureau has recognised stays
    where that was done.
    """
    ids = sorted(set(people))
    query = (
        select(PersonYear)
        .where(PersonYear.person_id.in_(ids), PersonYear.recognised_at.is_(None))
        .order_by(PersonYear.year, PersonYear.person_id)
        .with_for_update()
    )
    rows = list(work.session.scalars(query, execution_options={"populate_existing": True}))
    places = places_of(work.session, ids)
    for row in rows:
        place = places[row.person_id]
        work.cells_are_stale(row.year, row.region_code)
        work.cells_are_stale(row.year, place.region_code)
        row.region_code, row.employer_id = place.region_code, place.employer_id
        row.series, row.level = place.series, place.level
    work.session.flush()


def enter_everybody_once(desk: Desk) -> int:
    """When a year has begun give everybody its row; answers how many were new. Cheap once that is done."""
    year = today(desk.clock).year
    with desk.reading() as work:
        entered = work.session.get(Meta, ENTERED)
        if entered is not None and int(entered.value) >= year:
            return 0
    return enter_everybody(desk, year)


def enter_everybody(desk: Desk, year: int) -> int:
    """Give everybody who lacks it the row of a year, a page in each transaction; answers how many were new."""
    count, after = 0, 0
    while True:
        with desk.writing() as work:
            query = select(Person.id, Person.region_code).where(Person.id > after, lacks_row(year))
            people = {
                key: region for key, region in work.session.execute(query.order_by(Person.id).limit(PAGE))
            }
            if people:
                recount_many(work, people, year)
            else:
                entered = work.session.get(Meta, ENTERED)
                if entered is None:
                    work.session.add(Meta(key=ENTERED, value=str(year)))
                else:
                    entered.value = str(max(year, int(entered.value)))
            work.commit()
        if not people:
            return count
        count, after = count + len(people), max(people)


def how_many_lack_row(work: UnitOfWork, year: int) -> int:
    """How many people have no row of a year."""
    return work.session.scalar(select(func.count()).select_from(Person).where(lacks_row(year))) or 0


def lacks_row(year: int) -> ColumnElement[bool]:
    """Whether a person has no row of a year."""
    return ~exists().where(PersonYear.person_id == Person.id, PersonYear.year == year)
