"""计划审批 (R3): the bureau approves a base's plan with the hours it may give, or files an authority's."""

from __future__ import annotations

from core.model import Org, TrainingPlan
from core.rules.entry import EntryError, parse_hours
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.training import PLAN, TRAINING_PLAN, PlanKind, PlanState
from core.schema.declarations import Holder
from core.schema.review import (
    Decide,
    Decided,
    ItemKey,
    QueuePage,
    QueueQuery,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.attachments import attachments_of
from core.services.declaration_views import days_since
from core.services.messages import tell_office
from core.services.queue_training import training_queue_page
from core.services.queues import Queue, Waits, opinion_of, viewers
from core.services.sent_rows import held_here, office_named_here, sent_here
from core.services.training_views import plan_lines, training_history
from core.store.pages import PENDING
from core.store.work import UnitOfWork

_MOVES = {Verdict.APPROVE: Move.APPROVE, Verdict.REJECT: Move.REJECT, Verdict.RETURN: Move.RETURN}
_TOLD = {Move.APPROVE: "已备案", Move.REJECT: "不通过", Move.RETURN: "退回修改"}


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    return training_queue_page(work, TrainingPlan, org_id, command)


def _visible(work: UnitOfWork, actor: Actor, plan_id: int) -> TrainingPlan:
    return sent_here(work, actor, TrainingPlan, PLAN, plan_id)


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    planned = CreditHours(row.planned_halves)
    listed = CreditHours(sum(int(course["halves"]) for course in row.courses))
    check = f"课程表 {len(row.courses)} 门，合计 {listed} 学时" if row.courses else "没有课程表"
    assert row.submitted_at is not None
    return ReviewItem(
        subject=Subject.PLAN,
        id=row.id,
        version=row.version,
        person_name=work.session.get_one(Org, row.org_id).name,
        heading=f"{PlanKind(row.kind).label}  {planned} 学时  {row.year}",
        lines=plan_lines(row),
        claimed=planned,
        rule_check=f"{check}；认定学时是学员最多可得的学时，不能高于计划",
        year_line="",
        evidence=attachments_of(work.session, Holder.PLAN, row.id),
        doubts=(),
        history=training_history(work.session, PLAN, row.id),
        viewers=viewers(work, actor, Subject.PLAN.value, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        proposed=planned,
        decidable=row.state == PlanState.PENDING,
    )


def _decide(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    row = held_here(work, actor, TrainingPlan, PLAN, command.id, command.version)
    move = _MOVES[command.verdict]
    state = TRAINING_PLAN.next(PlanState(row.state), move, actor.role)
    opinion = opinion_of(command)
    allowed = _allowed(row, command) if move is Move.APPROVE else None
    row.state = state.value
    row.approved_halves = None if allowed is None else allowed.halves
    row.reason = "" if move is Move.APPROVE else opinion
    row.decided_at, row.decided_by_name = work.clock.now(), actor.name
    work.session.flush()
    work.decide(
        actor,
        PLAN,
        row.id,
        move,
        version=command.version,
        step="bureau",
        opinion=opinion,
        recognised=allowed,
    )
    hours = "" if allowed is None else f" {allowed} 学时"
    work.audit(actor, Action.DECIDE_PLAN, PLAN, row.id, f"{TRAINING_PLAN.label(move)} {row.title}{hours}")
    words = f"培训计划{_TOLD[move]}：{row.title}{hours}"
    if opinion:
        words += f"。{'意见' if move is Move.APPROVE else '原因'}：{opinion}"
    tell_office(work, row.org_id, MessageKind.TRAINING, words, about=(PLAN, row.id))
    return _decided(work, row)


def _allowed(row: TrainingPlan, command: Decide) -> CreditHours:
    """认定学时: what was typed, else the plan; never above the plan."""
    planned = CreditHours(row.planned_halves)
    if command.recognised is None or not command.recognised.strip():
        return planned
    try:
        hours = parse_hours(command.recognised)
    except EntryError as error:
        raise Refused.for_fields((error.at("recognised"),)) from None
    if hours > planned:
        raise Refused.for_fields((FieldError("recognised", ErrorCode.ABOVE_CLAIM, {"claimed": planned}),))
    if hours == ZERO:
        params = {"low": CreditHours(1), "high": planned}
        raise Refused.for_fields((FieldError("recognised", ErrorCode.OUT_OF_RANGE, params),))
    return hours


def _undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    row = held_here(work, actor, TrainingPlan, PLAN, command.id, command.version)
    TRAINING_PLAN.next(PlanState(row.state), Move.UNDO, actor.role)  # the machine knows no way back
    return _decided(work, row)


def _name_of(work: UnitOfWork, actor: Actor, plan_id: int) -> str:
    return office_named_here(work, actor, work.session.get(TrainingPlan, plan_id))


def _decided(work: UnitOfWork, row: TrainingPlan) -> Decided:
    name = work.session.get_one(Org, row.org_id).name
    return Decided(row.id, row.version, name, PlanState(row.state).label, "")


PLANS = Queue(
    Subject.PLAN,
    seen=Action.PLAN_QUEUE,
    decided=Action.DECIDE_PLAN,
    page=_page,
    visible=_visible,
    item=_item,
    decide=_decide,
    undo=_undo,
    name_of=_name_of,
    waits=Waits(TrainingPlan.reviewer_id, TrainingPlan.submitted_at, TrainingPlan.state == PENDING),
    label="培训计划",
)
