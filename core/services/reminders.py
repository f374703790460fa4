"""The reminder run (催促): persons whose year lacks hours, and employers where declarations wait, once a stage.

It goes through all persons in pages: a page is read, put into words, and written in one short transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, case, exists, func, insert, literal_column, or_, select
from sqlalchemy.orm import aliased

from core.model import Account, Declaration, Message, Org, Outbox, Person, PersonYear, Region
from core.model import YearWindow as StoredWindow
from core.rules.annual import AnnualRule, judge
from core.rules.clock import today
from core.rules.hours import CreditHours
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.reminders import Unfinished, closing_words, office_words, once_key, person_words, stage_of
from core.rules.roles import Caller, OrgKind
from core.rules.workflow import DeclarationState
from core.rules.years import days_left, declaration_open
from core.schema.messages import Remind, Reminded
from core.services.desk import Desk, desk_use_case
from core.services.judging import open_year_rules
from core.services.messages import addressed, letter
from core.services.purge import purge_once_a_day
from core.services.scope import lineage
from core.services.windows import window_of
from core.services.year_rows import enter_everybody_once
from core.store.work import UnitOfWork

PAGE = 500
KIND = "year"
_PENDING = literal_column("'pending'", String())


@desk_use_case(Action.REMIND)
def remind(desk: Desk, caller: Caller, command: Remind) -> Reminded:
    """Tell every person whose open year lacks hours or who has drafts in it, and every employer with a queue.

    Each is told once at a stage, however often it runs. A dry run counts and changes nothing. `people` are those
    who lack something at a stage, `told` those who are told now, `mailed` those to whom a mail goes too.
    """
    year = command.year or today(desk.clock).year
    if not command.dry_run:
        enter_everybody_once(desk)
    with desk.reading() as work:
        calls = _calls(work, year)
    people = told = mailed = 0
    for call in calls:
        after: int | None = 0
        while after is not None:
            with desk.reading() as work:
                lines, after = _page(work, call, after)
                letters = [_letter(work, call, line) for line in lines if not line.told]
            people += len(lines)
            if not letters:
                continue
            if command.dry_run:
                written, sent = len(letters), sum(each.mail is not None for each in letters)
            else:
                written, sent = _write(desk, caller, call, letters)
            told, mailed = told + written, mailed + sent
        if not command.dry_run:
            _tell_employers(desk, caller, call)
    if not command.dry_run:
        purge_once_a_day(desk)
    return Reminded(year, people, told, mailed)


@dataclass(frozen=True, slots=True)
class _Call:
    """What one stage is about: a year, its closing day, and the regions that share them."""

    year: int
    stage: int
    closes_on: date
    days: int
    regions: tuple[str, ...]

    @property
    def key(self) -> str:
        return once_key(self.year, self.stage)

    @property
    def closing(self) -> str:
        return closing_words(self.year, self.closes_on, self.days)


@dataclass(frozen=True, slots=True)
class _Line:
    """A person who lacks something, and what they have begun; `told` says that they know already."""

    account_id: int
    name: str
    email_sealed: bytes | None
    public: CreditHours
    professional: CreditHours
    told: bool
    begun: Unfinished
    rule: AnnualRule


@dataclass(frozen=True, slots=True)
class _Letter:
    message: dict[str, Any]
    mail: dict[str, Any] | None


def _calls(work: UnitOfWork, year: int) -> list[_Call]:
    """The regions whose year is open and near its end, those with the same closing day together."""
    stored = {
        row.region_code: row
        for row in work.session.scalars(select(StoredWindow).where(StoredWindow.year == year))
    }
    day = today(work.clock)
    together: dict[date, list[str]] = {}
    for code in work.session.scalars(select(Region.code).order_by(Region.code)):
        row = next((stored[each] for each in lineage(code) if each in stored), None)
        window = window_of(work.session, row, year)
        if declaration_open(window, day) and stage_of(days_left(window, day)) is not None:
            together.setdefault(window.declarations_until, []).append(code)
    calls = []
    for closes_on, codes in sorted(together.items()):
        days = (closes_on - day).days
        stage = stage_of(days)
        assert stage is not None
        calls.append(_Call(year, stage, closes_on, days, tuple(codes)))
    return calls


def _page(work: UnitOfWork, call: _Call, after: int) -> tuple[list[_Line], int | None]:
    """Up to PAGE persons who lack something, and the key of the next page."""
    rule, row = work.rulebook.annual_rule(call.year), aliased(PersonYear)
    public, professional = func.coalesce(row.public_halves, 0), func.coalesce(row.professional_halves, 0)
    lacks = or_(
        public < rule.public.halves,
        professional < rule.professional.halves,
        public + professional < rule.total.halves,
    ) & func.coalesce(row.passed, False).is_(False)  # with a 减免 less is enough
    has_draft = exists().where(
        Declaration.person_id == Person.id,
        Declaration.year == call.year,
        Declaration.status == DeclarationState.DRAFT.value,
    )
    told = exists().where(Message.account_id == Person.account_id, Message.once_key == call.key)
    query = (
        select(Person.id, Person.account_id, Person.name, Person.email_sealed, public, professional, told)
        .join(Account, Account.id == Person.account_id)
        .outerjoin(row, (row.person_id == Person.id) & (row.year == call.year))
        .where(Person.id > after, Person.region_code.in_(call.regions), Account.active, or_(lacks, has_draft))
        .order_by(Person.id)
        .limit(PAGE)
    )
    found = work.session.execute(query).all()
    begun = _begun(work, call.year, [each[0] for each in found if not each[-1]])
    rules = open_year_rules(work, call.year, [each[0] for each in found])
    lines = [
        _Line(
            account_id,
            name,
            email,
            CreditHours(public_halves),
            CreditHours(professional_halves),
            bool(is_told),
            begun.get(person_id, Unfinished()),
            rules[person_id],
        )
        for person_id, account_id, name, email, public_halves, professional_halves, is_told in found
    ]
    return lines, found[-1][0] if len(found) == PAGE else None


def _begun(work: UnitOfWork, year: int, people: list[int]) -> Mapping[int, Unfinished]:
    """What these persons have begun in the year; a refused one that was declared again is finished."""
    if not people:
        return {}
    again = aliased(Declaration)
    draft = Declaration.status == DeclarationState.DRAFT.value
    refused = (Declaration.status == DeclarationState.REJECTED.value) & ~exists().where(
        again.origin_id == Declaration.id
    )
    pending = Declaration.status == DeclarationState.PENDING.value
    query = (
        select(
            Declaration.person_id,
            func.sum(case((draft & Declaration.returned.is_(False), 1), else_=0)),
            func.sum(case((draft & Declaration.returned.is_(True), 1), else_=0)),
            func.sum(case((refused, 1), else_=0)),
            func.sum(case((pending, Declaration.claimed_halves), else_=0)),
        )
        .where(Declaration.person_id.in_(people), Declaration.year == year)
        .group_by(Declaration.person_id)
    )
    return {
        person_id: Unfinished(int(drafts), int(returned), int(refused_), CreditHours(int(waiting)))
        for person_id, drafts, returned, refused_, waiting in work.session.execute(query)
    }


def _letter(work: UnitOfWork, call: _Call, line: _Line) -> _Letter:
    result = judge(line.rule, line.public, line.professional)
    text = person_words(result, line.begun, call.closing)
    mail = None
    if work.settings.mails and line.email_sealed is not None:
        mail = letter(work, line.email_sealed, MessageKind.REMINDER, addressed(line.name, text))
    return _Letter({"account_id": line.account_id, **_message(work, call, text)}, mail)


def _message(work: UnitOfWork, call: _Call, text: str) -> dict[str, Any]:
    return {
        "kind": MessageKind.REMINDER.value,
        "text": text,
        "object_kind": KIND,
        "object_id": call.year,
        "at": work.clock.now(),
        "once_key": call.key,
    }


def _write(desk: Desk, caller: Caller, call: _Call, letters: list[_Letter]) -> tuple[int, int]:
    """Write a page of messages, and the mails of those that another run has not written meanwhile."""
    with desk.writing() as work:
        fresh = set(work.inserted(Message, [each.message for each in letters], "account_id"))
        mails = [
            each.mail for each in letters if each.mail is not None and each.message["account_id"] in fresh
        ]
        if mails:
            work.session.execute(insert(Outbox), mails)
        if fresh:
            work.audit(caller, Action.REMIND, KIND, call.key, f"提醒 {len(fresh)} 人，{call.closing}")
            work.commit()
    return len(fresh), len(mails)


def _tell_employers(desk: Desk, caller: Caller, call: _Call) -> None:
    query = (
        select(Declaration.handler_org_id, func.count())
        .join(Org, Org.id == Declaration.handler_org_id)
        .where(
            Declaration.status == _PENDING,
            Declaration.year == call.year,
            Org.kind == OrgKind.EMPLOYER.value,
            Org.region_code.in_(call.regions),
        )
        .group_by(Declaration.handler_org_id)
    )
    with desk.reading() as work:
        waiting = work.session.execute(query).all()
    for start in range(0, len(waiting), PAGE):
        with desk.writing() as work:
            rows = [
                {"org_id": org_id, **_message(work, call, office_words(count, call.closing))}
                for org_id, count in waiting[start : start + PAGE]
            ]
            fresh = work.inserted(Message, rows, "org_id")
            if fresh:
                summary = f"提醒 {len(fresh)} 个单位，{call.closing}"
                work.audit(caller, Action.REMIND, KIND, call.key, summary)
                work.commit()
