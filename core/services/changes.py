"""The common ground of a person's changes (变更申请): opened, settled, taken back, shown, and what bars another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import Change, Decision, Declaration, IdentityChange, Org, Person, PositionChange, Transfer
from core.rules.changes import (
    IDENTITY,
    POSITION,
    TRANSFER,
    ChangeKind,
    IdentityState,
    PositionState,
    TransferState,
)
from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Machine, Move
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.rules.workflow import DeclarationState
from core.schema.changes import ChangeKey, ChangeRow, ChangeView
from core.schema.declarations import EvidenceView
from core.schema.history import DecisionLine
from core.services.declaration_views import form_name
from core.services.scope import not_yours, owner
from core.store.work import UnitOfWork

C = TypeVar("C", bound=Change)
Lines = tuple[tuple[str, str], ...]

PENDING = "pending"
MODELS: Mapping[ChangeKind, type[Change]] = {
    ChangeKind.TRANSFER: Transfer,
    ChangeKind.POSITION: PositionChange,
    ChangeKind.IDENTITY: IdentityChange,
}
_MACHINES: Mapping[ChangeKind, tuple[Machine[Any], type[Any]]] = {
    ChangeKind.TRANSFER: (TRANSFER, TransferState),
    ChangeKind.POSITION: (POSITION, PositionState),
    ChangeKind.IDENTITY: (IDENTITY, IdentityState),
}
# What sending it in and deciding it are called in its history; an office's level, then the person's.
_SUBMITTED = {
    ChangeKind.TRANSFER: "提交转出申请",
    ChangeKind.POSITION: "提交审核",
    ChangeKind.IDENTITY: "提交修改",
}
_OFFICE_STEP = {
    ChangeKind.TRANSFER: "单位接收",
    ChangeKind.POSITION: "单位审核",
    ChangeKind.IDENTITY: "单位审核",
}
_PERSON_STEP = "本人"


def machine_of(kind: ChangeKind) -> Machine[Any]:
    """The workflow of a kind of change."""
    return _MACHINES[kind][0]


def state_of(change: Change) -> Any:
    """The state of a change, as the enum of its own machine."""
    return _MACHINES[ChangeKind(change.kind)][1](change.state)


# ------------------------------------------------------------------------------------------ opening


def held_person(work: UnitOfWork, actor: Actor) -> Person:
    """The person who acts, held: whatever two windows open or settle for one person comes one after the other.

    Take it before the change's own row, everywhere: two who wait for each other would wait for good.
    """
    return work.locked(Person, owner(work.session, actor).id)


def pending_change(session: Session, person_id: int, kind: ChangeKind) -> Change | None:
    """The one change of a kind that waits for an office."""
    wanted = select(Change).where(
        Change.person_id == person_id, Change.kind == kind.value, Change.state == PENDING
    )
    return session.scalars(wanted).first()


def pending_kinds(session: Session, person_id: int) -> tuple[ChangeKind, ...]:
    """What of a person waits for an office, the oldest first."""
    wanted = select(Change.kind).where(Change.person_id == person_id, Change.state == PENDING)
    return tuple(map(ChangeKind, session.scalars(wanted.order_by(Change.id))))


def refuse_second(work: UnitOfWork, person_id: int, kind: ChangeKind) -> None:
    """Raises Refused CHANGE_PENDING where one of this kind waits already."""
    if pending_change(work.session, person_id, kind) is not None:
        raise Refused(ErrorCode.CHANGE_PENDING, kind=kind.label)


def refuse_while_transferring(work: UnitOfWork, person_id: int, what: str) -> None:
    """Raises Refused TRANSFER_PENDING: between two units nothing new is begun. `what` is what can't be done now.

    Ask it while the person's row is held.
    """
    if pending_change(work.session, person_id, ChangeKind.TRANSFER) is not None:
        raise Refused(ErrorCode.TRANSFER_PENDING, what=what)


def open_change(work: UnitOfWork, actor: Actor, change: C, action: Action, summary: str = "") -> C:
    """Send a new change in: its row, the first line of its history, one entry of the log."""
    change.state = machine_of(ChangeKind(change.kind)).initial.value
    change.submitted_at = work.clock.now()
    work.session.add(change)
    work.session.flush()
    work.decide(actor, change.kind, change.id, Move.SUBMIT, version=0)
    work.audit(actor, action, change.kind, change.id, summary)
    return change


# ----------------------------------------------------------------------------------------- settling


def settle(
    work: UnitOfWork,
    actor: Actor,
    change: Change,
    move: Move,
    action: Action,
    *,
    reason: str = "",
    summary: str = "",
) -> None:
    """Make a move: the state, who and when, the history, and one entry of the log. Raises MOVE_NOT_ALLOWED."""
    kind = ChangeKind(change.kind)
    machine, version = machine_of(kind), change.version
    change.state = machine.next(state_of(change), move, actor.role).value
    if move is not Move.REPLACE:  # one that gives way keeps who approved it, and when
        change.decided_at = work.clock.now()
        change.decided_by_name = actor.name
        change.reason = reason if move is Move.REJECT else ""
    work.session.flush()
    work.decide(
        actor,
        change.kind,
        change.id,
        move,
        version=version,
        step="employer" if actor.org_id is not None else "person",
        opinion=reason,
    )
    words = f"{machine.label(move)} {summary}".strip()
    work.audit(actor, action, change.kind, change.id, words)


def own_change(work: UnitOfWork, actor: Actor, command: ChangeKey, kind: ChangeKind) -> Change:
    """The caller's change of this kind, held with its person. Raises NOT_FOUND, NOT_YOURS, STALE."""
    if actor.person_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    row = _of_kind(work, command.change_id, kind)
    if row.person_id != actor.person_id:
        raise not_yours(kind.value, command.change_id)
    return _held(work, row, command.version)


def handled_change(work: UnitOfWork, actor: Actor, kind: ChangeKind, change_id: int, version: int) -> Change:
    """A change that the caller's office decides, held with its person. Raises NOT_FOUND, NOT_YOURS, STALE."""
    return _held(work, visible_change(work, actor, kind, change_id), version)


def visible_change(work: UnitOfWork, actor: Actor, kind: ChangeKind, change_id: int) -> Change:
    """A change that the caller's office decides or has decided, to look at. Raises NOT_FOUND, NOT_YOURS."""
    row = _of_kind(work, change_id, kind)
    if actor.org_id is None or row.org_id != actor.org_id:
        raise not_yours(kind.value, change_id)
    return row


def withdraw(work: UnitOfWork, actor: Actor, command: ChangeKey, kind: ChangeKind, action: Action) -> Change:
    """撤回 while it waits. Raises NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED."""
    row = own_change(work, actor, command, kind)
    settle(work, actor, row, Move.WITHDRAW, action)
    return row


# ------------------------------------------------------------------------------------------ showing


def moves_of(change: Change) -> tuple[str, ...]:
    """What the person may do now; what a comparison of faces does by itself is no key of theirs."""
    moves = machine_of(ChangeKind(change.kind)).moves(state_of(change), Role.PERSON)
    return tuple(move.value for move in moves if move is not Move.CONFIRM)


def change_row(change: Change, before: str, after: str) -> ChangeRow:
    """A row of a list of changes."""
    return ChangeRow(
        id=change.id,
        version=change.version,
        before=before,
        after=after,
        state=change.state,
        state_label=state_of(change).label,
        submitted_at=change.submitted_at,
        decided_at=change.decided_at,
        moves=moves_of(change),
    )


def change_view(
    work: UnitOfWork, change: Change, lines: Lines, evidence: tuple[EvidenceView, ...] = ()
) -> ChangeView:
    """Everything of one change (详情), for its owner. `lines` is what its kind shows, as (label, text)."""
    waits = change.state == PENDING
    return ChangeView(
        id=change.id,
        version=change.version,
        kind=change.kind,
        state=change.state,
        state_label=state_of(change).label,
        lines=lines,
        handler=work.session.get_one(Org, change.org_id).name if waits else "",
        reason=change.reason,
        submitted_at=change.submitted_at,
        decided_at=change.decided_at,
        evidence=evidence,
        history=history(work, change),
        moves=moves_of(change),
    )


def changes_of(session: Session, person_id: int, kind: ChangeKind) -> tuple[Change, ...]:
    """All changes of a kind of a person, newest first."""
    wanted = select(Change).where(Change.person_id == person_id, Change.kind == kind.value)
    return tuple(session.scalars(wanted.order_by(Change.id.desc())))


def history(work: UnitOfWork, change: Change) -> tuple[DecisionLine, ...]:
    """Every move of a change, the first one first."""
    kind = ChangeKind(change.kind)
    machine = machine_of(kind)
    wanted = select(Decision).where(Decision.kind == change.kind, Decision.object_id == change.id)
    return tuple(
        DecisionLine(
            at=each.at,
            step_label=_OFFICE_STEP[kind] if each.org_id is not None else _PERSON_STEP,
            move_label=_SUBMITTED[kind] if each.move == Move.SUBMIT else machine.label(Move(each.move)),
            actor_name=each.actor_name,
            org_name=each.org_name,
            opinion=each.opinion,
        )
        for each in work.session.scalars(wanted.order_by(Decision.seq))
    )


# ------------------------------------------------------------------------------------------ blocking


def blocking(work: UnitOfWork, person_id: int) -> tuple[str, ...]:
    """Everything of a person that waits for somebody, in words: it bars 单位调转 (操作指南 4)."""
    session = work.session
    declared = (
        select(Declaration, Org.name)
        .join(Org, Org.id == Declaration.handler_org_id)
        .where(Declaration.person_id == person_id, Declaration.status == DeclarationState.PENDING.value)
        .order_by(Declaration.year.desc(), Declaration.id)
    )
    found = [
        f"学时申报 {row.year} {form_name(row.form)}《{row.title}》 待 {handler} 审核"
        for row, handler in session.execute(declared)
    ]
    changed = (
        select(Change.kind, Org.name)
        .join(Org, Org.id == Change.org_id)
        .where(
            Change.person_id == person_id, Change.state == PENDING, Change.kind != ChangeKind.TRANSFER.value
        )
        .order_by(Change.id)
    )
    found += [f"{ChangeKind(kind).label} 待 {handler} 审核" for kind, handler in session.execute(changed)]
    return tuple(found)


def _of_kind(work: UnitOfWork, change_id: int, kind: ChangeKind) -> Change:
    row = work.session.get(Change, change_id)
    if row is None or row.kind != kind.value:
        raise Refused(ErrorCode.NOT_FOUND)
    return row


def _held(work: UnitOfWork, row: Change, version: int) -> Change:
    work.locked(Person, row.person_id)
    held = work.locked(MODELS[ChangeKind(row.kind)], row.id)
    # Before the state is asked: what was decided meanwhile is told as such.
    if held.version != version:
        raise Refused(ErrorCode.STALE)
    return held
