"""The rows of a provider's file, counted in the background: each course of a person and a year once, ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date

from sqlalchemy import select

from core.model import Change, Job, Person, ProviderFile
from core.rules.changes import ChangeKind
from core.rules.identity import mask_id_number
from core.rules.permissions import Action
from core.rules.provider_files import FinishedCourse
from core.rules.roles import Actor
from core.services.import_jobs import files_of
from core.services.import_lines import Problem, Row
from core.services.job_kinds import JobKind
from core.services.public_rows import Course, record_courses
from core.store.bulk import found_by, hold_off
from core.store.work import UnitOfWork

FILE_JOB = "provider_file"
TAKEN, KNOWN, LEFT = "计入", "以前已计入", "没有计入"
NOBODY = "没有这个证件号的人，本人注册后再收一次这个文件即可计入"
OTHER_NAME = "与该证件号登记的姓名不一致，请平台核对"
_APART = 0x1000_0000
_Known = tuple[int, str, int, str]


def rows_of(courses: Sequence[FinishedCourse]) -> list[Row]:
    """Rows as JSON can hold them."""
    return [
        [
            row.line,
            row.id_number,
            row.name,
            row.year,
            row.course,
            row.course_id,
            row.halves,
            str(row.finished_on),
        ]
        for row in courses
    ]


def take_part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """Count the next piece; after the last one the file is written down as taken."""
    asked, token = job.asked, str(job.asked["token"])
    files = files_of(work)
    part, parts = _number(job.place.get("part", 0)), _number(asked["parts"])
    if part == parts:
        _end(work, actor, job)
        files.forget_rows(token)
        return True
    # Two who take in files of one provider at once would each find the same course not counted yet.
    hold_off(work.session, _APART + _number(asked["provider"]))
    rows = files.read(token, f"rows-{part}")
    people = _people(work, [row[1] for row in rows])
    courses: list[Course] = []
    problems: list[Problem] = []
    for line, number, name, year, title, course_id, halves, finished in rows:
        person = people.get(number)
        if person is None or person[1] != name:
            reason = NOBODY if person is None else OTHER_NAME
            problems.append(Problem(line, "证件号", f"{mask_id_number(number)} {name}", reason))
            continue
        key = f"provider:{asked['code']}:{course_id}:{person[0]}:{year}"
        courses.append(
            Course(person[0], person[2], person[3], year, title, halves, date.fromisoformat(finished), key)
        )
    fresh = record_courses(work, courses)
    files.write(token, f"problems-{part}", [astuple(each) for each in problems])
    counts = job.outcome.get("_counts")
    job.outcome = {
        TAKEN: _number(job.outcome.get(TAKEN, 0)) + len(fresh),
        KNOWN: _number(job.outcome.get(KNOWN, 0)) + len(courses) - len(fresh),
        LEFT: _number(job.outcome.get(LEFT, 0)) + len(problems),
        "_counts": [*(counts if isinstance(counts, list) else ()), len(problems)],
    }
    job.done += len(rows)
    job.place = {"part": part + 1}
    return False


FILE = JobKind(FILE_JOB, Action.TAKE_PROVIDER_FILE, take_part)


def _end(work: UnitOfWork, actor: Actor, job: Job) -> None:
    counted = _number(job.outcome.get(TAKEN, 0)) + _number(job.outcome.get(KNOWN, 0))
    asked = job.asked
    row = work.session.get(ProviderFile, str(asked["sha256"]))
    if row is None:
        row = ProviderFile(
            sha256=str(asked["sha256"]),
            provider_id=_number(asked["provider"]),
            file_name=str(asked["file"]),
            rows=job.total,
            taken=counted,
            at=work.clock.now(),
            by_name=actor.name,
        )
        work.session.add(row)
    row.taken = counted
    work.session.flush()
    told = "，".join(f"{key} {_number(job.outcome.get(key, 0))}" for key in (TAKEN, KNOWN, LEFT))
    work.audit(actor, Action.TAKE_PROVIDER_FILE, "job", job.id, f"{job.title}：{told}")


def _people(work: UnitOfWork, numbers: Sequence[str]) -> dict[str, _Known]:
    """Who has these numbers, or had one before it was changed: (id, name, unit, region)."""
    digests = {work.vault.digest("id_number", number): number for number in numbers}
    wanted = (Person.id_number_digest, Person.id, Person.name, Person.employer_id, Person.region_code)
    found = {
        digests[bytes(row[0])]: (row[1], row[2], row[3], row[4])
        for row in found_by(work.session, Person.id_number_digest, list(digests), *wanted)
    }
    unknown = set(numbers) - set(found)
    return found | _former(work, unknown) if unknown else found


def _former(work: UnitOfWork, numbers: set[str]) -> dict[str, _Known]:
    """People whose number was changed (证件信息修改), by the number of before."""
    query = select(Change.person_id, Change.sealed).where(
        Change.kind == ChangeKind.IDENTITY.value, Change.state == "approved", Change.sealed.is_not(None)
    )
    owners: dict[str, int] = {}
    for person_id, sealed in work.session.execute(query):
        old = json.loads(work.vault.open(sealed or b"")).get("old", {})
        if isinstance(old, dict) and old.get("id_number") in numbers:
            owners[str(old["id_number"])] = person_id
    if not owners:
        return {}
    wanted = (Person.id, Person.name, Person.employer_id, Person.region_code)
    people = {
        row[0]: tuple(row) for row in found_by(work.session, Person.id, list(set(owners.values())), *wanted)
    }
    return {number: people[key] for number, key in owners.items()}


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
