"""The end of a draft (草稿): taken away in the transaction that stores or sends what it held."""

from __future__ import annotations

from sqlalchemy import delete

from core.model import Draft
from core.rules.roles import Actor
from core.store.work import UnitOfWork


def forget_draft(work: UnitOfWork, actor: Actor, key: str) -> None:
    """Take away the actor's own draft of this key. One that is not there, or another's, is left alone."""
    own = (Draft.key == key) & (Draft.account_id == actor.account_id)
    work.session.execute(delete(Draft).where(own))
