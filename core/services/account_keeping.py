"""What one does to another's account: 停用, 启用, a new initial password; each with history and audit entry."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.model import Account, AccountRole, Decision, LoginSession, Org
from core.rules.account_state import ACCOUNT, Standing, check_login, initial_password
from core.rules.actions import Action
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.machine import Move
from core.rules.roles import Actor
from core.schema.accounts import AccountRow, GivenPassword
from core.services.account_keys import drop_keys
from core.services.accounts import find_account, new_account
from core.services.desk import Desk
from core.services.forgotten import end_sessions, kill_codes
from core.services.throttle import forget_tries
from core.store.work import UnitOfWork

KIND = "account"
REASON_LENGTH = 200
CHIEF, SUB = "管理员", "子账户"


def switch(
    work: UnitOfWork,
    actor: Actor,
    account: Account,
    *,
    on: bool,
    reason: str,
    action: Action,
    about: tuple[str, int, str],
) -> None:
    """停用: its sessions and mailed codes end at once; or 启用. `about` is kind, id and name for the audit.

    Raises Refused MOVE_NOT_ALLOWED, and for the field `reason` REASON_REQUIRED, TOO_LONG.
    """
    move, version = Move.ENABLE if on else Move.DISABLE, account.version
    state = ACCOUNT.next(Standing.of(account.active), move, actor.role)
    words = reason_given(reason)
    account.active = state is Standing.ACTIVE
    if not account.active:
        end_sessions(work, account.id)
        kill_codes(work, account.id)
    work.decide(actor, KIND, account.id, move, version=version, opinion=words)
    kind, object_id, name = about
    work.audit(actor, action, kind, object_id, f"{move.label} {name}：{words}")


def renew(work: UnitOfWork, account: Account, hashed: str) -> None:
    """An initial password in force: it lets in once and asks for another; all that was open before ends, and no
    key (SSH 公钥) of whoever held the account lets in any more."""
    account.password_hash, account.must_change = hashed, True
    drop_keys(work, account.id)
    end_sessions(work, account.id)
    kill_codes(work, account.id)
    forget_tries(work, work.vault.open(account.login_sealed))


def given(work: UnitOfWork, account: Account, name: str, password: str) -> GivenPassword:
    """What is shown once to whoever set it."""
    return GivenPassword(account.id, work.vault.open(account.login_sealed), name, password)


def fresh_password(desk: Desk) -> tuple[str, str]:
    """An initial password and its hash. Never inside a transaction: the hash takes its time."""
    password = initial_password(desk.chance)
    return password, desk.passwords.hash(password)


def make_account(work: UnitOfWork, login: str, hashed: str) -> Account:
    """A new account with an initial password. Ask `must_be_free` before."""
    account = new_account(work, login, hashed)
    account.must_change = True
    return account


def must_be_free(work: UnitOfWork, login: str, errors: list[FieldError], org_id: int | None = None) -> None:
    """LOGIN_IN_USE goes to `errors` where an account has this login, or an office (but `org_id`) this code."""
    owner = work.session.scalar(select(Org.id).where(Org.code == login))
    if owner not in (None, org_id) or find_account(work, login) is not None:
        errors.append(FieldError("login", ErrorCode.LOGIN_IN_USE, {"login": login}))


def login_chosen(text: str, errors: list[FieldError]) -> str:
    """The login name in its one form; what is wrong with it goes to `errors`."""
    try:
        return check_login(text)
    except EntryError as error:
        errors.append(error.at("login"))
        return ""


def must_stand_alone(work: UnitOfWork, held: AccountRole, what: str) -> None:
    """Raises Refused SHARED_ACCOUNT where the account has further roles: their work is none of the caller's."""
    others = select(AccountRole.id).where(
        AccountRole.account_id == held.account_id, AccountRole.id != held.id
    )
    if work.session.scalar(others.limit(1)) is not None:
        raise Refused(ErrorCode.SHARED_ACCOUNT, action=what)


def reason_given(typed: str) -> str:
    """Why, as it is stored. Raises Refused for the field `reason`: REASON_REQUIRED, TOO_LONG."""
    try:
        reason = mask_personal(fold(typed))
    except EntryError as error:
        raise Refused.for_fields((error.at("reason"),)) from None
    if not reason:
        raise Refused.for_fields((FieldError("reason", ErrorCode.REASON_REQUIRED),))
    if len(reason) > REASON_LENGTH:
        params = {"limit": REASON_LENGTH, "length": len(reason)}
        raise Refused.for_fields((FieldError("reason", ErrorCode.TOO_LONG, params),))
    return reason


def reasons(session: Session, kind: str, ids: Iterable[int]) -> dict[int, str]:
    """Why each of these was disabled or enabled the last time."""
    query = select(Decision.object_id, Decision.opinion).where(
        Decision.kind == kind,
        Decision.object_id.in_(list(ids)),
        Decision.move.in_((Move.DISABLE.value, Move.ENABLE.value)),
    )
    return {object_id: words for object_id, words in session.execute(query.order_by(Decision.seq))}


def account_rows(
    work: UnitOfWork, held: Iterable[tuple[AccountRole, Account]], labels: tuple[str, str]
) -> tuple[AccountRow, ...]:
    """Accounts as lists show them; `labels` are the words for a chief one and for a sub-account."""
    pairs = list(held)
    ids = [account.id for _, account in pairs]
    why = reasons(work.session, KIND, (account.id for _, account in pairs if not account.active))
    seen_query = select(LoginSession.account_id, func.max(LoginSession.last_seen_at)).where(
        LoginSession.account_id.in_(ids)
    )
    seen = {key: at for key, at in work.session.execute(seen_query.group_by(LoginSession.account_id))}
    return tuple(
        AccountRow(
            account_id=account.id,
            login=work.vault.open(account.login_sealed),
            name=role.name,
            kind_label=labels[0] if role.chief else labels[1],
            chief=role.chief,
            active=account.active,
            state_label=state_label(account),
            last_seen=seen.get(account.id),
            reason=why.get(account.id, ""),
        )
        for role, account in pairs
    )


def state_label(account: Account) -> str:
    """The state as shown: a password that another has set waits to be changed."""
    waits = account.active and account.must_change
    return "待改密码" if waits else Standing.of(account.active).label
