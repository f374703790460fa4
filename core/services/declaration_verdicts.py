"""Verdicts on declarations (学时审核): given, taken back, told to the person; the year is counted once after all."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from core.model import Decision, Declaration, Org, Person
from core.rules.chain import Step, approving_move, chain_of, next_step
from core.rules.entry import EntryError, parse_hours
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState, Move, declaration_machine
from core.schema.review import Decide, Decided, UndoDecision, Verdict
from core.services.annual import recount_many
from core.services.changes import refuse_while_transferring
from core.services.declaration_views import KIND, form_name, handler_name
from core.services.messages import tell_office, tell_person
from core.services.queues import opinion_of
from core.services.scope import handler_at, has_authority, in_scope, may_see, not_yours
from core.services.suspicions import doubts_about, suggestion_for
from core.store.work import UnitOfWork

UNDO_LAST = 10
VERDICT_MOVES = (Move.PASS_ON, Move.APPROVE, Move.REJECT, Move.RETURN)
# The verdicts that end the matter for now, in the words of the person's message.
_TOLD = {Move.APPROVE: "审核通过", Move.REJECT: "审核不通过", Move.RETURN: "退回修改"}
_TAKEN_BACK = "已收回，重新审核"


def decide_declaration(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    """One verdict in the version that was on screen; the person's year is not counted yet.

    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED, FLAGGED_IN_BATCH; for fields: `opinion`, `recognised`.
    """
    row = _waiting(work, actor, command.id, command.version)
    if one_of_many and command.verdict is Verdict.APPROVE and doubts_about(work, row):
        raise Refused(ErrorCode.FLAGGED_IN_BATCH)
    _decide(work, actor, row, command)
    return _decided(work, row)


def count_approved(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    """Count the years again that these verdicts have added hours to."""
    done = [each.id for each in decided if each.status_label == DeclarationState.APPROVED.label]
    if done:
        _recount(work, done)


def undo_verdict(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """收回: takes back one of the caller's own last ten verdicts, while nobody has acted on it.

    Not once the person has gone to another unit, or is about to: what was decided then stands.
    Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED, TRANSFER_PENDING.
    """
    found = work.session.get(Declaration, command.id)
    # The person first, as whoever sends something in does: a transfer may be opened this very moment.
    person = work.locked(Person, found.person_id) if found is not None else None
    row = _as_on_screen(work, actor, command.id, command.version)
    state = DeclarationState(row.status)
    last = _last_verdict(work, row.id)
    if last is None or last.actor_account_id != actor.account_id or not _is_recent(work, actor, last):
        raise _cannot_undo(state)
    counted = state is DeclarationState.APPROVED
    if counted and _is_recognised(work, row):
        raise _cannot_undo(state)
    if person is not None and person.employer_id != row.employer_id:
        raise _cannot_undo(state)
    after = declaration_machine(row.source).next(state, Move.UNDO, actor.role)
    refuse_while_transferring(work, row.person_id, Move.UNDO.label)
    row.status = after
    _restore(row, last)
    step = last.step
    work.decide(actor, KIND, row.id, Move.UNDO, version=command.version, step=step)
    work.audit(actor, Action.UNDO_DECISION, KIND, row.id)
    work.session.flush()
    if Move(last.move) in _TOLD:
        _tell(work, row, f"{_TAKEN_BACK}：{_subject(row, CreditHours(row.claimed_halves))}")
    if counted:
        _recount(work, [row.id])
    return _decided(work, row)


def name_of_declaration(work: UnitOfWork, actor: Actor, declaration_id: int) -> str:
    """Whose declaration it is; nothing about one outside the caller's scope."""
    row = work.session.get(Declaration, declaration_id)
    if row is None or not may_see(work.session, actor, row):
        return ""
    return work.session.get_one(Person, row.person_id).name


def told_words(move: Move, row: Declaration, recognised: CreditHours | None, opinion: str) -> str:
    """A verdict in words: what it is about, the hours that count, and why where it went wrong."""
    counted = recognised if move is Move.APPROVE else None
    hours = CreditHours(row.claimed_halves) if counted is None else counted
    text = f"{_TOLD[move]}：{_subject(row, hours)}"
    return text if move is Move.APPROVE or not opinion else f"{text}。原因：{opinion}"


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


def _decide(work: UnitOfWork, actor: Actor, row: Declaration, command: Decide) -> None:
    """Make the move; the person's year is not counted yet."""
    state = DeclarationState(row.status)
    employer = work.session.get_one(Org, row.employer_id)
    chain = chain_of(row.source)
    step = Step(row.step) if row.step else chain[0]
    move = {
        Verdict.APPROVE: approving_move(chain, step, has_authority(employer)),
        Verdict.REJECT: Move.REJECT,
        Verdict.RETURN: Move.RETURN,
    }[command.verdict]
    after = declaration_machine(row.source).next(state, move, actor.role)
    opinion = opinion_of(command)
    recognised = _recognised(row, command) if command.verdict is Verdict.APPROVE else None
    previous = _snapshot(row)
    _go_by_newest(work, row)
    if move is Move.PASS_ON:
        following = next_step(chain, step, has_authority(employer))
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
    if move in _TOLD:
        words = told_words(move, row, recognised, opinion)
        _tell(work, row, words)
        if row.activity_id is not None and move is Move.REJECT:
            name = work.session.get_one(Person, row.person_id).name
            about = ("activity", row.activity_id)
            tell_office(work, row.employer_id, MessageKind.DECLARATION, f"{name} {words}", about=about)


def _go_by_newest(work: UnitOfWork, row: Declaration) -> None:
    """What is decided goes by the newest rules, and keeps them for good."""
    if row.rules_edition != work.rulebook.edition:
        row.rules_edition = work.rulebook.edition
        suggestion = suggestion_for(work, row)
        if suggestion is not None:
            row.completes_professional = suggestion.completes_professional


def _tell(work: UnitOfWork, row: Declaration, text: str) -> None:
    tell_person(work, row.person_id, MessageKind.DECLARATION, text, about=(KIND, row.id))


def _subject(row: Declaration, hours: CreditHours) -> str:
    return f"{form_name(row.form)} {row.title} {hours} 学时".replace("  ", " ")


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


def _recount(work: UnitOfWork, declaration_ids: list[int]) -> None:
    work.session.flush()
    query = (
        select(Declaration.year, Person.id, Person.region_code)
        .join(Person, Person.id == Declaration.person_id)
        .where(Declaration.id.in_(declaration_ids))
    )
    by_year: dict[int, dict[int, str]] = {}
    for year, person_id, region in work.session.execute(query):
        by_year.setdefault(year, {})[person_id] = region
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


def _decided(work: UnitOfWork, row: Declaration) -> Decided:
    person = work.session.get_one(Person, row.person_id)
    label = DeclarationState(row.status).label
    return Decided(row.id, row.version, person.name, label, handler_name(work.session, row))
