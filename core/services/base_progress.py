"""施教机构申报进度: what bases report of a person before it has become a record, and what was refused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from core.model import Org, Student, TrainingClass, TrainingPlan
from core.rules.hours import CreditHours
from core.rules.training import class_title
from core.rules.workflow import DeclarationState
from core.schema.declarations import ProgressQuery, ProgressRow, ProgressTab
from core.schema.training import StudentState
from core.services.base_search import STATE, standing
from core.services.declaration_views import days_since, form_name
from core.store.work import UnitOfWork

FORM = "base_training"
_TAB_OF = {StudentState.PENDING: ProgressTab.PENDING, StudentState.REJECTED: ProgressTab.REJECTED}
_STATUS_OF = {
    StudentState.PENDING: DeclarationState.PENDING,
    StudentState.REJECTED: DeclarationState.REJECTED,
}
MOST = 200


def reported_of(work: UnitOfWork, person_id: int, command: ProgressQuery) -> tuple[ProgressRow, ...]:
    """The classes of a person that wait at a bureau or were refused there, newest first, as `command` narrows them.

    They have no number of a declaration yet: the id is that of the student, below zero. What was approved is a
    declaration and stands among those.
    """
    states = [state.value for state in _TAB_OF]
    query = standing().where(
        Student.person_id == person_id, TrainingClass.submitted_at.is_not(None), STATE.in_(states)
    )
    if command.from_year is not None:
        query = query.where(TrainingPlan.year >= command.from_year)
    if command.to_year is not None:
        query = query.where(TrainingPlan.year <= command.to_year)
    if command.subject:
        query = query.where(TrainingPlan.subject == command.subject)
    if command.learnt_from is not None:
        query = query.where(TrainingClass.ended_on >= command.learnt_from)
    if command.learnt_until is not None:
        query = query.where(TrainingClass.started_on <= command.learnt_until)
    found = work.session.execute(query.order_by(TrainingPlan.year.desc(), Student.id.desc()).limit(MOST))
    words = (command.words or "").strip().lower()
    return tuple(_row(work, row) for row in found if words in class_title(row[2].title, row[1].name).lower())


def of_tab(rows: tuple[ProgressRow, ...], tab: ProgressTab) -> tuple[ProgressRow, ...]:
    """Those under a tab."""
    return rows if tab is ProgressTab.ALL else tuple(row for row in rows if row.status == tab.value)


def _row(work: UnitOfWork, row: Row[*tuple[Any, ...]]) -> ProgressRow:
    student, training, plan, _, standing_now = row
    state = StudentState(standing_now)
    pending = state is StudentState.PENDING
    names = select(Org.name)
    base = work.session.scalar(names.where(Org.id == training.org_id)) or ""
    handler = work.session.scalar(names.where(Org.id == training.reviewer_id)) or ""
    allowed = CreditHours(plan.approved_halves or 0)
    claimed = allowed if student.earned_halves is None else CreditHours(student.earned_halves)
    return ProgressRow(
        id=-student.id,
        version=0,
        year=plan.year,
        subject=plan.subject,
        form_name=form_name(FORM),
        title=f"{class_title(plan.title, training.name)}（{base}）",
        claimed=claimed,
        recognised=None,
        handler=handler if pending else "",
        status=_STATUS_OF[state].value,
        status_label=_STATUS_OF[state].label,
        waiting_days=days_since(training.submitted_at, work.clock.now()) if pending else None,
        moves=(),
        reason="" if pending else _reason(student, training),
        source_label="",
    )


def _reason(student: Student, training: TrainingClass) -> str:
    if student.refused_reason or training.reason:
        return student.refused_reason or training.reason
    return f"成绩 {student.result}" if student.result else ""
