"""Search among organisations (所在单位) by characters, pinyin, initials or code: the same SQL on both engines.

Every page is equalities and one range in the order of one index, so that 200,000 units answer without a pause.
The statements run as text: over rows this small the composing of a query would cost more than the search.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert
from sqlalchemy.orm import Session

from core.model import Org, OrgGram
from core.rules.roles import OrgKind
from core.store.names import gram_rows, is_chinese, letters_only, pairs, plain_form

After = tuple[int | str, ...]
LONGEST = 60
"""No name is longer; more than this typed finds nothing."""
_PAIRS_AT_MOST = 6
_PROVINCE = "41"  # what no region stands for; every region of the platform lies in Henan
_TYPED_APART = "（）()·-、 "  # what is typed or left out as one likes


class OrgLine(NamedTuple):
    """An organisation as found (名称, 单位类型, 机构代码)."""

    id: int
    name: str
    kind: str
    code: str
    region_code: str
    pinyin: str
    initials: str


class OrgPage(NamedTuple):
    """One page; `after` is what the next one is asked with, None on the last."""

    rows: tuple[OrgLine, ...]
    after: After | None


def find_employers(
    session: Session | Connection,
    text: str = "",
    region_prefix: str = "",
    *,
    exact: bool = False,
    kinds: tuple[OrgKind, ...] = (OrgKind.EMPLOYER,),
    active: bool | None = True,
    after: After | None = None,
    limit: int = 20,
) -> OrgPage:
    """One page of active organisations whose name, pinyin, initials or code fit what was typed.

    Chinese of two characters or more is found anywhere in the name, a single character at its beginning;
    letters are the beginning of the initials, then of the pinyin; what holds a digit is the beginning of the
    机构代码. `exact` wants the whole name, spelling or code. `region_prefix` has 2, 4 or 6 digits, or none.
    `active` False asks for disabled ones, None for both.
    On a connection without a transaction none is begun: that would cost more than the search.
    """
    typed = plain_form(text)
    words = letters_only(typed)
    if len(typed) > LONGEST or (typed and not words):
        return OrgPage((), None)
    connection = session if isinstance(session, Connection) else session.connection()
    search = _Search(connection, region_prefix or _PROVINCE, tuple(sorted(set(kinds))), exact, typed, active)
    ways = _ways(words)
    rows: list[OrgLine] = []
    going_on: After | None = None
    for way in ways[ways.index(str(after[0])) if after else 0 :]:
        found = search.run(way, words, after if after and after[0] == way else None, limit + 1 - len(rows))
        if len(rows) < limit and found:
            going_on = _key_of(way, found[: limit - len(rows)][-1])
        rows += found
        if len(rows) > limit:
            return OrgPage(tuple(rows[:limit]), going_on)
    return OrgPage(tuple(rows), None)


def index_grams(session: Session, org: Org) -> None:
    """Write the pieces of an organisation's name anew: after it was made, renamed or moved. Flushes."""
    session.flush()
    session.execute(delete(OrgGram).where(OrgGram.org_id == org.id))
    rows = list(gram_rows(org.id, org.region_code, org.name))
    if rows:
        session.execute(insert(OrgGram), rows)


def _ways(words: str) -> tuple[str, ...]:
    """The searches to run one after another for what was typed."""
    if not words:
        return ("all",)
    if is_chinese(words):
        return ("one",) if len(words) == 1 else ("pieces",)
    if any(c.isdigit() for c in words):
        return ("code", "initials", "pinyin")
    # No syllable begins with i, u or v: what holds one is no row of initials.
    return ("spelling",) if set(words) & set("iuv") else ("initials", "pinyin")


class _Search(NamedTuple):
    """One search: where, among which kinds, and how strictly."""

    connection: Connection
    prefix: str
    kinds: tuple[OrgKind, ...]
    exact: bool
    typed: str
    active: bool | None = True

    def run(self, way: str, words: str, key: After | None, limit: int) -> list[OrgLine]:
        """The rows of one way after a key."""
        values: dict[str, object] = {"prefix": self.prefix, "limit": limit, **self._key(way, words, key)}
        count = 0
        if way in ("pieces", "one"):
            grams = pairs(words)[:_PAIRS_AT_MOST] or [words]
            count = len(grams)
            values |= {f"g{i}": gram for i, gram in enumerate(grams)}
            values |= {"below": self.prefix + "~", "words": words, "typed": self.typed}
        verified = self.exact or len(words) > 2
        connection = self.connection
        kinds = ", ".join(f"'{kind.value}'" for kind in self.kinds)
        dialect = connection.dialect.name
        sql = _statement(way, len(self.prefix), kinds, self.active, count, verified, self.exact, dialect)
        # The driver's own cursor: what a whole execution costs above it is as much as the search itself.
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, values)
            return list(map(OrgLine._make, cursor.fetchall()))
        finally:
            cursor.close()

    def _key(self, way: str, words: str, key: After | None) -> dict[str, object]:
        if way in ("pieces", "one"):
            return {"k": key[1], "i": key[2]} if key else {"k": self.prefix, "i": -1}
        low = words.upper() if way == "code" else words
        high = low if self.exact else low + "~"
        k, i = (key[1], key[2]) if key else (low, -1)
        return {"k": k, "i": i, "high": high, "low": low}


def _key_of(way: str, row: OrgLine) -> After:
    """The key that the page after this row is asked with."""
    if way in ("pieces", "one"):
        return (way, row.region_code, row.id)
    return (way, {"code": row.code, "initials": row.initials}.get(way, row.pinyin), row.id)


@cache
def _statement(
    way: str,
    digits: int,
    kinds: str,
    in_use: bool | None,
    count: int,
    verified: bool,
    exact: bool,
    dialect: str,
) -> str:
    """The SQL of one way of searching; `digits` of region, `count` pieces to choose the rarest of."""
    active = "" if in_use is None else f"{_flag(in_use, dialect)} and "
    columns = "o.id, o.name, o.kind, o.code, o.region_code, o.pinyin, o.initials"
    kept = f"{active}o.kind in ({kinds})"
    if way in ("pieces", "one"):
        sql = (
            f"select {columns} from org_gram g join org o on o.id = g.org_id "
            f"where g.gram = {_rarest(count)} and (g.region_code, g.org_id) > (:k, :i) "
            f"and g.region_code < :below and {kept} {_verified(verified, exact, dialect)}"
            "order by g.region_code, g.org_id limit :limit"
        )
    else:
        sql = _by_prefix(way, digits, columns, kept)
    return re.sub(r":(\w+)", r"%(\1)s", sql) if dialect == "postgresql" else sql


def _flag(in_use: bool, dialect: str) -> str:
    if dialect == "postgresql":
        return "o.active" if in_use else "not o.active"
    return f"o.active = {int(in_use)}"


def _by_prefix(way: str, digits: int, columns: str, kept: str) -> str:
    region = "o.region_code" if digits == 6 else f"substr(o.region_code, 1, {digits})"
    column = "pinyin" if way in ("all", "spelling") else way
    bound = "" if way == "all" else f"and o.{column} <= :high "
    # What the initials have given already is not given again by the pinyin.
    fresh = "and not (o.initials >= :low and o.initials <= :high) " if way == "pinyin" else ""
    return (
        f"select {columns} from org o where {region} = :prefix and (o.{column}, o.id) > (:k, :i) {bound}{fresh}"
        f"and {kept} order by o.{column}, o.id limit :limit"
    )


def _rarest(count: int) -> str:
    """The piece with the fewest rows here; among those with a hundred and more the one that stands first.

    What stands first in a name is its own, what stands last is shared with many.
    """
    if count == 1:
        return ":g0"
    counted = " union all ".join(
        f"select :g{i} as gram, {i} as place, (select count(*) from (select 1 from org_gram c "
        f"where c.gram = :g{i} and c.region_code >= :prefix and c.region_code < :below limit 100) n{i}) as n"
        for i in range(count)
    )
    return f"(select gram from ({counted}) counted order by n, place limit 1)"


def _verified(wanted: bool, exact: bool, dialect: str) -> str:
    """That the name really holds what was typed: pieces may fit that are not neighbours.

    Not by LIKE: SQLite prepares a statement anew for each pattern that is bound to it.
    """
    if not wanted:
        return ""
    bare = "lower(o.name)"
    for character in _TYPED_APART:
        bare = f"replace({bare}, '{character}', '')"
    if exact:
        return f"and (o.name = :typed or {bare} = :words) "
    find = "strpos" if dialect == "postgresql" else "instr"
    return f"and ({find}(o.name, :typed) > 0 or {find}({bare}, :words) > 0) "
