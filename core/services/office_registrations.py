"""Registration of an office as the applicant does it (单位注册): send in, look up, take back, correct, send again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.model import Account, Org, OrgChange, OrgRegistration
from core.rules.checking import in_field_order
from core.rules.clock import today
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import check_uscc
from core.rules.machine import Move
from core.rules.offices import (
    KIND_LABELS,
    OFFICE_FIELDS,
    OFFICE_REGISTRATION,
    PASSWORD_FIELDS,
    SEALED,
    OfficeState,
    check_office,
)
from core.rules.permissions import Action
from core.rules.roles import Caller, OrgKind, Role
from core.schema.offices import (
    LookUpOffice,
    OfficeView,
    RegisterOffice,
    ResubmitOffice,
    ReviewerView,
    WhoReviews,
    WithdrawOffice,
)
from core.services.accounts import find_account
from core.services.desk import Desk, desk_use_case, use_case
from core.services.drafts import forget_guest_drafts
from core.services.office_admission import (
    KIND,
    claim_errors,
    has_account,
    office_view,
    registered_org,
    reviewer_of,
)
from core.services.proving import plain_login
from core.services.throttle import counted_try
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

PENDING = OfficeState.PENDING.value
PASSWORD_KEYS = tuple(spec.key for spec in PASSWORD_FIELDS)
_ABOVE = (("superior", OrgKind.EMPLOYER), ("authority", OrgKind.AUTHORITY))
_LOOKED_THROUGH = 3  # registrations of one code whose password is tried, newest first
CLAIMED = "登记册中已有这个单位，还没有账号：通过后账号归这个单位"


@use_case(Action.FIND_REVIEWER, writes=False)
def who_reviews(work: UnitOfWork, caller: Caller, command: WhoReviews) -> ReviewerView:
    """Who will review the form as it stands; a unit in the register is reviewed by what stands above it there."""
    region, above, note = command.region_code, (command.superior_id, command.authority_id), ""
    org = registered_org(work, _code(command.code))
    if org is not None:
        if has_account(work, org.id):
            return ReviewerView("", "这个机构代码的单位已有账号，请其管理员开设子账户")
        region, above, note = org.region_code, (org.superior_id, org.authority_id), CLAIMED
    if KIND_LABELS.get(command.kind) not in (None, OrgKind.EMPLOYER):
        above = (None, None)
    if not region:
        return ReviewerView("")
    try:
        return ReviewerView(reviewer_of(work, region, *above).name, note)
    except Refused as refusal:
        return ReviewerView("", refusal.text)


@desk_use_case(Action.REGISTER_OFFICE)
def register_office(desk: Desk, caller: Caller, command: RegisterOffice) -> OfficeView:
    """注册 of an office: it waits for the level above; nothing else exists before it is approved.

    Raises Refused with `fields`: FIELDS_REFUSED, OFFICE_TAKEN, OFFICE_PENDING (`code`), OFFICE_MISMATCH where a
    unit of the register is meant; NO_REVIEWER.
    """
    form = _checked(desk, command, keeps_password=False)
    try:
        with desk.reading() as work:
            _must_be_free(work, form)
        hashed = desk.passwords.hash(command.values["password"])
        with desk.writing() as work:
            _must_be_free(work, form)
            row = OrgRegistration(submitted_at=work.clock.now(), password_hash=hashed)
            _write(work, row, form)
            work.session.add(row)
            work.session.flush()
            _note(work, caller, row, Move.SUBMIT, Action.REGISTER_OFFICE, row.version)
            forget_guest_drafts(work, form.code, command.values["password"])
            view = office_view(work, row)
            work.commit()
    except Refused as refusal:
        raise _beside_code(refusal) from None
    return view


@desk_use_case(Action.OFFICE_STATUS)
def office_status(desk: Desk, caller: Caller, command: LookUpOffice) -> OfficeView:
    """注册审核进度查询. Raises REGISTRATION_NOT_FOUND (`left`), the same for a wrong password; LOCKED."""
    found = _proven(desk, caller, command)
    with desk.reading() as work:
        return office_view(work, work.session.get_one(OrgRegistration, found))


@desk_use_case(Action.WITHDRAW_OFFICE)
def withdraw_office(desk: Desk, caller: Caller, command: WithdrawOffice) -> OfficeView:
    """撤回申请 while it is pending. Raises REGISTRATION_NOT_FOUND, LOCKED, STALE, MOVE_NOT_ALLOWED."""
    _prove_owner(desk, caller, command)
    with desk.writing() as work:
        row = work.locked(OrgRegistration, command.registration_id, command.version)
        row.state = _after(row, Move.WITHDRAW).value
        row.decided_at = work.clock.now()
        _note(work, caller, row, Move.WITHDRAW, Action.WITHDRAW_OFFICE, command.version)
        view = office_view(work, row)
        work.commit()
    return view


@desk_use_case(Action.RESUBMIT_OFFICE)
def resubmit_office(desk: Desk, caller: Caller, command: ResubmitOffice) -> OfficeView:
    """修改重提 of a refused one. With no new password typed, the old one stays.

    Raises as `register_office` and `withdraw_office` do.
    """
    _prove_owner(desk, caller, command)
    keeps_password = not command.values.get("password")
    form = _checked(desk, command, keeps_password=keeps_password)
    hashed = None if keeps_password else desk.passwords.hash(command.values["password"])
    try:
        with desk.writing() as work:
            row = work.locked(OrgRegistration, command.registration_id, command.version)
            state = _after(row, Move.RESUBMIT)
            _must_be_free(work, form)
            _write(work, row, form)
            row.state = state.value
            row.submitted_at, row.decided_at = work.clock.now(), None
            row.reason = row.decided_by_name = ""
            if hashed is not None:
                row.password_hash = hashed
            _note(work, caller, row, Move.RESUBMIT, Action.RESUBMIT_OFFICE, command.version)
            forget_guest_drafts(work, command.code, command.password)
            view = office_view(work, row)
            work.commit()
    except Refused as refusal:
        raise _beside_code(refusal) from None
    return view


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that holds together: its clean values as text, and who reviews it."""

    values: Mapping[str, str]
    kind: OrgKind
    superior_id: int | None
    authority_id: int | None

    @property
    def code(self) -> str:
        """机构代码."""
        return self.values["code"]


def _checked(desk: Desk, command: RegisterOffice | ResubmitOffice, *, keeps_password: bool) -> _Form:
    """Every field at once, those too that only the database or the typeface can judge."""
    typed = dict(command.values)
    ids = {"superior": command.superior_id, "authority": command.authority_id}
    typed |= {key: str(value or "") for key, value in ids.items()}
    if keeps_password:
        typed |= dict.fromkeys(PASSWORD_KEYS, "stand-in-1")
    with desk.reading() as work:
        lists = work.lists
    checked = check_office(typed, today(desk.clock), lists)
    errors = {error.field: error for error in checked.errors}
    name = checked.clean.get("name")
    if isinstance(name, str) and (missing := missing_glyphs(name)):
        errors["name"] = FieldError("name", ErrorCode.NO_GLYPH, {"character": missing[0]})
    with desk.reading() as work:
        for key, kind in _ABOVE:
            if key in checked.clean and not is_office_above(work, checked.clean[key], kind):
                errors[key] = FieldError(key, ErrorCode.NOT_IN_LIST)
    if errors:
        raise Refused.for_fields(in_field_order(OFFICE_FIELDS, list(errors.values())))
    clean = {key: str(value) for key, value in checked.clean.items() if key not in PASSWORD_KEYS}
    above = {key: int(clean[key]) if key in clean else None for key, _ in _ABOVE}
    return _Form(clean, KIND_LABELS[clean["kind"]], above["superior"], above["authority"])


def is_office_above(work: UnitOfWork, org_id: object, kind: OrgKind) -> bool:
    """Whether there is such an office of this kind."""
    org = work.session.get(Org, org_id)
    return org is not None and org.active and org.kind == kind.value


def _must_be_free(work: UnitOfWork, form: _Form) -> None:
    """Raises OFFICE_TAKEN, OFFICE_PENDING, OFFICE_MISMATCH, NO_REVIEWER. What two do at once the database decides."""
    code = form.code
    waiting = select(OrgRegistration.id).where(OrgRegistration.code == code, OrgRegistration.state == PENDING)
    if work.session.scalar(waiting) is not None or code_is_asked_for(work, code):
        raise Refused(ErrorCode.OFFICE_PENDING)
    org = registered_org(work, code)
    if find_account(work, code) is not None or (org is not None and has_account(work, org.id)):
        raise Refused(ErrorCode.OFFICE_TAKEN)
    if org is not None:
        wrong = claim_errors(work, org, form.kind.value, form.values["name"], form.values["region"])
        if wrong:
            raise Refused.for_fields(wrong)
    _reviewer(work, form)


def code_is_asked_for(work: UnitOfWork, code: str, but: int | None = None) -> bool:
    """Whether another office has asked to be called by this code (单位变更)."""
    waiting = select(OrgChange.fields).where(OrgChange.state == PENDING, OrgChange.id != (but or 0))
    return any(fields.get("code") == code for fields in work.session.scalars(waiting))


def _reviewer(work: UnitOfWork, form: _Form) -> Org:
    """By the register where it holds the unit: nobody chooses who judges a claim."""
    org = registered_org(work, form.code)
    if org is not None:
        return reviewer_of(work, org.region_code, org.superior_id, org.authority_id)
    return reviewer_of(work, form.values["region"], form.superior_id, form.authority_id)


def _write(work: UnitOfWork, row: OrgRegistration, form: _Form) -> None:
    org = registered_org(work, form.code)
    row.kind, row.code, row.name = form.kind.value, form.code, form.values["name"]
    row.region_code = form.values["region"]
    row.reviewer_id = _reviewer(work, form).id
    row.fields = {key: value for key, value in form.values.items() if key not in SEALED}
    sealed = {key: value for key, value in form.values.items() if key in SEALED}
    row.sealed = work.vault.seal(json.dumps(sealed, ensure_ascii=False))
    row.org_id = org.id if org is not None else None


def _note(
    work: UnitOfWork, caller: Caller, row: OrgRegistration, move: Move, action: Action, version: int
) -> None:
    work.session.flush()
    work.decide(caller, KIND, row.id, move, version=version, step="applicant")
    work.audit(caller, action, KIND, row.id, f"{row.name} {row.code}")


def _after(row: OrgRegistration, move: Move) -> OfficeState:
    return OFFICE_REGISTRATION.next(OfficeState(row.state), move, Role(row.kind))


def _proven(desk: Desk, caller: Caller, command: LookUpOffice) -> int:
    """The newest registration of this code that the password belongs to: a code that was freed may have been
    registered by another since, and each looks up only what is theirs."""
    code = plain_login(command.code)
    missing = ErrorCode.REGISTRATION_NOT_FOUND
    with counted_try(desk, code, caller.address, missing, afresh=False):
        with desk.reading() as work:
            wanted = (
                select(OrgRegistration.id, OrgRegistration.password_hash)
                .where(OrgRegistration.code == code)
                .order_by(OrgRegistration.id.desc())
                .limit(_LOOKED_THROUGH)
            )
            account = select(Account.password_hash).where(
                Account.login_digest == work.vault.digest("login", code)
            )
            taken = work.session.scalar(account)
            found = [(row[0], taken if row[1] == "!" else row[1]) for row in work.session.execute(wanted)]
        candidates: list[tuple[int, str | None]] = [*found] or [(0, None)]
        for registration_id, stored in candidates:
            if desk.passwords.matches(stored, command.password):
                return registration_id
        raise Refused(missing)


def _prove_owner(desk: Desk, caller: Caller, command: WithdrawOffice | ResubmitOffice) -> None:
    if _proven(desk, caller, command) != command.registration_id:
        raise Refused(ErrorCode.REGISTRATION_NOT_FOUND)


def _beside_code(refusal: Refused) -> Refused:
    """The same refusal, shown beside the field it is about."""
    at = {
        ErrorCode.OFFICE_TAKEN: "code",
        ErrorCode.OFFICE_PENDING: "code",
        ErrorCode.NO_REVIEWER: "region",
    }
    if refusal.fields or refusal.code not in at:
        return refusal
    return Refused(refusal.code, (FieldError(at[refusal.code], refusal.code),))


def _code(text: str) -> str:
    try:
        return check_uscc(text) if text.strip() else ""
    except EntryError:
        return ""
