"""Years of a region (年度认定): opened, closed, and settled for everybody in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, case, delete, func, literal_column, select

from core.model import Declaration, Message, Person, PersonYear
from core.model import YearWindow as StoredWindow
from core.rules.clock import CHINA, today
from core.rules.entry import EntryError, fold, fold_plain
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import YEAR_WINDOW, Move, YearState
from core.rules.years import YearWindow, declaration_open
from core.schema.annual import ChangeYear, Recognised, RecogniseYear, YearRow
from core.schema.base import Nothing, Page
from core.services.annual import annual_row, recount_many
from core.services.desk import Desk, desk_use_case, use_case
from core.services.messages import tell_person
from core.services.scope import covers, not_yours, region_prefix, within
from core.services.windows import stored_window, window_of
from core.store.work import UnitOfWork

KIND = "year"
CHUNK = 200
YEARS_SHOWN = 15
FIRST_YEAR = 1990
REASON_LENGTH = 500


@use_case(Action.YEAR_PAGE, writes=False)
def year_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[YearRow]:
    """The years of the caller's region and below, newest first: window, people, passed, recognised, waiting."""
    people = _people_by_year(work, actor.region_code)
    waiting = _waiting_by_year(work, actor.region_code)
    own = select(StoredWindow.year).where(StoredWindow.region_code == actor.region_code)
    years = {today(work.clock).year, *people, *waiting, *work.session.scalars(own)}
    newest = sorted(years, reverse=True)[:YEARS_SHOWN]
    return Page(tuple(_year_row(work, actor.region_code, year, people, waiting) for year in newest))


@use_case(Action.OPEN_YEAR, writes=True)
def change_year(work: UnitOfWork, actor: Actor, command: ChangeYear) -> YearRow:
    """Open or close a year for the caller's region and all below it; the province does so for everybody.

    Raises Refused for fields (`reason` REASON_REQUIRED, `declare_until` where the last day has gone by),
    MOVE_NOT_ALLOWED where it is so already, STALE.
    """
    day = today(work.clock)
    reason = _reason(command)
    stored = stored_window(work.session, command.year, actor.region_code)
    if command.version is not None and command.version != _own_version(stored, actor.region_code):
        raise Refused(ErrorCode.STALE)
    window = window_of(stored, command.year)
    move = Move.OPEN if command.open else Move.CLOSE
    state = _effective(window, day)
    prolonged = command.open and state is YearState.OPEN and command.declare_until is not None
    after = YearState.OPEN if prolonged else YEAR_WINDOW.next(state, move, actor.role)
    until = command.declare_until or (stored.declare_until if stored else None)
    if command.open:
        wanted = until or window.declarations_until
        if not declaration_open(YearWindow(command.year, after, wanted, window.reviews_until), day):
            code = ErrorCode.REQUIRED if command.declare_until is None else ErrorCode.DATE_ORDER
            raise Refused.for_fields((FieldError("declare_until", code),))
    row = _own_window(work, actor, command.year, stored)
    before = row.version or 0
    row.state, row.reason = after.value, reason
    row.declare_until = until
    row.changed_at, row.changed_by = work.clock.now(), f"{actor.org_name} {actor.name}".strip()
    _overrule_below(work, actor.region_code, command.year)
    work.session.flush()
    work.decide(actor, KIND, row.id, move, version=before, opinion=reason)
    action = Action.OPEN_YEAR if command.open else Action.CLOSE_YEAR
    summary = f"{move.label} {command.year}年度 {actor.region_code}：{reason}"
    work.audit(actor, action, KIND, f"{command.year}/{actor.region_code}", summary)
    work.session.flush()
    people = _people_by_year(work, actor.region_code)
    return _year_row(work, actor.region_code, command.year, people, _waiting_by_year(work, actor.region_code))


@desk_use_case(Action.RECOGNISE_YEAR)
def recognise_year(desk: Desk, actor: Actor, command: RecogniseYear) -> Recognised:
    """年度认定: count and judge the year of every person of the region, in chunks, and say by whom it was settled.

    One person where `id_number` is given. Raises Refused YEAR_OPEN while the year takes declarations, NOT_FOUND,
    NOT_YOURS. Regions below that are still open are left out.
    """
    with desk.reading() as work:
        one = _one_person(work, actor, command)
        region = actor.region_code if one is None else one.region_code
        if _is_open(work, command.year, region):
            raise Refused(ErrorCode.YEAR_OPEN, year=command.year)
        only = None if one is None else one.id
    total, last = _Tally(), 0
    while True:
        with desk.writing() as work:
            done = _recognise_some(work, actor, command.year, only, last)
            work.commit()
        total.add(done)
        last = done.last
        if done.looked_at < CHUNK or only is not None:
            break
    return Recognised(command.year, total.people, total.passed, total.people - total.passed)


def _year_row(
    work: UnitOfWork,
    region_code: str,
    year: int,
    people: Mapping[int, tuple[int, int, int]],
    waiting: Mapping[int, int],
) -> YearRow:
    stored = stored_window(work.session, year, region_code)
    window = window_of(stored, year)
    state = _effective(window, today(work.clock))
    counted = people.get(year, (0, 0, 0))
    return YearRow(
        year=year,
        version=_own_version(stored, region_code),
        state=state.value,
        state_label=state.label,
        declare_until=window.declarations_until,
        review_until=window.reviews_until,
        people=counted[0],
        passed=counted[1],
        recognised=counted[2],
        pending=waiting.get(year, 0),
        changed=_changed(stored),
    )


@dataclass
class _Tally:
    """How far a run has come; `last` is the id of the last person."""

    looked_at: int = 0
    people: int = 0
    passed: int = 0
    last: int = 0

    def add(self, other: _Tally) -> None:
        self.people += other.people
        self.passed += other.passed


def _recognise_some(work: UnitOfWork, actor: Actor, year: int, only: int | None, after: int) -> _Tally:
    inside = within(Person.region_code, actor.region_code)
    query = select(Person.id, Person.region_code).where(inside, Person.id > after).order_by(Person.id)
    if only is not None:
        query = query.where(Person.id == only)
    people = {person_id: region for person_id, region in work.session.execute(query.limit(CHUNK))}
    tally = _Tally(looked_at=len(people), last=max(people, default=after))
    waiting = {region for region in set(people.values()) if _is_open(work, year, region)}
    settled = {key: region for key, region in people.items() if region not in waiting}
    by = f"{actor.org_name} {actor.name}".strip()
    results: dict[int, str] = {}
    for row in recount_many(work, settled, year) if settled else ():
        if row.recognised_at is not None:  # by another region, before the person came here
            row.region_code = settled[row.person_id]
            work.cells_are_stale(year, row.region_code)
        row.recognised_at, row.recognised_by = work.clock.now(), by
        tally.people += 1
        tally.passed += int(row.passed)
        results[row.person_id] = _result_words(row)
    _tell_results(work, year, results)
    if tally.people:
        target = f"{year}/{actor.region_code}" if only is None else f"{year}/person/{only}"
        summary = f"{year}年度认定 {tally.people} 人，通过 {tally.passed} 人"
        work.audit(actor, Action.RECOGNISE_YEAR, KIND, target, summary)
    return tally


def _result_words(row: PersonYear) -> str:
    if row.passed:
        return f"{row.year}年度认定通过，可以打印学时证明"
    return f"{row.year}年度认定不通过，{annual_row(row).shortfall}"


def _tell_results(work: UnitOfWork, year: int, results: Mapping[int, str]) -> None:
    """Tell everybody the result, but whoever was told the same last time."""
    if not results:
        return
    # Held in a list, so that each is found in the session without another question.
    people = list(work.session.scalars(select(Person).where(Person.id.in_(results))))
    before = (
        select(Message.account_id, Message.text)
        .where(
            Message.account_id.in_([person.account_id for person in people]),
            Message.kind == MessageKind.YEAR.value,
            Message.object_id == year,
        )
        .order_by(Message.id)
    )
    known = {account_id: text for account_id, text in work.session.execute(before)}
    for person in people:
        words = results[person.id]
        if known.get(person.account_id) != words:
            tell_person(work, person.id, MessageKind.YEAR, words, about=("year", year))


def _one_person(work: UnitOfWork, actor: Actor, command: RecogniseYear) -> Person | None:
    if command.id_number is None or not command.id_number.strip():
        return None
    try:
        number = fold_plain(command.id_number).upper()
    except EntryError as error:
        raise Refused.for_fields((error.at("id_number"),)) from None
    wanted = Person.id_number_digest == work.vault.digest("id_number", number)
    person = work.session.scalars(select(Person).where(wanted)).first()
    if person is None:
        raise Refused.for_fields((FieldError("id_number", ErrorCode.PERSON_NOT_FOUND),))
    if not covers(actor.region_code, person.region_code):
        raise not_yours("person", person.id)
    return person


def _is_open(work: UnitOfWork, year: int, region_code: str) -> bool:
    window = window_of(stored_window(work.session, year, region_code), year)
    return _effective(window, today(work.clock)) is YearState.OPEN


def _effective(window: YearWindow, day: date) -> YearState:
    """A year whose last day has gone by is closed, whatever was set."""
    return YearState.OPEN if declaration_open(window, day) else YearState.CLOSED


def _reason(command: ChangeYear) -> str:
    errors = []
    reason = ""
    try:
        reason = mask_personal(fold(command.reason))
        if not reason:
            errors.append(FieldError("reason", ErrorCode.REASON_REQUIRED))
        if len(reason) > REASON_LENGTH:
            params = {"limit": REASON_LENGTH, "length": len(reason)}
            errors.append(FieldError("reason", ErrorCode.TOO_LONG, params))
    except EntryError as error:
        errors.append(error.at("reason"))
    if not FIRST_YEAR <= command.year <= 2099:
        errors.append(FieldError("year", ErrorCode.OUT_OF_RANGE, {"low": FIRST_YEAR, "high": 2099}))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return reason


def _own_version(stored: StoredWindow | None, region_code: str) -> int:
    return stored.version if stored is not None and stored.region_code == region_code else 0


def _own_window(work: UnitOfWork, actor: Actor, year: int, stored: StoredWindow | None) -> StoredWindow:
    if stored is not None and stored.region_code == actor.region_code:
        return work.locked(StoredWindow, stored.id, stored.version)
    row = StoredWindow(
        year=year,
        region_code=actor.region_code,
        review_until=stored.review_until if stored else None,
        changed_at=work.clock.now(),
    )
    work.session.add(row)
    return row


def _overrule_below(work: UnitOfWork, region_code: str, year: int) -> None:
    """What was set for regions below no longer rules; the audit log keeps it."""
    below = (StoredWindow.year == year) & (StoredWindow.region_code != region_code)
    digits = StoredWindow.region_code.startswith(region_prefix(region_code))
    if len(region_prefix(region_code)) < 6:
        work.session.execute(delete(StoredWindow).where(below, digits))


def _changed(stored: StoredWindow | None) -> str:
    if stored is None:
        return ""
    moment = stored.changed_at.astimezone(CHINA)
    return f"{moment:%Y-%m-%d} {stored.changed_by} {stored.reason}".strip()


def _people_by_year(work: UnitOfWork, region_code: str) -> dict[int, tuple[int, int, int]]:
    query = (
        select(
            PersonYear.year,
            func.count(),
            func.sum(case((PersonYear.passed, 1), else_=0)),
            func.sum(case((PersonYear.recognised_at.is_not(None), 1), else_=0)),
        )
        .where(within(PersonYear.region_code, region_code))
        .group_by(PersonYear.year)
    )
    found = work.session.execute(query)
    return {year: (count, int(passed or 0), int(settled or 0)) for year, count, passed, settled in found}


def _waiting_by_year(work: UnitOfWork, region_code: str) -> dict[int, int]:
    query = (
        select(Declaration.year, func.count())
        .where(
            within(Declaration.region_code, region_code),
            # Inlined: a general plan of PostgreSQL can't use the partial index for a parameter.
            Declaration.status == literal_column("'pending'", String()),
        )
        .group_by(Declaration.year)
    )
    return {year: count for year, count in work.session.execute(query)}
