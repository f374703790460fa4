"""Pages of plans, classes and students: a base's own lists, and what waits for a bureau."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.model import Org, Student, TrainingClass, TrainingPlan
from core.store.pages import COUNT_AT_MOST, PENDING, Key, cut, escaped

PlanPage = tuple[tuple[TrainingPlan, ...], Key | None]
Waiting = type[TrainingPlan] | type[TrainingClass]


def holds(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether a name has a text anywhere in it."""
    return func.lower(column).like(f"%{escaped(text.strip().lower())}%", escape="!")


def plan_page(
    session: Session, org_id: int, *, text: str = "", after: Key | None = None, limit: int = 20
) -> PlanPage:
    """The plans of an office, newest first; the key is the id of the row before."""
    query = select(TrainingPlan).where(TrainingPlan.org_id == org_id)
    if text.strip():
        query = query.where(holds(TrainingPlan.title, text))
    if after is not None:
        query = query.where(TrainingPlan.id < after[0])
    rows = tuple(session.scalars(query.order_by(TrainingPlan.id.desc()).limit(limit + 1)))
    return cut(rows, limit, lambda row: (row.id,))


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of a base with its plan."""

    row: TrainingClass
    plan_title: str
    year: int
    allowed_halves: int


def class_page(
    session: Session,
    org_id: int,
    *,
    plan_id: int | None = None,
    text: str = "",
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[ClassLine, ...], Key | None]:
    """The classes of a base, newest first, of one plan or of all; the key is the id of the row before."""
    c, p = TrainingClass, TrainingPlan
    query = select(c, p.title, p.year, func.coalesce(p.approved_halves, 0)).join(p, p.id == c.plan_id)
    query = query.where(c.org_id == org_id)
    if plan_id is not None:
        query = query.where(c.plan_id == plan_id)
    if text.strip():
        query = query.where(or_(holds(c.name, text), holds(p.title, text)))
    if after is not None:
        query = query.where(c.id < after[0])
    found = session.execute(query.order_by(c.id.desc()).limit(limit + 1))
    rows = tuple(ClassLine(*row) for row in found)
    return cut(rows, limit, lambda line: (line.row.id,))


def people_in(session: Session, class_ids: list[int]) -> dict[int, int]:
    """How many students each class has."""
    query = select(Student.class_id, func.count()).where(Student.class_id.in_(class_ids))
    return {int(key): int(count) for key, count in session.execute(query.group_by(Student.class_id))}


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """What waits for a bureau: a plan or the report of a class, with the office that sent it."""

    id: int
    version: int
    title: str
    org_name: str
    kind: str
    year: int
    halves: int
    submitted_at: datetime


def waiting_page(
    session: Session,
    model: Waiting,
    reviewer_id: int,
    *,
    text: str = "",
    overdue_before: datetime,
    overdue: bool | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[WaitingLine, ...], Key | None]:
    """Plans or class reports that wait for a bureau, oldest first. Keys are (moment as ISO text, id)."""
    name: InstrumentedAttribute[str] = model.title if model is TrainingPlan else TrainingClass.name
    query = select(
        model.id,
        model.version,
        name,
        Org.name,
        TrainingPlan.kind,
        TrainingPlan.year,
        func.coalesce(TrainingPlan.approved_halves, TrainingPlan.planned_halves),
        model.submitted_at,
    ).select_from(model)
    if model is TrainingClass:
        query = query.join(TrainingPlan, TrainingPlan.id == TrainingClass.plan_id)
    query = query.join(Org, Org.id == model.org_id)
    query = query.where(model.reviewer_id == reviewer_id, model.state == PENDING)
    if overdue is not None:
        late = model.submitted_at < overdue_before
        query = query.where(late if overdue else ~late)
    if text.strip():
        query = query.where(or_(holds(name, text), holds(Org.name, text)))
    if after is not None:
        key = (datetime.fromisoformat(str(after[0])), int(after[1]))
        query = query.where(tuple_(model.submitted_at, model.id) > key)
    found = session.execute(query.order_by(model.submitted_at, model.id).limit(limit + 1))
    rows = tuple(WaitingLine(*row[:7], sent) for row in found if (sent := row[7]) is not None)
    return cut(rows, limit, lambda row: (row.submitted_at.isoformat(), row.id))


def waiting_counts(
    session: Session, model: Waiting, reviewer_id: int, overdue_before: datetime
) -> tuple[int, int]:
    """How many wait for a bureau, and how many of them are overdue; at most 10,000 are looked at."""
    late = case((model.submitted_at < overdue_before, 1), else_=0).label("late")
    waiting = select(late).where(model.reviewer_id == reviewer_id, model.state == PENDING)
    few = waiting.limit(COUNT_AT_MOST).subquery()
    row = session.execute(select(func.count(), func.sum(few.c.late)).select_from(few)).one()
    return int(row[0]), int(row[1] or 0)


def student_page(
    session: Session,
    class_id: int,
    *,
    text: str = "",
    digest: bytes | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[Student, ...], Key | None]:
    """The students of a class in the order they were entered, by name or by the digest of a number."""
    query = select(Student).where(Student.class_id == class_id)
    query = query.where(*named(text, digest))
    if after is not None:
        query = query.where(Student.id > after[0])
    rows = tuple(session.scalars(query.order_by(Student.id).limit(limit + 1)))
    return cut(rows, limit, lambda row: (row.id,))


def named(text: str, digest: bytes | None) -> list[ColumnElement[bool]]:
    """Students by a part of the name, or by a whole number."""
    if not text.strip():
        return []
    by_name = holds(Student.name, text)
    return [by_name if digest is None else or_(by_name, Student.id_number_digest == digest)]


@dataclass(frozen=True, slots=True)
class ClassSums:
    """What a class comes to: its students, how many of them nobody is known for, and the hours in halves."""

    people: int
    unmatched: int
    halves: int


def class_sums(session: Session, class_id: int, allowed_halves: int, failed: str) -> ClassSums:
    """Counted by one statement. `failed` is the 成绩 that earns nothing."""
    earned = earned_halves(allowed_halves, failed)
    query = select(
        func.count(),
        func.sum(case((Student.person_id.is_(None), 1), else_=0)),
        func.sum(earned),
    ).where(Student.class_id == class_id)
    row: Any = session.execute(query).one()
    return ClassSums(int(row[0]), int(row[1] or 0), int(row[2] or 0))


def earned_halves(allowed: Any, failed: str) -> ColumnElement[int]:
    """What a student gets, as `core.rules.training.earned_hours` says, in halves."""
    kept = func.coalesce(Student.earned_halves, allowed)
    return case((or_(Student.result == failed, Student.refused_reason != ""), 0), else_=kept)


def at_the_same_time(
    session: Session,
    class_id: int,
    started_on: date,
    ended_on: date,
    students: list[Student],
    *,
    of_org: int | None = None,
) -> dict[int, str]:
    """Which students (by id) stand in another class at the same time, with the name of one such class.

    With `of_org` only classes of that office are looked at.
    """
    if not students:
        return {}
    other, theirs = TrainingClass, Student
    query = (
        select(theirs.id_number_digest, func.min(other.name))
        .join(other, other.id == theirs.class_id)
        .where(
            theirs.id_number_digest.in_([each.id_number_digest for each in students]),
            other.id != class_id,
            other.started_on <= ended_on,
            other.ended_on >= started_on,
            other.state.in_(("open", "pending", "approved", "returned")),
        )
        .group_by(theirs.id_number_digest)
    )
    if of_org is not None:
        query = query.where(other.org_id == of_org)
    found = {bytes(digest): name for digest, name in session.execute(query)}
    return {
        each.id: found[bytes(each.id_number_digest)]
        for each in students
        if bytes(each.id_number_digest) in found
    }
