"""The review desk (审核台): verdicts on whatever waits for an office, one by one, in a batch, and taken back."""

from __future__ import annotations

from core.rules.errors import Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.review import BatchResult, Decide, Decided, DecideMany, UndoDecision
from core.services.desk import TRESPASS, use_case
from core.services.queue_table import QUEUES
from core.services.queues import must_be_allowed
from core.services.review_views import leave_item, queue_page, review_item
from core.store.work import UnitOfWork

__all__ = [
    "decide",
    "decide_many",
    "leave_item",
    "queue_page",
    "review_item",
    "undo_decision",
]


@use_case(Action.DECIDE, writes=True)
def decide(work: UnitOfWork, actor: Actor, command: Decide) -> Decided:
    """One verdict on one item in the version that was on screen.

    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED; for fields: `opinion` REASON_REQUIRED, `recognised`
    ABOVE_CLAIM and BAD_HOURS.
    """
    queue = QUEUES[command.subject]
    must_be_allowed(queue.decided, actor)
    done = queue.decide(work, actor, command, False)
    queue.finish(work, (done,))
    return done


@use_case(Action.DECIDE_BATCH, writes=True)
def decide_many(work: UnitOfWork, actor: Actor, command: DecideMany) -> BatchResult:
    """批量: the same verdict on many items. What has doubts is never passed; it and what is stale are named."""
    queue = QUEUES[command.subject]
    decided: list[Decided] = []
    left_out: list[tuple[int, str, str]] = []
    for item, version in queue.in_order(work, command.items):
        one = Decide(
            subject=command.subject,
            id=item,
            version=version,
            verdict=command.verdict,
            opinion=command.opinion,
        )
        try:
            with work.session.begin_nested():
                must_be_allowed(queue.decided, actor)
                decided.append(queue.decide(work, actor, one, True))
        except Refused as refusal:
            if refusal.code in TRESPASS:
                work.audit(actor, Action.DECIDE_BATCH, command.subject.value, item, f"拒绝：{refusal.text}")
            text = refusal.fields[0].text if refusal.fields else refusal.text
            left_out.append((item, queue.name_of(work, actor, item), text))
    queue.finish(work, decided)
    return BatchResult(tuple(decided), tuple(left_out))


@use_case(Action.UNDO_DECISION, writes=True)
def undo_decision(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """收回: takes back one of the caller's own last ten verdicts, while nobody has acted on it.

    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED, TRANSFER_PENDING.
    """
    return QUEUES[command.subject].undo(work, actor, command)
