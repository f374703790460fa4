"""Training plans (培训计划报备, 行业培训计划): written, sent in, taken back, cancelled by the office they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import exists, select

from core.model import Org, TrainingClass, TrainingPlan
from core.rules.checking import CleanValue
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.machine import Move
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.rules.training import (
    PLAN,
    TRAINING_PLAN,
    CheckedPlan,
    PlanKind,
    PlanState,
    check_plan,
    plan_fields,
)
from core.schema.base import Number, Page
from core.schema.declarations import Holder
from core.schema.training import FiledQuery, FiledRow, PlanKey, PlanQuery, PlanRow, PlanView, SavePlan
from core.services.attachments import attachment_errors, replace_attachments
from core.services.desk import use_case
from core.services.evidence import FIELD
from core.services.scope import bureau_of, must_see_plan, not_yours
from core.services.training_views import plan_row, plan_view_of
from core.store.training_pages import holds, plan_page
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

_KIND_OF = {Role.BASE: PlanKind.BASE, Role.AUTHORITY: PlanKind.INDUSTRY}


@use_case(Action.PLAN_PAGE, writes=False)
def plans_page(work: UnitOfWork, actor: Actor, command: PlanQuery) -> Page[PlanRow]:
    """One page of the caller's plans, newest first."""
    assert actor.org_id is not None
    rows, after = plan_page(
        work.session, actor.org_id, text=command.text, after=command.after, limit=command.limit
    )
    return Page(tuple(plan_row(work, actor, row) for row in rows), after)


@use_case(Action.VIEW_PLAN, writes=False)
def plan_view(work: UnitOfWork, actor: Actor, command: Number) -> PlanView:
    """详细: its office sees it, and the bureaus of its region once it was sent in. Raises NOT_FOUND, NOT_YOURS."""
    row = work.session.get(TrainingPlan, command.value)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_see_plan(work.session, actor, row)
    return plan_view_of(work, actor, row)


@use_case(Action.SAVE_PLAN, writes=True)
def save_plan(work: UnitOfWork, actor: Actor, command: SavePlan) -> PlanView:
    """保存草稿: complete or not; only what can't be understood is refused, and a plan without a name."""
    row = _draft(work, actor, command, Move.SAVE)
    saved = _fill(work, actor, command, row, complete=False)
    work.audit(actor, Action.SAVE_PLAN, PLAN, saved.id, f"{saved.year} {saved.title}")
    return plan_view_of(work, actor, saved)


@use_case(Action.SUBMIT_PLAN, writes=True)
def submit_plan(work: UnitOfWork, actor: Actor, command: SavePlan) -> PlanView:
    """提交报备: all checks at once; then it waits at the bureau nearest to the office's region.

    Raises Refused FIELDS_REFUSED (the 培训通知 under `evidence`, a course under `course:<n>`), NO_BUREAU, STALE.
    """
    row = _draft(work, actor, command, Move.SUBMIT)
    before = row.version if row is not None else 0
    saved = _fill(work, actor, command, row, complete=True)
    state = TRAINING_PLAN.next(PlanState(saved.state), Move.SUBMIT, actor.role)
    saved.reviewer_id = bureau_of(work.session, work.session.get_one(Org, saved.org_id).region_code).id
    saved.state = state.value
    saved.submitted_at = work.clock.now()
    saved.decided_at = None
    saved.reason = ""
    work.session.flush()
    work.decide(actor, PLAN, saved.id, Move.SUBMIT, version=before)
    work.audit(actor, Action.SUBMIT_PLAN, PLAN, saved.id, f"{saved.year} {saved.title}")
    return plan_view_of(work, actor, saved)


@use_case(Action.WITHDRAW_PLAN, writes=True)
def withdraw_plan(work: UnitOfWork, actor: Actor, command: PlanKey) -> PlanView:
    """撤回 while it waits: a draft again. Raises Refused STALE, MOVE_NOT_ALLOWED."""
    row = own_plan(work, actor, command)
    row.state = TRAINING_PLAN.next(PlanState(row.state), Move.WITHDRAW, actor.role).value
    return _moved(work, actor, row, command, Move.WITHDRAW, Action.WITHDRAW_PLAN)


@use_case(Action.CANCEL_PLAN, writes=True)
def cancel_plan(work: UnitOfWork, actor: Actor, command: PlanKey) -> PlanView:
    """取消, before it begins and while it has no classes. Raises Refused PLAN_BEGUN, HAS_DEPENDANTS, STALE."""
    row = own_plan(work, actor, command)
    state = TRAINING_PLAN.next(PlanState(row.state), Move.CANCEL, actor.role)
    filed = row.state == PlanState.FILED
    if filed and row.started_on is not None and row.started_on <= today(work.clock):
        raise Refused(ErrorCode.PLAN_BEGUN, since=row.started_on.isoformat())
    if work.session.scalar(select(exists().where(TrainingClass.plan_id == row.id))):
        raise Refused(ErrorCode.HAS_DEPENDANTS, count="", what="培训班", action="取消")
    row.state, row.approved_halves = state.value, None
    return _moved(work, actor, row, command, Move.CANCEL, Action.CANCEL_PLAN)


@use_case(Action.DELETE_PLAN, writes=True)
def delete_plan(work: UnitOfWork, actor: Actor, command: PlanKey) -> None:
    """删除: a draft only. The log keeps that there was one."""
    row = own_plan(work, actor, command)
    TRAINING_PLAN.next(PlanState(row.state), Move.DELETE, actor.role)
    replace_attachments(work, actor, Holder.PLAN, row.id, (), limit=work.settings.evidence_count)
    work.decide(actor, PLAN, row.id, Move.DELETE, version=command.version)
    work.audit(actor, Action.DELETE_PLAN, PLAN, row.id, f"{row.year} {row.title}")
    work.session.delete(row)


@use_case(Action.FILED_PLANS, writes=False)
def filed_plans(work: UnitOfWork, actor: Actor, command: FiledQuery) -> Page[FiledRow]:
    """Filed plans of authorities, or classes of bases' filed plans, to choose from in a declaration."""
    p, c = TrainingPlan, TrainingClass
    if command.kind is PlanKind.INDUSTRY:
        query = select(p.title, Org.name, p.title, p.started_on, p.ended_on, p.approved_halves)
        query = query.select_from(p).join(Org, Org.id == p.org_id)
        name, newest = p.title, p.id.desc()
    else:
        query = select(c.name, Org.name, p.title, c.started_on, c.ended_on, p.approved_halves)
        query = query.select_from(c).join(p, p.id == c.plan_id).join(Org, Org.id == c.org_id)
        name, newest = c.name, c.id.desc()
    query = query.where(p.kind == command.kind.value, p.state == PlanState.FILED.value)
    if command.year is not None:
        query = query.where(p.year == command.year)
    if command.text.strip():
        query = query.where(holds(name, command.text) | holds(Org.name, command.text))
    found = work.session.execute(query.order_by(newest).limit(command.limit))
    return Page(tuple(FiledRow(*row[:5], CreditHours(row[5] or 0)) for row in found))


def own_plan(work: UnitOfWork, actor: Actor, command: PlanKey) -> TrainingPlan:
    """The caller's plan, held, in the version that was on screen. Raises NOT_FOUND, NOT_YOURS, STALE."""
    row = work.locked(TrainingPlan, command.plan_id)
    if row.org_id != actor.org_id:
        raise not_yours(PLAN, row.id)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    return row


def _moved(
    work: UnitOfWork, actor: Actor, row: TrainingPlan, command: PlanKey, move: Move, action: Action
) -> PlanView:
    work.session.flush()
    work.decide(actor, PLAN, row.id, move, version=command.version)
    work.audit(actor, action, PLAN, row.id, f"{row.year} {row.title}")
    return plan_view_of(work, actor, row)


def _draft(work: UnitOfWork, actor: Actor, command: SavePlan, move: Move) -> TrainingPlan | None:
    """The plan that is saved or sent, held; None for a new one."""
    if command.plan_id is None:
        return None
    row = own_plan(work, actor, PlanKey(plan_id=command.plan_id, version=command.version))
    TRAINING_PLAN.next(PlanState(row.state), move, actor.role)
    return row


def _fill(
    work: UnitOfWork, actor: Actor, command: SavePlan, row: TrainingPlan | None, *, complete: bool
) -> TrainingPlan:
    """Put what was typed into the row. Raises Refused for fields."""
    kind = _KIND_OF[actor.role]
    day = today(work.clock)
    checked = check_plan(kind, command.values, command.courses, day, complete=complete)
    errors = [*checked.errors, *_name_errors(checked, complete)]
    limit = work.settings.evidence_count
    at_least = 1 if complete else 0
    errors += attachment_errors(work, actor, command.evidence, limit=limit, at_least=at_least, field=FIELD)
    if errors:
        raise Refused.for_fields(tuple(errors))
    if row is None:
        assert actor.org_id is not None
        row = TrainingPlan(
            kind=kind.value,
            org_id=actor.org_id,
            state=TRAINING_PLAN.initial.value,
            created_at=work.clock.now(),
            subject="",
            title="",
            year=day.year,
        )
        work.session.add(row)
    _set(row, kind, checked, day)
    work.session.flush()
    replace_attachments(work, actor, Holder.PLAN, row.id, command.evidence, limit=limit)
    return row


def _name_errors(checked: CheckedPlan, complete: bool) -> list[FieldError]:
    """A draft needs a name to be found by; what is printed on certificates must have its characters."""
    title = str(checked.clean.get("title", ""))
    refused = {error.field for error in checked.errors}
    if not title and not complete and "title" not in refused:
        return [FieldError("title", ErrorCode.REQUIRED)]
    missing = missing_glyphs(title)
    return [FieldError("title", ErrorCode.NO_GLYPH, {"character": missing[0]})] if missing else []


def _set(row: TrainingPlan, kind: PlanKind, checked: CheckedPlan, day: date) -> None:
    clean: Mapping[str, CleanValue] = checked.clean
    hours, people, year = (clean.get(key) for key in ("planned_hours", "planned_people", "year"))
    start, end = clean.get("started_on"), clean.get("ended_on")
    in_order = isinstance(start, date) and isinstance(end, date) and start <= end
    row.title, row.subject = str(clean.get("title", "")), str(clean.get("subject", ""))
    row.year = year if isinstance(year, int) else day.year
    row.started_on = start if in_order and isinstance(start, date) else None
    row.ended_on = end if in_order and isinstance(end, date) else None
    row.planned_halves = hours.halves if isinstance(hours, CreditHours) else ZERO.halves
    row.planned_people = people if isinstance(people, int) else 0
    row.fields = {spec.key: str(clean[spec.key]) for spec in plan_fields(kind) if spec.key in clean}
    row.courses = [
        {"course": each.course, "teacher": each.teacher, "halves": str(each.hours.halves)}
        for each in checked.courses
    ]
