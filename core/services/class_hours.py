"""What an approved class report gives: a record for each known student, the years counted again, everybody told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, literal, select, update

from core.model import Decision, Declaration, Message, Org, Person, Student, TrainingClass, TrainingPlan
from core.rules.chain import Step
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.training import ClassState, class_title, earned_hours
from core.rules.workflow import DeclarationState
from core.services.annual import recount_many
from core.services.messages import addressed, mail
from core.store.bulk import insert_rows, reserve_ids
from core.store.work import UnitOfWork

SOURCE, FORM = "base", "base_training"
KIND = "declaration"
_AT_ONCE = 500
_RECOUNTED = 5_000
"""People whose years are held by one statement."""

_COLUMNS = (
    "id",
    "person_id",
    "employer_id",
    "region_code",
    "fields",
    "claimed_halves",
    "recognised_halves",
    "source_key",
)


@dataclass(frozen=True, slots=True)
class _Given:
    """What one student gets: the student, the person, and the number of the record."""

    student: Student
    person: Person
    declaration_id: int
    hours: CreditHours


def source_key(class_id: int, student_id: int) -> str:
    """What names a record of a class, so that it is made once."""
    return f"class:{class_id}:{student_id}"


def give_hours(work: UnitOfWork, row: TrainingClass) -> int:
    """Make the records of all known students of a class that has just been approved; answers how many.

    The students are held: whoever registers at this moment waits, and finds the class approved. 不合格 and
    refused ones get nothing.
    """
    query = select(Student).where(Student.class_id == row.id).order_by(Student.id).with_for_update()
    students = list(work.session.scalars(query, execution_options={"populate_existing": True}))
    known = [each for each in students if each.person_id is not None and each.declaration_id is None]
    people = _people(work, (each.person_id for each in known if each.person_id is not None))
    given = _record(work, row, [(each, people[each.person_id]) for each in known if each.person_id])
    _tell_refused(work, row, [(each, people[each.person_id]) for each in known if each.person_id])
    return given


def match_person(work: UnitOfWork, person: Person) -> int:
    """A number has got its person: the 未匹配 students that have it become theirs; answers how many.

    What stands in an approved class becomes a record at once. The entry of the audit log is that of the use
    case which calls. To be called whenever a person gets a number: admitted, imported, changed.
    """
    query = (
        select(Student)
        .where(Student.id_number_digest == person.id_number_digest, Student.person_id.is_(None))
        .order_by(Student.id)
        .with_for_update()
    )
    found = list(work.session.scalars(query, execution_options={"populate_existing": True}))
    if not found:
        return 0
    mine = set(work.session.scalars(select(Student.class_id).where(Student.person_id == person.id)))
    found = [each for each in found if each.class_id not in mine]
    for each in found:
        each.person_id, each.name = person.id, person.name
    work.session.flush()
    for each in found:
        row = work.session.get_one(TrainingClass, each.class_id, populate_existing=True)
        if row.state == ClassState.APPROVED:
            _record(work, row, [(each, person)])
    return len(found)


def _record(work: UnitOfWork, row: TrainingClass, pairs: Sequence[tuple[Student, Person]]) -> int:
    plan = work.session.get_one(TrainingPlan, row.plan_id)
    base = work.session.get_one(Org, row.org_id).name
    allowed = CreditHours(plan.approved_halves or 0)
    earning = [
        (student, person, hours)
        for student, person in pairs
        if not student.refused_reason and (hours := _hours(student, allowed))
    ]
    if not earning:
        return 0
    ids = reserve_ids(work.session, Declaration, len(earning))
    given = [
        _Given(student, person, key, hours)
        for (student, person, hours), key in zip(earning, ids, strict=True)
    ]
    _insert(work, row, plan, base, given)
    _write_history(work, row, given)
    _link(work, row.id)
    for each in given:
        work.session.expire(each.student, ["declaration_id"])
    regions = {each.person.id: each.person.region_code for each in given}
    ordered = sorted(regions)
    for start in range(0, len(ordered), _RECOUNTED):
        some = ordered[start : start + _RECOUNTED]
        recount_many(work, {key: regions[key] for key in some}, plan.year)
    _tell(
        work,
        [
            (each.person, each.declaration_id, _words(class_title(plan.title, row.name), each.hours))
            for each in given
        ],
    )
    return len(given)


def _insert(
    work: UnitOfWork, row: TrainingClass, plan: TrainingPlan, base: str, given: Sequence[_Given]
) -> None:
    now = work.clock.now()
    shared: dict[str, Any] = {
        "year": plan.year,
        "subject": plan.subject,
        "form": FORM,
        "title": class_title(plan.title, row.name),
        "status": DeclarationState.APPROVED.value,
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "source": SOURCE,
        "class_id": row.id,
        "submitted_at": row.submitted_at or now,
        "decided_at": now,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    common = {
        "base": base,
        "class_name": class_title(plan.title, row.name),
        "started_on": row.started_on.isoformat(),
        "ended_on": row.ended_on.isoformat(),
    }
    rows = [
        (
            each.declaration_id,
            each.person.id,
            each.person.employer_id,
            each.person.region_code,
            {**common, "result": each.student.result} if each.student.result else common,
            each.hours.halves,
            each.hours.halves,
            source_key(row.id, each.student.id),
        )
        for each in given
    ]
    insert_rows(work.session, Declaration, _COLUMNS, rows, shared)


def _write_history(work: UnitOfWork, row: TrainingClass, given: Sequence[_Given]) -> None:
    """审核记录 of each record: who approved the class, and the hours."""
    shared: dict[str, Any] = {
        "kind": KIND,
        "seq": 1,
        "step": Step.BUREAU.value,
        "move": Move.APPROVE.value,
        "at": work.clock.now(),
        "opinion": "",
        "object_version": 1,
        "actor_name": row.decided_by_name,
        "org_id": row.reviewer_id,
        "org_name": work.session.get_one(Org, row.reviewer_id).name,
    }
    rows = [(each.declaration_id, each.hours.halves) for each in given]
    insert_rows(work.session, Decision, ("object_id", "recognised_halves"), rows, shared)


def _tell(work: UnitOfWork, told: Iterable[tuple[Person, int | None, str]]) -> None:
    """Inside the program, and by e-mail where a person gave an address."""
    rows, at = [], work.clock.now()
    for person, declaration_id, words in told:
        kind = KIND if declaration_id is not None else ""
        rows.append((person.account_id, words, kind, declaration_id))
        if work.settings.mails and person.email_sealed is not None:
            address = work.vault.open(person.email_sealed)
            mail(work, address, MessageKind.DECLARATION, addressed(person.name, words))
    columns = ("account_id", "text", "object_kind", "object_id")
    insert_rows(work.session, Message, columns, rows, {"kind": MessageKind.DECLARATION.value, "at": at})


def _tell_refused(work: UnitOfWork, row: TrainingClass, pairs: Sequence[tuple[Student, Person]]) -> None:
    title = class_title(work.session.get_one(TrainingPlan, row.plan_id).title, row.name)
    refused = [
        (person, None, f"培训班学时审核不通过：{title}。原因：{student.refused_reason}")
        for student, person in pairs
        if student.refused_reason
    ]
    _tell(work, refused)


def _words(title: str, hours: CreditHours) -> str:
    return f"培训班学时审核通过：{title} {hours} 学时"


def _hours(student: Student, allowed: CreditHours) -> CreditHours:
    earned = None if student.earned_halves is None else CreditHours(student.earned_halves)
    return earned_hours(student.result, earned, allowed)


def _people(work: UnitOfWork, ids: Iterable[int]) -> Mapping[int, Person]:
    wanted = sorted(set(ids))
    found: dict[int, Person] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(Person).where(Person.id.in_(wanted[start : start + _AT_ONCE]))
        found |= {person.id: person for person in work.session.scalars(query)}
    if len(found) < len(wanted):
        raise Refused(ErrorCode.NOT_FOUND)
    return found


def _link(work: UnitOfWork, class_id: int) -> None:
    """Let each student of a class know the record that was made, found by its key: one statement for all."""
    key = literal(f"class:{class_id}:") + cast(Student.id, Text)
    made = select(Declaration.id).where(Declaration.source_key == key).scalar_subquery()
    missing = (Student.class_id == class_id, Student.person_id.is_not(None), Student.declaration_id.is_(None))
    linked = update(Student).where(*missing).values(declaration_id=made)
    work.session.execute(linked, execution_options={"synchronize_session": False})
