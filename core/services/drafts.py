"""Drafts (草稿, P13): what was typed and not sent yet, sealed, for its writer only.

None of this is written to the audit log but a reach for another's draft: nothing is decided here, and a form
that is filled in for an hour would be thousands of entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select

from core.model import Draft
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller
from core.schema.base import Nothing
from core.schema.drafts import (
    DraftContent,
    DraftKey,
    DraftRow,
    DropGuestDraft,
    FindGuestDraft,
    SaveDraft,
    SaveGuestDraft,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.proving import plain_login
from core.services.scope import not_yours
from core.services.throttle import counted_try
from core.store.drafts import forget_draft
from core.store.vault import Vault
from core.store.work import UnitOfWork

CONTENT_BYTES = 64 * 1024
"""Of one draft, in UTF-8."""
PER_ACCOUNT, PER_GUEST = 50, 5
"""Drafts that one owner has at most; the oldest goes."""
KEPT_DAYS, GUEST_DAYS = 180, 7
"""How long a draft lies that nobody comes back to."""
_KIND = "draft"


@use_case(Action.SAVE_DRAFT, writes=True)
def save_draft(work: UnitOfWork, actor: Actor, command: SaveDraft) -> datetime:
    """Keep what a form holds now, under its key; returns when. Raises NOT_YOURS, DRAFT_TOO_LARGE.

    Not in the audit log, for the reason that this file begins with.
    """
    row = _written(
        work, command, lambda row: _is_of(row, actor), account_id=actor.account_id, role=actor.role
    )
    row.session_id = actor.session_id
    _leave_newest(work, Draft.account_id == actor.account_id, PER_ACCOUNT)
    return row.saved_at


@use_case(Action.DRAFT_LIST, writes=False)
def draft_list(work: UnitOfWork, actor: Actor, command: Nothing) -> tuple[DraftRow, ...]:
    """The drafts of this account in this role, the newest first."""
    return drafts_of(work, actor)


def drafts_of(work: UnitOfWork, actor: Actor) -> tuple[DraftRow, ...]:
    """The same, inside another use case."""
    own = select(Draft).where(Draft.account_id == actor.account_id, Draft.role == actor.role.value)
    rows = work.session.scalars(own.order_by(Draft.saved_at.desc(), Draft.key))
    return tuple(
        DraftRow(
            row.key, row.form, _opened(work.vault, row)[0], row.saved_at, row.session_id == actor.session_id
        )
        for row in rows
    )


@use_case(Action.DRAFT_LIST, writes=False)
def open_draft(work: UnitOfWork, actor: Actor, command: DraftKey) -> DraftContent:
    """A draft with everything that was typed. Raises NOT_FOUND, NOT_YOURS."""
    row = work.session.get(Draft, command.key)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if not _is_of(row, actor):
        raise not_yours(_KIND, command.key)
    return _content(work.vault, row)


@use_case(Action.DROP_DRAFT, writes=True)
def drop_draft(work: UnitOfWork, actor: Actor, command: DraftKey) -> None:
    """放弃: the draft goes; one that has gone already is no fault. Raises NOT_YOURS."""
    row = work.session.get(Draft, command.key)
    if row is not None and not _is_of(row, actor):
        raise not_yours(_KIND, command.key)
    forget_draft(work, actor, command.key)


@use_case(Action.SAVE_GUEST_DRAFT, writes=True)
def save_guest_draft(work: UnitOfWork, caller: Caller, command: SaveGuestDraft) -> datetime:
    """The same for a registration: 证件号 and password together own it, neither is kept.

    Raises Refused for the fields that are empty, NOT_YOURS, DRAFT_TOO_LARGE.
    """
    owner = _guest(work.vault, command.id_number, command.password)
    row = _written(work, command, lambda row: row.guest_digest == owner, guest_digest=owner)
    _leave_newest(work, Draft.guest_digest == owner, PER_GUEST)
    return row.saved_at


@desk_use_case(Action.FIND_GUEST_DRAFT)
def find_guest_draft(desk: Desk, caller: Caller, command: FindGuestDraft) -> DraftContent | None:
    """The newest draft of a registration that belongs to this 证件号 and password; None where there is none.

    Raises Refused for the fields that are empty, and LOCKED after many tries that found nothing: nobody may
    try out here which password somebody has begun to register with.
    """
    owner = _guest(desk.vault, command.id_number, command.password)
    try:
        # By the number alone: an office's newcomers share one address, and none of them has a draft at first.
        name = _tried(command.id_number)
        counted = counted_try(desk, name, "", ErrorCode.NOT_FOUND, afresh=False)
        with counted, desk.reading() as work:
            newest = select(Draft).where(Draft.guest_digest == owner)
            if command.form:
                newest = newest.where(Draft.form == command.form)
            row = work.session.scalars(newest.order_by(Draft.saved_at.desc(), Draft.key)).first()
            if row is None:
                raise Refused(ErrorCode.NOT_FOUND)
            return _content(work.vault, row)
    except Refused as refusal:
        if refusal.code is not ErrorCode.NOT_FOUND:
            raise
        return None


@use_case(Action.DROP_GUEST_DRAFT, writes=True)
def drop_guest_drafts(work: UnitOfWork, caller: Caller, command: DropGuestDraft) -> None:
    """放弃, or another number or password was typed. Raises Refused for the fields that are empty."""
    own = Draft.guest_digest == _guest(work.vault, command.id_number, command.password)
    if command.key:
        own &= Draft.key == command.key
    work.session.execute(delete(Draft).where(own))


def forget_guest_drafts(work: UnitOfWork, id_number: str, password: str) -> None:
    """The registration was sent, in this transaction: its drafts go with it. Empty ones own nothing."""
    if plain_login(id_number) and password:
        owner = _guest(work.vault, id_number, password)
        work.session.execute(delete(Draft).where(Draft.guest_digest == owner))


def old_drafts(now: datetime) -> ColumnElement[bool]:
    """Which ones nobody came back to: after 180 days, a guest's after 7. `core.services.purge` takes them away."""
    old = and_(Draft.account_id.is_not(None), Draft.saved_at < now - timedelta(days=KEPT_DAYS))
    old_guest = and_(Draft.guest_digest.is_not(None), Draft.saved_at < now - timedelta(days=GUEST_DAYS))
    return or_(old, old_guest)


def _is_of(row: Draft, actor: Actor) -> bool:
    return row.account_id == actor.account_id and row.role == actor.role.value


def _guest(vault: Vault, id_number: str, password: str) -> bytes:
    """The digest that stands for the owner. Raises Refused for what is empty."""
    number = plain_login(id_number)
    typed = {"id_number": number, "password": password}
    missing = tuple(FieldError(key, ErrorCode.REQUIRED) for key, value in typed.items() if not value)
    if missing:
        raise Refused.for_fields(missing)
    return vault.digest("draft", f"{number}\0{password}")


def _tried(id_number: str) -> str:
    """The name under which tries are counted; no login name has a blank in it."""
    return f"draft {plain_login(id_number)}"


def _written(work: UnitOfWork, command: SaveDraft, is_own: Callable[[Draft], bool], **owner: object) -> Draft:
    """The row of a key, made if need be, with what is kept now."""
    if len(command.content.encode()) > CONTENT_BYTES:
        raise Refused(ErrorCode.DRAFT_TOO_LARGE)
    sealed = work.vault.seal(json.dumps([command.title, command.content], ensure_ascii=False))
    held = {"form": command.form, "sealed": sealed, "saved_at": work.clock.now()}
    work.insert_unless_there(Draft, [{"key": command.key, **held, **owner}])
    row = work.locked(Draft, command.key)
    if not is_own(row):
        raise not_yours(_KIND, command.key)
    for name, value in held.items():
        setattr(row, name, value)
    return row


def _leave_newest(work: UnitOfWork, owner: ColumnElement[bool], count: int) -> None:
    work.session.flush()
    old = select(Draft.key).where(owner).order_by(Draft.saved_at.desc(), Draft.key).offset(count)
    keys = work.session.scalars(old).all()
    if keys:
        work.session.execute(delete(Draft).where(Draft.key.in_(keys)))


def _opened(vault: Vault, row: Draft) -> tuple[str, str]:
    title, content = json.loads(vault.open(row.sealed))
    return str(title), str(content)


def _content(vault: Vault, row: Draft) -> DraftContent:
    title, content = _opened(vault, row)
    return DraftContent(row.key, row.form, title, row.saved_at, content)
