"""Pages of a person's own declarations (申报进度查询): by state, year, form, source, name and days of learning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypedDict, Unpack

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Declaration, Org
from core.store.pages import COUNT_AT_MOST, LIMIT, Key, cut, escaped

Statement = Select[*tuple[Any, ...]]
PROVIDERS = ("provider", "base")
"""The sources of what a course provider or a base reported, as against what the person declared."""


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A declaration in 申报进度查询. `handler` is the name of the 当前处理人, None when nobody's turn it is."""

    id: int
    version: int
    year: int
    subject: str
    form: str
    title: str
    claimed_halves: int
    recognised_halves: int | None
    status: str
    step: str | None
    handler: str | None
    returned: bool
    source: str
    submitted_at: datetime | None
    urged_at: datetime | None
    origin_id: int | None


class Narrowing(TypedDict, total=False):
    """What a page is narrowed by; None and the empty text narrow nothing.

    `words` stand anywhere in the name of what was learnt; `learnt_from` and `learnt_until` ask for learning that
    touches these days; `by_provider` parts what providers reported from what the person declared.
    """

    year: int | None
    from_year: int | None
    to_year: int | None
    subject: str | None
    form: str | None
    words: str
    learnt_from: date | None
    learnt_until: date | None
    by_provider: bool | None


def progress_page(
    session: Session,
    person_id: int,
    *,
    status: str | None = None,
    after: Key | None = None,
    limit: int = 20,
    **narrowing: Unpack[Narrowing],
) -> tuple[tuple[ProgressLine, ...], Key | None]:
    """A person's declarations, newest year first; `after` is the key (year, id) of the row before."""
    values = _values({**narrowing, "status": status})
    statement = _progress(tuple(values), after is not None)
    values |= {"person": person_id, "limit": limit + 1}
    if after is not None:
        values |= {"k_year": after[0], "k_id": after[1]}
    rows = tuple(ProgressLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.year, row.id))


def status_counts(session: Session, person_id: int, **narrowing: Unpack[Narrowing]) -> Mapping[str, int]:
    """How many declarations a person has in each status; at most 10,000 are looked at."""
    values = _values({**narrowing})
    rows = session.connection().execute(_counts(tuple(values)), {**values, "person": person_id})
    return {str(status): int(count) for status, count in rows}


# ---------------------------------------------------------------------------------------- statements

_D = Declaration
_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "f_status": _D.status == bindparam("f_status"),
    "f_year": _D.year == bindparam("f_year"),
    "f_from_year": _D.year >= bindparam("f_from_year"),
    "f_to_year": _D.year <= bindparam("f_to_year"),
    "f_subject": _D.subject == bindparam("f_subject"),
    "f_form": _D.form == bindparam("f_form"),
    "f_words": func.lower(_D.title).like(bindparam("f_words"), escape="!"),
    "f_learnt_from": _D.ended_on >= bindparam("f_learnt_from"),
    "f_learnt_until": _D.started_on <= bindparam("f_learnt_until"),
    "f_by_provider": _D.source.in_(PROVIDERS) == bindparam("f_by_provider"),
}


def _values(narrowing: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of what is really narrowed by, in the order of the conditions."""
    asked = dict(narrowing)
    if asked.get("words"):
        asked["words"] = f"%{escaped(asked['words'].strip().lower())}%"
    wanted = {name: asked.get(name.removeprefix("f_")) for name in _CONDITIONS}
    return {name: value for name, value in wanted.items() if value is not None and value != ""}


@cache
def _progress(filters: tuple[str, ...], going_on: bool) -> Statement:
    statement: Statement = select(
        _D.id, _D.version, _D.year, _D.subject, _D.form, _D.title, _D.claimed_halves, _D.recognised_halves,
        _D.status, _D.step, Org.name, _D.returned, _D.source, _D.submitted_at, _D.urged_at, _D.origin_id,
    )  # fmt: skip
    statement = statement.outerjoin(Org, Org.id == _D.handler_org_id).where(
        _D.person_id == bindparam("person")
    )
    statement = statement.where(*(_CONDITIONS[name] for name in filters))
    if going_on:
        statement = statement.where(tuple_(_D.year, _D.id) < tuple_(bindparam("k_year"), bindparam("k_id")))
    return statement.order_by(_D.year.desc(), _D.id.desc()).limit(LIMIT)


@cache
def _counts(filters: tuple[str, ...]) -> Statement:
    chosen = select(_D.status).where(_D.person_id == bindparam("person"))
    few = chosen.where(*(_CONDITIONS[name] for name in filters)).limit(COUNT_AT_MOST).subquery()
    return select(few.c.status, func.count()).group_by(few.c.status)
