"""What the tests of the statistics share: people with years made quickly, and a full count without any summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.model import Declaration, Exemption, Org, Person, PersonYear
from core.rules import reference
from core.rules.annual import judge, rule_for
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.services.annual import recount
from core.services.year_rows import enter_year
from core.store.statistics import Tally
from tests.worlds import World

YEAR = 2026
Counted = dict[str, Tally]


def enters(world: World, *people: Actor) -> None:
    """They are admitted: each has the row of the current year."""
    with world.store.writing() as work:
        enter_year(work, {person.person_id or 0: person.region_code for person in people})
        work.commit()


def learns(world: World, person: Actor, public: int = 30, professional: int = 60, year: int = YEAR) -> None:
    """Approved hours of a year, counted; whole 学时."""
    with world.store.writing() as work:
        stored = work.session.get_one(Person, person.person_id)
        for subject, hours in (("公需课", public), ("专业课", professional)):
            if hours:
                work.session.add(
                    Declaration(
                        person_id=stored.id,
                        employer_id=stored.employer_id,
                        region_code=stored.region_code,
                        year=year,
                        subject=subject,
                        form="post_training",
                        title=f"{year}年{subject}",
                        claimed_halves=hours * 2,
                        recognised_halves=hours * 2,
                        status="approved",
                        source="history",
                        created_at=world.clock.now(),
                        updated_at=world.clock.now(),
                    )
                )
        work.session.flush()
        recount(work, stored.id, stored.region_code, year)
        work.commit()


def holds(world: World, person: Actor, series: str, title: str) -> None:
    """A position in force, as it was imported with the person."""
    with world.store.writing() as work:
        stored = work.session.get_one(Person, person.person_id)
        stored.series, stored.title = series, title
        work.commit()


def full_count(
    world: World, by: Callable[[PersonYear, Person], Any], *, year: int = YEAR, region: str = "", **of: Any
) -> Counted:
    """Everybody who has the year, counted one by one from what was approved; `region` are the first digits.

    An open year is counted where the person stands now, a recognised one where its row says.
    """
    found: Counted = {}
    with world.store.reading() as work:
        for row in work.session.scalars(select(PersonYear).where(PersonYear.year == year)):
            person = work.session.get_one(Person, row.person_id)
            if row.recognised_at is None:
                assert row.region_code == person.region_code and row.employer_id == person.employer_id
                assert (row.series, row.level) == (person.series, level_of(person))
            if not row.region_code.startswith(region):
                continue
            if any(getattr(row, name) != value for name, value in of.items()):
                continue
            public, professional = _hours(work, row)
            lightened = work.session.scalar(
                select(Exemption.id).where(Exemption.person_id == person.id, Exemption.year == year)
            )
            assert lightened is None  # none of these lives has one
            result = judge(rule_for(year), public, professional)
            key = str(by(row, person))
            mine = Tally(1, int(result.passed), result.public.halves, result.professional.halves)
            found[key] = found.get(key, Tally()) + mine
    return found


def _hours(work: Any, row: PersonYear) -> tuple[CreditHours, CreditHours]:
    halves = {"公需课": 0, "专业课": 0}
    query = select(Declaration.subject, Declaration.recognised_halves).where(
        Declaration.person_id == row.person_id, Declaration.year == row.year, Declaration.status == "approved"
    )
    for subject, counted in work.session.execute(query):
        halves[subject] += counted or 0
    return CreditHours(halves["公需课"]), CreditHours(halves["专业课"])


def another_school(world: World, region: str = "410326", authority: int | None = None) -> int:
    """One more employer."""
    with world.store.writing() as work:
        org = Org(
            kind="employer", name=f"汝阳县第{world.persons}中学", code=f"S{world.persons}", region_code=region,
            authority_id=authority, pinyin="", initials="",
        )  # fmt: skip
        world.persons += 1
        work.session.add(org)
        work.commit()
    return org.id


def level_of(person: Person) -> str:
    """The 级别 of a person's position by the shipped list."""
    titles = reference.titles_of(person.series)
    return next((each.level for each in titles if each.title == person.title), "")
