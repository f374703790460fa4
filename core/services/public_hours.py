"""公需课 hours: they come from the course providers, never from a declaration of the person (domain.md 7, row 4).

For now the operator brings them in as a table; the signed files of providers come later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from core.model import Declaration, Person
from core.rules.entry import EntryError, fold, parse_date, parse_hours, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode, Refused
from core.rules.forms import PUBLIC
from core.rules.hours import ZERO, CreditHours
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.rules.workflow import DeclarationState
from core.schema.employers import ImportProblem, ImportPublicHours, ImportResult
from core.services.annual import recount
from core.services.desk import Desk, desk_use_case
from core.services.sign_in import plain_login
from core.services.unit_file import UnitLine, read_table
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

COLUMNS = ("证件号", "年度", "课程名称", "学时", "完成日期")
FORM = "公需课学习"
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
    file = read_table(Path(command.path).expanduser(), COLUMNS)
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
    touched: set[tuple[int, str, int]] = set()
    count = 0
    for person, row in rows:
        if _counted(work, person.id, row):
            continue
        now = work.clock.now()
        work.session.add(
            Declaration(
                person_id=person.id,
                employer_id=person.employer_id,
                region_code=person.region_code,
                year=row.year,
                subject=PUBLIC,
                form=FORM,
                title=row.course,
                claimed_halves=row.hours.halves,
                recognised_halves=row.hours.halves,
                status=DeclarationState.APPROVED.value,
                started_on=row.finished_on,
                ended_on=row.finished_on,
                source="provider",
                submitted_at=now,
                decided_at=now,
                created_at=now,
                updated_at=now,
            )
        )
        work.session.flush()
        work.audit(
            None, "public_hours.record", "person", person.id, f"{row.year} {row.course} {row.hours} 学时"
        )
        touched.add((person.id, person.region_code, row.year))
        count += 1
    for person_id, region_code, year in sorted(touched):
        recount(work, person_id, region_code, year)
    return count


def _counted(work: UnitOfWork, person_id: int, row: PublicHours) -> bool:
    same = select(Declaration.id).where(
        Declaration.person_id == person_id,
        Declaration.year == row.year,
        Declaration.source == "provider",
        Declaration.title == row.course,
    )
    return work.session.scalar(same.limit(1)) is not None


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
