"""Pages of what waits for an office: statements built once, in the order of one index, keys for the next.

Nothing here counts without a bound or skips by offset; a page costs the same among ten rows and a million.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Declaration, Department, Person, Registration, UtcDateTime
from core.store.names import letters_only, plain_form

Key = tuple[int | str, ...]
Row = TypeVar("Row")
Statement = Select[*tuple[Any, ...]]
COUNT_AT_MOST = 10_000

# Inlined, never a parameter: a general plan of PostgreSQL could not use the partial index otherwise.
PENDING: ColumnElement[str] = literal_column("'pending'", String())
# Takes the parameters of `texts`.
BY_NAME: ColumnElement[bool] = or_(
    Person.name.like(bindparam("inside"), escape="!"),
    Person.pinyin.like(bindparam("start"), escape="!"),
    Person.initials.like(bindparam("start"), escape="!"),
)


class QueueFilter(StrEnum):
    """The buckets of a queue of declarations (全部, 超期, 退回后重报, 普通, 有疑点)."""

    ALL = "all"
    OVERDUE = "overdue"
    RETURNED = "returned"
    PLAIN = "plain"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A declaration in the queue of the organisation that has to review it."""

    id: int
    version: int
    person_id: int
    person_name: str
    year: int
    subject: str
    form: str
    title: str
    claimed_halves: int
    recognised_halves: int | None
    step: str
    flagged: bool
    returned: bool
    submitted_at: datetime
    urged_at: datetime | None


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """A registration in the queue of the employer that has to review it."""

    id: int
    version: int
    name: str
    id_number_masked: str
    department: str | None
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class LearningRow:
    """An approved declaration in the annex of a year (继续教育历程明细)."""

    id: int
    year: int
    subject: str
    form: str
    title: str
    started_on: date | None
    ended_on: date | None
    recognised_halves: int
    completes_professional: bool
    source: str


def queue_page(
    session: Session,
    handler_org_id: int,
    *,
    bucket: QueueFilter = QueueFilter.ALL,
    overdue_before: datetime | None = None,
    text: str = "",
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[QueueLine, ...], Key | None]:
    """What waits for an organisation, oldest first; `overdue_before` is the moment that parts 超期 from the rest.

    `text` filters by the person's name (anywhere), pinyin or initials (from the beginning). Keys are
    (moment as ISO text, id). OVERDUE and PLAIN need `overdue_before`.
    """
    statement = _queue(QueueFilter(bucket), bool(text), after is not None)
    values: dict[str, object] = {"org": handler_org_id, "limit": limit + 1}
    values |= moments(overdue_before, after)
    if text:
        values |= texts(text)
    rows = tuple(QueueLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.submitted_at.isoformat(), row.id))


def queue_counts(
    session: Session, handler_org_id: int, overdue_before: datetime
) -> Mapping[QueueFilter, int]:
    """How many declarations wait for an organisation, in each bucket; at most 10,000 of each are counted.

    What is plain is told by what is not: the few that are doubted or came back stand in an index of their own, so
    that the rows of a long queue need not be read.
    """
    values = {"org": handler_org_id, "overdue": overdue_before}
    waiting, late, flagged, returned, in_time = (
        int(count or 0) for count in session.connection().execute(_QUEUE_COUNTS, values).one()
    )
    return {
        QueueFilter.ALL: waiting,
        QueueFilter.OVERDUE: late,
        QueueFilter.RETURNED: returned,
        QueueFilter.PLAIN: max(0, waiting - late - in_time),
        QueueFilter.FLAGGED: flagged,
    }


def registration_page(
    session: Session,
    employer_id: int,
    *,
    text: str = "",
    submitted_before: datetime | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[RegistrationLine, ...], Key | None]:
    """Registrations that wait for an employer, oldest first. `text` filters by name. Keys as in `queue_page`.

    `submitted_before` leaves only those that have waited since before that moment (超期).
    """
    statement = _registrations(bool(text), submitted_before is not None, after is not None)
    values: dict[str, object] = {"org": employer_id, "limit": limit + 1}
    values |= moments(submitted_before, after)
    if text:
        values |= texts(text)
    rows = tuple(RegistrationLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.submitted_at.isoformat(), row.id))


def registration_counts(session: Session, employer_id: int, overdue_before: datetime) -> tuple[int, int]:
    """How many registrations wait for an employer, and how many of them are overdue; at most 10,000."""
    values = {"org": employer_id, "overdue": overdue_before}
    row = session.connection().execute(_REGISTRATION_COUNTS, values).one()
    return int(row[0]), int(row[1] or 0)


def learning(session: Session, person_id: int, years: tuple[int, ...]) -> tuple[LearningRow, ...]:
    """The approved declarations of a person in some years, newest year first, then by their days."""
    rows = session.connection().execute(_LEARNING, {"person": person_id, "years": list(years)})
    return tuple(LearningRow(*row) for row in rows)


def texts(text: str) -> dict[str, str]:
    """Patterns for what was typed: `inside` for names, `start` for pinyin and initials, `number` for numbers."""
    start = escaped(letters_only(text) or plain_form(text))
    return {"inside": f"%{escaped(plain_form(text))}%", "start": f"{start}%", "number": f"{start.upper()}%"}


def escaped(text: str) -> str:
    """A text that LIKE takes literally, with `!` as its escape."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


# ---------------------------------------------------------------------------------------- statements

_D = Declaration
LIMIT = bindparam("limit", type_=Integer())


_OVERDUE = _D.submitted_at < bindparam("overdue", type_=UtcDateTime())
# As the index ix_decl_special has it.
_SPECIAL = text("(declaration.flagged or declaration.returned)")
_PLAIN = and_(_D.flagged.is_(false()), _D.returned.is_(false()), ~_OVERDUE)
_BUCKETS: dict[QueueFilter, ColumnElement[bool]] = {
    QueueFilter.OVERDUE: _OVERDUE,
    QueueFilter.RETURNED: _D.returned.is_(true()),
    QueueFilter.PLAIN: _PLAIN,
    QueueFilter.FLAGGED: _D.flagged.is_(true()),
}


@cache
def _queue(bucket: QueueFilter, by_text: bool, going_on: bool) -> Statement:
    statement = select(
        _D.id, _D.version, _D.person_id, Person.name, _D.year, _D.subject, _D.form, _D.title,
        _D.claimed_halves, _D.recognised_halves, _D.step, _D.flagged, _D.returned, _D.submitted_at, _D.urged_at,
    )  # fmt: skip
    statement = statement.join(Person, Person.id == _D.person_id)
    statement = statement.where(_D.handler_org_id == bindparam("org"), _D.status == PENDING)
    if bucket in _BUCKETS:
        statement = statement.where(_BUCKETS[bucket])
    if by_text:
        statement = statement.where(BY_NAME)
    if going_on:
        statement = statement.where(tuple_(_D.submitted_at, _D.id) > moment_key())
    return statement.order_by(_D.submitted_at, _D.id).limit(LIMIT)


def at_most(few: Select[Any]) -> Any:
    """How many rows there are, as a column of another statement; COUNT_AT_MOST are counted."""
    return select(func.count()).select_from(few.limit(COUNT_AT_MOST).subquery()).scalar_subquery()


def _count_buckets() -> Statement:
    waiting = select(_D.id).where(_D.handler_org_id == bindparam("org"), _D.status == PENDING)
    special = (
        select(
            case((_D.flagged, 1), else_=0).label("flagged"),
            case((_D.returned, 1), else_=0).label("returned"),
            case((_OVERDUE, 0), else_=1).label("in_time"),
        )
        .where(_D.handler_org_id == bindparam("org"), _D.status == PENDING, _SPECIAL)
        .limit(COUNT_AT_MOST)
        .subquery()
    )
    sums = (func.sum(special.c[name]) for name in ("flagged", "returned", "in_time"))
    return select(at_most(waiting), at_most(waiting.where(_OVERDUE)), *sums).select_from(special)


@cache
def _registrations(by_text: bool, overdue: bool, going_on: bool) -> Statement:
    r = Registration
    statement = select(r.id, r.version, r.name, r.id_number_masked, Department.name, r.submitted_at)
    statement = statement.outerjoin(Department, Department.id == r.department_id)
    statement = statement.where(r.employer_id == bindparam("org"), r.state == PENDING)
    if by_text:
        statement = statement.where(r.name.like(bindparam("inside"), escape="!"))
    if overdue:
        statement = statement.where(r.submitted_at < bindparam("overdue", type_=UtcDateTime()))
    if going_on:
        statement = statement.where(tuple_(r.submitted_at, r.id) > moment_key())
    return statement.order_by(r.submitted_at, r.id).limit(LIMIT)


def _count_registrations() -> Statement:
    r = Registration
    waiting = select(r.id).where(r.employer_id == bindparam("org"), r.state == PENDING)
    late = waiting.where(r.submitted_at < bindparam("overdue", type_=UtcDateTime()))
    return select(at_most(waiting), at_most(late))


def moment_key() -> ColumnElement[Any]:
    """The key of the row before, as a queue's statement compares it."""
    return tuple_(bindparam("k_at", type_=UtcDateTime()), bindparam("k_id", type_=Integer()))


_QUEUE_COUNTS = _count_buckets()
_REGISTRATION_COUNTS = _count_registrations()
_LEARNING: Statement = (
    select(
        _D.id, _D.year, _D.subject, _D.form, _D.title, _D.started_on, _D.ended_on, _D.recognised_halves,
        _D.completes_professional, _D.source,
    )
    .where(_D.person_id == bindparam("person"), _D.year.in_(bindparam("years", expanding=True)))
    .where(_D.status == literal_column("'approved'", String()))
    .order_by(_D.year.desc(), _D.started_on, _D.id)
)  # fmt: skip


def moments(overdue: datetime | None, after: Key | None) -> dict[str, object]:
    """The parameters of a queue's statement: what counts as overdue, and the key of the row before."""
    values: dict[str, object] = {}
    if overdue is not None:
        values["overdue"] = overdue
    if after is not None:
        values |= {"k_at": datetime.fromisoformat(str(after[0])), "k_id": after[1]}
    return values


def cut(rows: tuple[Row, ...], limit: int, key: Callable[[Row], Key]) -> tuple[tuple[Row, ...], Key | None]:
    """One row more than a page was asked for: it only says that there is a next page."""
    return (rows[:limit], key(rows[limit - 1])) if len(rows) > limit else (rows, None)
