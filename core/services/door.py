"""The SSH door (入口): what was proved before a screen opened, and the tickets that carry it to the screen.

Plain functions for the front of `jijiao serve`, not use cases: nobody is at a desk yet. A ticket is good for one
sign-in from the address that it was made for, for as long as a login may take and a minute; only its digest is
kept. After that it still tells that its way in has proved something (no 验证码 is asked then).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from core.model import Account, AccountKey, WayIn
from core.rules.addresses import plain_address
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Caller, Guest
from core.services.desk import Desk
from core.services.proving import find_login, plain_login, prove
from core.store.work import UnitOfWork

PASSWORD, KEY = "password", "key"
METHODS = {PASSWORD: "SSH 密码", KEY: "SSH 公钥"}
"""How a way in was proved, as the audit log says it."""
_BEYOND = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody has proved to hold an account. The ticket is known to nobody else."""

    account_id: int
    method: str
    ticket: str


def prove_password(desk: Desk, login: str, password: str, address: str) -> Proof:
    """A password at the door: the same tries, counters and refusals as on the login screen.

    Raises Refused LOCKED (`minutes`), WRONG_LOGIN (`left`); only to whoever knows the password
    NOT_YET_REVIEWED, DISABLED.
    """
    proven = prove(desk, login, password, plain_address(address))
    with desk.writing() as work:
        _must_be_active(work, proven.account_id)
        proven.renew(work)
        proof = _made(work, proven.account_id, PASSWORD, address)
        work.commit()
    return proof


def keys_of(desk: Desk, login: str) -> tuple[str, ...]:
    """The public keys of a login's account as "algorithm base64"; none for a login that nobody has."""
    with desk.reading() as work:
        known = find_login(work, plain_login(login))
        of_account = select(AccountKey).where(AccountKey.account_id == known.account_id)
        keys = work.session.scalars(of_account.order_by(AccountKey.id))
        return tuple(f"{key.algorithm} {key.public}" for key in keys)


def prove_key(desk: Desk, login: str, fingerprint: str, address: str) -> Proof:
    """A key at the door, its signature verified by the caller. Nothing is counted: a signature can't be guessed.

    Raises Refused WRONG_LOGIN where the key isn't (or no longer) one of that account, DISABLED.
    """
    with desk.writing() as work:
        known = find_login(work, plain_login(login))
        used = update(AccountKey).where(
            AccountKey.account_id == known.account_id, AccountKey.fingerprint == fingerprint
        )
        found = work.connection.execute(used.values(used_at=work.clock.now())).rowcount
        if known.account_id is None or not found:
            raise Refused(ErrorCode.WRONG_LOGIN)
        _must_be_active(work, known.account_id)
        proof = _made(work, known.account_id, KEY, address)
        work.commit()
    return proof


def must_stand(desk: Desk, ticket: str, address: str) -> None:
    """A connection that has proved its way in opens something. Raises Refused as `prove_again`."""
    with desk.reading() as work:
        _standing(work, ticket, address)


def prove_again(desk: Desk, ticket: str, address: str) -> str:
    """The ticket of another terminal on a connection that has proved its way in; `ticket` is its first one, used
    or not. Raises Refused DISABLED, and WAY_IN_OVER where the password was changed or reset meanwhile."""
    with desk.writing() as work:
        way = _standing(work, ticket, address)
        proof = _made(work, way.account_id, way.method, address)
        work.commit()
    return proof.ticket


def open_way(work: UnitOfWork, caller: Guest) -> WayIn:
    """The proof that the caller's ticket stands for, still unused. Raises Refused WAY_IN_OVER."""
    way = _way_of(work, caller)
    if way is None or way.used_at is not None or way.until <= work.clock.now():
        raise Refused(ErrorCode.WAY_IN_OVER)
    return way


def use_up(work: UnitOfWork, way: WayIn) -> None:
    """The ticket is taken: of two who come with it at once only one gets past. Raises Refused WAY_IN_OVER."""
    now = work.clock.now()
    mine = (WayIn.ticket_digest == way.ticket_digest) & WayIn.used_at.is_(None) & (WayIn.until > now)
    if work.connection.execute(update(WayIn).where(mine).values(used_at=now)).rowcount != 1:
        raise Refused(ErrorCode.WAY_IN_OVER)


def has_proved(work: UnitOfWork, caller: Caller) -> bool:
    """Whether the caller came in by a way that proved something, within the longest time of a session."""
    way = _way_of(work, caller)
    longest = timedelta(hours=work.settings.serve_hours)
    return way is not None and work.clock.now() - way.made_at <= longest


def _made(work: UnitOfWork, account_id: int, method: str, address: str) -> Proof:
    now, ticket, plain = work.clock.now(), secrets.token_urlsafe(32), plain_address(address)
    until = now + timedelta(seconds=work.settings.serve_login_seconds) + _BEYOND
    work.session.add(
        WayIn(
            ticket_digest=work.vault.digest("ticket", ticket),
            account_id=account_id,
            method=method,
            address=plain,
            made_at=now,
            until=until,
        )
    )
    work.audit(Guest(plain), "session.prove", "account", account_id, METHODS[method])
    return Proof(account_id, method, ticket)


def _way_of(work: UnitOfWork, caller: Caller) -> WayIn | None:
    """Nothing for a ticket from another address: whoever has got hold of it is somebody else."""
    if not isinstance(caller, Guest) or not caller.ticket:
        return None
    way = work.session.get(WayIn, work.vault.digest("ticket", caller.ticket))
    return way if way is not None and way.address == plain_address(caller.address) else None


def _standing(work: UnitOfWork, ticket: str, address: str) -> WayIn:
    way = _way_of(work, Guest(address, ticket=ticket))
    if way is None:
        raise Refused(ErrorCode.WAY_IN_OVER)
    _must_be_active(work, way.account_id)
    return way


def _must_be_active(work: UnitOfWork, account_id: int) -> None:
    if not work.session.get_one(Account, account_id).active:
        raise Refused(ErrorCode.DISABLED)
