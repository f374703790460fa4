"""Queues of offices that wait for the level above: their registrations (单位注册) and their changes (单位变更)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from core.model import Org, OrgChange, OrgRegistration, UtcDateTime
from core.store.pages import COUNT_AT_MOST, PENDING, Key, cut

Waiting = type[OrgRegistration] | type[OrgChange]


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """Something of an office that waits: its name, where it lies, what its form says."""

    id: int
    version: int
    name: str
    kind: str
    region_code: str
    fields: dict[str, str]
    submitted_at: datetime


def office_page(
    session: Session,
    model: Waiting,
    reviewer_id: int,
    *,
    overdue_before: datetime | None = None,
    overdue: bool | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[OfficeLine, ...], Key | None]:
    """What waits for a reviewer, oldest first; `overdue` leaves only what is, or what is not.

    Keys are (moment as ISO text, id).
    """
    statement = _lines(model).where(model.reviewer_id == reviewer_id, model.state == PENDING)
    if overdue is not None and overdue_before is not None:
        late = model.submitted_at < overdue_before
        statement = statement.where(late if overdue else ~late)
    if after is not None:
        moment = literal(datetime.fromisoformat(str(after[0])), UtcDateTime())
        key = tuple_(moment, literal(int(after[1]), Integer()))
        statement = statement.where(tuple_(model.submitted_at, model.id) > key)
    statement = statement.order_by(model.submitted_at, model.id).limit(limit + 1)
    rows = tuple(OfficeLine(*row) for row in session.execute(statement))
    return cut(rows, limit, lambda row: (row.submitted_at.isoformat(), row.id))


def office_counts(
    session: Session, model: Waiting, reviewer_id: int, overdue_before: datetime
) -> tuple[int, int]:
    """How many wait for a reviewer and how many of them are overdue; at most 10,000 are looked at."""
    late = case((model.submitted_at < overdue_before, 1), else_=0).label("late")
    waiting = select(late).where(model.reviewer_id == reviewer_id, model.state == PENDING)
    few = waiting.limit(COUNT_AT_MOST).subquery()
    count, overdue = session.execute(select(func.count(), func.sum(few.c.late)).select_from(few)).one()
    return int(count), int(overdue or 0)


def _lines(model: Waiting) -> Any:
    if model is OrgRegistration:
        row = OrgRegistration
        return select(row.id, row.version, row.name, row.kind, row.region_code, row.fields, row.submitted_at)
    change = OrgChange
    columns = (change.id, change.version, Org.name, Org.kind, Org.region_code, change.fields)
    return select(*columns, change.submitted_at).join(Org, Org.id == change.org_id)
