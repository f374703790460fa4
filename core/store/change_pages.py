"""Queues of changes that wait for an employer: pages in the order of one index, and counts of all kinds at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from core.model import Change, Org, Person, UtcDateTime
from core.store.pages import (
    BY_NAME,
    LIMIT,
    PENDING,
    Key,
    Statement,
    at_most,
    cut,
    moment_key,
    moments,
    texts,
)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in the queue of the employer that decides it. `from_org` is 原调出单位, None but for a transfer."""

    id: int
    version: int
    person_name: str
    from_org: str | None
    fields: Mapping[str, str]
    submitted_at: datetime


def change_page(
    session: Session,
    org_id: int,
    kind: str,
    *,
    text: str = "",
    overdue_before: datetime,
    overdue: bool | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[ChangeLine, ...], Key | None]:
    """Changes of a kind that wait for an employer, oldest first; `overdue` leaves only those that are, or not.

    `text` filters by the person's name (anywhere), pinyin or initials (from the beginning). Keys are
    (moment as ISO text, id).
    """
    statement = _page(bool(text), overdue, after is not None)
    values: dict[str, object] = {"org": org_id, "kind": kind, "limit": limit + 1}
    values |= moments(overdue_before if overdue is not None else None, after)
    if text:
        values |= texts(text)
    rows = tuple(ChangeLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.submitted_at.isoformat(), row.id))


def change_counts(session: Session, org_id: int, kind: str, overdue_before: datetime) -> tuple[int, int]:
    """How many changes of a kind wait for an employer, and how many are overdue; at most 10,000 are counted."""
    values = {"org": org_id, "kind": kind, "overdue": overdue_before}
    row = session.connection().execute(_COUNTS, values).one()
    return int(row[0]), int(row[1])


_C = Change
_LATE = _C.submitted_at < bindparam("overdue", type_=UtcDateTime())


@cache
def _page(by_text: bool, overdue: bool | None, going_on: bool) -> Statement:
    statement: Statement = select(
        _C.id, _C.version, Person.name, Org.name, _C.fields, _C.submitted_at
    ).select_from(_C)
    statement = statement.join(Person, Person.id == _C.person_id).outerjoin(Org, Org.id == _C.from_org_id)
    statement = statement.where(
        _C.org_id == bindparam("org"), _C.kind == bindparam("kind"), _C.state == PENDING
    )
    if overdue is not None:
        statement = statement.where(_LATE if overdue else ~_LATE)
    if by_text:
        statement = statement.where(BY_NAME)
    if going_on:
        statement = statement.where(tuple_(_C.submitted_at, _C.id) > moment_key())
    return statement.order_by(_C.submitted_at, _C.id).limit(LIMIT)


def _count() -> Statement:
    waiting = select(_C.id).where(
        _C.org_id == bindparam("org"), _C.kind == bindparam("kind"), _C.state == PENDING
    )
    return select(at_most(waiting), at_most(waiting.where(_LATE)))


_COUNTS = _count()
