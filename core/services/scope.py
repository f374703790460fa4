"""Who may see what, and which office reviews next: the caller's place in the regions and in the chain."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import AccountRole, Declaration, Org, Person
from core.rules import reference
from core.rules.chain import DECLARATION_CHAIN, Step, steps
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, OrgKind, Role
from core.rules.workflow import DeclarationState
from core.store.work import UnitOfWork


def lineage(region_code: str) -> tuple[str, ...]:
    """The region and those above it, the nearest first. A code that nobody knows has no one above it."""
    codes: list[str] = []
    step = region_code
    while step:
        codes.append(step)
        try:
            step = reference.region(step).parent
        except KeyError:
            break
    return tuple(codes)


def region_prefix(region_code: str) -> str:
    """The digits that a region and all below it share: 2, 4 or 6."""
    try:
        return reference.region_prefix(region_code)
    except KeyError:
        return region_code


def covers(office_region: str, region_code: str) -> bool:
    """Whether a region is the office's own or lies below it."""
    return region_code.startswith(region_prefix(office_region))


def within(column: InstrumentedAttribute[str], office_region: str) -> ColumnElement[bool]:
    """The same as a condition on a column of region codes: a range, so that an index serves it."""
    prefix = region_prefix(office_region)
    return (column >= prefix) & (column < prefix + ":")  # ':' follows '9'


def may_see(session: Session, actor: Actor, declaration: Declaration) -> bool:
    """The owner sees it always; an office once it was submitted, if it stands in its scope."""
    hidden = declaration.status == DeclarationState.DRAFT and not declaration.returned
    return in_scope(session, actor, declaration) and (actor.role is Role.PERSON or not hidden)


def in_scope(session: Session, actor: Actor, declaration: Declaration) -> bool:
    """Whether it is the caller's business at all, in whatever state it stands."""
    if actor.role is Role.PERSON:
        return actor.person_id == declaration.person_id
    if actor.role is Role.EMPLOYER:
        return actor.org_id == declaration.employer_id
    if actor.role is Role.AUTHORITY:
        employer = session.get_one(Org, declaration.employer_id)
        return actor.org_id in (employer.authority_id, declaration.handler_org_id)
    return actor.role is Role.BUREAU and covers(actor.region_code, declaration.region_code)


def may_see_person(session: Session, actor: Actor, person: Person) -> bool:
    """The person, the employer, its authority, and the bureaus of the region."""
    if actor.role is Role.PERSON:
        return actor.person_id == person.id
    if actor.role is Role.EMPLOYER:
        return actor.org_id == person.employer_id
    if actor.role is Role.AUTHORITY:
        return actor.org_id == session.get_one(Org, person.employer_id).authority_id
    return actor.role is Role.BUREAU and covers(actor.region_code, person.region_code)


def must_see(session: Session, actor: Actor, declaration: Declaration) -> None:
    """Raises Refused NOT_YOURS, naming the object for the audit."""
    if not may_see(session, actor, declaration):
        raise not_yours("declaration", declaration.id)


def not_yours(kind: str, object_id: object) -> Refused:
    """The refusal for what lies outside the caller's scope; the desk writes it to the audit log."""
    return Refused(ErrorCode.NOT_YOURS, kind=kind, object_id=object_id)


def must_be_chief(work: UnitOfWork, actor: Actor) -> None:
    """Raises Refused NOT_CHIEF for a sub-account (子账户): accounts and the office's data are its chief's."""
    same = (AccountRole.account_id == actor.account_id) & (AccountRole.role == actor.role.value)
    same &= AccountRole.org_id.is_(None) if actor.org_id is None else AccountRole.org_id == actor.org_id
    if work.session.scalar(select(AccountRole.chief).where(same)) is not True:
        raise Refused(ErrorCode.NOT_CHIEF)


def owner(session: Session, actor: Actor) -> Person:
    """The person who acts. Raises Refused NOT_ALLOWED for an account that stands for no person."""
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return person


def bureau_of(session: Session, region_code: str) -> Org:
    """The nearest bureau, from the region upwards. Raises Refused NO_BUREAU."""
    above = lineage(region_code)
    query = select(Org).where(
        Org.kind == OrgKind.BUREAU.value, Org.active.is_(True), Org.region_code.in_(above)
    )
    found = sorted(session.scalars(query), key=lambda org: (above.index(org.region_code), org.id))
    if not found:
        raise Refused(ErrorCode.NO_BUREAU)
    return found[0]


def has_authority(employer: Org) -> bool:
    """Whether the second level reviews at all."""
    return employer.authority_id is not None


def handler_at(session: Session, step: Step, employer: Org, region_code: str) -> Org:
    """The office that reviews at a level. Raises Refused NO_BUREAU."""
    if step is Step.EMPLOYER:
        return employer
    if step is Step.AUTHORITY and employer.authority_id is not None:
        return session.get_one(Org, employer.authority_id)
    return bureau_of(session, region_code)


def reviewers(session: Session, employer: Org, region_code: str) -> tuple[str, ...]:
    """The names of the offices that will review, in turn; the last one is left out while there is none."""
    names: list[str] = []
    for step in steps(DECLARATION_CHAIN, has_authority(employer)):
        try:
            names.append(handler_at(session, step, employer, region_code).name)
        except Refused as refusal:
            if refusal.code is not ErrorCode.NO_BUREAU:
                raise
    return tuple(names)
