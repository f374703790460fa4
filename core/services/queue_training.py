"""What the queues of plans and of class reports on the review desk have in common: the page."""

from __future__ import annotations

from core.rules.hours import CreditHours
from core.rules.training import PlanKind
from core.schema.review import Bucket, QueuePage, QueueQuery, QueueRow
from core.services.declaration_views import days_since
from core.services.queues import capped, overdue_before, plain_counts
from core.services.sent_rows import OVERDUE_OF
from core.store.training_pages import Waiting, WaitingLine, waiting_counts, waiting_page
from core.store.work import UnitOfWork


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
        overdue=OVERDUE_OF.get(command.bucket),
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
        )
        for line in lines
    )
    return QueuePage(rows, waiting, counts, after)


def _titled(line: WaitingLine) -> str:
    mark = "行业 " if line.kind == PlanKind.INDUSTRY else ""
    return f"{mark}{line.title}"
