"""Clearing away what has served its time: codes, tries, ended sessions, mails, forgotten drafts, old files in boxes,
pieces of imports."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from core.model import Base, Draft, LoginSession, Meta, Outbox, PasswordReset, Throttle, WayIn
from core.rules.clock import today
from core.rules.errors import Refused
from core.rules.imports import KEPT_DAYS
from core.services.box_files import forget_old
from core.services.boxes import sweep_private
from core.services.desk import Desk
from core.services.drafts import old_drafts
from core.store.import_files import ImportFiles

KEPT_CODES = timedelta(days=1)
KEPT_TRIES = timedelta(days=1)
KEPT_SESSIONS = timedelta(days=90)
KEPT_WAYS_IN = timedelta(days=7)
KEPT_MAILS = timedelta(days=30)
PURGED_ON = "purged_on"
_AT_ONCE = 2000


def purge(desk: Desk) -> int:
    """Delete what is old, a few thousand rows at a time; returns how many. The audit log is never touched."""
    now = desk.clock.now()
    sweep_private(desk.settings)
    with suppress(Refused):  # the evidence store is away: another day
        ImportFiles(desk.store.blobs, desk.vault).sweep(KEPT_DAYS)
    cleared = sum(_clear(desk, model, condition) for model, condition in _old(now))
    return cleared + forget_old(desk)


def purge_once_a_day(desk: Desk) -> int:
    """The same, unless it was done today."""
    day = today(desk.clock).isoformat()
    with desk.writing() as work:
        work.insert_unless_there(Meta, [{"key": PURGED_ON, "value": ""}])
        row = work.locked(Meta, PURGED_ON)
        if row.value == day:
            return 0
        row.value = day
        work.commit()
    return purge(desk)


def _old(now: datetime) -> tuple[tuple[type[Base], ColumnElement[bool]], ...]:
    free = or_(Throttle.locked_until.is_(None), Throttle.locked_until < now)
    return (
        (PasswordReset, PasswordReset.expires_at < now - KEPT_CODES),
        (Throttle, (Throttle.first_at < now - KEPT_TRIES) & free),
        (
            LoginSession,
            func.coalesce(LoginSession.ended_at, LoginSession.last_seen_at) < now - KEPT_SESSIONS,
        ),
        (WayIn, WayIn.made_at < now - KEPT_WAYS_IN),
        (Draft, old_drafts(now)),
        (Outbox, func.coalesce(Outbox.sent_at, Outbox.given_up_at) < now - KEPT_MAILS),
    )


def _clear(desk: Desk, model: type[Base], condition: ColumnElement[bool]) -> int:
    """Looked for outside of the transactions that delete: those stay short. Never two at once in one thread, which
    behind a pooler of few connections would wait for itself."""
    key = model.__table__.primary_key.columns[0]  # type: ignore[attr-defined]
    wanted = select(key).where(condition).order_by(key).limit(_AT_ONCE)
    total, after = 0, None
    while True:
        with desk.reading() as looking:
            keys = list(looking.session.scalars(wanted if after is None else wanted.where(key > after)))
        if not keys:
            return total
        with desk.writing() as work:
            # Asked again: what was old may have been taken up meanwhile.
            gone = delete(model).where(key.in_(keys), condition)
            total += work.session.connection().execute(gone).rowcount
            work.commit()
        after = keys[-1]
