"""Signing in and out (登录, 退出), and changing the role in force (切换用户类型)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from core.model import (
    Account,
    AccountRole,
    LoginSession,
    Org,
    OrgRegistration,
    Person,
    Registration,
    Viewing,
)
from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode, Refused
from core.rules.offices import OfficeState
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller, Role
from core.rules.workflow import RegistrationState
from core.schema.base import Nothing
from core.schema.sign_in import Challenge, SignedIn, SignIn, SwitchRole
from core.services.actors import actor_of, roles_of
from core.services.challenges import Challenges
from core.services.desk import Desk, desk_use_case, use_case
from core.services.initial import initial_password
from core.services.throttle import counted_try
from core.store.work import UnitOfWork


@desk_use_case(Action.CHALLENGE)
def new_challenge(desk: Desk, caller: Caller, command: Nothing) -> Challenge:
    """A new 验证码."""
    return Challenges.of(desk).ask(desk)


@desk_use_case(Action.SIGN_IN)
def sign_in(desk: Desk, caller: Caller, command: SignIn) -> SignedIn:
    """登录.

    Raises Refused WRONG_CHALLENGE, CHALLENGE_EXPIRED, LOCKED (`minutes`), WRONG_LOGIN (`left`: tries that
    remain); and only to whoever knows the password NOT_YET_REVIEWED, ROLE_MISSING, DISABLED.
    """
    if desk.settings.captcha:
        Challenges.of(desk).answer(desk, command.challenge_id, command.answer)
    login = plain_login(command.login)
    with counted_try(desk, login, caller.address, ErrorCode.WRONG_LOGIN):
        with desk.reading() as work:
            known = _find(work, login)
            initial = initial_password(work, known.account_id, known.password_hash)
        if not desk.passwords.matches(known.password_hash, command.password, initial):
            raise Refused(ErrorCode.WRONG_LOGIN)
    if known.account_id is None:
        raise Refused(ErrorCode.NOT_YET_REVIEWED)
    fresh = None
    if known.password_hash and initial is None and desk.passwords.is_outdated(known.password_hash):
        fresh = desk.passwords.hash(command.password)
    with desk.writing() as work:
        if fresh is not None:
            unchanged = (Account.id == known.account_id) & (Account.password_hash == known.password_hash)
            work.session.execute(update(Account).where(unchanged).values(password_hash=fresh))
        session = _begin(work, known.account_id, command.role, caller.address)
        work.commit()
    return session


@use_case(Action.SIGN_OUT, writes=True)
def sign_out(work: UnitOfWork, actor: Actor, command: Nothing) -> None:
    """退出: the session ends at once, and nobody sees its owner looking at anything any more."""
    session = work.locked(LoginSession, actor.session_id)
    session.ended_at = work.clock.now()
    work.session.execute(delete(Viewing).where(Viewing.account_id == actor.account_id))
    work.audit(actor, Action.SIGN_OUT, "account", actor.account_id)


@use_case(Action.SWITCH_ROLE, writes=True)
def switch_role(work: UnitOfWork, actor: Actor, command: SwitchRole) -> SignedIn:
    """切换用户类型 inside the same session; the Actor of before is no longer accepted.

    Raises Refused ROLE_MISSING, DISABLED.
    """
    held = roles_of(work, actor.account_id)
    chosen = _chosen(held, command.role)
    _must_be_in_use(work, chosen)
    session = work.locked(LoginSession, actor.session_id)
    session.role, session.account_role_id = chosen.role, chosen.id
    now = actor_of(work, chosen, session.id, session.address)
    work.audit(now, Action.SWITCH_ROLE, "account", actor.account_id, f"{actor.role.label} → {now.role.label}")
    return SignedIn(now, _names(held))


def plain_login(text: str) -> str:
    """A login name in its one form: plain letters in capitals (a final x of a 证件号 too), no blanks."""
    try:
        return fold_plain(text).upper()
    except EntryError:
        return ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a login name leads to: an account, or only a registration that waits for review."""

    account_id: int | None = None
    password_hash: str | None = None


def _find(work: UnitOfWork, login: str) -> _Known:
    """By login name, else by 证件号 (of a person whose account has another name), else a pending registration."""
    number = work.vault.digest("id_number", login)
    by_login = select(Account.id, Account.password_hash).where(
        Account.login_digest == work.vault.digest("login", login)
    )
    by_number = (
        select(Account.id, Account.password_hash).join(Person).where(Person.id_number_digest == number)
    )
    found = work.session.execute(by_login).first() or work.session.execute(by_number).first()
    if found is not None:
        return _Known(*found)
    # One that was sent in for an existing account has that account's password.
    waiting = (
        select(func.coalesce(Account.password_hash, Registration.password_hash))
        .select_from(Registration)
        .outerjoin(Account, Account.id == Registration.account_id)
        .where(Registration.id_digest == number, Registration.state == RegistrationState.PENDING.value)
    )
    office = select(OrgRegistration.password_hash).where(
        OrgRegistration.code == login, OrgRegistration.state == OfficeState.PENDING.value
    )
    return _Known(None, work.session.scalar(waiting) or work.session.scalar(office))


def _begin(work: UnitOfWork, account_id: int, role: Role, address: str) -> SignedIn:
    account = work.session.get_one(Account, account_id)
    if not account.active:
        raise Refused(ErrorCode.DISABLED)
    held = roles_of(work, account_id)
    if role is Role.PERSON and not any(each.role == role.value for each in held):
        waits = (Registration.account_id == account_id) & (
            Registration.state == RegistrationState.PENDING.value
        )
        if work.session.scalar(select(Registration.id).where(waits)) is not None:
            raise Refused(ErrorCode.NOT_YET_REVIEWED)
    chosen = _chosen(held, role)
    _must_be_in_use(work, chosen)
    now = work.clock.now()
    session = LoginSession(
        id=secrets.token_urlsafe(24),
        account_id=account_id,
        role=chosen.role,
        account_role_id=chosen.id,
        address=address,
        started_at=now,
        last_seen_at=now,
    )
    work.session.add(session)
    work.session.flush()
    actor = actor_of(work, chosen, session.id, address)
    work.audit(actor, Action.SIGN_IN, "account", account_id, actor.role.label)
    return SignedIn(actor, _names(held), account.must_change)


def _must_be_in_use(work: UnitOfWork, held: AccountRole) -> None:
    """Raises Refused DISABLED where the office that the role stands for is disabled (停用)."""
    if held.org_id is not None and not work.session.get_one(Org, held.org_id).active:
        raise Refused(ErrorCode.DISABLED)


def _chosen(held: tuple[AccountRole, ...], role: Role) -> AccountRole:
    for each in held:
        if each.role == role.value:
            return each
    raise Refused(ErrorCode.ROLE_MISSING)


def _names(held: tuple[AccountRole, ...]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(Role(each.role) for each in held))
