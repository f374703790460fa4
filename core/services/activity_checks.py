"""Whom a unit can't declare (单位申报), and why: asked of the database by the piece of CHUNK people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.model import Account, Change, Declaration, Org, Person
from core.rules.chain import UNIT_CHAIN, next_step
from core.rules.changes import ChangeKind
from core.rules.clock import today
from core.rules.doubts import Claim, find_doubts
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.forms import FORMS
from core.rules.hours import CreditHours
from core.rules.learning_form import LearningForm
from core.rules.workflow import DeclarationState, Move
from core.services.activity_rows import Learning
from core.services.changes import PENDING
from core.services.declaration_views import form_name
from core.services.drafting import repeats
from core.services.scope import handler_at, has_authority
from core.services.windows import is_open
from core.store.work import UnitOfWork

CHUNK = 500
_LIVE = (DeclarationState.PENDING.value, DeclarationState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class CheckedPerson:
    """One of those who were picked, as they stand now.

    `error` keeps them out: NOT_YOURS, DISABLED, TRANSFER_PENDING, YEAR_CLOSED, NO_BUREAU, DUPLICATE_DECLARATION or
    ABOVE_CAP, beside the field `person.<id>`. `flagged` lets them in with 疑点; `doubted` are the declarations that
    wait and that this one throws doubt upon.
    """

    person_id: int
    name: str = ""
    account_id: int = 0
    region_code: str = ""
    email_sealed: bytes | None = None
    error: FieldError | None = None
    flagged: bool = False
    doubted: tuple[int, ...] = ()


def beside(person_id: int) -> str:
    """The field that a refusal of one person stands beside."""
    return f"person.{person_id}"


def check_people(
    work: UnitOfWork,
    employer_id: int,
    learning: Learning,
    halves: int,
    people: Sequence[int],
    *,
    suggested: CreditHours | None = None,
    hold: bool = False,
) -> list[CheckedPerson]:
    """What stands against each of the people, in the order given.

    `halves` are the claimed hours times two, `suggested` what the rule gives. `hold` keeps the people's rows until
    the end of the unit of work, so that nobody goes to another unit meanwhile.
    """
    employer = work.session.get_one(Org, employer_id)
    form = work.rulebook.form(learning.form, learning.year)
    places: dict[str, ErrorCode | None] = {}
    out: list[CheckedPerson] = []
    ids = list(dict.fromkeys(people))
    for start in range(0, len(ids), CHUNK):
        piece = ids[start : start + CHUNK]
        found = _people(work.session, piece, hold)
        moving = _transferring(work.session, piece)
        claims = _claims(work.session, piece)
        for key in piece:
            person = found.get(key)
            if person is None or person.employer_id != employer_id:
                out.append(CheckedPerson(key, error=FieldError(beside(key), ErrorCode.NOT_YOURS)))
                continue
            place = person.region_code
            if place not in places:
                places[place] = _place_refused(work, employer, place, learning.year)
            error = _about_person(person, key in moving, places[place], learning)
            others = claims.get(key, ())
            error = error or _about_learning(key, form, learning, halves, others)
            doubts = () if error else find_doubts(_claim(key, learning, halves, suggested), others)
            doubted = {doubt.other_id for doubt in doubts if doubt.other_id is not None}
            out.append(
                CheckedPerson(
                    key,
                    person.name,
                    person.account_id,
                    place,
                    person.email_sealed,
                    error,
                    bool(doubts),
                    tuple(sorted(doubted)),
                )
            )
    return out


def throw_doubt(work: UnitOfWork, declaration_ids: Iterable[int]) -> None:
    """Mark declarations that wait and that something new throws doubt upon."""
    ids = sorted(set(declaration_ids))
    for start in range(0, len(ids), CHUNK):
        these = Declaration.id.in_(ids[start : start + CHUNK])
        waiting = these & (Declaration.status == DeclarationState.PENDING.value)
        # A statement, so that the version stays: what its reviewer has on screen is still what it is.
        work.session.execute(update(Declaration).where(waiting).values(flagged=True))


def _place_refused(work: UnitOfWork, employer: Org, region_code: str, year: int) -> ErrorCode | None:
    if not is_open(work.session, year, region_code, today(work.clock)):
        return ErrorCode.YEAR_CLOSED
    step = next_step(UNIT_CHAIN, None, has_authority(employer))
    assert step is not None
    try:
        handler_at(work.session, step, employer, region_code)
        handler_at(work.session, UNIT_CHAIN[-1], employer, region_code)  # nobody's claim may end unheard
    except Refused as refusal:
        return refusal.code
    return None


def _about_person(
    person: Any, moving: bool, refused: ErrorCode | None, learning: Learning
) -> FieldError | None:
    field = beside(person.id)
    if not person.active:
        return FieldError(field, ErrorCode.DISABLED)
    if moving:
        return FieldError(field, ErrorCode.TRANSFER_PENDING, {"what": Move.SUBMIT.label})
    return None if refused is None else FieldError(field, refused, {"year": learning.year})


def _about_learning(
    person_id: int, form: LearningForm, learning: Learning, halves: int, others: Sequence[Claim]
) -> FieldError | None:
    same = [other for other in others if other.form == form.name]
    days = _days(learning.started_on, learning.ended_on)
    for other in same:
        if form.yearly and other.year != learning.year:
            continue
        if learning.title and repeats(learning.title, days, other.title, other.period or (None, None)):
            named = f"{other.year} 年 {other.form}《{other.title}》"
            return FieldError(beside(person_id), ErrorCode.DUPLICATE_DECLARATION, {"other": named})
    if form.cap is not None:
        used = sum(other.claimed.halves for other in same if other.year == learning.year)
        left = CreditHours(max(0, form.cap.hours.halves - used))
        if halves > left.halves:
            params = {"cap": form.cap.hours, "left": left}
            return FieldError(beside(person_id), ErrorCode.ABOVE_CAP, params)
    return None


def _people(session: Session, ids: Sequence[int], hold: bool) -> Mapping[int, Any]:
    query = (
        select(
            Person.id,
            Person.name,
            Person.account_id,
            Person.employer_id,
            Person.region_code,
            Person.email_sealed,
            Account.active,
        )
        .join(Account, Account.id == Person.account_id)
        .where(Person.id.in_(ids))
        .order_by(Person.id)
    )
    if hold:
        query = query.with_for_update(of=Person)
    return {row.id: row for row in session.execute(query)}


def _transferring(session: Session, ids: Sequence[int]) -> set[int]:
    query = select(Change.person_id).where(
        Change.person_id.in_(ids), Change.kind == ChangeKind.TRANSFER.value, Change.state == PENDING
    )
    return set(session.scalars(query))


def _claims(session: Session, ids: Sequence[int]) -> Mapping[int, list[Claim]]:
    """What the people have declared and what counts, or may still; the hours are those taken up."""
    d = Declaration
    taken = func.coalesce(d.recognised_halves, d.claimed_halves).label("taken")
    query = select(d.id, d.person_id, d.year, d.form, d.title, taken, d.started_on, d.ended_on)
    found: dict[int, list[Claim]] = defaultdict(list)
    for row in session.execute(query.where(d.person_id.in_(ids), d.status.in_(_LIVE)).order_by(d.id)):
        form = FORMS.get(row.form)
        found[row.person_id].append(
            Claim(
                id=row.id,
                person_id=row.person_id,
                year=row.year,
                form=form_name(row.form),
                title=row.title,
                claimed=CreditHours(row.taken),
                period=_days(row.started_on, row.ended_on),
                by_days=form is not None and form.by_days,
                yearly=form is not None and form.yearly,
            )
        )
    return found


def _claim(person_id: int, learning: Learning, halves: int, suggested: CreditHours | None) -> Claim:
    form = FORMS[learning.form]
    return Claim(
        id=0,
        person_id=person_id,
        year=learning.year,
        form=form.name,
        title=learning.title,
        claimed=CreditHours(halves),
        period=_days(learning.started_on, learning.ended_on),
        by_days=form.by_days,
        yearly=form.yearly,
        suggested=suggested,
    )


def _days(start: Any, end: Any) -> Any:
    return None if start is None or end is None else (start, end)
