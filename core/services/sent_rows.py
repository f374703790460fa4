"""What is sent to an office that decides on it (`reviewer_id`): looked at, held, and named on the review desk."""

from __future__ import annotations

from typing import TypeVar

from core.model import Org, OrgChange, OrgRegistration, TrainingClass, TrainingPlan
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.review import Bucket
from core.services.scope import not_yours
from core.store.work import UnitOfWork

Row = TypeVar("Row", OrgRegistration, OrgChange, TrainingPlan, TrainingClass)
OVERDUE_OF = {Bucket.OVERDUE: True, Bucket.PLAIN: False}
"""What a bucket of such a queue asks for: overdue or not; all else is both."""


def sent_here(work: UnitOfWork, actor: Actor, model: type[Row], kind: str, key: int) -> Row:
    """What was sent to the caller's office, to look at. Raises NOT_FOUND, NOT_YOURS."""
    row = work.session.get(model, key)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if actor.org_id is None or row.reviewer_id != actor.org_id or row.submitted_at is None:
        raise not_yours(kind, key)
    return row


def held_here(work: UnitOfWork, actor: Actor, model: type[Row], kind: str, key: int, version: int) -> Row:
    """The same, held, in the version that was on screen. Raises STALE."""
    sent_here(work, actor, model, kind, key)
    return work.locked(model, key, version)


def office_named_here(work: UnitOfWork, actor: Actor, row: OrgChange | TrainingPlan | None) -> str:
    """The office that sent it; nothing for what was not sent to the caller's."""
    if row is None or row.reviewer_id != actor.org_id:
        return ""
    return work.session.get_one(Org, row.org_id).name
