"""All queues of the review desk (审核台), one entry per kind of subject."""

from __future__ import annotations

from collections.abc import Mapping

from core.schema.review import Subject
from core.services.change_queue import ChangeQueue, queue_of
from core.services.class_review import CLASS_REPORTS
from core.services.identity_review import IDENTITY_QUEUE
from core.services.plan_review import PLANS
from core.services.positions import POSITION_QUEUE
from core.services.queue_declarations import DECLARATIONS
from core.services.queue_offices import OFFICES
from core.services.queue_org_changes import OFFICE_CHANGES
from core.services.queue_registrations import REGISTRATIONS
from core.services.queues import Queue
from core.services.transfers import TRANSFER_QUEUE

CHANGES: Mapping[str, ChangeQueue] = {
    own.kind.value: own for own in (TRANSFER_QUEUE, POSITION_QUEUE, IDENTITY_QUEUE)
}
"""What each kind of change says of itself, by its kind."""

_ALL = (
    DECLARATIONS,
    REGISTRATIONS,
    *map(queue_of, CHANGES.values()),
    OFFICES,
    OFFICE_CHANGES,
    PLANS,
    CLASS_REPORTS,
)
QUEUES: Mapping[Subject, Queue] = {queue.subject: queue for queue in _ALL}
