"""Students (学员) of a class: entered one by one or in thousands, taken out, graded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from core.model import Person, Student, TrainingClass, TrainingPlan
from core.rules.clock import today
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.training import CLASS, STUDENT_FIELDS, ClassState, check_earned, check_student, student_number
from core.schema.training import (
    AddStudents,
    GradeStudents,
    NewStudent,
    PersonQuery,
    RemoveStudents,
    StudentRefusal,
    StudentsAdded,
)
from core.services.desk import use_case
from core.services.scope import not_yours
from core.store.work import UnitOfWork

CHUNK = 500
"""Numbers looked up by one statement."""
EDITABLE = (ClassState.OPEN, ClassState.RETURNED)


def add_students(work: UnitOfWork, class_row: TrainingClass, rows: Sequence[NewStudent]) -> StudentsAdded:
    """Enter students into a class that its base has open (see `open_class`); the good rows, the others named.

    Bulk-capable: 10,000 rows are a handful of statements. Refused rows: `id_number` STUDENT_TWICE, `name`
    REQUIRED for a number that nobody has registered, NAME_OF_ANOTHER, `earned` ABOVE_PLAN. The audit entry is
    the caller's business, one for all.
    """
    fit, refused = _parted(work, class_row, rows)
    fresh: list[dict[str, object]] = [
        {
            "class_id": class_row.id,
            "id_number_digest": digest,
            "id_number_sealed": work.vault.seal(row.id_number),
            "name": person.name if person is not None else row.name,
            "unit_name": row.unit_name,
            "person_id": person.id if person is not None else None,
            "result": row.result,
            "earned_halves": None if row.earned is None else row.earned.halves,
        }
        for row, digest, person in fit
    ]
    if fresh:
        work.session.execute(insert(Student), fresh)
    matched = sum(row["person_id"] is not None for row in fresh)
    return StudentsAdded(len(fresh), matched, tuple(refused))


def bar_students(
    work: UnitOfWork, class_row: TrainingClass, rows: Sequence[NewStudent]
) -> Sequence[StudentRefusal]:
    """Those that `add_students` would refuse; nobody is entered."""
    return _parted(work, class_row, rows)[1]


def open_class(work: UnitOfWork, actor: Actor, class_id: int, version: int | None = None) -> TrainingClass:
    """A class of the caller's base whose students may be changed, held until the end.

    Raises Refused NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED (its report has been sent).
    """
    row = work.locked(TrainingClass, class_id)
    if row.org_id != actor.org_id:
        raise not_yours(CLASS, class_id)
    if version is not None and row.version != version:
        raise Refused(ErrorCode.STALE)
    state = ClassState(row.state)
    if state not in EDITABLE:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state.label, move="修改学员")
    return row


@use_case(Action.EDIT_STUDENTS, writes=True)
def enter_students(work: UnitOfWork, actor: Actor, command: AddStudents) -> StudentsAdded:
    """Enter what was typed or pasted, a row a student; the rows that can't be entered are named.

    Raises Refused NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED.
    """
    row = open_class(work, actor, command.class_id, command.version)
    read: list[tuple[int, NewStudent]] = []
    refused: list[StudentRefusal] = []
    day = today(work.clock)
    for index, typed in enumerate(command.rows):
        checked = check_student(typed, day)
        if checked.errors:
            refused.append(StudentRefusal(index, checked.errors[0]))
            continue
        number, name, unit = (str(checked.clean.get(spec.key, "")) for spec in STUDENT_FIELDS)
        read.append((index, NewStudent(number, name, unit)))
    done = add_students(work, row, [student for _, student in read])
    refused += [StudentRefusal(read[each.index][0], each.error) for each in done.refused]
    if done.added:
        _touch(work, row)
        work.audit(actor, Action.EDIT_STUDENTS, CLASS, row.id, f"{row.name} 添加学员 {done.added} 人")
    return StudentsAdded(done.added, done.matched, tuple(sorted(refused, key=lambda each: each.index)))


@use_case(Action.EDIT_STUDENTS, writes=False)
def name_of_number(work: UnitOfWork, actor: Actor, command: PersonQuery) -> str:
    """The name of whoever has registered a 证件号, to fill it in; empty for a number that nobody has.

    Raises Refused for the field `id_number`, NOT_FOUND, NOT_YOURS.
    """
    row = work.session.get(TrainingClass, command.class_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if row.org_id != actor.org_id:
        raise not_yours(CLASS, row.id)
    try:
        number = student_number(command.id_number, today(work.clock))
    except EntryError as error:
        raise Refused.for_fields((error.at("id_number"),)) from None
    digest = work.vault.digest("id_number", number)
    person = _people(work, [digest]).get(digest)
    return person.name if person is not None else ""


@use_case(Action.EDIT_STUDENTS, writes=True)
def remove_students(work: UnitOfWork, actor: Actor, command: RemoveStudents) -> int:
    """Take students out; answers how many there were. Raises as `enter_students`."""
    row = open_class(work, actor, command.class_id, command.version)
    gone = delete(Student).where(Student.class_id == row.id, Student.id.in_(command.student_ids))
    count = int(work.session.connection().execute(gone).rowcount)
    if count:
        _touch(work, row)
        work.audit(actor, Action.EDIT_STUDENTS, CLASS, row.id, f"{row.name} 移除学员 {count} 人")
    return count


@use_case(Action.EDIT_STUDENTS, writes=True)
def grade_students(work: UnitOfWork, actor: Actor, command: GradeStudents) -> int:
    """成绩 and 实得学时 of some or of all; answers of how many.

    Raises as `enter_students`; for fields `result` NOT_IN_LIST, `earned` BAD_HOURS and ABOVE_PLAN.
    """
    row = open_class(work, actor, command.class_id, command.version)
    try:
        checked = check_earned(command.result, command.earned, _allowed(work, row), today(work.clock))
    except EntryError as error:
        raise Refused.for_fields((error.at(_FIELD_OF.get(error.code, "earned")),)) from None
    result, earned = checked
    chosen = update(Student).where(Student.class_id == row.id)
    if command.student_ids is not None:
        chosen = chosen.where(Student.id.in_(command.student_ids))
    values = {"result": result, "earned_halves": None if earned is None else earned.halves}
    count = int(work.session.connection().execute(chosen.values(values)).rowcount)
    if count:
        _touch(work, row)
        hours = "按备案学时" if earned is None else f"{earned} 学时"
        summary = f"{row.name} {count} 人 成绩 {result or '未填'} {hours}"
        work.audit(actor, Action.EDIT_STUDENTS, CLASS, row.id, summary)
    return count


_FIELD_OF = {ErrorCode.NOT_IN_LIST: "result"}


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    name: str


def _parted(
    work: UnitOfWork, class_row: TrainingClass, rows: Sequence[NewStudent]
) -> tuple[list[tuple[NewStudent, bytes, _Known | None]], list[StudentRefusal]]:
    """The rows that can be entered, with the digest of the number and who has it, and the others."""
    digests = [work.vault.digest("id_number", row.id_number) for row in rows]
    known = _people(work, digests)
    taken = _in_class(work, class_row.id, digests)
    members = _members(work, class_row.id)
    allowed = _allowed(work, class_row)
    fit: list[tuple[NewStudent, bytes, _Known | None]] = []
    refused: list[StudentRefusal] = []
    for index, (row, digest) in enumerate(zip(rows, digests, strict=True)):
        person = known.get(digest)
        twice = digest in taken or (person is not None and person.id in members)
        error = _wrong(row, person, twice, allowed)
        if error is not None:
            refused.append(StudentRefusal(index, error))
            continue
        taken.add(digest)
        if person is not None:
            members.add(person.id)
        fit.append((row, digest, person))
    return fit, refused


def _wrong(row: NewStudent, person: _Known | None, taken: bool, allowed: CreditHours) -> FieldError | None:
    """The first thing that bars a row."""
    name = row.name or (person.name if person is not None else "")
    if taken:
        return FieldError("id_number", ErrorCode.STUDENT_TWICE, {"name": name})
    if not name:
        return FieldError("name", ErrorCode.REQUIRED)
    if person is not None and row.name and row.name != person.name:
        return FieldError("name", ErrorCode.NAME_OF_ANOTHER)
    if row.earned is not None and row.earned > allowed:
        return FieldError("earned", ErrorCode.ABOVE_PLAN, {"allowed": allowed})
    return None


def _allowed(work: UnitOfWork, row: TrainingClass) -> CreditHours:
    """What a student of it may earn."""
    return CreditHours(work.session.get_one(TrainingPlan, row.plan_id).approved_halves or 0)


def _people(work: UnitOfWork, digests: Sequence[bytes]) -> Mapping[bytes, _Known]:
    found: dict[bytes, _Known] = {}
    for some in _chunks(digests):
        query = select(Person.id_number_digest, Person.id, Person.name)
        for digest, key, name in work.session.execute(query.where(Person.id_number_digest.in_(some))):
            found[bytes(digest)] = _Known(key, name)
    return found


def _in_class(work: UnitOfWork, class_id: int, digests: Sequence[bytes]) -> set[bytes]:
    taken: set[bytes] = set()
    for some in _chunks(digests):
        query = select(Student.id_number_digest).where(
            Student.class_id == class_id, Student.id_number_digest.in_(some)
        )
        taken.update(bytes(each) for each in work.session.scalars(query))
    return taken


def _members(work: UnitOfWork, class_id: int) -> set[int]:
    """The persons in a class: somebody may stand there under a former number."""
    query = select(Student.person_id).where(Student.class_id == class_id, Student.person_id.is_not(None))
    return {int(key) for key in work.session.scalars(query) if key is not None}


def _chunks(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(digests), CHUNK):
        yield digests[start : start + CHUNK]


def _touch(work: UnitOfWork, row: TrainingClass) -> None:
    """Let the class have a new version: who had the old list on screen is told."""
    from sqlalchemy.orm.attributes import flag_modified

    flag_modified(row, "place")
    work.session.flush()
