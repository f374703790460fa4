"""公需课 hours as they are stored: approved records of the providers, each course of a person and year once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.model import Declaration
from core.rules.forms import PUBLIC
from core.rules.workflow import DeclarationState
from core.services.annual import recount_many
from core.store.bulk import found_by, insert_rows
from core.store.work import UnitOfWork

FORM = "公需课学习"
SOURCE = "provider"


@dataclass(frozen=True, slots=True)
class Course:
    """A finished course of a person, where they stand now. `source_key` names a row of a signed file."""

    person_id: int
    employer_id: int
    region_code: str
    year: int
    title: str
    halves: int
    finished_on: date
    source_key: str | None = None


def record_courses(work: UnitOfWork, courses: Sequence[Course]) -> list[Course]:
    """Store what is not counted yet, and count the years again. Returns what was new.

    Counted is what has the same key; without a key on either side, what has the same name in the same year.
    """
    people = sorted({course.person_id for course in courses})
    wanted = (Declaration.person_id, Declaration.year, Declaration.title, Declaration.source_key)
    known = found_by(
        work.session, Declaration.person_id, people, *wanted, more=(Declaration.source == SOURCE,)
    )
    keys = {row[3] for row in known if row[3]}
    titles = {tuple(row[:3]) for row in known}
    plain = {tuple(row[:3]) for row in known if not row[3]}
    fresh: list[Course] = []
    for course in courses:
        named = (course.person_id, course.year, course.title)
        if course.source_key in keys or named in (plain if course.source_key else titles):
            continue
        if course.source_key:
            keys.add(course.source_key)
        else:
            titles.add(named)
        fresh.append(course)
    _write(work, fresh)
    by_year: dict[int, dict[int, str]] = {}
    for course in fresh:
        by_year.setdefault(course.year, {})[course.person_id] = course.region_code
    for year, regions in sorted(by_year.items()):
        recount_many(work, regions, year)
    return fresh


def _write(work: UnitOfWork, courses: Sequence[Course]) -> None:
    now = work.clock.now()
    shared = {
        "subject": PUBLIC,
        "form": FORM,
        "status": DeclarationState.APPROVED.value,
        "source": SOURCE,
        "submitted_at": now,
        "decided_at": now,
        "created_at": now,
        "updated_at": now,
        "rules_edition": work.rulebook.edition,
    }
    columns = (
        "person_id",
        "employer_id",
        "region_code",
        "year",
        "title",
        "claimed_halves",
        "recognised_halves",
        "started_on",
        "ended_on",
        "source_key",
    )
    rows = [
        (
            each.person_id,
            each.employer_id,
            each.region_code,
            each.year,
            each.title,
            each.halves,
            each.halves,
            each.finished_on,
            each.finished_on,
            each.source_key,
        )
        for each in courses
    ]
    insert_rows(work.session, Declaration, columns, rows, shared)
