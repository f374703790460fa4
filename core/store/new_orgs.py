"""Many organisations at once: what an import of 50,000 units or the demonstration writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from core.model import Org, OrgGram
from core.rules.roles import OrgKind
from core.store.names import gram_rows, spell_words

_AT_ONCE = 2000
_GRAMS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class NewOrg:
    """An organisation to be added. `superior` and `authority` are codes, of the same batch or the database."""

    code: str
    name: str
    kind: OrgKind
    region_code: str
    superior: str = ""
    authority: str = ""
    nature: str = ""


def add_orgs(session: Session, orgs: Sequence[NewOrg]) -> Mapping[str, int]:
    """Add them with their spelling and pieces; returns the id of each code. The caller has checked everything."""
    connection = session.connection()
    ids: dict[str, int] = {}
    table = Org.metadata.tables[Org.__tablename__]
    for batch in _batches(orgs):
        made = connection.execute(
            insert(table).returning(table.c.id, table.c.code), [_columns(org) for org in batch]
        )
        ids |= {row.code: row.id for row in made}
    _link(session, orgs, ids)
    pieces = (row for org in orgs for row in gram_rows(ids[org.code], org.region_code, org.name))
    if connection.dialect.name == "postgresql":
        _copy(session, pieces)
    else:
        grams = OrgGram.metadata.tables[OrgGram.__tablename__]
        for rows in _batches(pieces, _GRAMS_AT_ONCE):
            connection.execute(insert(grams), rows)
    return ids


def link_orgs(session: Session, orgs: Sequence[NewOrg]) -> None:
    """Set the superiors and authorities of organisations that are there already, whatever order they came in."""
    known = ids_of(session, [org.code for org in orgs])
    _link(session, [org for org in orgs if org.code in known], {code: row[0] for code, row in known.items()})


def ids_of(session: Session, codes: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Those of the codes that the database knows: code to (id, kind)."""
    found: dict[str, tuple[int, str]] = {}
    for batch in _batches(sorted(set(codes))):
        wanted = select(Org.code, Org.id, Org.kind).where(Org.code.in_(batch))
        found |= {row.code: (row.id, row.kind) for row in session.execute(wanted)}
    return found


def _columns(org: NewOrg) -> dict[str, object]:
    pinyin, initials = spell_words(org.name)
    return {
        "kind": org.kind.value,
        "name": org.name,
        "code": org.code,
        "nature": org.nature,
        "region_code": org.region_code,
        "pinyin": pinyin,
        "initials": initials,
    }


def _link(session: Session, orgs: Sequence[NewOrg], ids: Mapping[str, int]) -> None:
    """Superiors and authorities, once everything has its id: one may stand later in the file."""
    linked = [org for org in orgs if org.superior or org.authority]
    elsewhere = {code for org in linked for code in (org.superior, org.authority) if code} - set(ids)
    known = {code: row[0] for code, row in ids_of(session, elsewhere).items()} | dict(ids)
    table = Org.metadata.tables[Org.__tablename__]
    statement = (
        update(table)
        .where(table.c.id == bindparam("org"))
        .values(superior_id=bindparam("above"), authority_id=bindparam("office"))
    )
    for batch in _batches(linked):
        rows = [
            {"org": ids[org.code], "above": known.get(org.superior), "office": known.get(org.authority)}
            for org in batch
        ]
        session.connection().execute(statement, rows)


def _copy(session: Session, rows: Iterable[Mapping[str, object]]) -> None:
    """PostgreSQL takes hundreds of thousands of rows in a second by COPY, and by nothing else."""
    driver: Any = session.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy("COPY org_gram (gram, region_code, org_id) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((row["gram"], row["region_code"], row["org_id"]))


def _batches(items: Iterable[Any], size: int = _AT_ONCE) -> Iterator[list[Any]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
