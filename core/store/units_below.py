"""Pages of the offices below an authority (its units, by pinyin) or a bureau (by the search of all offices)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session

from core.model import AccountRole, Org
from core.rules.roles import OrgKind
from core.store.pages import LIMIT, Key, Statement, cut, texts
from core.store.search import find_employers


@dataclass(frozen=True, slots=True)
class UnitLine:
    """An office in a list."""

    id: int
    name: str
    kind: str
    code: str
    region_code: str
    pinyin: str
    active: bool


def units_of(
    session: Session,
    authority_id: int,
    *,
    text: str = "",
    active: bool | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[UnitLine, ...], Key | None]:
    """The employers of an authority by pinyin; the key is (pinyin, id). It costs as much as it has units."""
    values: dict[str, object] = {"authority": authority_id, "limit": limit + 1}
    if text:
        values |= texts(text)
    if after is not None:
        values |= {"k_pinyin": after[0], "k_id": after[1]}
    statement = _units(bool(text), active, after is not None)
    rows = tuple(UnitLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.pinyin, row.id))


def units_in(
    session: Session,
    region_prefix: str,
    *,
    text: str = "",
    kinds: tuple[OrgKind, ...] = tuple(OrgKind),
    active: bool | None = None,
    after: Key | None = None,
    limit: int = 20,
) -> tuple[tuple[UnitLine, ...], Key | None]:
    """The offices of a region and below; text and keys as in `find_employers`."""
    page = find_employers(session, text, region_prefix, kinds=kinds, active=active, after=after, limit=limit)
    ids = [row.id for row in page.rows]
    in_use = {key: flag for key, flag in session.execute(select(Org.id, Org.active).where(Org.id.in_(ids)))}
    return (
        tuple(
            UnitLine(row.id, row.name, row.kind, row.code, row.region_code, row.pinyin, in_use[row.id])
            for row in page.rows
        ),
        page.after,
    )


def account_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How many accounts each of these offices has."""
    query = select(AccountRole.org_id, func.count()).where(AccountRole.org_id.in_(list(ids)))
    rows = session.execute(query.group_by(AccountRole.org_id))
    return {org_id: count for org_id, count in rows if org_id is not None}


@cache
def _units(by_text: bool, active: bool | None, going_on: bool) -> Statement:
    statement: Statement = select(
        Org.id, Org.name, Org.kind, Org.code, Org.region_code, Org.pinyin, Org.active
    ).where(Org.authority_id == bindparam("authority"))
    if by_text:
        statement = statement.where(
            or_(
                Org.name.like(bindparam("inside"), escape="!"),
                Org.pinyin.like(bindparam("start"), escape="!"),
                Org.initials.like(bindparam("start"), escape="!"),
                Org.code.like(bindparam("number"), escape="!"),
            )
        )
    if active is not None:
        statement = statement.where(Org.active.is_(active))
    if going_on:
        key = tuple_(bindparam("k_pinyin"), bindparam("k_id"))
        statement = statement.where(tuple_(Org.pinyin, Org.id) > key)
    return statement.order_by(Org.pinyin, Org.id).limit(LIMIT)
