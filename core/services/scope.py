"""Who may see what, and which office reviews next: the caller's place in the regions and in the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, object_session
from sqlalchemy.sql.elements import ColumnElement

from core.model import AccountRole, Declaration, Org, Person, TrainingPlan
from core.rules import reference
from core.rules.chain import DECLARATION_CHAIN, Chain, Step, steps
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor, OrgKind, Role
from core.rules.workflow import DeclarationState
from core.store.work import UnitOfWork


def lineage(region_code: str) -> tuple[str, ...]:
    """The region and those above it, the nearest first."""
    codes: list[str] = []
    step = region_code
    while step:
        codes.append(step)
        step = reference.parent_of(step)
    return tuple(codes)


def region_prefix(region_code: str) -> str:
    """The digits that a region and all below it share: 2, 4 or 6."""
    return reference.region_prefix(region_code)


def covers(office_region: str, region_code: str) -> bool:
    """Whether a region is the office's own or lies below it."""
    return region_code.startswith(region_prefix(office_region))


def within(column: InstrumentedAttribute[str], office_region: str) -> ColumnElement[bool]:
    """The same as a condition on a column of region codes: a range, so that an index serves it."""
    prefix = region_prefix(office_region)
    return (column >= prefix) & (column < prefix + ":")  # ':' follows '9'


def in_reach(session: Session, actor: Actor, action: Action, thing: Person | Declaration | Org) -> bool:
    """Whether a person, a declaration or an office lies where the caller's role may do this (管理范围).

    The one place where the table of permissions meets the rows: `reach` says how far, the row says where it is.
    """
    return _WITHIN[reach(action, actor.role)](actor, _Place(session, thing))


def must_reach(
    session: Session, actor: Actor, action: Action, kind: str, thing: Person | Declaration | Org
) -> None:
    """Raises Refused NOT_YOURS, naming the object for the audit."""
    if not in_reach(session, actor, action, thing):
        raise not_yours(kind, thing.id)


def may_see(session: Session, actor: Actor, declaration: Declaration) -> bool:
    """The owner sees it always; an office once it was submitted, if it stands in its scope."""
    hidden = declaration.status == DeclarationState.DRAFT and not declaration.returned
    return in_scope(session, actor, declaration) and (actor.role is Role.PERSON or not hidden)


def in_scope(session: Session, actor: Actor, declaration: Declaration) -> bool:
    """Whether it is the caller's business at all, in whatever state it stands."""
    return in_reach(session, actor, Action.VIEW_DECLARATION, declaration)


def may_see_person(session: Session, actor: Actor, person: Person) -> bool:
    """The person, the employer, its authority, and the bureaus of the region."""
    return in_reach(session, actor, Action.VIEW_PERSON, person)


def must_see(session: Session, actor: Actor, declaration: Declaration) -> None:
    """Raises Refused NOT_YOURS, naming the object for the audit."""
    if not may_see(session, actor, declaration):
        raise not_yours("declaration", declaration.id)


def must_see_plan(session: Session, actor: Actor, plan: TrainingPlan) -> None:
    """A training plan is its office's, and the bureaus' above it once it was sent in. Raises NOT_YOURS."""
    if actor.org_id == plan.org_id:
        return
    region = session.get_one(Org, plan.org_id).region_code
    above = actor.org_id == plan.reviewer_id or covers(actor.region_code, region)
    if actor.role is not Role.BUREAU or plan.submitted_at is None or not above:
        raise not_yours("plan", plan.id)


def not_yours(kind: str, object_id: object) -> Refused:
    """The refusal for what lies outside the caller's scope; the desk writes it to the audit log."""
    return Refused(ErrorCode.NOT_YOURS, kind=kind, object_id=object_id)


def must_be_chief(work: UnitOfWork, actor: Actor) -> None:
    """Raises Refused NOT_CHIEF for a sub-account (子账户): accounts and the office's data are its chief's."""
    if not is_chief(work, actor):
        raise Refused(ErrorCode.NOT_CHIEF)


def is_chief(work: UnitOfWork, actor: Actor) -> bool:
    """Whether the caller is the chief of the office (单位管理员), not a sub-account."""
    same = (AccountRole.account_id == actor.account_id) & (AccountRole.role == actor.role.value)
    same &= AccountRole.org_id.is_(None) if actor.org_id is None else AccountRole.org_id == actor.org_id
    return work.session.scalar(select(AccountRole.chief).where(same)) is True


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
    """Whether the second level reviews at all: a disabled one (停用) is passed over."""
    session = object_session(employer)
    if employer.authority_id is None or session is None:
        return employer.authority_id is not None
    return session.get_one(Org, employer.authority_id).active


def handler_at(session: Session, step: Step, employer: Org, region_code: str) -> Org:
    """The office that reviews at a level. Raises Refused NO_BUREAU."""
    if step is Step.EMPLOYER:
        return employer
    if step is Step.AUTHORITY and employer.authority_id is not None:
        return session.get_one(Org, employer.authority_id)
    return bureau_of(session, region_code)


def reviewers(
    session: Session, employer: Org, region_code: str, chain: Chain = DECLARATION_CHAIN
) -> tuple[str, ...]:
    """The names of the offices that will review, in turn; the last one is left out while there is none."""
    names: list[str] = []
    for step in steps(chain, has_authority(employer)):
        try:
            names.append(handler_at(session, step, employer, region_code).name)
        except Refused as refusal:
            if refusal.code is not ErrorCode.NO_BUREAU:
                raise
    return tuple(names)


class _Place:
    """Where something stands: whose it is, which offices have it, whose unit that is, in which region."""

    def __init__(self, session: Session, thing: Person | Declaration | Org) -> None:
        self._session, self._thing = session, thing
        self.region_code = thing.region_code

    @property
    def person_id(self) -> int | None:
        """Whose it is; nobody's for an office."""
        if isinstance(self._thing, Declaration):
            return self._thing.person_id
        return self._thing.id if isinstance(self._thing, Person) else None

    @property
    def offices(self) -> tuple[int | None, ...]:
        """The employer, or the office itself; of a declaration also the one whose turn it is."""
        if isinstance(self._thing, Org):
            return (self._thing.id,)
        if isinstance(self._thing, Declaration):
            return (self._thing.employer_id, self._thing.handler_org_id)
        return (self._thing.employer_id,)

    @property
    def authorities(self) -> tuple[int | None, ...]:
        """The 主管部门 of the employer, and the office whose turn a declaration is."""
        if isinstance(self._thing, Org):
            return (self._thing.authority_id,)
        employer = self._session.get_one(Org, self._thing.employer_id)
        return (employer.authority_id, *self.offices[1:])


_WITHIN: Mapping[Reach, Callable[[Actor, _Place], bool]] = {
    Reach.SELF: lambda actor, place: actor.person_id is not None and actor.person_id == place.person_id,
    Reach.ORG: lambda actor, place: actor.org_id is not None and actor.org_id in place.offices,
    Reach.UNITS: lambda actor, place: actor.org_id is not None and actor.org_id in place.authorities,
    Reach.REGION: lambda actor, place: covers(actor.region_code, place.region_code),
    Reach.PLATFORM: lambda actor, place: True,
}
