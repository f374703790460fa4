"""班级学时审核 (R3): a class report with its students' hours and what is odd; single students may be left out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from core.model import Org, Student, TrainingClass, TrainingPlan
from core.rules.declaring import FAILED
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_residents
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.training import CLASS, TRAINING_CLASS, UNMATCHED, ClassState
from core.schema.review import (
    Decide,
    Decided,
    DoubtLine,
    ItemKey,
    QueuePage,
    QueueQuery,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.schema.training import RefuseStudent
from core.services.class_hours import give_hours
from core.services.declaration_views import days_since
from core.services.desk import use_case
from core.services.messages import tell_office
from core.services.queue_training import training_queue_page
from core.services.queues import OPINION_LENGTH, Queue, Waits, opinion_of, viewers
from core.services.sent_rows import held_here, sent_here
from core.services.training_views import training_history
from core.store.pages import PENDING
from core.store.training_pages import at_the_same_time, class_sums
from core.store.work import UnitOfWork

_MOVES = {Verdict.APPROVE: Move.APPROVE, Verdict.REJECT: Move.REJECT, Verdict.RETURN: Move.RETURN}
_TOLD = {Move.APPROVE: "审核通过", Move.REJECT: "审核不通过", Move.RETURN: "退回修改"}
_NAMED = 6
"""Students named in one line; more are counted."""
_LOOKED_THROUGH = 20_000
_AT_ONCE = 500


@use_case(Action.DECIDE_CLASS, writes=True)
def refuse_student(work: UnitOfWork, actor: Actor, command: RefuseStudent) -> int:
    """Leave one student out of a report that waits here, with the reason; an empty one takes that back.

    Answers the class's new version. Raises Refused NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED; for the
    field `reason` TOO_LONG.
    """
    row = held_here(work, actor, TrainingClass, CLASS, command.class_id, command.version)
    if row.state != ClassState.PENDING:
        state = ClassState(row.state).label
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state, move="逐人审核")
    student = work.session.get(Student, command.student_id)
    if student is None or student.class_id != row.id:
        raise Refused(ErrorCode.NOT_FOUND)
    student.refused_reason = _reason(command.reason)
    row.decided_by_name = actor.name
    _new_version(work, row)
    what = f"{student.name} 不通过：{student.refused_reason}" if student.refused_reason else student.name
    words = "逐人审核" if student.refused_reason else "逐人审核 收回"
    work.audit(actor, Action.DECIDE_CLASS, CLASS, row.id, f"{row.name} {words} {what}")
    return row.version


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    return training_queue_page(work, TrainingClass, org_id, command)


def _visible(work: UnitOfWork, actor: Actor, class_id: int) -> TrainingClass:
    return sent_here(work, actor, TrainingClass, CLASS, class_id)


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    plan = work.session.get_one(TrainingPlan, row.plan_id)
    allowed = CreditHours(plan.approved_halves or 0)
    sums = class_sums(work.session, row.id, allowed.halves, FAILED)
    students = list(
        work.session.scalars(
            select(Student).where(Student.class_id == row.id).order_by(Student.id).limit(_LOOKED_THROUGH)
        )
    )
    people = f"{sums.people} 人（计划 {plan.planned_people} 人），合计 {CreditHours(sums.halves)} 学时"
    assert row.submitted_at is not None
    return ReviewItem(
        subject=Subject.CLASS_REPORT,
        id=row.id,
        version=row.version,
        person_name=work.session.get_one(Org, row.org_id).name,
        heading=f"{row.name}  {sums.people} 人  {plan.year}",
        lines=(
            ("培训计划", f"{plan.title}  {plan.subject}  备案 {allowed} 学时"),
            ("培训班", f"{row.name}  {row.place}".strip()),
            ("时间", f"{row.started_on} 至 {row.ended_on}"),
            ("学员", people),
            *_student_lines(students, allowed),
        ),
        claimed=None,
        rule_check=f"每人最多 {allowed} 学时（备案）；不合格的不计学时",
        year_line="",
        evidence=(),
        doubts=tuple(DoubtLine(text) for text in _doubts(work, row, plan, students, allowed)),
        history=training_history(work.session, CLASS, row.id),
        viewers=viewers(work, actor, Subject.CLASS_REPORT.value, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=row.state == ClassState.PENDING,
    )


def _student_lines(students: list[Student], allowed: CreditHours) -> Iterator[tuple[str, str]]:
    """The first ones with their hours; all of them stand on a page of their own."""
    for each in students[:_NAMED]:
        hours = allowed if each.earned_halves is None else CreditHours(each.earned_halves)
        words = "不计学时" if each.result == FAILED else f"{hours} 学时"
        mark = UNMATCHED if each.person_id is None else ""
        left_out = f"不通过：{each.refused_reason}" if each.refused_reason else ""
        yield "", "  ".join(part for part in (each.name, each.result, words, mark, left_out) if part)
    if len(students) > _NAMED:
        yield "", f"等 {len(students)} 人，按 E 看全部"


def _doubts(
    work: UnitOfWork, row: TrainingClass, plan: TrainingPlan, students: list[Student], allowed: CreditHours
) -> Iterator[str]:
    """What is odd: above the plan, at the same time in another class, nobody known under the number."""
    above = [each.name for each in students if (each.earned_halves or 0) > allowed.halves]
    if above:
        yield f"高于备案学时：{_names(above)}"
    if len(students) > plan.planned_people:
        yield f"学员 {len(students)} 人，多于计划的 {plan.planned_people} 人"
    twice: list[str] = []
    for start in range(0, len(students), _AT_ONCE):
        some = students[start : start + _AT_ONCE]
        found = at_the_same_time(work.session, row.id, row.started_on, row.ended_on, some)
        twice += [f"{each.name}（{found[each.id]}）" for each in some if each.id in found]
    if twice:
        yield f"同一时间在另一培训班：{_names(twice)}"
    unmatched = [each.name for each in students if each.person_id is None]
    if unmatched:
        yield f"{UNMATCHED}（注册后自动记入）：{_names(unmatched)}"
    left_out = [each.name for each in students if each.refused_reason]
    if left_out:
        yield f"已逐人不通过：{_names(left_out)}"


def _decide(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    row = held_here(work, actor, TrainingClass, CLASS, command.id, command.version)
    if one_of_many and command.verdict is Verdict.APPROVE:
        raise Refused(ErrorCode.NOT_IN_BATCH, kind="班级学时")
    move = _MOVES[command.verdict]
    state = TRAINING_CLASS.next(ClassState(row.state), move, actor.role)
    opinion = opinion_of(command)
    row.state = state.value
    row.reason = "" if move is Move.APPROVE else opinion
    row.decided_at, row.decided_by_name = work.clock.now(), actor.name
    work.session.flush()
    given = give_hours(work, row) if move is Move.APPROVE else 0
    work.decide(actor, CLASS, row.id, move, version=command.version, step="bureau", opinion=opinion)
    count = f" {given} 人" if move is Move.APPROVE else ""
    work.audit(actor, Action.DECIDE_CLASS, CLASS, row.id, f"{TRAINING_CLASS.label(move)} {row.name}{count}")
    words = f"班级学时{_TOLD[move]}：{row.name}{count}"
    if opinion:
        words += f"。{'意见' if move is Move.APPROVE else '原因'}：{opinion}"
    tell_office(work, row.org_id, MessageKind.TRAINING, words, about=(CLASS, row.id))
    return _decided(work, row)


def _undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    row = held_here(work, actor, TrainingClass, CLASS, command.id, command.version)
    TRAINING_CLASS.next(ClassState(row.state), Move.UNDO, actor.role)  # the machine knows no way back
    return _decided(work, row)


def _name_of(work: UnitOfWork, actor: Actor, class_id: int) -> str:
    row = work.session.get(TrainingClass, class_id)
    return row.name if row is not None and row.reviewer_id == actor.org_id else ""


def _decided(work: UnitOfWork, row: TrainingClass) -> Decided:
    name = work.session.get_one(Org, row.org_id).name
    return Decided(row.id, row.version, name, ClassState(row.state).label, "")


def _reason(typed: str) -> str:
    try:
        reason = mask_residents(fold(typed))
    except EntryError as error:
        raise Refused.for_fields((error.at("reason"),)) from None
    if len(reason) > OPINION_LENGTH:
        params = {"limit": OPINION_LENGTH, "length": len(reason)}
        raise Refused.for_fields((FieldError("reason", ErrorCode.TOO_LONG, params),))
    return reason


def _names(names: list[str]) -> str:
    shown = "、".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} 等 {len(names)} 人"


def _new_version(work: UnitOfWork, row: TrainingClass) -> None:
    from sqlalchemy.orm.attributes import flag_modified

    flag_modified(row, "decided_by_name")
    work.session.flush()


CLASS_REPORTS = Queue(
    Subject.CLASS_REPORT,
    seen=Action.CLASS_QUEUE,
    decided=Action.DECIDE_CLASS,
    page=_page,
    visible=_visible,
    item=_item,
    decide=_decide,
    undo=_undo,
    name_of=_name_of,
    waits=Waits(TrainingClass.reviewer_id, TrainingClass.submitted_at, TrainingClass.state == PENDING),
    label="班级学时",
)
