"""综合查询 (B4): a base's students over all its classes, what was given, written to a spreadsheet if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from core.model import Declaration, Org, Student, TrainingClass, TrainingPlan
from core.rules.clock import CHINA
from core.rules.declaring import FAILED
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.training import (
    Exported,
    StudentLine,
    StudentPage,
    StudentQuery,
    StudentState,
)
from core.services.boxes import handed_out
from core.services.classes import digest_of_typed
from core.services.desk import Desk, desk_use_case, use_case
from core.store.training_pages import earned_halves, named
from core.store.work import UnitOfWork
from core.store.workbook import HOURS, TEXT, WHOLE, Cell, Sheet, SheetColumn, write_sheets

MOST_EXPORTED = 100_000
"""Rows of one file."""
_AT_ONCE = 1_000
_S, _C, _P, _D = Student, TrainingClass, TrainingPlan, Declaration
_ALLOWED = func.coalesce(_P.approved_halves, 0)
_EARNED = earned_halves(_ALLOWED, FAILED)
STATE: ColumnElement[str] = case(
    (_C.state.in_(("open", "returned")), StudentState.OPEN.value),
    (_C.state == "pending", StudentState.PENDING.value),
    (_C.state == "rejected", StudentState.REJECTED.value),
    (_S.refused_reason != "", StudentState.REJECTED.value),
    (_S.person_id.is_(None), StudentState.UNMATCHED.value),
    (_D.status == "revoked", StudentState.REVOKED.value),
    (_D.id.is_not(None), StudentState.APPROVED.value),
    else_=StudentState.REJECTED.value,
)
"""How a student's hours stand: the one place that says it, for lists, filters and sums."""

COLUMNS = (
    SheetColumn("姓名", 12, TEXT),
    SheetColumn("证件号", 22, TEXT),
    SheetColumn("单位", 30, TEXT),
    SheetColumn("培训计划", 30, TEXT),
    SheetColumn("培训班", 30, TEXT),
    SheetColumn("年度", 8, WHOLE),
    SheetColumn("科目类型", 10, TEXT),
    SheetColumn("成绩", 8, TEXT),
    SheetColumn("学时", 8, HOURS),
    SheetColumn("状态", 12, TEXT),
    SheetColumn("原因", 30, TEXT),
)


def standing() -> Select[*tuple[Any, ...]]:
    """Students with their class, plan and record, and how each one's hours stand."""
    return (
        select(_S, _C, _P, _EARNED.label("halves"), STATE.label("standing"))
        .join(_C, _C.id == _S.class_id)
        .join(_P, _P.id == _C.plan_id)
        .outerjoin(_D, _D.id == _S.declaration_id)
    )


@use_case(Action.SEARCH_STUDENTS, writes=False)
def search_students(work: UnitOfWork, actor: Actor, command: StudentQuery) -> StudentPage:
    """One page of the caller's students, the newest first, and what all of them come to."""
    asked = standing().where(*_wanted(work, actor, command))
    page = asked if command.after is None else asked.where(_S.id < command.after[0])
    found = list(work.session.execute(page.order_by(_S.id.desc()).limit(command.limit + 1)))
    rows = tuple(_line(work, row) for row in found[: command.limit])
    after = (rows[-1].id,) if len(found) > command.limit else None
    given = case((STATE.in_((StudentState.APPROVED.value,)), _EARNED), else_=0)
    sums = (
        asked.with_only_columns(func.count(), func.coalesce(func.sum(given), 0), maintain_column_froms=True)
        .order_by(None)
        .limit(None)
    )
    people, halves = work.session.execute(sums).one()
    return StudentPage(rows, int(people), CreditHours(int(halves)), after)


@desk_use_case(Action.SEARCH_STUDENTS)
def export_students(desk: Desk, actor: Actor, command: StudentQuery) -> Exported:
    """Write what is asked for to an .xlsx in the folder of exports, at most MOST_EXPORTED rows; numbers are masked.

    Raises Refused FILE_UNREADABLE where the folder takes no file.
    """
    stamp = desk.clock.now().astimezone(CHINA)
    name = f"综合查询-{stamp:%Y%m%d-%H%M%S}-{actor.account_id}.xlsx"
    with handed_out(desk, actor, name) as out, desk.reading() as work:
        org = work.session.get_one(Org, actor.org_id)
        rows = _cells(work, actor, command)
        sheet = Sheet("学员", COLUMNS, rows, heading=(f"{org.name} 综合查询",))
        try:
            count = write_sheets(out.path, (sheet,))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Refused(ErrorCode.FILE_UNREADABLE, path=name, reason=reason) from error
    with desk.writing() as work:
        work.audit(actor, Action.SEARCH_STUDENTS, "student", "", f"导出 {count} 人")
        work.commit()
    return Exported(out.shown, count)


def _wanted(work: UnitOfWork, actor: Actor, command: StudentQuery) -> list[ColumnElement[bool]]:
    wanted = [_C.org_id == actor.org_id, *named(command.text, digest_of_typed(work, command.text))]
    if command.year is not None:
        wanted.append(_P.year == command.year)
    if command.state is not None:
        wanted.append(STATE.in_((command.state.value,)))
    return wanted


def _cells(work: UnitOfWork, actor: Actor, query: StudentQuery) -> Iterator[Sequence[Cell]]:
    asked = standing().where(*_wanted(work, actor, query)).order_by(_S.id.desc()).limit(MOST_EXPORTED)
    for row in work.session.execute(asked.execution_options(yield_per=_AT_ONCE)):
        line = _line(work, row)
        yield (
            line.name,
            line.id_number_masked,
            line.unit_name,
            line.plan_title,
            line.class_name,
            line.year,
            line.subject,
            line.result,
            line.hours.halves / 2,
            line.state.label,
            line.reason,
        )


def _line(work: UnitOfWork, row: Row[*tuple[Any, ...]]) -> StudentLine:
    student, training, plan, halves, state = row
    return StudentLine(
        id=student.id,
        name=student.name,
        id_number_masked=mask_id_number(work.vault.open(student.id_number_sealed)),
        unit_name=student.unit_name,
        class_name=training.name,
        plan_title=plan.title,
        year=plan.year,
        subject=plan.subject,
        result=student.result,
        hours=CreditHours(int(halves)),
        state=StudentState(state),
        reason=training.reason or (student.refused_reason if state == StudentState.REJECTED else ""),
    )
