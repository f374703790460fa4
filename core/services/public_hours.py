"""公需课 hours: they come from the course providers, never from a declaration of the person (domain.md 7, row 4).

For now the operator brings them in as a table; the signed files of providers come later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from core.model import Declaration, Person
from core.rules.entry import EntryError, parse_date, parse_hours, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.forms import PUBLIC
from core.rules.hours import CreditHours
from core.rules.workflow import DeclarationState
from core.schema.employers import ImportProblem, ImportResult
from core.services.annual import recount
from core.services.desk import Desk
from core.services.sign_in import plain_login
from core.store.work import UnitOfWork

COLUMNS = ("证件号", "年度", "课程名称", "学时", "完成日期")
FORM = "公需课学习"


@dataclass(frozen=True, slots=True)
class PublicHours:
    """One finished course of one person."""

    id_number: str
    year: int
    course: str
    hours: CreditHours
    finished_on: date


def import_public_hours(desk: Desk, path: Path) -> ImportResult:
    """Read a .csv (UTF-8 or GB18030) with COLUMNS; all rows or none. A course counted already is not doubled."""
    rows, problems = _read(path.read_bytes())
    with desk.writing() as work:
        known = {row.id_number: _person(work, row.id_number) for row in rows}
        lines = {id(row): line for line, row in enumerate(rows, 2)}
        problems += [
            ImportProblem(lines[id(row)], "证件号", "没有这个人，请先注册")
            for row in rows
            if known[row.id_number] is None
        ]
        if problems:
            return ImportResult(0, tuple(sorted(problems, key=lambda each: each.line)))
        count = record_public_hours(work, ((person, row) for row in rows if (person := known[row.id_number])))
        work.commit()
    return ImportResult(count)


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
        work.audit(None, "public_hours.record", "person", person.id, f"{row.year} {row.course} {row.hours} 学时")
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


def _read(content: bytes) -> tuple[list[PublicHours], list[ImportProblem]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        return [], [ImportProblem(1, name, "缺少这一列") for name in missing]
    rows: list[PublicHours] = []
    problems: list[ImportProblem] = []
    for line, raw in enumerate(reader, 2):
        read = _row(raw, line, problems)
        if read is not None:
            rows.append(read)
    return rows, problems


def _row(raw: dict[str, str], line: int, problems: list[ImportProblem]) -> PublicHours | None:
    column = ""
    try:
        column = "年度"
        year = parse_year(raw[column])
        column = "学时"
        hours = parse_hours(raw[column])
        column = "完成日期"
        finished = parse_date(raw[column])
        column = "课程名称"
        if not raw[column].strip():
            raise EntryError(ErrorCode.REQUIRED)
    except EntryError as error:
        problems.append(ImportProblem(line, column, ERROR_TEXTS[error.code].format(**error.params)))
        return None
    return PublicHours(plain_login(raw["证件号"]), year, raw["课程名称"].strip(), hours, finished)


