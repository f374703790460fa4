"""单位调转 (P4): asked for by the person, taken back, and what happens when the new unit takes them in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from core.model import Change, Declaration, Department, Org, Person, Transfer
from core.rules.changes import ChangeKind
from core.rules.checking import check_form, in_field_order
from core.rules.clock import today
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.transfer import TRANSFER_FIELDS
from core.rules.workflow import DeclarationState
from core.schema.base import Nothing
from core.schema.changes import ChangeKey, ChangeView, SubmitTransfer, TransferPage
from core.services.change_queue import ChangeQueue
from core.services.changes import (
    Lines,
    blocking,
    change_row,
    change_view,
    changes_of,
    held_person,
    open_change,
    refuse_second,
    withdraw,
)
from core.services.desk import use_case
from core.services.employers import find_department, may_register_at, region_name
from core.services.messages import tell_office
from core.services.scope import owner
from core.services.year_rows import move_open_years
from core.store.work import UnitOfWork

KIND = ChangeKind.TRANSFER


@use_case(Action.CHANGE_LIST, writes=False)
def transfer_page(work: UnitOfWork, actor: Actor, command: Nothing) -> TransferPage:
    """单位调转: the caller's transfers, newest first, and what must be settled before another."""
    person = owner(work.session, actor)
    rows = tuple(
        change_row(each, _name(work, each.from_org_id), _name(work, each.org_id))
        for each in changes_of(work.session, person.id, KIND)
    )
    return TransferPage(_name(work, person.employer_id), rows, blocking(work, person.id))


@use_case(Action.SUBMIT_TRANSFER, writes=True)
def submit_transfer(work: UnitOfWork, actor: Actor, command: SubmitTransfer) -> ChangeView:
    """提交转出申请: it waits at the new unit; until then the person belongs to the old one.

    Raises Refused for fields (`employer` EMPLOYER_CLOSED, SAME_EMPLOYER), CHANGE_PENDING, and TRANSFER_BLOCKED
    naming everything of the person that is under review (操作指南 4).
    """
    person = held_person(work, actor)
    refuse_second(work, person.id, KIND)
    form = _checked(work, person, command)
    waiting = blocking(work, person.id)
    if waiting:
        raise _blocked(waiting)
    row = Transfer(
        person_id=person.id,
        org_id=form.employer.id,
        from_org_id=person.employer_id,
        department_id=form.department_id,
        fields={"reason": form.reason} if form.reason else {},
    )
    open_change(work, actor, row, Action.SUBMIT_TRANSFER, f"调入 {form.employer.name}")
    return change_view(work, row, _lines(work, row))


@use_case(Action.WITHDRAW_TRANSFER, writes=True)
def withdraw_transfer(work: UnitOfWork, actor: Actor, command: ChangeKey) -> ChangeView:
    """撤回 while the new unit has not answered. Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED."""
    row = withdraw(work, actor, command, KIND, Action.WITHDRAW_TRANSFER)
    return change_view(work, row, _lines(work, row))


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that holds together, and what it points to."""

    employer: Org
    department_id: int | None
    reason: str


def _checked(work: UnitOfWork, person: Person, command: SubmitTransfer) -> _Form:
    """Every field at once, those too that only the database can judge."""
    typed = dict(command.values)
    if command.employer_id is not None:
        typed["employer"] = str(command.employer_id)
    checked = check_form(TRANSFER_FIELDS, typed, today(work.clock), lists=work.lists)
    errors = list(checked.errors)
    employer_id, department_id, org = checked.clean.get("employer"), None, None
    if isinstance(employer_id, int):
        org = work.session.get(Org, employer_id)
        if employer_id == person.employer_id:
            errors.append(FieldError("employer", ErrorCode.SAME_EMPLOYER))
        elif not may_register_at(org):
            errors.append(FieldError("employer", ErrorCode.EMPLOYER_CLOSED))
        try:
            department_id = find_department(
                work, employer_id, command.department_id, typed.get("department", "")
            )
        except EntryError as error:
            errors.append(error.at("department"))
    if errors:
        raise Refused.for_fields(in_field_order(TRANSFER_FIELDS, errors))
    assert org is not None
    return _Form(org, department_id, mask_personal(str(checked.clean.get("reason", ""))))


def _take_in(work: UnitOfWork, actor: Actor, change: Change) -> None:
    """接收: the person, what they have not sent in yet and their open years go to the new unit and its region.

    Years that were recognised stay where that was done. The old unit keeps what was sent in to it.
    """
    waiting = blocking(work, change.person_id)
    if waiting:  # nothing new is begun meanwhile, yet an older version of the program might have
        raise _blocked(waiting)
    person = work.session.get_one(Person, change.person_id)
    org = work.session.get_one(Org, change.org_id)
    person.employer_id, person.region_code = org.id, org.region_code
    person.department_id = change.department_id
    work.session.flush()
    move_open_years(work, (person.id,))
    # Never sent in: one that was returned stays with those who returned it until it is sent in again.
    unsent = update(Declaration).where(
        Declaration.person_id == person.id,
        Declaration.status == DeclarationState.DRAFT.value,
        Declaration.returned.is_(False),
    )
    work.session.execute(unsent.values(employer_id=org.id, region_code=org.region_code))
    assert change.from_org_id is not None
    tell_office(work, change.from_org_id, MessageKind.STAFF, f"{person.name} 已调转到 {org.name}")


def _lines(work: UnitOfWork, change: Change) -> Lines:
    """What the person and the new unit see of it."""
    department = work.session.get(Department, change.department_id) if change.department_id else None
    new = work.session.get_one(Org, change.org_id)
    person = work.session.get_one(Person, change.person_id)
    lines = (
        ("姓名", person.name),
        ("原调出单位", _name(work, change.from_org_id)),
        ("调入单位所属区域", region_name(work, new.region_code)),
        ("调入单位", new.name),
        ("调入部门", department.name if department else change.fields.get("department", "")),
        ("专业技术职务任职资格", person.title),
        ("调转原因", change.fields.get("reason", "")),
    )
    return tuple((label, text) for label, text in lines if text)


def _told(work: UnitOfWork, change: Change, move: Move) -> str:
    new = _name(work, change.org_id)
    if move is Move.APPROVE:
        return f"单位调转通过：{new} 已接收，今后的申报由该单位初审"
    return f"单位调转不通过：{new} 没有接收"


def _blocked(waiting: tuple[str, ...]) -> Refused:
    return Refused(ErrorCode.TRANSFER_BLOCKED, blocking="；".join(waiting))


def _name(work: UnitOfWork, org_id: int | None) -> str:
    return work.session.get_one(Org, org_id).name


TRANSFER_QUEUE = ChangeQueue(
    KIND,
    heading="单位调转",
    decided=Action.DECIDE_TRANSFER,
    column=lambda line: line.from_org or "",
    lines=_lines,
    effect=_take_in,
    told=_told,
)
