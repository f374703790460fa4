"""What a person's year is judged by (年度合格标准, 减免), and where it is counted (单位, 区域, 系列, 级别)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import Exemption, Person, PersonYear
from core.rules.annual import AnnualRule
from core.rules.hours import CreditHours
from core.rules.rulebook import Rulebook
from core.store.registers import YearLine
from core.store.work import UnitOfWork, work_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person's open year is counted: 区域, 单位, 系列 and 级别 of the position in force."""

    region_code: str
    employer_id: int
    series: str
    level: str


def rules_of(work: UnitOfWork, rows: Sequence[PersonYear]) -> Mapping[int, AnnualRule]:
    """The rule of each person's year (by person id): the year's own, lightened where a 减免 is in force.

    All rows are of one year.
    """
    if not rows:
        return {}
    year = rows[0].year
    lightened = exemptions_of(work.session, [row.person_id for row in rows], year)
    return {
        row.person_id: _lightened(rulebook_of(work, row).annual_rule(year), lightened.get(row.person_id))
        for row in rows
    }


def rules_by_year(
    work: UnitOfWork, person_id: int, rows: Iterable[PersonYear | YearLine]
) -> Mapping[int, AnnualRule]:
    """The same for many years of one person, by year."""
    query = select(Exemption).where(Exemption.person_id == person_id, Exemption.revoked_at.is_(None))
    lightened = {each.year: each for each in work.session.scalars(query)}
    return {
        row.year: _lightened(rulebook_of(work, row).annual_rule(row.year), lightened.get(row.year))
        for row in rows
    }


def open_year_rules(work: UnitOfWork, year: int, people: Sequence[int]) -> Mapping[int, AnnualRule]:
    """The same for an open year of people who may have no row of it yet, by person id."""
    rule, lightened = work.rulebook.annual_rule(year), exemptions_of(work.session, people, year)
    return {key: _lightened(rule, lightened.get(key)) for key in people}


def rulebook_of(work: UnitOfWork, row: PersonYear | YearLine) -> Rulebook:
    """The rules that a year is judged by: those in force when it was recognised, an open year by the newest."""
    return work.rulebook if row.recognised_at is None else work.rulebook.at(row.rules_edition)


def exemptions_of(session: Session, people: Iterable[int], year: int) -> Mapping[int, Exemption]:
    """The 减免 in force of a year, by person id."""
    query = select(Exemption).where(
        Exemption.year == year, Exemption.revoked_at.is_(None), Exemption.person_id.in_(list(people))
    )
    return {each.person_id: each for each in session.scalars(query)}


def places_of(session: Session, people: Iterable[int]) -> Mapping[int, Place]:
    """Where the people stand now: ask under the years' locks, since a 单位调转 may just have moved one."""
    query = select(Person.id, Person.region_code, Person.employer_id, Person.series, Person.title).where(
        Person.id.in_(list(people))
    )
    lists = work_of(session).lists
    return {
        key: Place(region, employer, series, lists.level_of(series, title))
        for key, region, employer, series, title in session.execute(query)
    }


def _lightened(rule: AnnualRule, exemption: Exemption | None) -> AnnualRule:
    if exemption is None:
        return rule
    return replace(
        rule,
        total=CreditHours(exemption.total_halves),
        public=CreditHours(exemption.public_halves),
        professional=CreditHours(exemption.professional_halves),
        basis=f"减免（{exemption.kind}）：{exemption.reason}",
        exemption=exemption.kind,
    )
