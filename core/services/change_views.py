"""One change of a person in full (详情), whatever its kind; for its owner only."""

from __future__ import annotations

from core.model import Change
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.changes import ChangeView
from core.services.changes import change_view
from core.services.desk import use_case
from core.services.queue_table import CHANGES
from core.services.scope import not_yours
from core.store.work import UnitOfWork


@use_case(Action.VIEW_CHANGE, writes=False)
def view_change(work: UnitOfWork, actor: Actor, command: Number) -> ChangeView:
    """详情. Raises NOT_FOUND, NOT_YOURS; an office sees it on its review desk."""
    row = work.session.get(Change, command.value)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if actor.person_id is None or row.person_id != actor.person_id:
        raise not_yours(row.kind, row.id)
    own = CHANGES[row.kind]
    return change_view(work, row, own.lines(work, row), own.evidence(work, row))
