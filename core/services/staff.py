"""管理直属账户 (E3): the persons of an employer, found, looked at, moved, disabled, a forgotten password set back."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole, Department, Person, PersonYear
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_id_number
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.schema.base import Page
from core.schema.staff import (
    InitialPassword,
    MoveStaff,
    StaffKey,
    StaffQuery,
    StaffRow,
    StaffState,
    StaffView,
    SwitchStaff,
)
from core.services import account_keeping
from core.services.annual import annual_row
from core.services.desk import Desk, desk_use_case, use_case
from core.services.initial import INITIAL_LENGTH, initial_of
from core.services.judging import rules_of
from core.services.messages import tell_person
from core.services.person_lines import person_lines, under_review
from core.services.proving import plain_login
from core.services.scope import must_be_chief, must_reach
from core.store.people import PersonLine, people_page
from core.store.work import UnitOfWork

KIND = "person"
INITIAL_RULE = "初始密码为证件号后6位（X 大写），登录后须立即修改"


@use_case(Action.STAFF_PAGE, writes=False)
def staff_page(work: UnitOfWork, actor: Actor, command: StaffQuery) -> Page[StaffRow]:
    """The caller's persons in the order of their pinyin."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    text = command.text.strip()
    rows, after = people_page(
        work.session,
        actor.org_id,
        text=text,
        number_digest=number_digest(work, text),
        department_id=command.department_id,
        state=command.state.value if command.state else "",
        after=command.after,
        limit=command.limit,
    )
    return Page(tuple(_row(work, line) for line in rows), after)


@use_case(Action.VIEW_STAFF, writes=False)
def view_staff(work: UnitOfWork, actor: Actor, command: StaffKey) -> StaffView:
    """详细: account, this year's hours and what is under review first, then the person's data, the number masked."""
    person = _own(work, actor, command.person_id, Action.VIEW_STAFF)
    account = work.session.get_one(Account, person.account_id)
    state = account_keeping.state_label(account)
    why = account_keeping.reasons(work.session, account_keeping.KIND, (account.id,)).get(account.id, "")
    facts = person_lines(work, person)
    first, rest = facts[:3], facts[3:-1]
    now = (
        ("帐号状态", f"{state}（{why}）" if why and not account.active else state),
        ("本年度学时", _this_year(work, person.id)),
        ("审核中的事项", under_review(work, person.id)),
    )
    return StaffView(person.name, (*first, *now, *rest))


@desk_use_case(Action.RESET_STAFF_PASSWORD)
def reset_staff_password(desk: Desk, actor: Actor, command: StaffKey) -> InitialPassword:
    """重置密码 of one of the caller's persons (操作指南 8): the last six characters of the 证件号.

    It holds for one sign-in, which asks for another; sessions and mailed codes end at once. Raises NOT_YOURS,
    NOT_CHIEF, and RESET_OTHER_ROLES for an account that stands for more than this person: whoever knows the
    number would otherwise get into an office.
    """
    action = Action.RESET_STAFF_PASSWORD
    with desk.reading() as work:
        person = _own(work, actor, command.person_id, action)
        must_be_chief(work, actor)
        _must_have_no_other_role(work, person)
        initial = initial_of(work.vault.open(person.id_number_sealed))
    hashed = desk.passwords.hash(initial)
    with desk.writing() as work:
        person = _own(work, actor, command.person_id, action)
        must_be_chief(work, actor)
        _must_have_no_other_role(work, person)
        account_keeping.renew(work, work.locked(Account, person.account_id), hashed)
        work.audit(actor, action, KIND, person.id, person.name)
        tell_person(work, person.id, MessageKind.PASSWORD, f"单位管理员已重置您的登录密码，{INITIAL_RULE}")
        name = person.name
        work.commit()
    return InitialPassword(name, INITIAL_RULE)


@use_case(Action.SWITCH_STAFF, writes=True)
def switch_staff(work: UnitOfWork, actor: Actor, command: SwitchStaff) -> StaffView:
    """停用 (sessions end at once) or 启用 of a person's account, with a reason.

    Raises Refused NOT_YOURS, NOT_CHIEF, SHARED_ACCOUNT, MOVE_NOT_ALLOWED, REASON_REQUIRED.
    """
    person = _own(work, actor, command.person_id, Action.SWITCH_STAFF)
    must_be_chief(work, actor)
    account = work.locked(Account, person.account_id)
    held = select(AccountRole).where(AccountRole.person_id == person.id)
    account_keeping.must_stand_alone(work, work.session.scalars(held).one(), "启用" if command.on else "停用")
    account_keeping.switch(
        work,
        actor,
        account,
        on=command.on,
        reason=command.reason,
        action=Action.SWITCH_STAFF,
        about=(KIND, person.id, person.name),
    )
    return view_staff(work, actor, StaffKey(person_id=person.id))


@use_case(Action.MOVE_STAFF, writes=True)
def move_staff(work: UnitOfWork, actor: Actor, command: MoveStaff) -> StaffView:
    """编辑部门 of one of the caller's persons, at once. Raises Refused for `department` NOT_IN_LIST."""
    own = _own(work, actor, command.person_id, Action.MOVE_STAFF)
    person = work.locked(Person, own.id)
    name = "无部门"
    if command.department_id is not None:
        found = work.session.get(Department, command.department_id)
        if found is None or found.org_id != actor.org_id:
            raise Refused.for_fields((FieldError("department", ErrorCode.NOT_IN_LIST),))
        name = found.name
    person.department_id = command.department_id
    work.session.flush()
    work.audit(actor, Action.MOVE_STAFF, KIND, person.id, f"{person.name} → {name}")
    return view_staff(work, actor, StaffKey(person_id=person.id))


def number_digest(work: UnitOfWork, text: str) -> bytes | None:
    """What a whole 证件号 is found by; None for what looks like a name."""
    number = plain_login(text)
    is_number = len(number) >= INITIAL_LENGTH and any(each.isdigit() for each in number)
    return work.vault.digest("id_number", number) if is_number else None


def _own(work: UnitOfWork, actor: Actor, person_id: int, action: Action) -> Person:
    person = work.session.get(Person, person_id)
    if person is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_reach(work.session, actor, action, KIND, person)
    return person


def _must_have_no_other_role(work: UnitOfWork, person: Person) -> None:
    others = select(AccountRole.id).where(
        AccountRole.account_id == person.account_id, AccountRole.role != Role.PERSON.value
    )
    if work.session.scalars(others.limit(1)).first() is not None:
        raise Refused(ErrorCode.RESET_OTHER_ROLES)


def _this_year(work: UnitOfWork, person_id: int) -> str:
    """公需, 专业 and 总学时 of this year, and what is missing still."""
    year = today(work.clock).year
    row = work.session.get(PersonYear, (person_id, year))
    if row is None:
        return f"{year}年 还没有学时"
    shown = annual_row(row, rule=rules_of(work, [row])[person_id])
    words = shown.shortfall or shown.result_label
    return f"{year}年 公需 {shown.public}，专业 {shown.professional}，总 {shown.total}；{words}"


def _row(work: UnitOfWork, line: PersonLine) -> StaffRow:
    state = (
        StaffState.DISABLED
        if not line.active
        else StaffState.INITIAL
        if line.must_change
        else StaffState.ACTIVE
    )
    return StaffRow(
        person_id=line.id,
        name=line.name,
        id_number_masked=mask_id_number(work.vault.open(line.id_number_sealed)),
        department=line.department or "",
        position=line.title,
        state=state,
        department_id=line.department_id,
    )
