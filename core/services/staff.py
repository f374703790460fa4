"""管理直属账户 (E3): the persons of an employer, and a forgotten password set back by its administrator."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.identity import mask_id_number
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.schema.base import Page
from core.schema.staff import InitialPassword, StaffKey, StaffQuery, StaffRow
from core.services.desk import Desk, desk_use_case, use_case
from core.services.forgotten import end_sessions, kill_codes
from core.services.messages import tell_person
from core.services.scope import not_yours
from core.services.sign_in import plain_login
from core.store.people import PersonLine, people_page
from core.store.work import UnitOfWork

KIND = "person"
INITIAL_LENGTH = 6
INITIAL_RULE = "初始密码为证件号后6位（X 大写），登录后须立即修改"


@use_case(Action.STAFF_PAGE, writes=False)
def staff_page(work: UnitOfWork, actor: Actor, command: StaffQuery) -> Page[StaffRow]:
    """The caller's persons in the order of their pinyin."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    text = command.text.strip()
    number = plain_login(text)
    is_number = len(number) >= INITIAL_LENGTH and any(each.isdigit() for each in number)
    rows, after = people_page(
        work.session,
        actor.org_id,
        text=text,
        number_digest=work.vault.digest("id_number", number) if is_number else None,
        after=command.after,
        limit=command.limit,
    )
    return Page(tuple(_row(work, line) for line in rows), after)


@desk_use_case(Action.RESET_STAFF_PASSWORD)
def reset_staff_password(desk: Desk, actor: Actor, command: StaffKey) -> InitialPassword:
    """重置密码 of one of the caller's persons (操作指南 8): the last six characters of the 证件号.

    It holds for one sign-in, which asks for another; sessions and mailed codes end at once. Raises NOT_YOURS,
    and RESET_OTHER_ROLES for an account that stands for more than this person: whoever knows the number
    would otherwise get into an office.
    """
    with desk.reading() as work:
        initial = work.vault.open(_own(work, actor, command).id_number_sealed)[-INITIAL_LENGTH:].upper()
    hashed = desk.passwords.hash(initial)
    with desk.writing() as work:
        person = _own(work, actor, command)
        account = work.locked(Account, person.account_id)
        account.password_hash, account.must_change = hashed, True
        end_sessions(work, account.id)
        kill_codes(work, account.id)
        work.audit(actor, Action.RESET_STAFF_PASSWORD, KIND, person.id, person.name)
        tell_person(work, person.id, MessageKind.PASSWORD, f"单位管理员已重置您的登录密码，{INITIAL_RULE}")
        name = person.name
        work.commit()
    return InitialPassword(name, INITIAL_RULE)


def _own(work: UnitOfWork, actor: Actor, command: StaffKey) -> Person:
    person = work.session.get(Person, command.person_id)
    if person is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if person.employer_id != actor.org_id:
        raise not_yours(KIND, person.id)
    others = select(AccountRole.id).where(
        AccountRole.account_id == person.account_id, AccountRole.role != Role.PERSON.value
    )
    if work.session.scalars(others.limit(1)).first() is not None:
        raise Refused(ErrorCode.RESET_OTHER_ROLES)
    return person


def _row(work: UnitOfWork, line: PersonLine) -> StaffRow:
    state = "停用" if not line.active else "待改密码" if line.must_change else "正常"
    return StaffRow(
        person_id=line.id,
        name=line.name,
        id_number_masked=mask_id_number(work.vault.open(line.id_number_sealed)),
        department=line.department or "",
        position=line.title,
        state_label=state,
    )
