"""People found among a million (专业技术人员): by name, pinyin, initials or number, in a region or inside units.

In a region every page is equalities and one range in the order of one index; inside units it goes from unit to
unit, each in the order of its own index. What else narrows (系列, 认定结果) is looked at on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import String, and_, bindparam, literal_column, not_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Org, Person, PersonYear
from core.store.names import is_chinese, letters_only, plain_form
from core.store.pages import BY_NAME, LIMIT, Key, Statement, texts

_HIGHEST = "\U0010ffff"
_UNITS_AT_ONCE = 200
_COLUMNS: Mapping[str, InstrumentedAttribute[str]] = {
    "name": Person.name,
    "pinyin": Person.pinyin,
    "initials": Person.initials,
    "all": Person.pinyin,
}


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A person in a list with the row of one year; the number is sealed still, hours are times two."""

    id: int
    name: str
    pinyin: str
    initials: str
    id_number_sealed: bytes
    employer_id: int
    employer: str
    series: str
    title: str
    public_halves: int | None
    professional_halves: int | None
    passed: bool | None
    recognised_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is narrowed by besides the name; `result` is passed, failed, none or empty."""

    year: int
    series: str = ""
    result: str = ""


Found = tuple[tuple[FoundLine, ...], Key | None]


def by_number(session: Session, digest: bytes, wanted: Wanted) -> FoundLine | None:
    """The one person with this 证件号, wherever they are."""
    values = {"number": digest, **_values(wanted)}
    row = session.connection().execute(_number(bool(wanted.series), wanted.result), values).first()
    return FoundLine(*row) if row is not None else None


def in_region(
    session: Session,
    prefix: str,
    wanted: Wanted,
    *,
    text: str = "",
    after: Key | None = None,
    limit: int = 20,
) -> Found:
    """The people of a region and below (2, 4 or 6 digits). Keys are (way, what it is ordered by, id)."""
    ways = _ways(text)
    rows: list[FoundLine] = []
    last: Key | None = None
    for way in ways[ways.index(str(after[0])) if after else 0 :]:
        key = after if after and after[0] == way else None
        found = _run(session, way, prefix, wanted, text, key, limit + 1 - len(rows))
        if found and len(rows) < limit:
            end = found[: limit - len(rows)][-1]
            last = (way, str(getattr(end, _COLUMNS[way].key)), end.id)
        rows += found
        if len(rows) > limit:
            return tuple(rows[:limit]), last
    return tuple(rows), None


def in_units(
    session: Session,
    units: Iterable[int],
    wanted: Wanted,
    *,
    text: str = "",
    after: Key | None = None,
    limit: int = 20,
) -> Found:
    """The people of these units (ids in rising order), unit by unit. Keys are (unit, pinyin, id)."""
    rows: list[FoundLine] = []
    for unit in units:
        if after is not None and unit < int(after[0]):
            continue
        key = after if after is not None and unit == int(after[0]) else None
        values: dict[str, object] = {"org": unit, "limit": limit + 1 - len(rows), **_values(wanted)}
        if text:
            values |= {name: each for name, each in texts(text).items() if name != "number"}
        if key is not None:
            values |= {"k": key[1], "k_id": key[2]}
        statement = _unit(bool(text), bool(wanted.series), wanted.result, key is not None)
        rows += (FoundLine(*row) for row in session.connection().execute(statement, values))
        if len(rows) > limit:
            end = rows[limit - 1]
            return tuple(rows[:limit]), (end.employer_id, end.pinyin, end.id)
    return tuple(rows), None


def units_with_people(session: Session, authority_id: int, since: int = 0) -> Iterable[int]:
    """The units of an authority that have anybody, in the order of their ids, from one on."""
    anybody = select(Person.id).where(Person.employer_id == Org.id).exists()
    query = select(Org.id).where(Org.authority_id == bindparam("authority"), Org.id >= bindparam("since"))
    query = query.where(anybody).order_by(Org.id).limit(_UNITS_AT_ONCE)
    while True:
        ids = list(session.scalars(query, {"authority": authority_id, "since": since}))
        yield from ids
        if len(ids) < _UNITS_AT_ONCE:
            return
        since = ids[-1] + 1


def _ways(text: str) -> tuple[str, ...]:
    """The searches to run one after the other. No syllable begins with i, u or v: such are no initials."""
    words = letters_only(text)
    if not words:
        return ("all",)
    if is_chinese(words):
        return ("name",)
    return ("pinyin",) if set(words) & set("iuv") else ("initials", "pinyin")


def _run(
    session: Session, way: str, prefix: str, wanted: Wanted, text: str, key: Key | None, limit: int
) -> list[FoundLine]:
    values: dict[str, object] = {"limit": limit, **_values(wanted)}
    if len(prefix) > 2:
        values["prefix"] = prefix
    if way != "all":
        low = plain_form(text) if way == "name" else letters_only(text)
        values |= {"low": low, "high": low + _HIGHEST}
    if key is not None:
        values |= {"k": key[1], "k_id": key[2]}
    fresh = way == "pinyin" and _ways(text)[0] == "initials"
    statement = _region(way, len(prefix), bool(wanted.series), wanted.result, fresh, key is not None)
    return [FoundLine(*row) for row in session.connection().execute(statement, values)]


def _values(wanted: Wanted) -> dict[str, object]:
    return {"year": wanted.year, **({"series": wanted.series} if wanted.series else {})}


# ---------------------------------------------------------------------------------------- statements

_Y = PersonYear
_RESULTS: Mapping[str, ColumnElement[bool]] = {
    "passed": _Y.passed.is_(True),
    "failed": _Y.passed.is_(False),
    "none": _Y.person_id.is_(None),
}


def _people(series: bool, result: str) -> Statement:
    p = Person
    statement: Statement = (
        select(
            p.id, p.name, p.pinyin, p.initials, p.id_number_sealed, p.employer_id, Org.name, p.series, p.title,
            _Y.public_halves, _Y.professional_halves, _Y.passed, _Y.recognised_at,
        )
        .join(Org, Org.id == p.employer_id)
        .outerjoin(_Y, and_(_Y.person_id == p.id, _Y.year == bindparam("year")))
    )  # fmt: skip
    if series:
        statement = statement.where(p.series == bindparam("series"))
    return statement.where(_RESULTS[result]) if result else statement


@cache
def _number(series: bool, result: str) -> Statement:
    return _people(series, result).where(Person.id_number_digest == bindparam("number"))


@cache
def _region(way: str, digits: int, series: bool, result: str, fresh: bool, going_on: bool) -> Statement:
    statement, column = _people(series, result), _COLUMNS[way]
    if digits == 6:
        statement = statement.where(Person.region_code == bindparam("prefix"))
    elif digits == 4:
        # The expression must read as in the index, with its numbers inlined.
        city: ColumnElement[str] = literal_column("substr(person.region_code, 1, 4)", String())
        statement = statement.where(city == bindparam("prefix"))
    if way != "all":
        statement = statement.where(column >= bindparam("low"), column < bindparam("high"))
    if fresh:  # what the initials have given already is not given again by the pinyin
        given = and_(Person.initials >= bindparam("low"), Person.initials < bindparam("high"))
        statement = statement.where(not_(given))
    if going_on:
        statement = statement.where(tuple_(column, Person.id) > tuple_(bindparam("k"), bindparam("k_id")))
    return statement.order_by(column, Person.id).limit(LIMIT)


@cache
def _unit(by_text: bool, series: bool, result: str, going_on: bool) -> Statement:
    statement = _people(series, result).where(Person.employer_id == bindparam("org"))
    if by_text:
        statement = statement.where(BY_NAME)
    if going_on:
        key = tuple_(bindparam("k"), bindparam("k_id"))
        statement = statement.where(tuple_(Person.pinyin, Person.id) > key)
    return statement.order_by(Person.pinyin, Person.id).limit(LIMIT)
