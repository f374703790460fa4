"""Clearing away what has served its time: codes, counters of tries, ended sessions, mails, forgotten drafts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from core.model import Base, Draft, LoginSession, Meta, Outbox, PasswordReset, Throttle
from core.rules.clock import today
from core.services.desk import Desk
from core.services.drafts import old_drafts

KEPT_CODES = timedelta(days=1)
KEPT_TRIES = timedelta(days=1)
KEPT_SESSIONS = timedelta(days=90)
KEPT_MAILS = timedelta(days=30)
PURGED_ON = "purged_on"
_AT_ONCE = 2000


def purge(desk: Desk) -> int:
    """Delete what is old, a few thousand rows at a time; returns how many. The audit log is never touched."""
    now = desk.clock.now()
    return sum(_clear(desk, model, condition) for model, condition in _old(now))


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
        (Draft, old_drafts(now)),
        (Outbox, func.coalesce(Outbox.sent_at, Outbox.given_up_at) < now - KEPT_MAILS),
    )


def _clear(desk: Desk, model: type[Base], condition: ColumnElement[bool]) -> int:
    """Looked for once, outside of the transactions that delete: those stay short."""
    key = model.__table__.primary_key.columns[0]  # type: ignore[attr-defined]
    total = 0
    with desk.reading() as looking:
        old = looking.session.scalars(select(key).where(condition), execution_options={"yield_per": _AT_ONCE})
        for keys in old.partitions():
            with desk.writing() as work:
                # Asked again: what was old may have been taken up meanwhile.
                gone = delete(model).where(key.in_(keys), condition)
                total += work.session.connection().execute(gone).rowcount
                work.commit()
    return total
