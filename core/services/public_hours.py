"""公需课 hours: they come from the course providers, never from a declaration of the person (domain.md 7, row 4).

Here the operator brings them in as a table; core/services/provider_intake.py takes in the signed files of providers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from core.model import Person
from core.rules.entry import EntryError, fold, parse_date, parse_hours, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.schema.employers import ImportProblem, ImportPublicHours, ImportResult
from core.services.boxes import taken_in
from core.services.desk import Desk, desk_use_case
from core.services.proving import plain_login
from core.services.public_rows import Course, record_courses
from core.services.unit_file import UnitLine, read_table
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

COLUMNS = ("证件号", "年度", "课程名称", "学时", "完成日期")
LONGEST_COURSE = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublicHours:
    """One finished course of one person."""

    id_number: str
    year: int
    course: str
    hours: CreditHours
    finished_on: date


@desk_use_case(Action.IMPORT_PUBLIC_HOURS)
def import_public_hours(desk: Desk, caller: Caller, command: ImportPublicHours) -> ImportResult:
    """Import a file with COLUMNS; all rows or none, a course that is counted already is not counted twice.

    Raises Refused FILE_UNREADABLE.
    """
    with taken_in(desk, caller, command.path) as path:
        file = read_table(path, COLUMNS)
    if file.missing:
        return ImportResult(
            0, tuple(ImportProblem(file.heading_line, name, "缺少这一列") for name in file.missing)
        )
    problems: list[ImportProblem] = []
    rows = [(line.line, row) for line in file.lines if (row := _read(line, problems)) is not None]
    with desk.writing() as work:
        people = {row.id_number: _person(work, row.id_number) for _, row in rows}
        problems += [
            ImportProblem(line, "证件号", "没有这个人，请先注册")
            for line, row in rows
            if people[row.id_number] is None
        ]
        if problems:
            return ImportResult(0, tuple(sorted(problems, key=lambda each: each.line)))
        found = [(person, row) for _, row in rows if (person := people[row.id_number]) is not None]
        count = record_public_hours(work, found)
        work.audit(caller, Action.IMPORT_PUBLIC_HOURS, "public_hours", "", f"导入 {count} 条公需课学时")
        work.commit()
    return ImportResult(count)


def take_public_hours(desk: Desk, rows: Iterable[PublicHours]) -> int:
    """Take in courses that a provider reports, without a file. Raises Refused NOT_FOUND for an unknown person."""
    with desk.writing() as work:
        found = []
        for row in rows:
            person = _person(work, row.id_number)
            if person is None:
                raise Refused(ErrorCode.NOT_FOUND)
            found.append((person, row))
        count = record_public_hours(work, found)
        work.commit()
    return count


def record_public_hours(work: UnitOfWork, rows: Iterable[tuple[Person, PublicHours]]) -> int:
    """Write approved records of the providers and count the years again. Answers how many were new."""
    courses = [
        Course(
            person.id,
            person.employer_id,
            person.region_code,
            row.year,
            row.course,
            row.hours.halves,
            row.finished_on,
        )
        for person, row in rows
    ]
    fresh = record_courses(work, courses)
    for each in fresh:
        summary = f"{each.year} {each.title} {CreditHours(each.halves)} 学时"
        work.audit(None, "public_hours.record", "person", each.person_id, summary)
    return len(fresh)


def _person(work: UnitOfWork, id_number: str) -> Person | None:
    digest = work.vault.digest("id_number", id_number)
    return work.session.scalar(select(Person).where(Person.id_number_digest == digest))


def _read(line: UnitLine, problems: list[ImportProblem]) -> PublicHours | None:
    """One line; every cell of it that can't be understood is named."""
    before = len(problems)

    def cell(column: str, parse: Callable[[str], T], empty: T) -> T:
        value = line.cells[column]
        # A spreadsheet keeps 2026 and 30 as floating-point numbers.
        text = f"{value:g}" if isinstance(value, float) else str(value).strip()
        try:
            if not text:
                raise EntryError(ErrorCode.REQUIRED)
            return parse(text)
        except EntryError as error:
            problems.append(ImportProblem(line.line, column, ERROR_TEXTS[error.code].format(**error.params)))
            return empty

    row = PublicHours(
        cell("证件号", plain_login, ""),
        cell("年度", parse_year, 0),
        cell("课程名称", _course, ""),
        cell("学时", _some_hours, ZERO),
        cell("完成日期", parse_date, date.min),
    )
    return row if len(problems) == before else None


def _course(text: str) -> str:
    name = fold(text)
    if len(name) > LONGEST_COURSE:
        raise EntryError(ErrorCode.TOO_LONG, limit=LONGEST_COURSE, length=len(name))
    if missing := missing_glyphs(name):
        raise EntryError(ErrorCode.NO_GLYPH, character=missing[0])
    return name


def _some_hours(text: str) -> CreditHours:
    hours = parse_hours(text)
    if hours == ZERO:
        raise EntryError(ErrorCode.BAD_HOURS)
    return hours
