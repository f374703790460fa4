"""Review of registrations (注册审核): who is admitted becomes an account, a person and the role 专业技术人员."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from core.model import Account, AccountRole, Decision, Department, Org, Person, Registration
from core.rules.errors import ErrorCode, Refused
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.rules.workflow import REGISTRATION, Move, RegistrationState
from core.schema.history import DecisionLine
from core.schema.registration import RegistrationView
from core.services.class_hours import match_person
from core.services.messages import addressed, mail, tell_account
from core.services.person_facts import contact_columns, plain_columns
from core.services.scope import not_yours
from core.services.year_rows import enter_year
from core.store.names import spell_person
from core.store.work import UnitOfWork

KIND = "registration"


def approve_registration(
    work: UnitOfWork, actor: Actor, registration_id: int, version: int, opinion: str = ""
) -> Registration:
    """通过, bound to the version on screen. Raises STALE, NOT_YOURS, MOVE_NOT_ALLOWED, ID_TAKEN."""
    registration = _held(work, actor, registration_id, version)
    state = REGISTRATION.next(RegistrationState(registration.state), Move.APPROVE, actor.role)
    account = admit(work, registration, actor)
    person = work.session.scalars(select(Person).where(Person.account_id == account.id)).one()
    match_person(work, person)
    _settle(work, actor, registration, state, Move.APPROVE, version, opinion)
    words = f"注册审核通过：{actor.org_name} 已同意，现在可以用证件号登录"
    tell_account(work, account.id, MessageKind.REGISTRATION, words)
    return registration


def reject_registration(
    work: UnitOfWork, actor: Actor, registration_id: int, version: int, reason: str
) -> Registration:
    """不通过, which needs a reason (REASON_REQUIRED); the number is free again. The applicant is told by mail."""
    registration = _held(work, actor, registration_id, version)
    state = REGISTRATION.next(RegistrationState(registration.state), Move.REJECT, actor.role)
    if not reason.strip():
        raise Refused(ErrorCode.REASON_REQUIRED)
    registration.reason = reason.strip()
    _settle(work, actor, registration, state, Move.REJECT, version, registration.reason)
    address = typed_values(work, registration).get("email")
    if address:
        words = f"注册审核不通过（{actor.org_name}）。原因：{registration.reason}"
        mail(work, address, MessageKind.REGISTRATION, addressed(registration.name, words))
    return registration


def admit(work: UnitOfWork, registration: Registration, actor: Actor | None) -> Account:
    """Make the account (or take the one that asked for the role), the person and the role.

    The registration's own state is the caller's business. Raises ID_TAKEN where the number or the login name
    was given away meanwhile.
    """
    values = typed_values(work, registration)
    account = _account_for(work, registration, values["id_number"])
    org = work.session.get_one(Org, registration.employer_id)
    person = Person(
        account_id=account.id,
        employer_id=org.id,
        department_id=registration.department_id,
        region_code=org.region_code,
        **_facts(work, values),
    )
    work.session.add(person)
    work.session.flush()
    work.session.add(AccountRole(account_id=account.id, role=Role.PERSON.value, person_id=person.id))
    registration.account_id = account.id
    registration.password_hash = "!"  # from now on the account's password proves the person
    work.session.flush()
    enter_year(work, {person.id: person.region_code})
    return account


def typed_values(work: UnitOfWork, registration: Registration) -> dict[str, str]:
    """What was typed, in its clean form, without passwords."""
    values: dict[str, str] = json.loads(work.vault.open(registration.sealed))
    return values


def registration_view(
    work: UnitOfWork, registration: Registration, *, with_history: bool = True
) -> RegistrationView:
    """The registration with its values in full: for its owner and its reviewer only."""
    org = work.session.get_one(Org, registration.employer_id)
    department = (
        work.session.get(Department, registration.department_id) if registration.department_id else None
    )
    return RegistrationView(
        id=registration.id,
        version=registration.version,
        state=registration.state,
        state_label=RegistrationState(registration.state).label,
        name=registration.name,
        id_number_masked=registration.id_number_masked,
        employer_id=org.id,
        employer_name=org.name,
        department_name=department.name if department else "",
        reviewer=org.name,
        submitted_at=registration.submitted_at,
        decided_at=registration.decided_at,
        reason=registration.reason,
        values=typed_values(work, registration),
        history=registration_history(work, registration) if with_history else (),
    )


def registration_history(work: UnitOfWork, registration: Registration) -> tuple[DecisionLine, ...]:
    """Every move of a registration, the first one first."""
    wanted = select(Decision).where(Decision.kind == KIND, Decision.object_id == registration.id)
    return tuple(
        DecisionLine(
            at=each.at,
            step_label="注册审核" if each.org_id is not None else "本人",
            move_label=_words(Move(each.move)),
            actor_name=each.actor_name or registration.name,
            org_name=each.org_name,
            opinion=each.opinion,
        )
        for each in work.session.scalars(wanted.order_by(Decision.seq))
    )


def _held(work: UnitOfWork, actor: Actor, registration_id: int, version: int) -> Registration:
    registration = work.locked(Registration, registration_id)
    if registration.employer_id != actor.org_id:
        raise not_yours(KIND, registration_id)
    if registration.version != version:
        raise Refused(ErrorCode.STALE)
    return registration


def _settle(
    work: UnitOfWork,
    actor: Actor,
    registration: Registration,
    state: RegistrationState,
    move: Move,
    version: int,
    opinion: str,
) -> None:
    registration.state = state.value
    registration.decided_at = work.clock.now()
    registration.decided_by_name = actor.name
    work.session.flush()
    work.decide(actor, KIND, registration.id, move, version=version, step="employer", opinion=opinion)
    summary = f"{_words(move)} {registration.name} {registration.id_number_masked}"
    work.audit(actor, Action.DECIDE_REGISTRATION, KIND, registration.id, summary)


def _account_for(work: UnitOfWork, registration: Registration, number: str) -> Account:
    """The account that asked, else a new one whose login name is the 证件号."""
    if registration.account_id is not None:
        held = work.locked(Account, registration.account_id)
        # Two registrations of one account under two numbers may have been sent in at the same moment.
        if work.session.scalar(select(Person.id).where(Person.account_id == held.id)) is not None:
            raise Refused(ErrorCode.ID_TAKEN)
        return held
    account = Account(
        login_digest=work.vault.digest("login", number),
        login_sealed=work.vault.seal(number),
        password_hash=registration.password_hash,
        created_at=work.clock.now(),
    )
    work.session.add(account)
    work.session.flush()
    return account


def _facts(work: UnitOfWork, values: Mapping[str, str]) -> dict[str, object]:
    """The columns of a person that come from the form."""
    pinyin, initials = spell_person(values["name"])
    facts: dict[str, object] = {
        "name": values["name"],
        "pinyin": pinyin,
        "initials": initials,
        "id_type": values["id_type"],
        "id_number_sealed": work.vault.seal(values["id_number"]),
        "id_number_digest": work.vault.digest("id_number", values["id_number"]),
        **plain_columns(values),
        **contact_columns(work, values),
    }
    return facts


def _words(move: Move) -> str:
    return "提交注册" if move is Move.SUBMIT else REGISTRATION.label(move)
