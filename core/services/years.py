"""Years of a region (年度认定): opened, closed, and settled for everybody in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import String, case, delete, func, literal_column, select

from core.model import Declaration, PersonYear
from core.model import YearWindow as StoredWindow
from core.rules.clock import CHINA, today
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import YEAR_WINDOW, Move, YearState
from core.rules.years import YearWindow, declaration_open
from core.schema.annual import ChangeYear, YearRow
from core.schema.base import Nothing, Page
from core.services.desk import use_case
from core.services.scope import region_prefix, within
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
    window = window_of(work.session, stored, command.year)
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


def _year_row(
    work: UnitOfWork,
    region_code: str,
    year: int,
    people: Mapping[int, tuple[int, int, int]],
    waiting: Mapping[int, int],
) -> YearRow:
    stored = stored_window(work.session, year, region_code)
    window = window_of(work.session, stored, year)
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
