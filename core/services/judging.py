"""What a person's year is judged by (年度合格标准, 减免), and where it is counted (单位, 区域, 系列, 级别)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import Exemption, Person, PersonYear
from core.rules import reference
from core.rules.annual import AnnualRule, rule_for
from core.rules.hours import CreditHours
from core.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person's open year is counted: 区域, 单位, 系列 and 级别 of the position in force."""

    region_code: str
    employer_id: int
    series: str
    level: str


def rules_of(work: UnitOfWork, rows: Sequence[PersonYear]) -> Mapping[int, AnnualRule]:
    """The rule of each person's year (by person id): the year's own, lightened where a 减免 is in force."""
    if not rows:
        return {}
    year = rows[0].year
    rule = rule_for(year)
    lightened = exemptions_of(work.session, [row.person_id for row in rows], year)
    return {row.person_id: _lightened(rule, lightened.get(row.person_id)) for row in rows}


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
    return {
        key: Place(region, employer, series, level_of(series, title))
        for key, region, employer, series, title in session.execute(query)
    }


def level_of(series: str, title: str) -> str:
    """The 级别 of a 任职资格 of a 系列; empty for what no list has."""
    return next((item.level for item in reference.titles_of(series) if item.title == title), "")


def _lightened(rule: AnnualRule, exemption: Exemption | None) -> AnnualRule:
    if exemption is None:
        return rule
    return replace(
        rule,
        total=CreditHours(exemption.total_halves),
        public=CreditHours(exemption.public_halves),
        professional=CreditHours(exemption.professional_halves),
        basis=f"减免（{exemption.kind}）：{exemption.reason}",
    )
