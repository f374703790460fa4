"""Classes (培训班) of filed plans: entered, listed with their students, and reported once they are over (学时申报)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select, update

from core.model import Org, Student, TrainingClass, TrainingPlan
from core.rules.clock import today
from core.rules.declaring import FAILED
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.machine import Move
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.training import (
    CLASS,
    PLAN,
    TRAINING_CLASS,
    UNMATCHED,
    ClassState,
    PlanState,
    check_class,
    earned_hours,
    student_number,
)
from core.schema.base import Page
from core.schema.training import (
    ClassKey,
    ClassPageQuery,
    ClassQuery,
    ClassRow,
    ClassView,
    SaveClass,
    StudentRow,
)
from core.services.desk import use_case
from core.services.scope import must_see_plan, not_yours
from core.services.training_views import class_moves, training_history
from core.services.windows import is_open
from core.store.training_pages import at_the_same_time, class_page, class_sums, people_in, student_page
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork


@use_case(Action.CLASS_PAGE, writes=False)
def classes_page(work: UnitOfWork, actor: Actor, command: ClassQuery) -> Page[ClassRow]:
    """One page of the caller's classes, newest first."""
    assert actor.org_id is not None
    lines, after = class_page(
        work.session,
        actor.org_id,
        plan_id=command.plan_id,
        text=command.text,
        after=command.after,
        limit=command.limit,
    )
    people = people_in(work.session, [line.row.id for line in lines])
    rows = tuple(
        ClassRow(
            id=line.row.id,
            version=line.row.version,
            name=line.row.name,
            place=line.row.place,
            plan_title=line.plan_title,
            year=line.year,
            started_on=line.row.started_on,
            ended_on=line.row.ended_on,
            people=people.get(line.row.id, 0),
            allowed=CreditHours(line.allowed_halves),
            state=line.row.state,
            state_label=ClassState(line.row.state).label,
            moves=class_moves(line.row, actor),
            reason=line.row.reason,
        )
        for line in lines
    )
    return Page(rows, after)


@use_case(Action.VIEW_CLASS, writes=False)
def class_view(work: UnitOfWork, actor: Actor, command: ClassPageQuery) -> ClassView:
    """A class with one page of its students: for its base, and for the bureau once it was reported.

    Raises Refused NOT_FOUND, NOT_YOURS.
    """
    row = work.session.get(TrainingClass, command.class_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    plan = work.session.get_one(TrainingPlan, row.plan_id)
    if actor.org_id != row.org_id:
        must_see_plan(work.session, actor, plan)
        if row.submitted_at is None:
            raise not_yours(CLASS, row.id)
    return _view(work, actor, row, plan, command)


@use_case(Action.SAVE_CLASS, writes=True)
def save_class(work: UnitOfWork, actor: Actor, command: SaveClass) -> ClassView:
    """A class of a filed plan, new or changed. Raises Refused PLAN_NOT_FILED, STALE; for fields."""
    row = _held(work, actor, command.class_id, command.version) if command.class_id is not None else None
    plan = work.session.get(TrainingPlan, row.plan_id if row is not None else command.plan_id)
    if plan is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if plan.org_id != actor.org_id:
        raise not_yours(PLAN, plan.id)
    if row is None:
        # Held against a 取消 of this very moment.
        plan = work.locked(TrainingPlan, plan.id)
    if plan.state != PlanState.FILED or plan.started_on is None or plan.ended_on is None:
        raise Refused(ErrorCode.PLAN_NOT_FILED)
    checked = check_class(command.values, plan.started_on, plan.ended_on, today(work.clock))
    errors = [*checked.errors]
    name = str(checked.clean.get("name", ""))
    if missing := missing_glyphs(name):
        errors.append(FieldError("name", ErrorCode.NO_GLYPH, {"character": missing[0]}))
    if errors:
        raise Refused.for_fields(tuple(errors))
    start, end = checked.clean["started_on"], checked.clean["ended_on"]
    assert isinstance(start, date) and isinstance(end, date)
    if row is None:
        row = TrainingClass(
            plan_id=plan.id,
            org_id=plan.org_id,
            state=TRAINING_CLASS.initial.value,
            created_at=work.clock.now(),
            name=name,
            started_on=start,
            ended_on=end,
        )
        work.session.add(row)
    else:
        TRAINING_CLASS.next(ClassState(row.state), Move.SAVE, actor.role)
    row.name, row.place = name, str(checked.clean.get("place", ""))
    row.started_on, row.ended_on = start, end
    work.session.flush()
    work.audit(actor, Action.SAVE_CLASS, CLASS, row.id, f"{plan.title} {row.name}")
    return _view(work, actor, row, plan, ClassPageQuery(class_id=row.id))


@use_case(Action.DELETE_CLASS, writes=True)
def delete_class(work: UnitOfWork, actor: Actor, command: ClassKey) -> None:
    """删除, before it was reported, its students with it."""
    row = _held(work, actor, command.class_id, command.version)
    TRAINING_CLASS.next(ClassState(row.state), Move.DELETE, actor.role)
    work.decide(actor, CLASS, row.id, Move.DELETE, version=command.version)
    work.audit(actor, Action.DELETE_CLASS, CLASS, row.id, row.name)
    work.session.delete(row)


@use_case(Action.SUBMIT_CLASS, writes=True)
def submit_class(work: UnitOfWork, actor: Actor, command: ClassKey) -> ClassView:
    """申报学时 of all students, once the class is over; it waits at the bureau that filed the plan.

    Raises Refused CLASS_NOT_OVER, CLASS_EMPTY, ABOVE_PLAN, YEAR_CLOSED, PLAN_NOT_FILED, STALE.
    """
    row = _held(work, actor, command.class_id, command.version)
    state = TRAINING_CLASS.next(ClassState(row.state), Move.SUBMIT, actor.role)
    plan = work.session.get_one(TrainingPlan, row.plan_id)
    day = today(work.clock)
    if plan.state != PlanState.FILED or plan.approved_halves is None:
        raise Refused(ErrorCode.PLAN_NOT_FILED)
    if row.ended_on >= day:
        raise Refused(ErrorCode.CLASS_NOT_OVER, until=row.ended_on.isoformat())
    here = Student.class_id == row.id
    if not work.session.scalar(select(exists().where(here))):
        raise Refused(ErrorCode.CLASS_EMPTY)
    if work.session.scalar(select(exists().where(here, Student.earned_halves > plan.approved_halves))):
        raise Refused(ErrorCode.ABOVE_PLAN, allowed=CreditHours(plan.approved_halves))
    region = work.session.get_one(Org, row.org_id).region_code
    if not is_open(work.session, plan.year, region, day):
        raise Refused(ErrorCode.YEAR_CLOSED, year=plan.year)
    row.state, row.reviewer_id = state.value, plan.reviewer_id
    row.submitted_at, row.decided_at, row.reason = work.clock.now(), None, ""
    # What was left out of a former report is looked at anew.
    work.session.execute(update(Student).where(here, Student.refused_reason != "").values(refused_reason=""))
    return _moved(work, actor, row, command, Move.SUBMIT, Action.SUBMIT_CLASS)


@use_case(Action.WITHDRAW_CLASS, writes=True)
def withdraw_class(work: UnitOfWork, actor: Actor, command: ClassKey) -> ClassView:
    """撤回 while the report waits. Raises Refused STALE, MOVE_NOT_ALLOWED."""
    row = _held(work, actor, command.class_id, command.version)
    row.state = TRAINING_CLASS.next(ClassState(row.state), Move.WITHDRAW, actor.role).value
    return _moved(work, actor, row, command, Move.WITHDRAW, Action.WITHDRAW_CLASS)


def _moved(
    work: UnitOfWork, actor: Actor, row: TrainingClass, command: ClassKey, move: Move, action: Action
) -> ClassView:
    work.session.flush()
    work.decide(actor, CLASS, row.id, move, version=command.version)
    work.audit(actor, action, CLASS, row.id, row.name)
    plan = work.session.get_one(TrainingPlan, row.plan_id)
    return _view(work, actor, row, plan, ClassPageQuery(class_id=row.id))


def _held(work: UnitOfWork, actor: Actor, class_id: int, version: int) -> TrainingClass:
    """The caller's class, held, in the version that was on screen. Raises NOT_FOUND, NOT_YOURS, STALE."""
    row = work.locked(TrainingClass, class_id)
    if row.org_id != actor.org_id:
        raise not_yours(CLASS, row.id)
    if row.version != version:
        raise Refused(ErrorCode.STALE)
    return row


def _view(
    work: UnitOfWork, actor: Actor, row: TrainingClass, plan: TrainingPlan, command: ClassPageQuery
) -> ClassView:
    allowed = CreditHours(plan.approved_halves or 0)
    sums = class_sums(work.session, row.id, allowed.halves, FAILED)
    students, after = student_page(
        work.session,
        row.id,
        text=command.text,
        digest=digest_of_typed(work, command.text),
        after=command.after,
        limit=command.limit,
    )
    # Whom another base teaches is that base's own business, and the bureau's.
    own = row.org_id if actor.org_id == row.org_id else None
    twice = at_the_same_time(work.session, row.id, row.started_on, row.ended_on, list(students), of_org=own)
    pending = row.state == ClassState.PENDING
    told = not pending or actor.org_id != row.org_id  # what is not decided yet is the bureau's own
    reviewer = work.session.get(Org, row.reviewer_id) if pending and row.reviewer_id is not None else None
    return ClassView(
        id=row.id,
        version=row.version,
        name=row.name,
        place=row.place,
        plan_id=plan.id,
        plan_title=plan.title,
        year=plan.year,
        subject=plan.subject,
        started_on=row.started_on,
        ended_on=row.ended_on,
        allowed=allowed,
        people=sums.people,
        unmatched=sums.unmatched,
        hours=CreditHours(sums.halves),
        state=row.state,
        state_label=ClassState(row.state).label,
        handler=reviewer.name if reviewer is not None else "",
        reason=row.reason,
        moves=class_moves(row, actor) if actor.org_id == row.org_id else (),
        history=training_history(work.session, CLASS, row.id),
        students=tuple(_student_row(work, each, allowed, twice.get(each.id, ""), told) for each in students),
        after=after,
    )


def digest_of_typed(work: UnitOfWork, text: str) -> bytes | None:
    """The digest of a whole 证件号 that was typed into a search line; None for anything else."""
    if not any(character.isdigit() for character in text):
        return None
    try:
        return work.vault.digest("id_number", student_number(text, today(work.clock)))
    except EntryError:
        return None


def _student_row(
    work: UnitOfWork, each: Student, allowed: CreditHours, other_class: str, told: bool
) -> StudentRow:
    earned = None if each.earned_halves is None else CreditHours(each.earned_halves)
    notes = [] if each.person_id is not None else [UNMATCHED]
    if other_class:
        notes.append(f"同时在 {other_class}")
    if earned is not None and earned > allowed:
        notes.append("高于备案")
    return StudentRow(
        id=each.id,
        name=each.name,
        id_number_masked=mask_id_number(work.vault.open(each.id_number_sealed)),
        unit_name=each.unit_name,
        result=each.result,
        hours=earned_hours(each.result, earned, allowed),
        matched=each.person_id is not None,
        note="，".join(notes),
        refused_reason=each.refused_reason if told else "",
    )
