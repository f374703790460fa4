"""What the queues of plans and of class reports on the review desk have in common: the page, the held row."""

from __future__ import annotations

from typing import TypeVar

from core.model import TrainingClass, TrainingPlan
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.rules.training import PlanKind
from core.schema.review import Bucket, QueuePage, QueueQuery, QueueRow
from core.services.declaration_views import days_since
from core.services.queues import capped, overdue_before, plain_counts
from core.services.scope import not_yours
from core.store.training_pages import Waiting, WaitingLine, waiting_counts, waiting_page
from core.store.work import UnitOfWork

Row = TypeVar("Row", TrainingPlan, TrainingClass)
_OVERDUE = {Bucket.OVERDUE: True, Bucket.PLAIN: False}


def training_queue_page(work: UnitOfWork, model: Waiting, org_id: int, command: QueueQuery) -> QueuePage:
    """One page of what waits for a bureau, oldest first, the office in front and the title beside it."""
    overdue, now = overdue_before(work), work.clock.now()
    waiting, late = waiting_counts(work.session, model, org_id, overdue)
    counts = capped(plain_counts(waiting, late))
    if command.bucket in (Bucket.RETURNED, Bucket.FLAGGED):
        return QueuePage((), waiting, counts)
    lines, after = waiting_page(
        work.session,
        model,
        org_id,
        text=command.text,
        overdue_before=overdue,
        overdue=_OVERDUE.get(command.bucket),
        after=command.after,
        limit=command.limit,
    )
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.org_name,
            form_name=_titled(line),
            year=line.year,
            claimed=CreditHours(line.halves),
            waiting_days=days_since(line.submitted_at, now) or 0,
            flagged=False,
            returned=False,
            urged=False,
        )
        for line in lines
    )
    return QueuePage(rows, waiting, counts, after)


def sent_here(work: UnitOfWork, actor: Actor, model: type[Row], kind: str, key: int) -> Row:
    """A plan or a class that was sent to the caller's office, to look at. Raises NOT_FOUND, NOT_YOURS."""
    row = work.session.get(model, key)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if actor.org_id is None or row.reviewer_id != actor.org_id or row.submitted_at is None:
        raise not_yours(kind, key)
    return row


def held_here(work: UnitOfWork, actor: Actor, model: type[Row], kind: str, key: int, version: int) -> Row:
    """The same, held, in the version that was on screen. Raises STALE."""
    sent_here(work, actor, model, kind, key)
    row = work.locked(model, key)
    if row.version != version:
        raise Refused(ErrorCode.STALE)
    return row


def _titled(line: WaitingLine) -> str:
    mark = "行业 " if line.kind == PlanKind.INDUSTRY else ""
    return f"{mark}{line.title}"
