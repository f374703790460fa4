"""Who reviews an office's registration (单位注册), what it holds, and what an approval brings about."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from core.model import Account, AccountRole, Decision, Org, OrgRegistration
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.machine import Move
from core.rules.offices import OFFICE_REGISTRATION, OfficeState
from core.rules.roles import OrgKind
from core.schema.history import DecisionLine
from core.schema.offices import OfficeView
from core.services.accounts import find_account, new_account
from core.services.employers import region_name
from core.services.scope import bureau_of
from core.store.names import letters_only
from core.store.new_orgs import NewOrg, add_orgs
from core.store.work import UnitOfWork

KIND = "office"
"""Its name in history, audit and on the review desk."""
_CONTACTS = {"mobile": "contact_phone_sealed", "email": "contact_email_sealed"}


def reviewer_of(work: UnitOfWork, region_code: str, superior_id: int | None, authority_id: int | None) -> Org:
    """The level above: 上级单位, else 主管部门, else the nearest bureau. Raises Refused NO_REVIEWER.

    An office above that nobody has an account for can't review, so that the next one does.
    """
    for office in (superior_id, authority_id):
        org = work.session.get(Org, office) if office is not None else None
        if org is not None and can_act(work, org):
            return org
    try:
        return bureau_of(work.session, region_code)
    except Refused:
        raise Refused(ErrorCode.NO_REVIEWER) from None


def has_account(work: UnitOfWork, org_id: int) -> bool:
    """Whether an office has any account, one that was disabled too."""
    held = select(AccountRole.id).where(AccountRole.org_id == org_id)
    return work.session.scalar(held.limit(1)) is not None


def can_act(work: UnitOfWork, org: Org) -> bool:
    """Whether anybody can act for an office now."""
    held = (
        select(AccountRole.id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.org_id == org.id, Account.active.is_(True))
    )
    return org.active and work.session.scalar(held.limit(1)) is not None


def registered_org(work: UnitOfWork, code: str) -> Org | None:
    """The organisation that the register holds under a code."""
    return work.session.scalar(select(Org).where(Org.code == code))


def claim_errors(
    work: UnitOfWork, org: Org, kind: str, name: str, region_code: str
) -> tuple[FieldError, ...]:
    """What disagrees between a form and the register: whoever asks for an office must know it by name."""
    told = (
        ("kind", "单位类型", OrgKind(org.kind).label, org.kind == kind),
        ("name", "单位名称", org.name, letters_only(org.name) == letters_only(name)),
        ("region", "所属区域", region_name(work, org.region_code), org.region_code == region_code),
    )
    return tuple(
        FieldError(key, ErrorCode.OFFICE_MISMATCH, {"label": label, "value": value})
        for key, label, value, agrees in told
        if not agrees
    )


def admit(work: UnitOfWork, row: OrgRegistration) -> Org:
    """Make the organisation, or take the one in the register, and its first account. Raises OFFICE_TAKEN.

    The registration's own state is the caller's business.
    """
    org = registered_org(work, row.code)
    if org is None:
        org = _made(work, row)
    else:
        org = work.locked(Org, org.id)
        if has_account(work, org.id) or claim_errors(work, org, row.kind, row.name, row.region_code):
            raise Refused(ErrorCode.OFFICE_TAKEN)
    values = typed_values(work, row)
    superior, authority = chosen(row, "superior"), chosen(row, "authority")
    org.superior_id = org.superior_id or superior
    org.authority_id = org.authority_id or authority
    write_contact(work, org, values)
    if find_account(work, row.code) is not None:
        raise Refused(ErrorCode.OFFICE_TAKEN)
    account = new_account(work, row.code, row.password_hash)
    work.session.add(AccountRole(account_id=account.id, role=org.kind, org_id=org.id, chief=True))
    row.org_id, row.password_hash = org.id, "!"  # from now on the account's password proves who asks
    work.session.flush()
    return org


def write_contact(work: UnitOfWork, org: Org, values: Mapping[str, str]) -> None:
    """What an office keeps by itself, as columns; what is as it was stays sealed as it is."""
    org.nature, org.industry = values.get("nature", ""), values.get("industry", "")
    org.address, org.contact_name = values.get("address", ""), values.get("contact", "")
    for key, column in _CONTACTS.items():
        value, sealed = values.get(key, ""), getattr(org, column)
        if value != (work.vault.open(sealed) if sealed is not None else ""):
            setattr(org, column, work.vault.seal(value) if value else None)


def contact_values(work: UnitOfWork, org: Org) -> dict[str, str]:
    """The same as text, by field key."""
    found = {
        "nature": org.nature,
        "industry": org.industry,
        "address": org.address,
        "contact": org.contact_name,
    }
    for key, column in _CONTACTS.items():
        sealed = getattr(org, column)
        found[key] = work.vault.open(sealed) if sealed is not None else ""
    return found


def typed_values(work: UnitOfWork, row: OrgRegistration) -> dict[str, str]:
    """What was typed, in its clean form, without passwords."""
    sealed: dict[str, str] = json.loads(work.vault.open(row.sealed))
    return {**row.fields, **sealed}


def chosen(row: OrgRegistration, key: str) -> int | None:
    """The id of an office above that was picked."""
    return int(row.fields[key]) if row.fields.get(key) else None


def office_view(work: UnitOfWork, row: OrgRegistration) -> OfficeView:
    """The registration with its values in full: for its applicant."""
    return OfficeView(
        id=row.id,
        version=row.version,
        kind=row.kind,
        kind_label=OrgKind(row.kind).label,
        state=row.state,
        state_label=OfficeState(row.state).label,
        name=row.name,
        code=row.code,
        region_code=row.region_code,
        reviewer=work.session.get_one(Org, row.reviewer_id).name,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        reason=row.reason,
        values=typed_values(work, row),
        superior=named(work, chosen(row, "superior")),
        authority=named(work, chosen(row, "authority")),
        history=office_history(work, row),
    )


def named(work: UnitOfWork, org_id: int | None) -> tuple[int, str] | None:
    """An office above with its name."""
    org = work.session.get(Org, org_id) if org_id is not None else None
    return (org.id, org.name) if org is not None else None


def office_history(work: UnitOfWork, row: OrgRegistration) -> tuple[DecisionLine, ...]:
    """Every move of a registration, the first one first."""
    wanted = select(Decision).where(Decision.kind == KIND, Decision.object_id == row.id)
    return tuple(
        DecisionLine(
            at=each.at,
            step_label="单位注册审核" if each.org_id is not None else "申请单位",
            move_label=OFFICE_REGISTRATION.label(Move(each.move)),
            actor_name=each.actor_name or row.name,
            org_name=each.org_name,
            opinion=each.opinion,
        )
        for each in work.session.scalars(wanted.order_by(Decision.seq))
    )


def _made(work: UnitOfWork, row: OrgRegistration) -> Org:
    """A new row of the register, found from now on by name, pinyin, initials and code."""
    new = NewOrg(code=row.code, name=row.name, kind=OrgKind(row.kind), region_code=row.region_code)
    return work.session.get_one(Org, add_orgs(work.session, [new])[row.code])
