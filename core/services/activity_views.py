"""单位申报记录 (E5): the activities of a unit, the persons of one, and whom there is to pick from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from core.model import Account, Activity, Declaration, Department, Org, Person
from core.rules.chain import UNIT_CHAIN
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import FORMS, declaration_fields
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState
from core.schema.activities import (
    MOST_PEOPLE,
    ActivityLine,
    ActivityPeopleQuery,
    ActivityPerson,
    ActivityQuery,
    ActivityView,
    Claimant,
    ClaimantGroup,
    ClaimantQuery,
)
from core.schema.base import Nothing, Number, Page
from core.schema.declarations import Holder
from core.services.attachments import attachments_of
from core.services.declaration_views import final_hours, form_name, reasons_of
from core.services.desk import use_case
from core.services.scope import not_yours, reviewers
from core.store.pages import texts
from core.store.work import UnitOfWork

KIND = "activity"
_ORIGINS = {"form": "表单", "file": "导入"}


@use_case(Action.SUBMIT_ACTIVITY, writes=False)
def claimant_page(work: UnitOfWork, actor: Actor, command: ClaimantQuery) -> Page[Claimant]:
    """The unit's persons to pick from, in the order of their pinyin."""
    query = (
        _claimants(actor, command)
        .add_columns(Person.pinyin, Person.id_number_sealed, Department.name, Person.title, Account.active)
        .join(Account, Account.id == Person.account_id)
        .outerjoin(Department, Department.id == Person.department_id)
    )
    if command.after is not None:
        query = query.where(tuple_(Person.pinyin, Person.id) > tuple_(*command.after))
    found = list(work.session.execute(query.limit(command.limit + 1)))
    rows = tuple(
        Claimant(key, name, mask_id_number(work.vault.open(number)), department or "", title, active)
        for key, name, _, number, department, title, active in found[: command.limit]
    )
    last = found[command.limit - 1] if len(found) > command.limit else None
    return Page(rows, None if last is None else (last[2], last[0]))


@use_case(Action.SUBMIT_ACTIVITY, writes=False)
def claimant_ids(work: UnitOfWork, actor: Actor, command: ClaimantQuery) -> Mapping[int, str]:
    """All of them at once (id -> name), for 全选 and for a whole department; at most MOST_PEOPLE."""
    found = work.session.execute(_claimants(actor, command).limit(MOST_PEOPLE))
    return {key: name for key, name in found}


@use_case(Action.SUBMIT_ACTIVITY, writes=False)
def claimant_groups(work: UnitOfWork, actor: Actor, command: Nothing) -> tuple[ClaimantGroup, ...]:
    """The departments that hold persons of the unit, by name; last who stands in none."""
    query = (
        select(Person.department_id, Department.name, func.count())
        .outerjoin(Department, Department.id == Person.department_id)
        .where(Person.employer_id == _office(actor))
        .group_by(Person.department_id, Department.name)
    )
    found = [
        ClaimantGroup(key, name or "未分部门", count) for key, name, count in work.session.execute(query)
    ]
    return tuple(sorted(found, key=lambda each: (each.department_id is None, each.name)))


@use_case(Action.ACTIVITY_PAGE, writes=False)
def activity_page(work: UnitOfWork, actor: Actor, command: ActivityQuery) -> Page[ActivityLine]:
    """One page of the caller's activities, newest first, the states of their declarations counted."""
    query = select(Activity).where(Activity.org_id == _office(actor))
    if command.year is not None:
        query = query.where(Activity.year == command.year)
    if command.after is not None:
        query = query.where(Activity.id < command.after[0])
    rows = list(work.session.scalars(query.order_by(Activity.id.desc()).limit(command.limit + 1)))
    counts = _counts(work.session, [row.id for row in rows])
    after = (rows[command.limit - 1].id,) if len(rows) > command.limit else None
    return Page(tuple(_line(row, counts.get(row.id, {})) for row in rows[: command.limit]), after)


@use_case(Action.VIEW_ACTIVITY, writes=False)
def activity_view(work: UnitOfWork, actor: Actor, command: Number) -> ActivityView:
    """Everything of one activity. Raises Refused NOT_FOUND, NOT_YOURS."""
    row = own_activity(work, actor, command.value)
    employer = work.session.get_one(Org, row.org_id)
    return ActivityView(
        line=line_of(work.session, row),
        lines=_lines(row),
        evidence=attachments_of(work.session, Holder.ACTIVITY, row.id),
        reviewed=reviewed_in(work.session, row.id),
        chain=reviewers(work.session, employer, employer.region_code, UNIT_CHAIN),
    )


@use_case(Action.VIEW_ACTIVITY, writes=False)
def activity_people(work: UnitOfWork, actor: Actor, command: ActivityPeopleQuery) -> Page[ActivityPerson]:
    """One page of the persons of an activity and how each stands. Raises Refused NOT_FOUND, NOT_YOURS."""
    own_activity(work, actor, command.activity_id)
    d = Declaration
    query = (
        select(d, Person.name, Department.name, Org.name)
        .join(Person, Person.id == d.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .outerjoin(Org, Org.id == d.handler_org_id)
        .where(d.activity_id == command.activity_id)
    )
    if command.after is not None:
        query = query.where(d.id > command.after[0])
    found = list(work.session.execute(query.order_by(d.id).limit(command.limit + 1)))
    refused = [row.id for row, *_ in found if row.status == DeclarationState.REJECTED]
    reasons = reasons_of(work.session, refused) if refused else {}
    rows = tuple(
        ActivityPerson(
            declaration_id=row.id,
            person_name=name,
            department=department or "",
            claimed=CreditHours(row.claimed_halves),
            recognised=final_hours(row.status, row.recognised_halves),
            handler=handler or "",
            status=row.status,
            status_label=DeclarationState(row.status).label,
            reason=reasons.get(row.id, ""),
        )
        for row, name, department, handler in found[: command.limit]
    )
    return Page(rows, (found[command.limit - 1][0].id,) if len(found) > command.limit else None)


def own_activity(work: UnitOfWork, actor: Actor, activity_id: int) -> Activity:
    """An activity of the caller's unit. Raises Refused NOT_FOUND, NOT_YOURS."""
    row = work.session.get(Activity, activity_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if row.org_id != actor.org_id:
        raise not_yours(KIND, row.id)
    return row


def line_of(session: Session, row: Activity) -> ActivityLine:
    """An activity as its row in the list."""
    return _line(row, _counts(session, [row.id]).get(row.id, {}))


def reviewed_in(session: Session, activity_id: int) -> int:
    """How many of an activity's declarations a level has decided on, and not taken back."""
    # A level that hands on gives hours; who takes that back takes the hours back too.
    decided = or_(
        Declaration.status != DeclarationState.PENDING.value, Declaration.recognised_halves.is_not(None)
    )
    query = select(func.count()).select_from(Declaration)
    return session.scalar(query.where(Declaration.activity_id == activity_id, decided)) or 0


def _office(actor: Actor) -> int:
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return actor.org_id


def _claimants(actor: Actor, command: ClaimantQuery) -> Select[int, str]:
    query = select(Person.id, Person.name).where(Person.employer_id == _office(actor))
    if command.text.strip():
        words = texts(command.text.strip())
        query = query.where(
            or_(
                Person.name.like(words["inside"], escape="!"),
                Person.pinyin.like(words["start"], escape="!"),
                Person.initials.like(words["start"], escape="!"),
            )
        )
    if command.department_id is not None:
        wanted = command.department_id or None
        query = query.where(Person.department_id.is_not_distinct_from(wanted))
    return query.order_by(Person.pinyin, Person.id)


def _counts(session: Session, ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    d = Declaration
    query = select(d.activity_id, d.status, func.count()).where(d.activity_id.in_(ids))
    found: dict[int, dict[str, int]] = {}
    for activity_id, status, count in session.execute(query.group_by(d.activity_id, d.status)):
        if activity_id is not None:
            found.setdefault(activity_id, {})[status] = count
    return found


def _line(row: Activity, counts: Mapping[str, int]) -> ActivityLine:
    return ActivityLine(
        id=row.id,
        version=row.version,
        year=row.year,
        form_name=form_name(row.form),
        title=row.title,
        claimed=CreditHours(row.claimed_halves),
        people=row.people,
        origin_label=_ORIGINS[row.origin],
        state=row.state,
        counts=counts,
        created_at=row.created_at,
        created_by=row.created_by_name,
    )


def _lines(row: Activity) -> tuple[tuple[str, str], ...]:
    """The entries of the form, by their labels; of a form that is no longer declared by their keys."""
    if row.form not in FORMS:
        return tuple(row.fields.items())
    return tuple(
        (spec.label, row.fields[spec.key])
        for spec in declaration_fields(FORMS[row.form])
        if row.fields.get(spec.key)
    )
