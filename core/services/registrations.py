"""Registration as the person does it (注册): send in, look up, take back, correct and send again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from core.model import Account, AccountRole, Department, Org, Person, Registration
from core.rules.checking import in_field_order
from core.rules.clock import today
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import RESIDENT_CARD, mask_id_number
from core.rules.permissions import Action
from core.rules.registration import REGISTRATION_FIELDS, check_registration
from core.rules.roles import Caller, Role
from core.rules.workflow import REGISTRATION, Move, RegistrationState
from core.schema.registration import (
    LookUpRegistration,
    Register,
    RegistrationView,
    ResubmitRegistration,
    WithdrawRegistration,
)
from core.services.admission import KIND, registration_view
from core.services.desk import Desk, desk_use_case
from core.services.drafts import forget_guest_drafts
from core.services.employers import find_department, may_register_at
from core.services.proving import plain_login
from core.services.throttle import counted_try
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

PASSWORD_KEYS = ("password", "password_again")
_LOOKED_THROUGH = 3  # registrations of one number whose password is tried, newest first


@desk_use_case(Action.REGISTER)
def register(desk: Desk, caller: Caller, command: Register) -> RegistrationView:
    """注册. The registration waits for the employer; nothing else exists before it is approved.

    Raises Refused with `fields` (FIELDS_REFUSED, ID_TAKEN, ID_PENDING, EMPLOYER_CLOSED); for an existing user
    WRONG_LOGIN (`left`) or LOCKED where the account's password is not right.
    """
    form = _checked(desk, command, existing=command.existing_user)
    account_id = None
    if command.existing_user:
        login = plain_login(command.existing_login) or form.number
        account_id = _prove(desk, caller, login, command.values.get("password", ""))
    try:
        with desk.reading() as work:
            _must_be_free(work, form, account_id)
        hashed = "!" if account_id is not None else desk.passwords.hash(command.values["password"])
        with desk.writing() as work:
            _must_be_free(work, form, account_id)
            registration = Registration(
                submitted_at=desk.clock.now(), password_hash=hashed, account_id=account_id
            )
            _write(work, registration, form)
            work.session.add(registration)
            work.session.flush()
            _note(work, caller, registration, Move.SUBMIT, Action.REGISTER, registration.version)
            forget_guest_drafts(work, form.number, command.values.get("password", ""))
            view = registration_view(work, registration)
            work.commit()
    except Refused as refusal:
        raise _beside_number(refusal) from None
    return view


@desk_use_case(Action.REGISTRATION_STATUS)
def registration_status(desk: Desk, caller: Caller, command: LookUpRegistration) -> RegistrationView:
    """注册审核进度查询. Raises REGISTRATION_NOT_FOUND (`left`), the same for a wrong password; LOCKED."""
    registration_id = _proven(desk, caller, command.id_number, command.password)
    with desk.reading() as work:
        return registration_view(work, work.session.get_one(Registration, registration_id))


@desk_use_case(Action.WITHDRAW_REGISTRATION)
def withdraw_registration(desk: Desk, caller: Caller, command: WithdrawRegistration) -> RegistrationView:
    """撤回申请 while it is pending. Raises REGISTRATION_NOT_FOUND, LOCKED, STALE, MOVE_NOT_ALLOWED."""
    _prove_owner(desk, caller, command)
    with desk.writing() as work:
        registration = work.locked(Registration, command.registration_id, command.version)
        state = REGISTRATION.next(RegistrationState(registration.state), Move.WITHDRAW, Role.PERSON)
        registration.state = state.value
        registration.decided_at = work.clock.now()
        _note(work, caller, registration, Move.WITHDRAW, Action.WITHDRAW_REGISTRATION, command.version)
        view = registration_view(work, registration)
        work.commit()
    return view


@desk_use_case(Action.RESUBMIT_REGISTRATION)
def resubmit_registration(desk: Desk, caller: Caller, command: ResubmitRegistration) -> RegistrationView:
    """修改重提 of a refused one. With no new password typed, the old one stays.

    Raises as `register` and `withdraw_registration` do.
    """
    _prove_owner(desk, caller, command)
    keeps_password = not command.values.get("password")
    form = _checked(desk, command, existing=keeps_password)
    hashed = None if keeps_password else desk.passwords.hash(command.values["password"])
    try:
        with desk.writing() as work:
            registration = work.locked(Registration, command.registration_id, command.version)
            state = REGISTRATION.next(RegistrationState(registration.state), Move.RESUBMIT, Role.PERSON)
            _must_be_free(work, form, registration.account_id)
            _write(work, registration, form)
            registration.state = state.value
            registration.submitted_at, registration.decided_at = work.clock.now(), None
            registration.reason = registration.decided_by_name = ""
            if hashed is not None and registration.account_id is None:
                registration.password_hash = hashed
            _note(work, caller, registration, Move.RESUBMIT, Action.RESUBMIT_REGISTRATION, command.version)
            forget_guest_drafts(work, command.id_number, command.password)
            view = registration_view(work, registration)
            work.commit()
    except Refused as refusal:
        raise _beside_number(refusal) from None
    return view


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that holds together: its clean values as text, and what they point to."""

    values: Mapping[str, str]
    number: str
    employer_id: int
    department_id: int | None


def _checked(desk: Desk, command: Register | ResubmitRegistration, *, existing: bool) -> _Form:
    """Every field at once, those too that only the database or the typeface can judge."""
    typed = dict(command.values)
    if command.employer_id is not None:
        typed["employer"] = str(command.employer_id)
    if existing:  # the password is another's, checked as a password and not as a new one
        typed |= dict.fromkeys(PASSWORD_KEYS, "stand-in-1")
    with desk.reading() as work:
        lists = work.lists
    checked = check_registration(typed, today(desk.clock), lists)
    errors = {error.field: error for error in checked.errors}
    name = checked.clean.get("name")
    if isinstance(name, str) and (missing := missing_glyphs(name)):
        errors["name"] = FieldError("name", ErrorCode.NO_GLYPH, {"character": missing[0]})
    employer_id, department_id = checked.clean.get("employer"), command.department_id
    if isinstance(employer_id, int):
        with desk.reading() as work:
            if not may_register_at(work.session.get(Org, employer_id)):
                errors["employer"] = FieldError("employer", ErrorCode.EMPLOYER_CLOSED)
            try:
                department_id = find_department(work, employer_id, department_id, typed.get("department", ""))
            except EntryError as error:
                errors.setdefault("department", error.at("department"))
    if errors:
        raise Refused.for_fields(in_field_order(REGISTRATION_FIELDS, list(errors.values())))
    assert isinstance(employer_id, int)
    clean = {key: str(value) for key, value in checked.clean.items() if key not in PASSWORD_KEYS}
    clean.setdefault("id_type", RESIDENT_CARD)
    return _Form(clean, clean["id_number"], employer_id, department_id)


def _must_be_free(work: UnitOfWork, form: _Form, account_id: int | None) -> None:
    """Raises ID_TAKEN, ID_PENDING, EMPLOYER_CLOSED. What two do at once the database decides."""
    if not may_register_at(work.session.get(Org, form.employer_id)):
        raise Refused(ErrorCode.EMPLOYER_CLOSED)
    if form.department_id is not None and work.session.get(Department, form.department_id) is None:
        raise Refused.for_fields((FieldError("department", ErrorCode.NOT_IN_LIST),))
    number = work.vault.digest("id_number", form.number)
    if work.session.scalar(select(Person.id).where(Person.id_number_digest == number)) is not None:
        raise Refused(ErrorCode.ID_TAKEN)
    login = work.session.scalar(
        select(Account.id).where(Account.login_digest == work.vault.digest("login", form.number))
    )
    if login is not None and login != account_id:
        raise Refused(ErrorCode.ID_TAKEN)
    same = [Registration.id_digest == number]
    if account_id is not None:
        same.append(Registration.account_id == account_id)
        held = (AccountRole.account_id == account_id) & (AccountRole.role == Role.PERSON.value)
        if work.session.scalar(select(AccountRole.id).where(held)) is not None:
            raise Refused(ErrorCode.ID_TAKEN)
    waiting = select(Registration.id).where(or_(*same), Registration.state == RegistrationState.PENDING.value)
    if work.session.scalar(waiting) is not None:
        raise Refused(ErrorCode.ID_PENDING)


def _write(work: UnitOfWork, registration: Registration, form: _Form) -> None:
    registration.employer_id = form.employer_id
    registration.department_id = form.department_id
    registration.id_digest = work.vault.digest("id_number", form.number)
    registration.name = form.values["name"]
    registration.id_number_masked = mask_id_number(form.number)
    registration.sealed = work.vault.seal(json.dumps(dict(form.values), ensure_ascii=False))


def _note(
    work: UnitOfWork, caller: Caller, registration: Registration, move: Move, action: Action, version: int
) -> None:
    work.session.flush()
    work.decide(caller, KIND, registration.id, move, version=version, step="person")
    summary = f"{registration.name} {registration.id_number_masked}"
    work.audit(caller, action, KIND, registration.id, summary)


def _prove(desk: Desk, caller: Caller, login: str, password: str) -> int:
    """The account whose password it is. Raises WRONG_LOGIN, LOCKED."""
    with counted_try(desk, login, caller.address, ErrorCode.WRONG_LOGIN):
        with desk.reading() as work:
            wanted = select(Account).where(
                Account.login_digest == work.vault.digest("login", login), Account.active.is_(True)
            )
            found = work.session.scalar(wanted)
            account_id, stored = (found.id, found.password_hash) if found else (0, None)
        if not desk.passwords.matches(stored, password):
            raise Refused(ErrorCode.WRONG_LOGIN)
    return account_id


def _proven(desk: Desk, caller: Caller, id_number: str, password: str) -> int:
    """The newest registration of this number that the password belongs to.

    A number that was freed may have been registered by another since: each looks up only what is theirs.
    """
    number = plain_login(id_number)
    missing = ErrorCode.REGISTRATION_NOT_FOUND
    with counted_try(desk, number, caller.address, missing, afresh=False):
        with desk.reading() as work:
            wanted = (
                select(Registration.id, Registration.password_hash, Account.password_hash)
                .outerjoin(Account, Account.id == Registration.account_id)
                .where(Registration.id_digest == work.vault.digest("id_number", number))
                .order_by(Registration.id.desc())
                .limit(_LOOKED_THROUGH)
            )
            found = [(row[0], row[2] or row[1]) for row in work.session.execute(wanted)]
        candidates: list[tuple[int, str | None]] = [*found] or [(0, None)]
        for registration_id, stored in candidates:
            if desk.passwords.matches(stored, password):
                return registration_id
        raise Refused(missing)


def _prove_owner(desk: Desk, caller: Caller, command: WithdrawRegistration | ResubmitRegistration) -> None:
    if _proven(desk, caller, command.id_number, command.password) != command.registration_id:
        raise Refused(ErrorCode.REGISTRATION_NOT_FOUND)


def _beside_number(refusal: Refused) -> Refused:
    """The same refusal, shown beside the field it is about."""
    fields = {
        ErrorCode.ID_TAKEN: "id_number",
        ErrorCode.ID_PENDING: "id_number",
        ErrorCode.EMPLOYER_CLOSED: "employer",
    }
    if refusal.fields or refusal.code not in fields:
        return refusal
    return Refused(refusal.code, (FieldError(fields[refusal.code], refusal.code),))
