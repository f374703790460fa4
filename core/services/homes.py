"""What a person is shown first: the year and what is missing; and until when years are open."""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from core.model import Declaration, Message, Org, PersonYear
from core.rules import reference
from core.rules.annual import judge
from core.rules.changes import ChangeKind
from core.rules.clock import today
from core.rules.hours import ZERO, CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller
from core.rules.workflow import DeclarationState
from core.rules.years import days_left, declaration_open
from core.schema.annual import ClosingDay, Notice, PersonHome
from core.schema.base import Nothing
from core.services.changes import machine_of, pending_kinds
from core.services.declaration_views import KIND
from core.services.desk import use_case
from core.services.drafts import drafts_of
from core.services.inbox import unread_count
from core.services.judging import rules_of
from core.services.scope import owner
from core.services.windows import window_for
from core.store.progress import status_counts
from core.store.work import UnitOfWork

NOTICES = 6
_WAITS = {kind: machine_of(kind).initial.label for kind in ChangeKind}


@use_case(Action.ANNUAL_PAGE, writes=False)
def person_home(work: UnitOfWork, actor: Actor, command: Nothing) -> PersonHome:
    """个人首页: this year's hours against the rule, what waits, and what was told lately."""
    person = owner(work.session, actor)
    day = today(work.clock)
    row = work.session.get(PersonYear, (person.id, day.year))
    rule = work.rulebook.annual_rule(day.year) if row is None else rules_of(work, [row])[person.id]
    public = CreditHours(row.public_halves) if row else ZERO
    professional = CreditHours(row.professional_halves) if row else ZERO
    result = judge(rule, public, professional)
    window = window_for(work.session, day.year, person.region_code)
    return PersonHome(
        year=day.year,
        public=result.public,
        public_wanted=rule.public,
        public_missing=result.missing_public,
        professional=result.professional,
        professional_wanted=rule.professional,
        professional_missing=result.missing_professional,
        total=result.total,
        total_wanted=rule.total,
        under_review=_under_review(work, person.id, day.year),
        closes_on=window.declarations_until,
        days_left=days_left(window, day),
        employer=work.session.get_one(Org, person.employer_id).name,
        drafts=status_counts(work.session, person.id).get(DeclarationState.DRAFT.value, 0),
        notices=_notices(work, person.account_id),
        closed=not declaration_open(window, day),
        unread=unread_count(work.session, actor),
        unfinished=drafts_of(work, actor),
        refused=_refused(work, person.id),
        changes=_changes(work, person.id),
        exemption=rule.exemption,
    )


@use_case(Action.CLOSING_DAY, writes=False)
def closing_day(work: UnitOfWork, caller: Caller, command: Nothing) -> ClosingDay:
    """Until when this year takes declarations, by the window of the province."""
    day = today(work.clock)
    window = window_for(work.session, day.year, reference.PROVINCE)
    closed = not declaration_open(window, day)
    return ClosingDay(day.year, window.declarations_until, days_left(window, day), closed)


def _under_review(work: UnitOfWork, person_id: int, year: int) -> CreditHours:
    query = select(func.sum(Declaration.claimed_halves)).where(
        Declaration.person_id == person_id,
        Declaration.year == year,
        Declaration.status == DeclarationState.PENDING.value,
    )
    return CreditHours(int(work.session.scalar(query) or 0))


def _refused(work: UnitOfWork, person_id: int) -> int:
    """How many refused declarations have no 重新申报 yet."""
    copy = aliased(Declaration)
    query = select(func.count()).where(
        Declaration.person_id == person_id,
        Declaration.status == DeclarationState.REJECTED.value,
        ~exists().where(copy.origin_id == Declaration.id),
    )
    return work.session.scalar(query) or 0


def _changes(work: UnitOfWork, person_id: int) -> tuple[str, ...]:
    """What else of the person waits for an office, each with its state."""
    return tuple(f"{kind.label}{_WAITS[kind]}" for kind in pending_kinds(work.session, person_id))


def _notices(work: UnitOfWork, account_id: int) -> tuple[Notice, ...]:
    """What the person was told lately (消息), the newest first."""
    query = select(Message).where(Message.account_id == account_id).order_by(Message.id.desc()).limit(NOTICES)
    return tuple(
        Notice(
            at=each.at,
            text=each.text,
            declaration_id=each.object_id if each.object_kind == KIND else None,
            message_id=each.id,
            unread=each.read_at is None,
            object_kind=each.object_kind,
            object_id=each.object_id,
        )
        for each in work.session.scalars(query)
    )
