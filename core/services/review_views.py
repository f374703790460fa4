"""What a reviewer sees: the queues of the office, and one item with everything that helps to decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from core.model import Declaration, Org, Person, PersonYear, Registration, Viewing
from core.rules import reference
from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import FORMS, PUBLIC, declaration_fields
from core.rules.hours import ZERO, CreditHours
from core.rules.hours_rules import days_between
from core.rules.permissions import Action, allowed
from core.rules.readings import matches
from core.rules.registration import REGISTRATION_FIELDS
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState
from core.schema.review import (
    Bucket,
    DoubtLine,
    ItemKey,
    QueuePage,
    QueueQuery,
    QueueRow,
    ReviewItem,
    Subject,
)
from core.services.admission import registration_history, typed_values
from core.services.declaration_views import (
    KIND,
    days_since,
    evidence_of,
    form_name,
    history_of,
    values_of,
)
from core.services.desk import use_case
from core.services.scope import must_see, not_yours
from core.services.suspicions import doubts_about, suggestion_for
from core.store import pages
from core.store.work import UnitOfWork

COUNT_SHOWN = 999
READ_THROUGH = 500


@use_case(Action.REVIEW_QUEUE, writes=False)
def queue_page(work: UnitOfWork, actor: Actor, command: QueueQuery) -> QueuePage:
    """One page of what waits for the caller's office, oldest first, with the size of each bucket."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    if command.subject is Subject.REGISTRATION:
        return _registrations(work, actor, actor.org_id, command)
    overdue = _overdue_before(work)
    lines, after = pages.queue_page(
        work.session,
        actor.org_id,
        bucket=pages.QueueFilter(command.bucket.value),
        overdue_before=overdue,
        text=command.text.strip(),
        after=command.after,
        limit=command.limit,
    )
    counted = pages.queue_counts(work.session, actor.org_id, overdue)
    counts = {bucket: counted[pages.QueueFilter(bucket.value)] for bucket in Bucket}
    now = work.clock.now()
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.person_name,
            form_name=form_name(line.form),
            year=line.year,
            claimed=CreditHours(line.claimed_halves),
            waiting_days=days_since(line.submitted_at, now) or 0,
            flagged=line.flagged,
            returned=line.returned,
            urged=line.urged_at is not None,
        )
        for line in lines
    )
    return QueuePage(rows, counts[Bucket.ALL], _capped(counts), after)


@use_case(Action.REVIEW_ITEM, writes=True)
def review_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    """One item with all that helps to decide; notes that the caller has it open. Raises NOT_YOURS, NOT_FOUND."""
    if command.subject is Subject.REGISTRATION:
        return _registration_item(work, actor, command)
    row = _visible(work, actor, command.id)
    doubts = doubts_about(work, row)
    if row.status == DeclarationState.PENDING and row.flagged != bool(doubts):
        # What another declared or took back since then; a statement, so that the version stays.
        same = update(Declaration).where(Declaration.id == row.id)
        work.session.execute(same.values(flagged=bool(doubts)))
    person = work.session.get_one(Person, row.person_id)
    claimed = CreditHours(row.claimed_halves)
    proposed = claimed if row.recognised_halves is None else CreditHours(row.recognised_halves)
    return ReviewItem(
        subject=Subject.DECLARATION,
        id=row.id,
        version=row.version,
        person_name=person.name,
        heading=f"{form_name(row.form)}  {claimed} 学时  {row.year}",
        lines=_declaration_lines(row),
        claimed=claimed,
        rule_check=_rule_check(work, row),
        year_line=_year_line(work, row, proposed),
        evidence=evidence_of(work.session, row.id),
        doubts=tuple(DoubtLine(doubt.text, doubt.other_id) for doubt in doubts),
        history=history_of(work.session, KIND, row.id),
        viewers=_viewers(work, actor, KIND, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at or row.created_at,
        note=row.note,
        proposed=proposed,
        decidable=row.status == DeclarationState.PENDING and row.handler_org_id == actor.org_id,
    )


@use_case(Action.LOOK, writes=True)
def look_at_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> tuple[str, ...]:
    """Note that the caller has an item open; who else has, and since when. Raises NOT_YOURS, NOT_FOUND."""
    if command.subject is Subject.REGISTRATION:
        _visible_registration(work, actor, command.id)
    else:
        _visible(work, actor, command.id)
    return _viewers(work, actor, command.subject.value, command.id)


@use_case(Action.LOOK, writes=True)
def leave_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> None:
    """The caller has closed the item: others are no longer told."""
    work.session.execute(
        delete(Viewing).where(
            Viewing.kind == command.subject.value,
            Viewing.object_id == command.id,
            Viewing.account_id == actor.account_id,
        )
    )


def _overdue_before(work: UnitOfWork) -> datetime:
    return work.clock.now() - timedelta(days=work.settings.urge_days)


def _capped(counts: dict[Bucket, int]) -> dict[Bucket, int]:
    return {bucket: min(count, COUNT_SHOWN) for bucket, count in counts.items()}


def _registrations(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    if not allowed(Action.REGISTRATION_QUEUE, actor.role):
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    overdue, now = _overdue_before(work), work.clock.now()
    waiting, late = pages.registration_counts(work.session, org_id, overdue)
    counts = {bucket: 0 for bucket in Bucket}
    counts |= {Bucket.ALL: waiting, Bucket.OVERDUE: late, Bucket.PLAIN: waiting - late}
    if command.bucket in (Bucket.RETURNED, Bucket.FLAGGED):
        return QueuePage((), waiting, _capped(counts))
    before = overdue if command.bucket is Bucket.OVERDUE else None
    lines, after = _waiting_registrations(work, org_id, command, before)
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.name,
            form_name=line.department or "注册",
            year=None,
            claimed=None,
            waiting_days=days_since(line.submitted_at, now) or 0,
            flagged=False,
            returned=False,
            urged=False,
        )
        for line in lines
    )
    return QueuePage(rows, waiting, _capped(counts), after)


def _waiting_registrations(
    work: UnitOfWork, org_id: int, command: QueueQuery, before: datetime | None
) -> tuple[list[pages.RegistrationLine], pages.Key | None]:
    """By name in the database. By pinyin and initials here: a registration has none stored, and those that wait
    for one employer can be read through."""
    text = command.text.strip()
    by_letters = text != "" and text.isascii()
    found: list[pages.RegistrationLine] = []
    after = command.after
    while True:
        lines, after = pages.registration_page(
            work.session,
            org_id,
            text="" if by_letters else text,
            submitted_before=before,
            after=after,
            limit=READ_THROUGH if by_letters else command.limit,
        )
        found += [line for line in lines if not by_letters or matches(text, line.name)]
        if not by_letters or after is None or len(found) >= command.limit:
            return found, after


def _visible(work: UnitOfWork, actor: Actor, declaration_id: int) -> Declaration:
    row = work.session.get(Declaration, declaration_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_see(work.session, actor, row)
    return row


def _visible_registration(work: UnitOfWork, actor: Actor, registration_id: int) -> Registration:
    if not allowed(Action.DECIDE_REGISTRATION, actor.role):
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    row = work.session.get(Registration, registration_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if row.employer_id != actor.org_id:
        raise not_yours("registration", row.id)
    return row


def _registration_item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible_registration(work, actor, command.id)
    return ReviewItem(
        subject=Subject.REGISTRATION,
        id=row.id,
        version=row.version,
        person_name=row.name,
        heading="专业技术人员注册",
        lines=_registration_lines(work, row),
        claimed=None,
        rule_check="",
        year_line="",
        evidence=(),
        doubts=(),
        history=registration_history(work, row),
        viewers=_viewers(work, actor, "registration", row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=row.state == "pending",
    )


def _registration_lines(work: UnitOfWork, row: Registration) -> tuple[tuple[str, str], ...]:
    values = typed_values(work, row)
    employer = work.session.get_one(Org, row.employer_id)
    shown = dict(values, employer=employer.name)
    try:
        shown["region"] = reference.region_path(values.get("region", employer.region_code))
    except KeyError:
        shown["region"] = values.get("region", "")
    return tuple((spec.label, shown[spec.key]) for spec in REGISTRATION_FIELDS if shown.get(spec.key))


def _declaration_lines(row: Declaration) -> tuple[tuple[str, str], ...]:
    values = values_of(row)
    if row.form not in FORMS:
        return tuple(values.items())
    form = FORMS[row.form]
    lines = []
    for spec in declaration_fields(form):
        text = values.get(spec.key, "")
        if text and spec.key == form.end_field and row.started_on and row.ended_on:
            text += f"  ({days_between(row.started_on, row.ended_on)} 天)"
        if text:
            lines.append((spec.label, text))
    return tuple(lines)


def _rule_check(work: UnitOfWork, row: Declaration) -> str:
    suggestion = suggestion_for(work, row)
    if suggestion is None:
        return ""
    claimed = CreditHours(row.claimed_halves)
    if suggestion.hours is None:
        return suggestion.explanation
    if suggestion.hours == claimed:
        verdict = "一致"
    elif claimed < suggestion.hours:
        verdict = f"申请 {claimed}，低于规则"
    else:
        verdict = f"申请 {claimed}，高于规则"
    return f"{suggestion.explanation}   {verdict}   [{suggestion.certainty}]"


def _year_line(work: UnitOfWork, row: Declaration, proposed: CreditHours) -> str:
    """该人本年度: what the year holds, and what it would hold once this passes."""
    year = work.session.get(PersonYear, (row.person_id, row.year))
    public = CreditHours(year.public_halves) if year else ZERO
    professional = CreditHours(year.professional_halves) if year else ZERO
    if row.status == DeclarationState.APPROVED:
        return f"公需 {public}  专业 {professional}"
    if row.subject == PUBLIC:
        return f"公需 {public} (通过后 {public + proposed})  专业 {professional}"
    return f"公需 {public}  专业 {professional} (通过后 {professional + proposed})"


def _viewers(work: UnitOfWork, actor: Actor, kind: str, object_id: int) -> tuple[str, ...]:
    """Who else has it open, and since when; advice only, nobody is kept out."""
    others = work.look_at(actor, kind, object_id)
    return tuple(f"{each.name} {each.since.astimezone(CHINA):%H:%M} 起在看" for each in others)
