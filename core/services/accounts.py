"""Accounts of offices and operators (帐号), and roles added to accounts that exist."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole, Org
from core.rules.entry import EntryError, check_password
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller, Role
from core.schema.accounts import AccountMade, CreateAccount
from core.services.desk import Desk, desk_use_case
from core.services.proving import plain_login
from core.store.work import UnitOfWork

LONGEST_LOGIN = 40


@desk_use_case(Action.CREATE_ACCOUNT)
def create_account(desk: Desk, caller: Caller, command: CreateAccount) -> AccountMade:
    """Make an account of an office or an operator.

    Raises Refused ORG_NOT_FOUND, LOGIN_TAKEN (it has this role already), NOT_ALLOWED for a person's role (that
    comes by registration only), MOVE_NOT_ALLOWED for one whose password another has set, and FIELDS_REFUSED for
    `login` or `password`.
    """
    if command.role is Role.PERSON:
        raise Refused(ErrorCode.NOT_ALLOWED, role=Role.PERSON.label)
    login = _login(command)
    with desk.reading() as work:
        org_of(work, command.role, command.org_code)
        known = find_account(work, login)
    hashed = "" if known else desk.passwords.hash(_password(command))
    with desk.writing() as work:
        org = org_of(work, command.role, command.org_code)
        account = find_account(work, login)
        added = account is not None
        if account is None:
            account = new_account(work, login, hashed)
        must_have_own_password(account)
        org_id = org.id if org else None
        if holds(work, account.id, command.role, org_id):
            raise Refused(ErrorCode.LOGIN_TAKEN, login=login, role=command.role.label)
        work.session.add(AccountRole(account_id=account.id, role=command.role.value, org_id=org_id))
        org_name = org.name if org else ""
        summary = f"{command.role.label} {org_name}".strip()
        work.audit(caller, Action.CREATE_ACCOUNT, "account", account.id, summary)
        made = AccountMade(account.id, login, command.role, org_name, added)
        work.commit()
    return made


def login_exists(desk: Desk, command: CreateAccount) -> bool:
    """Whether the account is there already, so that no password need be asked for. Raises ORG_NOT_FOUND."""
    with desk.reading() as work:
        org_of(work, command.role, command.org_code)
        return find_account(work, _login(command)) is not None


def find_account(work: UnitOfWork, login: str) -> Account | None:
    """The account with this login name in its plain form."""
    return work.session.scalar(
        select(Account).where(Account.login_digest == work.vault.digest("login", login))
    )


def must_have_own_password(account: Account) -> None:
    """Raises Refused MOVE_NOT_ALLOWED while an initial password waits to be changed (初始密码).

    Somebody else knows that one, or anybody who knows the 证件号, and would get into the office with it.
    """
    if account.must_change:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state="待改密码", move="加用户类型")


def new_account(work: UnitOfWork, login: str, password_hash: str) -> Account:
    """An account without any role yet."""
    account = Account(
        login_digest=work.vault.digest("login", login),
        login_sealed=work.vault.seal(login),
        password_hash=password_hash,
        created_at=work.clock.now(),
    )
    work.session.add(account)
    work.session.flush()
    return account


def _login(command: CreateAccount) -> str:
    login = plain_login(command.login or command.org_code)
    if not login:
        raise Refused.for_fields((FieldError("login", ErrorCode.REQUIRED),))
    if len(login) > LONGEST_LOGIN:
        params = {"limit": LONGEST_LOGIN, "length": len(login)}
        raise Refused.for_fields((FieldError("login", ErrorCode.TOO_LONG, params),))
    return login


def _password(command: CreateAccount) -> str:
    try:
        return check_password(command.password)
    except EntryError as error:
        raise Refused.for_fields((error.at("password"),)) from None


def org_of(work: UnitOfWork, role: Role, org_code: str) -> Org | None:
    """The office of the role; its kind must be the role's. None for an operator. Raises ORG_NOT_FOUND."""
    if role is Role.OPERATOR:
        return None
    code = plain_login(org_code)
    org = work.session.scalar(select(Org).where(Org.code == code, Org.kind == role.value))
    if org is None:
        raise Refused(ErrorCode.ORG_NOT_FOUND, org_code=code or "（空）", role=role.label)
    return org


def holds(work: UnitOfWork, account_id: int, role: Role, org_id: int | None) -> bool:
    """Whether an account has this role already, for this office."""
    same = (AccountRole.account_id == account_id) & (AccountRole.role == role.value)
    same &= AccountRole.org_id.is_(None) if org_id is None else AccountRole.org_id == org_id
    return work.session.scalar(select(AccountRole.id).where(same)) is not None
