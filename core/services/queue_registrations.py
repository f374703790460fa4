"""The queue of registrations on the review desk (审核账户)."""

from __future__ import annotations

from datetime import datetime

from core.model import Org, Registration
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.readings import matches
from core.rules.registration import REGISTRATION_FIELDS
from core.rules.roles import Actor
from core.rules.workflow import REGISTRATION, Move, RegistrationState
from core.schema.review import (
    Bucket,
    Decide,
    Decided,
    ItemKey,
    QueuePage,
    QueueQuery,
    QueueRow,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.admission import (
    KIND,
    approve_registration,
    registration_history,
    reject_registration,
    typed_values,
)
from core.services.declaration_views import days_since
from core.services.queues import Queue, Waits, capped, opinion_of, overdue_before, plain_counts, viewers
from core.services.scope import not_yours
from core.store import pages
from core.store.work import UnitOfWork

READ_THROUGH = 500


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    overdue, now = overdue_before(work), work.clock.now()
    waiting, late = pages.registration_counts(work.session, org_id, overdue)
    counts = plain_counts(waiting, late)
    if command.bucket in (Bucket.RETURNED, Bucket.FLAGGED):
        return QueuePage((), waiting, capped(counts))
    before = overdue if command.bucket is Bucket.OVERDUE else None
    lines, after = _waiting(work, org_id, command, before)
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.name,
            form_name=line.department or "注册",
            waiting_days=days_since(line.submitted_at, now) or 0,
        )
        for line in lines
    )
    return QueuePage(rows, waiting, capped(counts), after)


def _waiting(
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


def _visible(work: UnitOfWork, actor: Actor, registration_id: int) -> Registration:
    row = work.session.get(Registration, registration_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if row.employer_id != actor.org_id:
        raise not_yours(KIND, row.id)
    return row


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    return ReviewItem(
        subject=Subject.REGISTRATION,
        id=row.id,
        version=row.version,
        person_name=row.name,
        heading="专业技术人员注册",
        lines=_lines(work, row),
        claimed=None,
        rule_check="",
        year_line="",
        evidence=(),
        doubts=(),
        history=registration_history(work, row),
        viewers=viewers(work, actor, KIND, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=row.state == "pending",
    )


def _lines(work: UnitOfWork, row: Registration) -> tuple[tuple[str, str], ...]:
    values = typed_values(work, row)
    employer = work.session.get_one(Org, row.employer_id)
    shown = dict(values, employer=employer.name)
    shown["region"] = work.lists.region_path(values.get("region", employer.region_code))
    return tuple((spec.label, shown[spec.key]) for spec in REGISTRATION_FIELDS if shown.get(spec.key))


def _decide(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    if command.verdict is Verdict.RETURN:
        state = RegistrationState.PENDING.label
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state, move=Move.RETURN.label)
    opinion = opinion_of(command)
    settle = approve_registration if command.verdict is Verdict.APPROVE else reject_registration
    row = settle(work, actor, command.id, command.version, opinion)
    work.session.flush()
    return _decided(row)


def _undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """A registration that was decided is in the applicant's hands: the machine knows no way back."""
    row = work.locked(Registration, command.id)
    if row.employer_id != actor.org_id:
        raise not_yours(KIND, row.id)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    REGISTRATION.next(RegistrationState(row.state), Move.UNDO, actor.role)
    return _decided(row)


def _name_of(work: UnitOfWork, actor: Actor, registration_id: int) -> str:
    row = work.session.get(Registration, registration_id)
    return row.name if row is not None and row.employer_id == actor.org_id else ""


def _decided(row: Registration) -> Decided:
    return Decided(row.id, row.version, row.name, RegistrationState(row.state).label, "")


REGISTRATIONS = Queue(
    Subject.REGISTRATION,
    seen=Action.REGISTRATION_QUEUE,
    decided=Action.DECIDE_REGISTRATION,
    page=_page,
    visible=_visible,
    item=_item,
    decide=_decide,
    undo=_undo,
    name_of=_name_of,
    waits=Waits(Registration.employer_id, Registration.submitted_at, Registration.state == pages.PENDING),
    label="注册",
)
