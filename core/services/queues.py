"""What a queue of the review desk (审核台) is: its page, its item, its verdict, one entry per kind of subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from core.rules.clock import CHINA
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_residents
from core.rules.permissions import Action, allowed
from core.rules.roles import Actor
from core.schema.review import (
    Bucket,
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
from core.store.work import UnitOfWork

OPINION_LENGTH = 500
COUNT_SHOWN = 999
Items = tuple[tuple[int, int], ...]


def _in_order(work: UnitOfWork, items: Items) -> Items:
    return tuple(sorted(items))


def _nothing(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Waits:
    """Where what waits in a queue is counted for many offices at once (催办), by the queue's own partial index:
    the office that decides, since when it waits, and which rows do (a literal, never a parameter)."""

    office: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
    since: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    pending: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of subject on the review desk.

    `seen` and `decided` are what a role needs beside the desk's own actions. `page` gets the caller's office.
    `visible` raises for what lies outside the caller's scope. `decide` gets True for one of many (批量).
    `finish` follows the last verdict of a call, where something is counted once for all of them. `in_order`
    is the order in which a batch takes its locks: two batches at once then never block each other for good.
    `waits` and `label` say what of it waits at which office, for those who urge (催办).
    """

    subject: Subject
    seen: Action
    decided: Action
    page: Callable[[UnitOfWork, Actor, int, QueueQuery], QueuePage]
    visible: Callable[[UnitOfWork, Actor, int], object]
    item: Callable[[UnitOfWork, Actor, ItemKey], ReviewItem]
    decide: Callable[[UnitOfWork, Actor, Decide, bool], Decided]
    undo: Callable[[UnitOfWork, Actor, UndoDecision], Decided]
    name_of: Callable[[UnitOfWork, Actor, int], str]
    finish: Callable[[UnitOfWork, Sequence[Decided]], None] = _nothing
    in_order: Callable[[UnitOfWork, Items], Items] = _in_order
    waits: Waits | None = None
    label: str = ""


def must_be_allowed(action: Action, actor: Actor) -> None:
    """Raises Refused NOT_ALLOWED where the caller's role has no part in this queue."""
    if not allowed(action, actor.role):
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)


def overdue_before(work: UnitOfWork) -> datetime:
    """The moment that parts 超期 from the rest."""
    return work.clock.now() - timedelta(days=work.settings.urge_days)


def capped(counts: dict[Bucket, int]) -> dict[Bucket, int]:
    """The sizes of the buckets as far as they are shown."""
    return {bucket: min(count, COUNT_SHOWN) for bucket, count in counts.items()}


def plain_counts(waiting: int, late: int) -> dict[Bucket, int]:
    """The buckets of a queue whose items are overdue or not, and nothing else."""
    return {bucket: 0 for bucket in Bucket} | {
        Bucket.ALL: waiting,
        Bucket.OVERDUE: late,
        Bucket.PLAIN: waiting - late,
    }


def viewers(work: UnitOfWork, actor: Actor, kind: str, object_id: int) -> tuple[str, ...]:
    """Who else has it open, and since when; advice only, nobody is kept out."""
    others = work.look_at(actor, kind, object_id)
    return tuple(f"{each.name} {each.since.astimezone(CHINA):%H:%M} 起在看" for each in others)


def opinion_of(command: Decide) -> str:
    """审核意见, understood and masked; a refusal needs one. Raises Refused for the field `opinion`."""
    try:
        opinion = mask_residents(fold(command.opinion, lines=True))
    except EntryError as error:
        raise Refused.for_fields((error.at("opinion"),)) from None
    if len(opinion) > OPINION_LENGTH:
        params = {"limit": OPINION_LENGTH, "length": len(opinion)}
        raise Refused.for_fields((FieldError("opinion", ErrorCode.TOO_LONG, params),))
    if not opinion and command.verdict is not Verdict.APPROVE:
        raise Refused.for_fields((FieldError("opinion", ErrorCode.REASON_REQUIRED),))
    return opinion
