"""What a reviewer sees: the queues of the office, and one item with everything that helps to decide."""

from __future__ import annotations

from sqlalchemy import delete

from core.model import Viewing
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.review import ItemKey, QueuePage, QueueQuery, ReviewItem
from core.services.desk import use_case
from core.services.queue_table import QUEUES
from core.services.queues import must_be_allowed, viewers
from core.store.work import UnitOfWork


@use_case(Action.REVIEW_QUEUE, writes=False)
def queue_page(work: UnitOfWork, actor: Actor, command: QueueQuery) -> QueuePage:
    """One page of what waits for the caller's office, oldest first, with the size of each bucket."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    queue = QUEUES[command.subject]
    must_be_allowed(queue.seen, actor)
    return queue.page(work, actor, actor.org_id, command)


@use_case(Action.REVIEW_ITEM, writes=True)
def review_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    """One item with all that helps to decide; notes that the caller has it open. Raises NOT_YOURS, NOT_FOUND."""
    queue = QUEUES[command.subject]
    must_be_allowed(queue.seen, actor)
    return queue.item(work, actor, command)


@use_case(Action.LOOK, writes=True)
def look_at_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> tuple[str, ...]:
    """Note that the caller has an item open; who else has, and since when. Raises NOT_YOURS, NOT_FOUND."""
    queue = QUEUES[command.subject]
    must_be_allowed(queue.seen, actor)
    queue.visible(work, actor, command.id)
    return viewers(work, actor, command.subject.value, command.id)


@use_case(Action.LOOK, writes=True)
def leave_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> None:
    """The caller has closed the item: others are no longer told."""
    work.session.execute(
        delete(Viewing).where(
            Viewing.kind == command.subject.value,
            Viewing.object_id == command.id,
            Viewing.account_id == actor.account_id,
        )
    )
