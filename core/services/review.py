"""The review desk (审核台): verdicts on declarations and registrations, one by one, in a batch, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import select

from core.model import Decision, Declaration, Org, Person, Registration
from core.rules.chain import DECLARATION_CHAIN, Step, approving_move, next_step
from core.rules.entry import EntryError, fold, parse_hours
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.identity import mask_residents
from core.rules.permissions import Action, allowed
from core.rules.roles import Actor
from core.rules.workflow import DECLARATION, REGISTRATION, DeclarationState, Move, RegistrationState
from core.schema.review import (
    BatchResult,
    Decide,
    Decided,
    DecideMany,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.admission import approve_registration, reject_registration
from core.services.annual import recount_many
from core.services.declaration_views import KIND, form_name, handler_name
from core.services.desk import TRESPASS, use_case
from core.services.review_views import leave_item, queue_page, review_item
from core.services.scope import handler_at, has_authority, in_scope, may_see, not_yours
from core.services.suspicions import doubts_about
from core.store.work import UnitOfWork

__all__ = [
    "decide",
    "decide_many",
    "leave_item",
    "queue_page",
    "review_item",
    "undo_decision",
]

OPINION_LENGTH = 500
UNDO_LAST = 10
VERDICT_MOVES = (Move.PASS_ON, Move.APPROVE, Move.REJECT, Move.RETURN)


@use_case(Action.DECIDE, writes=True)
def decide(work: UnitOfWork, actor: Actor, command: Decide) -> Decided:
    """One verdict on one item in the version that was on screen.

    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED; for fields: `opinion` REASON_REQUIRED, `recognised`
    ABOVE_CLAIM and BAD_HOURS.
    """
    if command.subject is Subject.REGISTRATION:
        return _decide_registration(work, actor, command)
    row = _waiting(work, actor, command.id, command.version)
    _decide_declaration(work, actor, row, command)
    if row.status == DeclarationState.APPROVED:
        _recount(work, (row,))
    return _decided(work, row)


@use_case(Action.DECIDE_BATCH, writes=True)
def decide_many(work: UnitOfWork, actor: Actor, command: DecideMany) -> BatchResult:
    """批量: the same verdict on many items. What has doubts is never passed; it and what is stale are named."""
    decided: list[Decided] = []
    left_out: list[tuple[int, str, str]] = []
    approved: list[Declaration] = []
    # In the order of their ids, and the years afterwards in theirs: two batches at once then never block
    # each other for good.
    for item, version in sorted(command.items):
        one = Decide(
            subject=command.subject,
            id=item,
            version=version,
            verdict=command.verdict,
            opinion=command.opinion,
        )
        try:
            with work.session.begin_nested():
                decided.append(_one_of_many(work, actor, one, approved))
        except Refused as refusal:
            if refusal.code in TRESPASS:
                work.audit(actor, Action.DECIDE_BATCH, command.subject.value, item, f"拒绝：{refusal.text}")
            text = refusal.fields[0].text if refusal.fields else refusal.text
            left_out.append((item, _name_of(work, actor, command.subject, item), text))
    _recount(work, approved)
    return BatchResult(tuple(decided), tuple(left_out))


@use_case(Action.UNDO_DECISION, writes=True)
def undo_decision(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """收回: takes back one of the caller's own last ten verdicts, while nobody has acted on it.

    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED.
    """
    if command.subject is Subject.REGISTRATION:
        return _undo_registration(work, actor, command)
    row = _as_on_screen(work, actor, command.id, command.version)
    state = DeclarationState(row.status)
    last = _last_verdict(work, row.id)
    if last is None or last.actor_account_id != actor.account_id or not _is_recent(work, actor, last):
        raise _cannot_undo(state)
    counted = state is DeclarationState.APPROVED
    if counted and _is_recognised(work, row):
        raise _cannot_undo(state)
    row.status = DECLARATION.next(state, Move.UNDO, actor.role)
    _restore(row, last)
    step = last.step
    work.decide(actor, KIND, row.id, Move.UNDO, version=command.version, step=step)
    work.audit(actor, Action.UNDO_DECISION, KIND, row.id)
    work.session.flush()
    if counted:
        _recount(work, (row,))
    return _decided(work, row)


def _waiting(work: UnitOfWork, actor: Actor, declaration_id: int, version: int) -> Declaration:
    """A declaration that waits at the caller's office, held, as it was on screen."""
    row = _as_on_screen(work, actor, declaration_id, version)
    if row.status == DeclarationState.PENDING and row.handler_org_id != actor.org_id:
        raise not_yours(KIND, row.id)
    return row


def _as_on_screen(work: UnitOfWork, actor: Actor, declaration_id: int, version: int) -> Declaration:
    """A declaration of the caller's scope, held, in the version that was on screen."""
    row = work.locked(Declaration, declaration_id)
    if not in_scope(work.session, actor, row):
        raise not_yours(KIND, row.id)
    # Before anything else: what was taken back meanwhile is no trespass of the one who was looking at it.
    if row.version != version:
        raise Refused(ErrorCode.STALE)
    if not may_see(work.session, actor, row):
        raise not_yours(KIND, row.id)
    return row


def _decide_declaration(work: UnitOfWork, actor: Actor, row: Declaration, command: Decide) -> None:
    """Make the move; the person's year is not counted yet."""
    state = DeclarationState(row.status)
    employer = work.session.get_one(Org, row.employer_id)
    step = Step(row.step) if row.step else Step.EMPLOYER
    move = {
        Verdict.APPROVE: approving_move(DECLARATION_CHAIN, step, has_authority(employer)),
        Verdict.REJECT: Move.REJECT,
        Verdict.RETURN: Move.RETURN,
    }[command.verdict]
    after = DECLARATION.next(state, move, actor.role)
    opinion = _opinion(command)
    recognised = _recognised(row, command) if command.verdict is Verdict.APPROVE else None
    previous = _snapshot(row)
    if move is Move.PASS_ON:
        following = next_step(DECLARATION_CHAIN, step, has_authority(employer))
        assert following is not None
        row.handler_org_id = handler_at(work.session, following, employer, row.region_code).id
        row.step = following
    else:
        row.handler_org_id = row.step = None
        row.decided_at = work.clock.now()
    row.status = after
    row.recognised_halves = None if recognised is None else recognised.halves
    row.returned = row.returned or move is Move.RETURN
    if recognised is not None and recognised.halves < row.claimed_halves:
        row.completes_professional = False  # what was cut down no longer stands for a whole year
    work.session.flush()
    work.decide(
        actor,
        KIND,
        row.id,
        move,
        version=command.version,
        step=step,
        opinion=opinion,
        recognised=recognised,
        previous=previous,
    )
    summary = f"{row.year} {form_name(row.form)} {CreditHours(row.claimed_halves)} 学时 {move.label}"
    work.audit(actor, Action.DECIDE, KIND, row.id, summary)


def _one_of_many(work: UnitOfWork, actor: Actor, command: Decide, approved: list[Declaration]) -> Decided:
    if command.subject is Subject.REGISTRATION:
        return _decide_registration(work, actor, command)
    row = _waiting(work, actor, command.id, command.version)
    if command.verdict is Verdict.APPROVE and doubts_about(work, row):
        raise Refused(ErrorCode.FLAGGED_IN_BATCH)
    _decide_declaration(work, actor, row, command)
    if row.status == DeclarationState.APPROVED:
        approved.append(row)
    return _decided(work, row)


def _decide_registration(work: UnitOfWork, actor: Actor, command: Decide) -> Decided:
    if not allowed(Action.DECIDE_REGISTRATION, actor.role):
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    if command.verdict is Verdict.RETURN:
        state = RegistrationState.PENDING.label
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state, move=Move.RETURN.label)
    opinion = _opinion(command)
    settle = approve_registration if command.verdict is Verdict.APPROVE else reject_registration
    row = settle(work, actor, command.id, command.version, opinion)
    work.session.flush()
    return _decided_registration(row)


def _undo_registration(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """A registration that was decided is in the applicant's hands: the machine knows no way back."""
    row = work.locked(Registration, command.id)
    if row.employer_id != actor.org_id:
        raise not_yours("registration", row.id)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    REGISTRATION.next(RegistrationState(row.state), Move.UNDO, actor.role)
    return _decided_registration(row)


def _opinion(command: Decide) -> str:
    """审核意见; a refusal needs one."""
    try:
        opinion = mask_residents(fold(command.opinion, lines=True))
    except EntryError as error:
        raise Refused.for_fields((error.at("opinion"),)) from None
    if len(opinion) > OPINION_LENGTH:
        params = {"limit": OPINION_LENGTH, "length": len(opinion)}
        raise Refused.for_fields((FieldError("opinion", ErrorCode.TOO_LONG, params),))
    if not opinion and command.verdict is not Verdict.APPROVE:
        raise Refused.for_fields((FieldError("opinion", ErrorCode.REASON_REQUIRED),))
    return opinion


def _recognised(row: Declaration, command: Decide) -> CreditHours:
    """认定学时: what was typed, else what the level before gave, else the claim; never above the claim."""
    claimed = CreditHours(row.claimed_halves)
    if command.recognised is None or not command.recognised.strip():
        return claimed if row.recognised_halves is None else CreditHours(row.recognised_halves)
    try:
        recognised = parse_hours(command.recognised)
    except EntryError as error:
        raise Refused.for_fields((error.at("recognised"),)) from None
    if recognised > claimed:
        raise Refused.for_fields((FieldError("recognised", ErrorCode.ABOVE_CLAIM, {"claimed": claimed}),))
    if recognised == ZERO:
        params = {"low": CreditHours(1), "high": claimed}
        raise Refused.for_fields((FieldError("recognised", ErrorCode.OUT_OF_RANGE, params),))
    return recognised


def _recount(work: UnitOfWork, rows: Iterable[Declaration]) -> None:
    work.session.flush()
    by_year: dict[int, dict[int, str]] = {}
    for row in rows:
        person = work.session.get_one(Person, row.person_id)
        by_year.setdefault(row.year, {})[person.id] = person.region_code
    for year in sorted(by_year):
        recount_many(work, by_year[year], year)


def _snapshot(row: Declaration) -> str:
    """What an undo needs to put back."""
    kept = {
        "step": row.step,
        "handler_org_id": row.handler_org_id,
        "recognised_halves": row.recognised_halves,
        "returned": row.returned,
        "completes_professional": row.completes_professional,
    }
    return json.dumps(kept)


def _restore(row: Declaration, last: Decision) -> None:
    for name, value in json.loads(last.previous or "{}").items():
        setattr(row, name, value)
    row.decided_at = None


def _last_verdict(work: UnitOfWork, declaration_id: int) -> Decision | None:
    """The last move, if it was a verdict; urging changes nothing and is passed over."""
    query = (
        select(Decision)
        .where(Decision.kind == KIND, Decision.object_id == declaration_id, Decision.move != Move.URGE.value)
        .order_by(Decision.seq.desc())
        .limit(1)
    )
    last = work.session.scalars(query).first()
    return last if last is not None and last.move in VERDICT_MOVES else None


def _is_recent(work: UnitOfWork, actor: Actor, decision: Decision) -> bool:
    query = (
        select(Decision.id)
        .where(
            Decision.actor_account_id == actor.account_id,
            Decision.kind == KIND,
            Decision.move.in_([move.value for move in VERDICT_MOVES]),
        )
        .order_by(Decision.id.desc())
        .limit(UNDO_LAST)
    )
    return decision.id in work.session.scalars(query).all()


def _is_recognised(work: UnitOfWork, row: Declaration) -> bool:
    """Asked under the year's own lock: otherwise it might be settled between the question and the recount."""
    person = work.session.get_one(Person, row.person_id)
    return work.locked_year(person.id, row.year, person.region_code).recognised_at is not None


def _cannot_undo(state: DeclarationState) -> Refused:
    return Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state.label, move=Move.UNDO.label)


def _name_of(work: UnitOfWork, actor: Actor, subject: Subject, item: int) -> str:
    """Whose item it is; nothing about items outside the caller's scope."""
    if subject is Subject.REGISTRATION:
        registration = work.session.get(Registration, item)
        mine = registration is not None and registration.employer_id == actor.org_id
        return registration.name if registration is not None and mine else ""
    row = work.session.get(Declaration, item)
    if row is None or not may_see(work.session, actor, row):
        return ""
    return work.session.get_one(Person, row.person_id).name


def _decided(work: UnitOfWork, row: Declaration) -> Decided:
    person = work.session.get_one(Person, row.person_id)
    label = DeclarationState(row.status).label
    return Decided(row.id, row.version, person.name, label, handler_name(work.session, row))


def _decided_registration(row: Registration) -> Decided:
    return Decided(row.id, row.version, row.name, RegistrationState(row.state).label, "")
