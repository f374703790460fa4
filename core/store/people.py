"""Pages of the persons of an employer (直属账户), in the order of their pinyin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Account, Department, Person
from core.store.pages import BY_NAME, LIMIT, Key, Statement, cut, texts


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list; the number is sealed still."""

    id: int
    account_id: int
    name: str
    pinyin: str
    id_number_sealed: bytes
    department: str | None
    series: str
    title: str
    active: bool
    must_change: bool
    department_id: int | None


def people_page(
    session: Session,
    employer_id: int,
    *,
    text: str = "",
    number_digest: bytes | None = None,
    department_id: int | None = None,
    state: str = "",
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[PersonLine, ...], Key | None]:
    """The persons of an employer by pinyin; the key is (pinyin, id).

    `text` is any part of a name, or the beginning of its pinyin or initials; `number_digest` a whole 证件号.
    `department_id` 0 asks for those without one; `state` is active, initial or disabled, empty for all.
    """
    values: dict[str, object] = {"org": employer_id, "limit": limit + 1}
    if number_digest is not None:
        values["number"] = number_digest
    elif text:
        values |= {name: each for name, each in texts(text).items() if name != "number"}
    if after is not None:
        values |= {"k_pinyin": after[0], "k_id": after[1]}
    if department_id:
        values["department"] = department_id
    where = "" if department_id is None else "in" if department_id else "none"
    by = "number" if number_digest is not None else "text" if text else ""
    rows = tuple(
        PersonLine(*row)
        for row in session.connection().execute(_people(by, where, state, after is not None), values)
    )
    return cut(rows, limit, lambda row: (row.pinyin, row.id))


_STATES: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "active": (Account.active.is_(True), Account.must_change.is_(False)),
    "initial": (Account.active.is_(True), Account.must_change.is_(True)),
    "disabled": (Account.active.is_(False),),
}


@cache
def _people(by: str, where: str, state: str, going_on: bool) -> Statement:
    p = Person
    statement = (
        select(
            p.id, p.account_id, p.name, p.pinyin, p.id_number_sealed, Department.name, p.series, p.title,
            Account.active, Account.must_change, p.department_id,
        )
        .join(Account, Account.id == p.account_id)
        .outerjoin(Department, Department.id == p.department_id)
        .where(p.employer_id == bindparam("org"))
    )  # fmt: skip
    if by == "number":
        statement = statement.where(p.id_number_digest == bindparam("number"))
    elif by:
        statement = statement.where(BY_NAME)
    if where:
        inside = p.department_id == bindparam("department") if where == "in" else p.department_id.is_(None)
        statement = statement.where(inside)
    if state:
        statement = statement.where(*_STATES[state])
    if going_on:
        statement = statement.where(tuple_(p.pinyin, p.id) > tuple_(bindparam("k_pinyin"), bindparam("k_id")))
    return statement.order_by(p.pinyin, p.id).limit(LIMIT)
