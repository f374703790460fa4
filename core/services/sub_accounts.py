"""Sub-accounts (子账户) of an office: its chief account makes one for each of its reviewers, by name."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole
from core.rules.account_state import Standing
from core.rules.entry import EntryError, parse_name
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.accounts import AccountKey, AccountRow, GivenPassword, MakeSubAccount, SwitchAccount
from core.schema.base import Nothing, Page
from core.services import account_keeping as keeping
from core.services.desk import Desk, desk_use_case, use_case
from core.services.scope import must_be_chief, not_yours
from core.store.work import UnitOfWork


@use_case(Action.SUB_ACCOUNTS, writes=False)
def sub_account_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[AccountRow]:
    """All accounts of the caller's office, the chief ones first. Raises Refused NOT_CHIEF."""
    must_be_chief(work, actor)
    return Page(keeping.account_rows(work, office_accounts(work, actor.org_id), (keeping.CHIEF, keeping.SUB)))


@desk_use_case(Action.MAKE_SUB_ACCOUNT)
def make_sub_account(desk: Desk, actor: Actor, command: MakeSubAccount) -> GivenPassword:
    """A sub-account of the caller's office, with an initial password that is shown this once.

    Raises Refused NOT_CHIEF; for fields: `login` REQUIRED, BAD_LOGIN, LOGIN_IN_USE, `name` REQUIRED, BAD_NAME,
    NAME_TWICE (whoever reads the history must know which of two it was).
    """
    with desk.reading() as work:
        must_be_chief(work, actor)
        _checked(work, actor, command)
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        must_be_chief(work, actor)
        login, name = _checked(work, actor, command)
        account = keeping.make_account(work, login, hashed)
        work.session.add(
            AccountRole(
                account_id=account.id, role=actor.role.value, org_id=actor.org_id, name=name, chief=False
            )
        )
        work.audit(actor, Action.MAKE_SUB_ACCOUNT, keeping.KIND, account.id, f"子账户 {name}")
        made = keeping.given(work, account, name, password)
        work.commit()
    return made


@use_case(Action.SWITCH_SUB_ACCOUNT, writes=True)
def switch_sub_account(work: UnitOfWork, actor: Actor, command: SwitchAccount) -> AccountRow:
    """停用 (its sessions end at once) or 启用 of a sub-account, with a reason.

    Raises Refused NOT_CHIEF, OWN_ACCOUNT, NOT_YOURS, SHARED_ACCOUNT, MOVE_NOT_ALLOWED, REASON_REQUIRED.
    """
    held = _sub(work, actor, command.account_id)
    keeping.must_stand_alone(work, held, "启用" if command.on else "停用")
    account = work.locked(Account, held.account_id)
    keeping.switch(
        work,
        actor,
        account,
        on=command.on,
        reason=command.reason,
        action=Action.SWITCH_SUB_ACCOUNT,
        about=(keeping.KIND, account.id, held.name),
    )
    return keeping.account_rows(work, [(held, account)], (keeping.CHIEF, keeping.SUB))[0]


@desk_use_case(Action.RESET_SUB_ACCOUNT)
def reset_sub_account(desk: Desk, actor: Actor, command: AccountKey) -> GivenPassword:
    """重置密码 of a sub-account: a new initial password, shown this once; its sessions end at once.

    Raises Refused NOT_CHIEF, OWN_ACCOUNT, NOT_YOURS, SHARED_ACCOUNT, MOVE_NOT_ALLOWED for a disabled one.
    """
    with desk.reading() as work:
        _resettable(work, actor, command)
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        held = _resettable(work, actor, command)
        account = work.locked(Account, held.account_id)
        keeping.renew(work, account, hashed)
        work.audit(actor, Action.RESET_SUB_ACCOUNT, keeping.KIND, account.id, f"子账户 {held.name}")
        made = keeping.given(work, account, held.name, password)
        work.commit()
    return made


def office_accounts(work: UnitOfWork, org_id: int | None) -> list[tuple[AccountRole, Account]]:
    """The accounts of an office with what they hold there, the chief ones first, then by age."""
    query = (
        select(AccountRole, Account)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.org_id == org_id)
        .order_by(AccountRole.chief.desc(), AccountRole.id)
    )
    return [(role, account) for role, account in work.session.execute(query)]


def must_be_in_use(account: Account) -> None:
    """Raises Refused MOVE_NOT_ALLOWED: a password of a disabled account would open nothing."""
    state = Standing.of(account.active)
    if state is Standing.DISABLED:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state.label, move="重置密码")


def _resettable(work: UnitOfWork, actor: Actor, command: AccountKey) -> AccountRole:
    held = _sub(work, actor, command.account_id)
    keeping.must_stand_alone(work, held, "重置密码")
    must_be_in_use(work.session.get_one(Account, held.account_id))
    return held


def _sub(work: UnitOfWork, actor: Actor, account_id: int) -> AccountRole:
    """A sub-account of the caller's office. The chief's own is nobody's business here."""
    if work.session.get(Account, account_id) is None:
        raise Refused(ErrorCode.NOT_FOUND)
    of_office = (AccountRole.account_id == account_id) & (AccountRole.org_id == actor.org_id)
    held = work.session.scalars(select(AccountRole).where(of_office)).first()
    if held is None:
        raise not_yours(keeping.KIND, account_id)
    must_be_chief(work, actor)
    if account_id == actor.account_id:
        raise Refused(ErrorCode.OWN_ACCOUNT)
    if held.chief:
        raise not_yours(keeping.KIND, account_id)
    return held


def _checked(work: UnitOfWork, actor: Actor, command: MakeSubAccount) -> tuple[str, str]:
    """Login and name in their one form."""
    errors: list[FieldError] = []
    login = keeping.login_chosen(command.login, errors)
    name = holder_name(command.name, errors)
    if name and any(role.name == name for role, _ in office_accounts(work, actor.org_id)):
        errors.append(FieldError("name", ErrorCode.NAME_TWICE, {"name": name}))
    if login:
        keeping.must_be_free(work, login, errors)
    if errors:
        raise Refused.for_fields(tuple(errors))
    return login, name


def holder_name(text: str, errors: list[FieldError]) -> str:
    """The name of who works with an account; what is wrong with it goes to `errors`."""
    if not text.strip():
        errors.append(FieldError("name", ErrorCode.REQUIRED))
        return ""
    try:
        return parse_name(text)
    except EntryError as error:
        errors.append(error.at("name"))
        return ""
