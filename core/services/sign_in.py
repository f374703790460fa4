"""Signing in and out (登录, 退出), and changing the role in force (切换用户类型)."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from core.model import Account, AccountRole, LoginSession, Org, Registration, Viewing
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller, Guest, Role
from core.rules.workflow import RegistrationState
from core.schema.base import Nothing
from core.schema.sign_in import Challenge, Choice, EnterByTicket, SignedIn, SignIn, SwitchRole
from core.services.actors import actor_of, roles_of
from core.services.challenges import answer_challenge, ask_challenge
from core.services.desk import Desk, desk_use_case, use_case
from core.services.door import METHODS, has_proved, open_way, use_up
from core.services.proving import prove
from core.services.served import take_account
from core.store.work import UnitOfWork


@desk_use_case(Action.CHALLENGE)
def new_challenge(desk: Desk, caller: Caller, command: Nothing) -> Challenge | None:
    """A new 验证码; None where `sign_in` asks this caller for none."""
    return ask_challenge(desk) if _asks_challenge(desk, caller) else None


@desk_use_case(Action.SIGN_IN)
def sign_in(desk: Desk, caller: Caller, command: SignIn) -> SignedIn:
    """登录.

    Raises Refused WRONG_CHALLENGE, CHALLENGE_EXPIRED, LOCKED (`minutes`), WRONG_LOGIN (`left`: tries that
    remain); and only to whoever knows the password NOT_YET_REVIEWED, ROLE_MISSING, DISABLED, ACCOUNT_FULL.
    """
    if _asks_challenge(desk, caller):
        answer_challenge(desk, command.challenge_id, command.answer)
    proven = prove(desk, command.login, command.password, caller.address)
    with desk.writing() as work:
        proven.renew(work)
        session = _begin(work, proven.account_id, command.role, caller)
        work.commit()
    return session


@use_case(Action.SIGN_IN, writes=True)
def enter_by_ticket(work: UnitOfWork, caller: Guest, command: EnterByTicket) -> SignedIn | Choice:
    """登录 by what was proved at the SSH door. With several roles and none named the answer is which there are.

    The ticket is used up when a session begins, not before. Raises Refused WAY_IN_OVER for one that is wrong,
    used or old, and what `sign_in` refuses to whoever knows the password.
    """
    way = open_way(work, caller)
    _must_be_active(work, way.account_id)
    role = command.role
    if role is None:
        roles = _names(roles_of(work, way.account_id))
        if len(roles) > 1:
            return Choice(roles)
        role = roles[0] if roles else Role.PERSON
    use_up(work, way)
    return _begin(work, way.account_id, role, caller, METHODS[way.method])


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


def _asks_challenge(desk: Desk, caller: Caller) -> bool:
    """验证码 only where the way in has proved nothing, unless the installation wants it always."""
    settings = desk.settings
    if not settings.captcha or settings.captcha_proven or not isinstance(caller, Guest) or not caller.ticket:
        return settings.captcha
    with desk.reading() as work:
        return not has_proved(work, caller)


def _begin(work: UnitOfWork, account_id: int, role: Role, caller: Caller, how: str = "") -> SignedIn:
    """A session of an account in a role. `how` is what was proved, where that was not on the screen."""
    account = _must_be_active(work, account_id)
    held = roles_of(work, account_id)
    if role is Role.PERSON and not any(each.role == role.value for each in held):
        waits = (Registration.account_id == account_id) & (
            Registration.state == RegistrationState.PENDING.value
        )
        if work.session.scalar(select(Registration.id).where(waits)) is not None:
            raise Refused(ErrorCode.NOT_YET_REVIEWED)
    chosen = _chosen(held, role)
    _must_be_in_use(work, chosen)
    served_id = caller.served_id if isinstance(caller, Guest) else None
    if served_id is not None:
        take_account(work, served_id, account_id)
    now = work.clock.now()
    session = LoginSession(
        id=secrets.token_urlsafe(24),
        account_id=account_id,
        role=chosen.role,
        account_role_id=chosen.id,
        address=caller.address,
        started_at=now,
        last_seen_at=now,
        served_id=served_id,
    )
    work.session.add(session)
    work.session.flush()
    actor = actor_of(work, chosen, session.id, caller.address)
    summary = f"{actor.role.label}，{how}" if how else actor.role.label
    work.audit(actor, Action.SIGN_IN, "account", account_id, summary)
    return SignedIn(actor, _names(held), account.must_change)


def _must_be_active(work: UnitOfWork, account_id: int) -> Account:
    """Raises Refused DISABLED for an account that is disabled (停用)."""
    account = work.session.get_one(Account, account_id)
    if not account.active:
        raise Refused(ErrorCode.DISABLED)
    return account


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
