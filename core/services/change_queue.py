"""Queues of changes on the review desk: from what one kind of change says of itself, its page, item and verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import String, literal_column, select

from core.model import Change, Person
from core.rules.changes import ChangeKind
from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.declarations import EvidenceView
from core.schema.review import (
    Bucket,
    Decide,
    Decided,
    ItemKey,
    QueuePage,
    QueueQuery,
    QueueRow,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.changes import (
    PENDING,
    Lines,
    handled_change,
    history,
    machine_of,
    settle,
    state_of,
    visible_change,
)
from core.services.declaration_views import days_since
from core.services.messages import tell_person
from core.services.queues import (
    Items,
    Queue,
    Waits,
    capped,
    opinion_of,
    overdue_before,
    plain_counts,
    viewers,
)
from core.store import pages
from core.store.change_pages import ChangeLine, change_counts, change_page
from core.store.work import UnitOfWork

_MOVES = {Verdict.APPROVE: Move.APPROVE, Verdict.REJECT: Move.REJECT, Verdict.RETURN: Move.RETURN}
_OVERDUE = {Bucket.OVERDUE: True, Bucket.PLAIN: False}


def no_pictures(work: UnitOfWork, change: Change) -> tuple[EvidenceView, ...]:
    """For a kind without attachments."""
    return ()


@dataclass(frozen=True, slots=True)
class ChangeQueue:
    """What a kind of change (变更申请) says of itself on the review desk.

    `column` is what its queue shows beside the name; `lines` what stands in the item, as (label, text);
    `effect` what 通过 does, before the state is set, while the person is held; `told` the words to the person
    (the reason of a refusal is added); `evidence` its pictures in order; `checked` the line on what the
    program itself found out, and `about` what the office sees of the person besides. What is not passed `in_batch`
    needs a look at its pictures each time.
    """

    kind: ChangeKind
    heading: str
    decided: Action
    column: Callable[[ChangeLine], str]
    lines: Callable[[UnitOfWork, Change], Lines]
    effect: Callable[[UnitOfWork, Actor, Change], None]
    told: Callable[[UnitOfWork, Change, Move], str]
    evidence: Callable[[UnitOfWork, Change], tuple[EvidenceView, ...]] = no_pictures
    checked: Callable[[UnitOfWork, Change], str] = lambda work, change: ""
    about: Callable[[UnitOfWork, Change], Lines] = lambda work, change: ()
    in_batch: bool = True


def queue_of(own: ChangeQueue) -> Queue:
    """The entry of the review desk for a kind of change. There is no 退回修改 and no 收回 for it."""
    kind, subject = own.kind, Subject(own.kind.value)

    def visible(work: UnitOfWork, actor: Actor, change_id: int) -> Change:
        return visible_change(work, actor, kind, change_id)

    def undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
        row = handled_change(work, actor, kind, command.id, command.version)
        machine_of(kind).next(state_of(row), Move.UNDO, actor.role)  # the machine knows no way back
        return _decided(work, row)

    return Queue(
        subject,
        seen=own.decided,
        decided=own.decided,
        page=lambda work, actor, org_id, command: _page(work, own, org_id, command),
        visible=visible,
        item=lambda work, actor, command: _item(work, actor, own, subject, command),
        decide=lambda work, actor, command, one_of_many: _decide(work, actor, own, command, one_of_many),
        undo=undo,
        name_of=lambda work, actor, change_id: _name_of(work, actor, kind, change_id),
        in_order=_by_person,
        waits=Waits(
            Change.org_id,
            Change.submitted_at,
            # Inlined: a general plan of PostgreSQL can't use the partial index for a parameter.
            (Change.state == pages.PENDING) & (Change.kind == literal_column(f"'{kind.value}'", String())),
        ),
        label=kind.label,
    )


def _page(work: UnitOfWork, own: ChangeQueue, org_id: int, command: QueueQuery) -> QueuePage:
    overdue, now = overdue_before(work), work.clock.now()
    waiting, late = change_counts(work.session, org_id, own.kind.value, overdue)
    counts = plain_counts(waiting, late)
    if command.bucket in (Bucket.RETURNED, Bucket.FLAGGED):
        return QueuePage((), waiting, capped(counts))
    lines, after = change_page(
        work.session,
        org_id,
        own.kind.value,
        text=command.text.strip(),
        overdue_before=overdue,
        overdue=_OVERDUE.get(command.bucket),
        after=command.after,
        limit=command.limit,
    )
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.person_name,
            form_name=own.column(line),
            waiting_days=days_since(line.submitted_at, now) or 0,
        )
        for line in lines
    )
    return QueuePage(rows, waiting, capped(counts), after)


def _item(work: UnitOfWork, actor: Actor, own: ChangeQueue, subject: Subject, command: ItemKey) -> ReviewItem:
    row = visible_change(work, actor, own.kind, command.id)
    return ReviewItem(
        subject=subject,
        id=row.id,
        version=row.version,
        person_name=work.session.get_one(Person, row.person_id).name,
        heading=own.heading,
        lines=(*own.about(work, row), *own.lines(work, row)),
        claimed=None,
        rule_check=own.checked(work, row),
        year_line="",
        evidence=own.evidence(work, row),
        doubts=(),
        history=history(work, row),
        viewers=viewers(work, actor, own.kind.value, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=row.state == PENDING,
    )


def _decide(work: UnitOfWork, actor: Actor, own: ChangeQueue, command: Decide, one_of_many: bool) -> Decided:
    row = handled_change(work, actor, own.kind, command.id, command.version)
    move = _MOVES[command.verdict]
    if one_of_many and move is Move.APPROVE and not own.in_batch:
        raise Refused(ErrorCode.NOT_IN_BATCH, kind=own.kind.label)
    machine_of(own.kind).next(state_of(row), move, actor.role)
    opinion = opinion_of(command)
    name = work.session.get_one(Person, row.person_id).name
    if move is Move.APPROVE:
        own.effect(work, actor, row)
    settle(work, actor, row, move, own.decided, reason=opinion, summary=name)
    words = own.told(work, row, move)
    if move is Move.REJECT:
        words = f"{words}。原因：{opinion}"
    tell_person(work, row.person_id, MessageKind(row.kind), words, about=(row.kind, row.id))
    return _decided(work, row)


def _by_person(work: UnitOfWork, items: Items) -> Items:
    """In the order of the people, whose rows are held first."""
    ids = [item for item, _ in items]
    query = select(Change.id, Change.person_id).where(Change.id.in_(ids))
    found = {key: person for key, person in work.session.execute(query)}
    return tuple(sorted(items, key=lambda item: (found.get(item[0], 0), item)))


def _name_of(work: UnitOfWork, actor: Actor, kind: ChangeKind, change_id: int) -> str:
    """Whose change it is; nothing about one that another office decides."""
    try:
        row = visible_change(work, actor, kind, change_id)
    except Refused as refusal:
        if refusal.code in (ErrorCode.NOT_FOUND, ErrorCode.NOT_YOURS):
            return ""
        raise
    return work.session.get_one(Person, row.person_id).name


def _decided(work: UnitOfWork, row: Change) -> Decided:
    person = work.session.get_one(Person, row.person_id)
    return Decided(row.id, row.version, person.name, state_of(row).label, "")
