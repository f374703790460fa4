"""The throttle of passwords and codes: tries are counted by account and by address, in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from core.model import Throttle
from core.rules.addresses import counted_address
from core.rules.errors import ErrorCode, Refused
from core.store.work import UnitOfWork

if TYPE_CHECKING:
    from core.services.desk import Desk

# An address may stand for a whole office behind one gateway: it has this many times the tries of an account.
ADDRESS_FACTOR = 4
SIGN_IN = "throttle"
"""The tries at the door; others are counted apart, under a purpose of their own."""


@contextmanager
def counted_try(
    desk: Desk, login: str, address: str, refusal: ErrorCode, *, purpose: str = SIGN_IN, afresh: bool = True
) -> Iterator[None]:
    """One try of a password for a login name. Leave it with Refused(`refusal`) to have it count as wrong.

    The try is taken before the password is looked at, so that a hundred at once can't pass where five may.
    After a right one the count begins `afresh`; not where somebody else may have something under the same name,
    who could wipe out the tries at another's by a right one at their own.
    Raises Refused LOCKED; the refusal of a wrong try gets the parameter `left`, how many tries remain.
    """
    keys = _keys(desk, purpose, login, address)
    left = _take(desk, keys, ErrorCode.LOCKED)
    try:
        yield
    except Refused as refused:
        if refused.code is not refusal:
            _give_back(desk, keys, afresh)
            raise
        if left == 0:
            raise Refused(ErrorCode.LOCKED, minutes=desk.settings.lock_minutes) from None
        raise Refused(refusal, refused.fields, left=left) from None
    except BaseException:
        _give_back(desk, keys, afresh)
        raise
    else:
        _give_back(desk, keys, afresh)


def counted_turn(desk: Desk, purpose: str, key: str, address: str, refusal: ErrorCode) -> None:
    """One turn of what may be done only so often. Raises Refused(`refusal`) with the parameter `minutes`."""
    _take(desk, _keys(desk, purpose, key, address), refusal)


def forget_tries(work: UnitOfWork, *logins: str) -> None:
    """Whoever has proved to be the owner of these login names may sign in at once."""
    digests = [work.vault.digest(SIGN_IN, login) for login in logins]
    work.session.execute(delete(Throttle).where(Throttle.kind == "account", Throttle.key_digest.in_(digests)))


_Keys = list[tuple[str, bytes, int]]


def _take(desk: Desk, keys: _Keys, refusal: ErrorCode) -> int:
    """Count a try; returns how many the account has left after it."""
    with desk.writing() as work:
        now = desk.clock.now()
        rows = [_row(work, kind, digest, now) for kind, digest, _ in keys]
        left = 0
        for row, (_, _, limit) in zip(rows, keys, strict=True):
            if row.locked_until is not None and row.locked_until > now:
                minutes = -(-int((row.locked_until - now).total_seconds()) // 60)
                raise Refused(refusal, minutes=max(1, minutes))
            span = timedelta(minutes=desk.settings.lock_minutes)
            if row.locked_until is not None or now - row.first_at > span:
                row.failures, row.first_at, row.locked_until = 0, now, None
            row.failures += 1
            if row.failures >= limit:
                row.locked_until = now + span
                work.audit(None, "session.locked", "throttle", row.id, f"{row.kind}: {row.failures}")
            if row.kind == "account":
                left = limit - row.failures
        work.commit()
    return left


def _give_back(desk: Desk, keys: _Keys, afresh: bool) -> None:
    """The try was right: the account starts `afresh` or gets its try back, as the address does."""
    with desk.writing() as work:
        for kind, digest, _ in keys:
            row = _row(work, kind, digest, desk.clock.now())
            row.failures = 0 if afresh and kind == "account" else max(0, row.failures - 1)
            row.locked_until = None
        work.commit()


def _keys(desk: Desk, purpose: str, login: str, address: str) -> _Keys:
    tries = desk.settings.lock_tries
    keys = [("account", desk.vault.digest(purpose, login), tries)]
    if address:
        keys.append(("address", desk.vault.digest(purpose, counted_address(address)), tries * ADDRESS_FACTOR))
    return keys


def _row(work: UnitOfWork, kind: str, digest: bytes, now: datetime) -> Throttle:
    """The counter, made if need be and held until the end."""
    values = {"kind": kind, "key_digest": digest, "failures": 0, "first_at": now}
    wanted = select(Throttle).where(Throttle.kind == kind, Throttle.key_digest == digest).with_for_update()
    while True:
        work.insert_unless_there(Throttle, [values])
        # An old counter may be cleared away between the two statements: then a new one is made.
        if (row := work.session.scalars(wanted).one_or_none()) is not None:
            return row
