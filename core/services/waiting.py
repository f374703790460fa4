"""催办 (R12): what waits at the offices in reach, oldest first, and a reminder to each, at most once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Message, Org, Outbox
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.messages import MessageKind
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor, OrgKind
from core.schema.waiting import (
    Urged,
    UrgeOffice,
    UrgeOverdue,
    WaitingKind,
    WaitingPage,
    WaitingQuery,
    WaitingRow,
)
from core.services.declaration_views import days_since
from core.services.desk import use_case
from core.services.employers import region_name
from core.services.messages import addressed, letter
from core.services.queue_table import QUEUES
from core.services.queues import overdue_before
from core.services.scope import not_yours, within
from core.store.work import UnitOfWork

KIND = "org"
_AT_ONCE = 500


@use_case(Action.WAITING_PAGE, writes=False)
def waiting_page(work: UnitOfWork, actor: Actor, command: WaitingQuery) -> WaitingPage:
    """Offices of the caller's reach where something waits, its own left out; keys are (moment as ISO text, id)."""
    found = _heaps(work, actor)
    rows = sorted(found.values(), key=lambda heap: heap.key)
    if command.overdue_only:
        rows = [heap for heap in rows if heap.overdue]
    if command.after is not None:
        rows = [heap for heap in rows if heap.key > (str(command.after[0]), int(command.after[1]))]
    page = rows[: command.limit]
    after = page[-1].key if len(rows) > command.limit else None
    return WaitingPage(
        rows=_rows(work, page),
        offices=len(found),
        count=sum(heap.count for heap in found.values()),
        overdue=sum(heap.overdue for heap in found.values()),
        after=after,
    )


@use_case(Action.URGE_OFFICE, writes=True)
def urge_office(work: UnitOfWork, actor: Actor, command: UrgeOffice) -> Urged:
    """催办 of one office: a message to it, and a mail where it has an address; once a day, whoever asks.

    Raises Refused NOT_YOURS, and NOT_FOUND where nothing waits there any more.
    """
    org = work.session.get(Org, command.org_id)
    if org is None:
        raise Refused(ErrorCode.NOT_FOUND)
    inside = work.session.scalar(select(Org.id).where(Org.id == org.id, _in_reach(actor)))
    if inside is None:
        raise not_yours(KIND, org.id)
    heap = _heaps(work, actor, only=org.id).get(org.id)
    if heap is None:
        raise Refused(ErrorCode.NOT_FOUND)
    done = _urge(work, actor, [heap])
    if done.told:
        work.audit(actor, Action.URGE_OFFICE, KIND, org.id, f"催办 {org.name}：{_words(heap)}")
    return done


@use_case(Action.URGE_OFFICE, writes=True)
def urge_overdue(work: UnitOfWork, actor: Actor, command: UrgeOverdue) -> Urged:
    """催办 of every office in reach where something is overdue, each once a day."""
    heaps = sorted((heap for heap in _heaps(work, actor).values() if heap.overdue), key=lambda heap: heap.key)
    done = _urge(work, actor, heaps)
    if done.told:
        work.audit(actor, Action.URGE_OFFICE, KIND, "", f"催办超期的 {done.told} 个单位")
    return done


@dataclass
class _Heap:
    """What waits at one office."""

    org_id: int
    kinds: list[WaitingKind] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(kind.count for kind in self.kinds)

    @property
    def overdue(self) -> int:
        return sum(kind.overdue for kind in self.kinds)

    @property
    def oldest(self) -> datetime:
        return min(kind.oldest for kind in self.kinds)

    @property
    def key(self) -> tuple[str, int]:
        return self.oldest.isoformat(), self.org_id


def _heaps(work: UnitOfWork, actor: Actor, only: int | None = None) -> dict[int, _Heap]:
    """What waits, queue by queue of the registry, each counted by its own index."""
    inside = _in_reach(actor) if only is None else Org.id == only
    overdue = overdue_before(work)
    found: dict[int, _Heap] = {}
    for queue in QUEUES.values():
        waits = queue.waits
        if waits is None:
            continue
        late = func.sum(case((waits.since < overdue, 1), else_=0))
        query = (
            select(waits.office, func.count(), late, func.min(waits.since))
            .join(Org, Org.id == waits.office)
            .where(waits.pending, inside)
            .group_by(waits.office)
        )
        for org_id, count, overdue_count, oldest in work.session.execute(query):
            kind = WaitingKind(queue.label, int(count), int(overdue_count or 0), oldest)
            found.setdefault(org_id, _Heap(org_id)).kinds.append(kind)
    return found


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """The offices that the caller may urge; never its own."""
    if reach(Action.URGE_OFFICE, actor.role) is Reach.UNITS:
        return Org.authority_id == actor.org_id
    return within(Org.region_code, actor.region_code) & (Org.id != actor.org_id)


def _rows(work: UnitOfWork, heaps: Sequence[_Heap]) -> tuple[WaitingRow, ...]:
    ids = [heap.org_id for heap in heaps]
    offices = {org.id: org for org in work.session.scalars(select(Org).where(Org.id.in_(ids)))}
    told = select(Message.org_id).where(Message.org_id.in_(ids), Message.once_key == _once_key(work))
    urged, now = set(work.session.scalars(told)), work.clock.now()
    return tuple(
        WaitingRow(
            org_id=heap.org_id,
            org_name=offices[heap.org_id].name,
            region_name=region_name(work, offices[heap.org_id].region_code),
            kind_label=OrgKind(offices[heap.org_id].kind).label,
            kinds=tuple(heap.kinds),
            count=heap.count,
            overdue=heap.overdue,
            oldest=heap.oldest,
            days=days_since(heap.oldest, now) or 0,
            urged=heap.org_id in urged,
        )
        for heap in heaps
    )


def _urge(work: UnitOfWork, actor: Actor, heaps: Sequence[_Heap]) -> Urged:
    told = mailed = 0
    for start in range(0, len(heaps), _AT_ONCE):
        some = heaps[start : start + _AT_ONCE]
        texts = {heap.org_id: _text(work, actor, heap) for heap in some}
        rows = [_message(work, heap.org_id, texts[heap.org_id]) for heap in some]
        fresh = set(work.inserted(Message, rows, "org_id"))
        told += len(fresh)
        mails = []
        if work.settings.mails and fresh:
            addresses = select(Org.id, Org.name, Org.contact_email_sealed).where(
                Org.id.in_(fresh), Org.contact_email_sealed.is_not(None)
            )
            for org_id, name, sealed in work.session.execute(addresses):
                if sealed is not None:
                    body = addressed(name, texts[org_id])
                    mails.append(letter(work, sealed, MessageKind.REMINDER, body))
        if mails:
            work.session.execute(insert(Outbox), mails)
            mailed += len(mails)
    return Urged(told, mailed, len(heaps) - told)


def _message(work: UnitOfWork, org_id: int, text: str) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "kind": MessageKind.REMINDER.value,
        "text": text,
        "object_kind": "",
        "object_id": None,
        "at": work.clock.now(),
        "once_key": _once_key(work),
    }


def _once_key(work: UnitOfWork) -> str:
    """One 催办 an office and day, by the calendar of China."""
    return f"urge/{today(work.clock):%Y-%m-%d}"


def _text(work: UnitOfWork, actor: Actor, heap: _Heap) -> str:
    days = days_since(heap.oldest, work.clock.now()) or 0
    return f"{actor.org_name}催办：{_words(heap)}，最久的已等 {days} 天，请尽快办理"


def _words(heap: _Heap) -> str:
    kinds = "，".join(f"{kind.label} {kind.count} 件" for kind in heap.kinds)
    late = f"，其中超期 {heap.overdue} 件" if heap.overdue else ""
    return f"待办 {heap.count} 件（{kinds}）{late}"
