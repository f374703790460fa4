"""Plans and classes as screens see them: their history, their states in words, what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import Decision, Org, TrainingClass, TrainingPlan
from core.rules.clock import today
from core.rules.hours import CreditHours
from core.rules.machine import Machine, Move
from core.rules.roles import Actor
from core.rules.training import (
    CLASS,
    PLAN,
    TRAINING_CLASS,
    TRAINING_PLAN,
    ClassState,
    PlanKind,
    PlanState,
    plan_fields,
    plan_state_words,
)
from core.schema.declarations import Holder
from core.schema.history import DecisionLine
from core.schema.training import PlanRow, PlanView
from core.services.attachments import attachments_of
from core.store.work import UnitOfWork

_MACHINES: Mapping[str, Machine[Any]] = {PLAN: TRAINING_PLAN, CLASS: TRAINING_CLASS}
_OFFICE = "人社部门"
_SENDER = "报送"


def training_history(session: Session, kind: str, object_id: int) -> tuple[DecisionLine, ...]:
    """Every move of a plan or a class, the first one first."""
    query = select(Decision).where(Decision.kind == kind, Decision.object_id == object_id)
    return tuple(
        DecisionLine(
            at=each.at,
            step_label=_OFFICE if each.step == "bureau" else _SENDER,
            move_label=_MACHINES[kind].label(Move(each.move)),
            actor_name=each.actor_name,
            org_name=each.org_name,
            opinion=each.opinion,
            recognised=None if each.recognised_halves is None else CreditHours(each.recognised_halves),
        )
        for each in session.scalars(query.order_by(Decision.seq))
    )


def plan_moves(row: TrainingPlan, actor: Actor, day: date) -> tuple[str, ...]:
    """What the caller may do with a plan now; 取消 only before it begins."""
    state = PlanState(row.state)
    moves = list(TRAINING_PLAN.moves(state, actor.role))
    if state is PlanState.FILED and row.started_on is not None and row.started_on <= day:
        moves = [move for move in moves if move is not Move.CANCEL]
    return tuple(move.value for move in moves)


def class_moves(row: TrainingClass, actor: Actor) -> tuple[str, ...]:
    """What the caller may do with a class now."""
    return tuple(move.value for move in TRAINING_CLASS.moves(ClassState(row.state), actor.role))


def plan_row(work: UnitOfWork, actor: Actor, row: TrainingPlan) -> PlanRow:
    """A row of the list of plans."""
    day = today(work.clock)
    return PlanRow(
        id=row.id,
        version=row.version,
        title=row.title,
        year=row.year,
        subject=row.subject,
        started_on=row.started_on,
        ended_on=row.ended_on,
        planned=CreditHours(row.planned_halves),
        allowed=allowed_of(row),
        people=row.planned_people,
        state=row.state,
        state_label=plan_words(row, day),
        moves=plan_moves(row, actor, day),
        reason=row.reason,
    )


def plan_view_of(work: UnitOfWork, actor: Actor, row: TrainingPlan) -> PlanView:
    """Everything of one plan. Who may see it has been asked before."""
    day = today(work.clock)
    pending = row.state == PlanState.PENDING
    reviewer = work.session.get(Org, row.reviewer_id) if pending and row.reviewer_id is not None else None
    mine = actor.org_id == row.org_id
    return PlanView(
        id=row.id,
        version=row.version,
        kind=PlanKind(row.kind),
        title=row.title,
        org_name=work.session.get_one(Org, row.org_id).name,
        values=row.fields,
        courses=tuple(row.courses),
        lines=plan_lines(row),
        allowed=allowed_of(row),
        state=row.state,
        state_label=plan_words(row, day),
        handler=reviewer.name if reviewer is not None else "",
        reason=row.reason,
        evidence=attachments_of(work.session, Holder.PLAN, row.id),
        history=training_history(work.session, PLAN, row.id),
        moves=plan_moves(row, actor, day) if mine else (),
    )


def plan_lines(row: TrainingPlan) -> tuple[tuple[str, str], ...]:
    """What stands in a plan, as (label, text), and its 课程表, a line a course."""
    values = row.fields
    lines = [
        (spec.label, values[spec.key]) for spec in plan_fields(PlanKind(row.kind)) if values.get(spec.key)
    ]
    for number, course in enumerate(row.courses, 1):
        words = "  ".join(part for part in (course["course"], course["teacher"]) if part)
        hours = CreditHours(int(course["halves"]))
        lines.append(("课程表" if number == 1 else "", f"{number} {words}  {hours} 学时"))
    return tuple(lines)


def plan_words(row: TrainingPlan, day: date) -> str:
    """The state of a plan in words."""
    return plan_state_words(PlanState(row.state), row.started_on, row.ended_on, day)


def allowed_of(row: TrainingPlan) -> CreditHours | None:
    """What a student of it may earn, once it is filed."""
    return None if row.approved_halves is None else CreditHours(row.approved_halves)
