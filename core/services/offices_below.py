"""管理账户 (D1, R1): the offices below an authority or a bureau; disabled with a reason, given an account."""

from __future__ import annotations

from sqlalchemy import func, select, update

from core.model import Account, AccountRole, Declaration, LoginSession, Org, Person, Registration
from core.rules.account_state import OFFICE, Standing, check_login
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.machine import Move
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor, OrgKind
from core.rules.workflow import DeclarationState, RegistrationState
from core.schema.accounts import GivenPassword
from core.schema.base import Page
from core.schema.units_below import (
    MakeUnitAccount,
    ResetUnitAccount,
    SwitchUnit,
    UnitKey,
    UnitRow,
    UnitsBelow,
    UnitView,
)
from core.services import account_keeping as keeping
from core.services.desk import Desk, desk_use_case, use_case
from core.services.employers import region_name
from core.services.scope import in_reach, must_be_chief, not_yours, region_prefix
from core.services.sub_accounts import must_be_in_use, office_accounts
from core.store.units_below import UnitLine, account_counts, units_in, units_of
from core.store.work import UnitOfWork

KIND = "org"
NOBODY = "无账号"


@use_case(Action.OFFICES_BELOW, writes=False)
def units_below(work: UnitOfWork, actor: Actor, command: UnitsBelow) -> Page[UnitRow]:
    """The employers of an authority, or everything in a bureau's region and below but itself."""
    assert actor.org_id is not None
    text, kinds = command.text.strip(), (command.kind,) if command.kind else tuple(OrgKind)
    if reach(Action.OFFICES_BELOW, actor.role) is Reach.UNITS:
        lines, after = units_of(
            work.session,
            actor.org_id,
            text=text,
            active=command.active,
            after=command.after,
            limit=command.limit,
        )
    else:
        lines, after = units_in(
            work.session,
            region_prefix(actor.region_code),
            text=text,
            kinds=kinds,
            active=command.active,
            after=command.after,
            limit=command.limit,
        )
    counts = account_counts(work.session, [line.id for line in lines])
    rows = (_row(work, line, counts.get(line.id, 0)) for line in lines if line.id != actor.org_id)
    return Page(tuple(rows), after)


@use_case(Action.VIEW_OFFICE, writes=False)
def unit_view(work: UnitOfWork, actor: Actor, command: UnitKey) -> UnitView:
    """详细: what it is, who is above it, its contact masked, its accounts, its people, what waits for it."""
    return _view(work, _below(work, actor, command.org_id, Action.VIEW_OFFICE))


@use_case(Action.SWITCH_OFFICE, writes=True)
def switch_unit(work: UnitOfWork, actor: Actor, command: SwitchUnit) -> UnitView:
    """停用: nobody registers there, nobody acts for it, its sessions end at once; or 启用. With a reason.

    Raises Refused NOT_YOURS, NOT_CHIEF, MOVE_NOT_ALLOWED, REASON_REQUIRED.
    """
    _below(work, actor, command.org_id, Action.SWITCH_OFFICE)
    must_be_chief(work, actor)
    org = work.locked(Org, command.org_id)
    move, version = Move.ENABLE if command.on else Move.DISABLE, org.version
    state = OFFICE.next(Standing.of(org.active), move, actor.role)
    reason = keeping.reason_given(command.reason)
    org.active = state is Standing.ACTIVE
    work.session.flush()
    if not org.active:
        of_office = select(AccountRole.id).where(AccountRole.org_id == org.id)
        open_ones = LoginSession.account_role_id.in_(of_office) & LoginSession.ended_at.is_(None)
        work.connection.execute(update(LoginSession).where(open_ones).values(ended_at=work.clock.now()))
    work.decide(actor, KIND, org.id, move, version=version, opinion=reason)
    work.audit(actor, Action.SWITCH_OFFICE, KIND, org.id, f"{move.label} {org.name}：{reason}")
    return _view(work, org)


@desk_use_case(Action.MAKE_OFFICE_ACCOUNT)
def make_unit_account(desk: Desk, actor: Actor, command: MakeUnitAccount) -> GivenPassword:
    """The first account of an office below (人社部门: 由上级单位分配), with an initial password shown this once.

    Raises Refused NOT_YOURS, NOT_CHIEF, OFFICE_TAKEN where it has one, MOVE_NOT_ALLOWED for a disabled office;
    for `login` BAD_LOGIN, LOGIN_IN_USE.
    """
    with desk.reading() as work:
        _without_account(work, actor, command)
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        work.locked(Org, command.org_id)  # of two at once the second finds the account of the first
        org, login = _without_account(work, actor, command)
        account = keeping.make_account(work, login, hashed)
        work.session.add(AccountRole(account_id=account.id, role=org.kind, org_id=org.id))
        work.audit(actor, Action.MAKE_OFFICE_ACCOUNT, KIND, org.id, f"为 {org.name} 开设账号")
        made = keeping.given(work, account, org.name, password)
        work.commit()
    return made


@desk_use_case(Action.RESET_OFFICE_ACCOUNT)
def reset_unit_account(desk: Desk, actor: Actor, command: ResetUnitAccount) -> GivenPassword:
    """重置密码 of an account of an office below: a new initial password, shown this once; its sessions end.

    Raises Refused NOT_YOURS, NOT_CHIEF, NOT_FOUND, SHARED_ACCOUNT, MOVE_NOT_ALLOWED for a disabled account.
    """
    with desk.reading() as work:
        _resettable(work, actor, command)
    password, hashed = keeping.fresh_password(desk)
    with desk.writing() as work:
        org, held = _resettable(work, actor, command)
        account = work.locked(Account, held.account_id)
        keeping.renew(work, account, hashed)
        name = held.name or org.name
        work.audit(actor, Action.RESET_OFFICE_ACCOUNT, KIND, org.id, f"重置 {org.name} {held.name}".strip())
        made = keeping.given(work, account, name, password)
        work.commit()
    return made


def _below(work: UnitOfWork, actor: Actor, org_id: int, action: Action) -> Org:
    """An office in the caller's reach that is not the caller's own, nor another bureau of the same region."""
    org = work.session.get(Org, org_id)
    if org is None:
        raise Refused(ErrorCode.NOT_FOUND)
    beside = org.kind == OrgKind.BUREAU.value and org.region_code == actor.region_code
    if org.id == actor.org_id or beside or not in_reach(work.session, actor, action, org):
        raise not_yours(KIND, org.id)
    return org


def _without_account(work: UnitOfWork, actor: Actor, command: MakeUnitAccount) -> tuple[Org, str]:
    org = _below(work, actor, command.org_id, Action.MAKE_OFFICE_ACCOUNT)
    must_be_chief(work, actor)
    if not org.active:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=Standing.DISABLED.label, move="开设账号")
    if account_counts(work.session, (org.id,)):
        raise Refused(ErrorCode.OFFICE_TAKEN)
    errors: list[FieldError] = []
    login = org.code.upper()
    if command.login.strip():
        try:
            login = check_login(command.login) if command.login.strip().upper() != login else login
        except EntryError as error:
            raise Refused.for_fields((error.at("login"),)) from None
    keeping.must_be_free(work, login, errors, org.id)
    if errors:
        raise Refused.for_fields(tuple(errors))
    return org, login


def _resettable(work: UnitOfWork, actor: Actor, command: ResetUnitAccount) -> tuple[Org, AccountRole]:
    org = _below(work, actor, command.org_id, Action.RESET_OFFICE_ACCOUNT)
    must_be_chief(work, actor)
    of_office = (AccountRole.org_id == org.id) & (AccountRole.account_id == command.account_id)
    held = work.session.scalars(select(AccountRole).where(of_office)).first()
    if held is None:
        raise Refused(ErrorCode.NOT_FOUND)
    keeping.must_stand_alone(work, held, "重置密码")
    must_be_in_use(work.session.get_one(Account, held.account_id))
    return org, held


def _view(work: UnitOfWork, org: Org) -> UnitView:
    session = work.session
    why = keeping.reasons(session, KIND, (org.id,)).get(org.id, "")
    state = Standing.of(org.active).label
    waiting = _waiting(work, org.id)
    lines = (
        ("单位名称", org.name),
        ("单位类型", OrgKind(org.kind).label),
        ("机构代码", org.code),
        ("单位性质", org.nature),
        ("所属行业", org.industry),
        ("所属区域", region_name(work, org.region_code)),
        ("上级单位", _name(work, org.superior_id)),
        ("主管部门", _name(work, org.authority_id)),
        ("联系人", org.contact_name),
        ("联系电话", work.vault.open(org.contact_phone_sealed) if org.contact_phone_sealed else ""),
        ("地址", org.address),
        ("状态", f"{state}（{why}）" if why and not org.active else state),
        ("人员", f"{_count(work, Person.employer_id == org.id, Person.id)} 人"),
        ("下级单位", f"{_count(work, Org.superior_id == org.id, Org.id)} 个"),
        ("待它审核", f"{waiting} 件"),
    )
    accounts = keeping.account_rows(work, office_accounts(work, org.id), (keeping.CHIEF, keeping.SUB))
    return UnitView(org.id, org.name, org.active, lines, accounts, waiting)


def _waiting(work: UnitOfWork, org_id: int) -> int:
    """Declarations and registrations that wait for the office."""
    declared = Declaration.handler_org_id == org_id, Declaration.status == DeclarationState.PENDING.value
    registered = Registration.employer_id == org_id, Registration.state == RegistrationState.PENDING.value
    counts = (select(func.count()).where(*conditions) for conditions in (declared, registered))
    return sum(work.session.scalar(query) or 0 for query in counts)


def _count(work: UnitOfWork, condition: object, column: object) -> int:
    return work.session.scalar(select(func.count(column)).where(condition)) or 0  # type: ignore[arg-type]


def _name(work: UnitOfWork, org_id: int | None) -> str:
    return work.session.get_one(Org, org_id).name if org_id is not None else ""


def _row(work: UnitOfWork, line: UnitLine, accounts: int) -> UnitRow:
    return UnitRow(
        org_id=line.id,
        name=line.name,
        kind_label=OrgKind(line.kind).label,
        code=line.code,
        region_name=region_name(work, line.region_code),
        active=line.active,
        state_label=Standing.of(line.active).label if accounts or not line.active else NOBODY,
        accounts=accounts,
    )
