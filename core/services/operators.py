"""管理员管理 (A1): the 系统管理员 of the platform, and roles for accounts that have none (帐号未分配角色)."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole, Person
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.schema.accounts import (
    AccountKey,
    AccountMade,
    AccountRow,
    AddRole,
    GivenPassword,
    MakeOperator,
    SwitchAccount,
)
from core.schema.base import Nothing, Page
from core.services import account_keeping as keeping
from core.services.accounts import find_account, holds, must_have_own_password, org_of
from core.services.desk import Desk, desk_use_case, use_case
from core.services.proving import plain_login
from core.services.sub_accounts import holder_name, must_be_in_use
from core.store.work import UnitOfWork

_LABELS = (Role.OPERATOR.label, Role.OPERATOR.label)


@use_case(Action.OPERATORS, writes=False)
def operator_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[AccountRow]:
    """Every 系统管理员, the oldest first."""
    query = select(AccountRole, Account).join(Account, Account.id == AccountRole.account_id)
    query = query.where(AccountRole.role == Role.OPERATOR.value).order_by(AccountRole.id)
    held = [(role, account) for role, account in work.session.execute(query)]
    return Page(keeping.account_rows(work, held, _LABELS))


@desk_use_case(Action.CREATE_ACCOUNT)
def make_operator(desk: Desk, actor: Actor, command: MakeOperator) -> GivenPassword:
    """A further 系统管理员 with an initial password that is shown this once.

    Raises Refused for fields: `login` REQUIRED, BAD_LOGIN, LOGIN_IN_USE, `name` REQUIRED, BAD_NAME.
    """
    with desk.reading() as work:
        _checked(work, command)
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        login, name = _checked(work, command)
        account = keeping.make_account(work, login, hashed)
        work.session.add(AccountRole(account_id=account.id, role=Role.OPERATOR.value, name=name))
        summary = f"{Role.OPERATOR.label} {name}"
        work.audit(actor, Action.CREATE_ACCOUNT, keeping.KIND, account.id, summary)
        made = keeping.given(work, account, name, password)
        work.commit()
    return made


@use_case(Action.CREATE_ACCOUNT, writes=True)
def add_role(work: UnitOfWork, actor: Actor, command: AddRole) -> AccountMade:
    """A role for an account that exists, found by login name or 证件号; its password stays what it is.

    Raises Refused for fields: `login` REQUIRED, ACCOUNT_NOT_FOUND, LOGIN_TAKEN (it has the role), MOVE_NOT_ALLOWED
    (another knows its initial password), `org_code` ORG_NOT_FOUND, `role` NOT_IN_LIST for a person's (that comes
    by registration only).
    """
    if command.role is Role.PERSON:
        raise Refused.for_fields((FieldError("role", ErrorCode.NOT_IN_LIST),))
    account, login = _found(work, command.login)
    account = work.locked(Account, account.id)
    try:
        must_have_own_password(account)
    except Refused as refusal:
        raise Refused.for_fields((FieldError("login", refusal.code, refusal.params),)) from None
    try:
        org = org_of(work, command.role, command.org_code)
    except Refused as refusal:
        raise Refused.for_fields((FieldError("org_code", refusal.code, refusal.params),)) from None
    org_id = org.id if org else None
    if holds(work, account.id, command.role, org_id):
        params = {"login": login, "role": command.role.label}
        raise Refused.for_fields((FieldError("login", ErrorCode.LOGIN_TAKEN, params),))
    work.session.add(AccountRole(account_id=account.id, role=command.role.value, org_id=org_id))
    org_name = org.name if org else ""
    summary = f"加用户类型 {command.role.label} {org_name}".strip()
    work.audit(actor, Action.CREATE_ACCOUNT, keeping.KIND, account.id, summary)
    return AccountMade(account.id, login, command.role, org_name, True)


@use_case(Action.SWITCH_OPERATOR, writes=True)
def switch_operator(work: UnitOfWork, actor: Actor, command: SwitchAccount) -> AccountRow:
    """停用 or 启用 of another 系统管理员, with a reason.

    Raises Refused OWN_ACCOUNT, LAST_OPERATOR, MOVE_NOT_ALLOWED, REASON_REQUIRED.
    """
    everyone = _held_operators(work)
    if not command.on and not any(each.active and each.id != command.account_id for _, each in everyone):
        raise Refused(ErrorCode.LAST_OPERATOR)
    held, account = _one(actor, everyone, command.account_id)
    keeping.switch(
        work,
        actor,
        account,
        on=command.on,
        reason=command.reason,
        action=Action.SWITCH_OPERATOR,
        about=(keeping.KIND, account.id, held.name or _LABELS[0]),
    )
    return keeping.account_rows(work, [(held, account)], _LABELS)[0]


@desk_use_case(Action.RESET_OPERATOR)
def reset_operator(desk: Desk, actor: Actor, command: AccountKey) -> GivenPassword:
    """重置密码 of another 系统管理员: a new initial password, shown this once. Raises Refused OWN_ACCOUNT."""
    with desk.reading() as work:
        must_be_in_use(_one(actor, _operators(work), command.account_id)[1])
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        held, account = _one(actor, _held_operators(work), command.account_id)
        must_be_in_use(account)
        keeping.renew(work, account, hashed)
        name = held.name or _LABELS[0]
        work.audit(actor, Action.RESET_OPERATOR, keeping.KIND, account.id, name)
        made = keeping.given(work, account, name, password)
        work.commit()
    return made


def _operators(work: UnitOfWork) -> list[tuple[AccountRole, Account]]:
    query = select(AccountRole, Account).join(Account, Account.id == AccountRole.account_id)
    query = query.where(AccountRole.role == Role.OPERATOR.value).order_by(Account.id)
    return [(role, account) for role, account in work.session.execute(query)]


def _held_operators(work: UnitOfWork) -> list[tuple[AccountRole, Account]]:
    """All of them held, in one order: of two who disable each other at once the second finds itself disabled."""
    return [(role, work.locked(Account, account.id)) for role, account in _operators(work)]


def _one(
    actor: Actor, everyone: list[tuple[AccountRole, Account]], account_id: int
) -> tuple[AccountRole, Account]:
    """Another operator's account. Raises Refused NOT_FOUND, OWN_ACCOUNT, SESSION_ENDED where the caller is out."""
    if not any(account.id == actor.account_id and account.active for _, account in everyone):
        raise Refused(ErrorCode.SESSION_ENDED)
    found = next(((role, account) for role, account in everyone if account.id == account_id), None)
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if account_id == actor.account_id:
        raise Refused(ErrorCode.OWN_ACCOUNT)
    return found


def _found(work: UnitOfWork, typed: str) -> tuple[Account, str]:
    """The account with this login name, or of the person with this 证件号."""
    login = plain_login(typed)
    if not login:
        raise Refused.for_fields((FieldError("login", ErrorCode.REQUIRED),))
    account = find_account(work, login)
    if account is None:
        number = Person.id_number_digest == work.vault.digest("id_number", login)
        account = work.session.scalar(
            select(Account).join(Person, Person.account_id == Account.id).where(number)
        )
    if account is None:
        raise Refused.for_fields(
            (FieldError("login", ErrorCode.ACCOUNT_NOT_FOUND, {"login": typed.strip()}),)
        )
    return account, login


def _checked(work: UnitOfWork, command: MakeOperator) -> tuple[str, str]:
    errors: list[FieldError] = []
    login = keeping.login_chosen(command.login, errors)
    name = holder_name(command.name, errors)
    if login:
        keeping.must_be_free(work, login, errors)
    if errors:
        raise Refused.for_fields(tuple(errors))
    return login, name
