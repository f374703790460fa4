"""Tables that exist changed by a revision: columns added and CHECKs replaced, on both engines.

SQLite can't replace a CHECK: there the table is made anew under its name, its rows copied, the old one dropped.
`migrate` switches foreign keys off for that and checks them all at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateColumn


@dataclass(frozen=True, slots=True)
class Added:
    """A new column: what rows that exist get in it (SQL), and the column it refers to, if any."""

    column: sa.Column[Any]
    fill: str = "null"
    refers: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """What happens to one table. `checks` are CHECKs by their whole names, new or in place of an old one.

    `counts_on`: SQLite shall never give a number twice, not even that of a row that was deleted (PostgreSQL
    never does).
    """

    table: str
    added: Sequence[Added] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    old_checks: Mapping[str, str] = field(default_factory=dict)
    counts_on: bool = False

    def key_of(self, added: Added) -> str:
        """The name of a column's foreign key."""
        return f"fk_{self.table}_{added.column.name}_{added.refers.split('.')[0]}"


def change(what: Changed) -> None:
    """Carry it out."""
    if op.get_bind().dialect.name == "postgresql":
        _widen(what)
    else:
        _remake(what, forward=True)


def change_back(what: Changed) -> None:
    """The way back: what stood in the new columns is lost."""
    if op.get_bind().dialect.name == "postgresql":
        _narrow(what)
    else:
        _remake(what, forward=False)


def _widen(what: Changed) -> None:
    for each in what.added:
        name, needed = each.column.name, not each.column.nullable
        bare = sa.Column(name, each.column.type, nullable=True)
        op.add_column(what.table, bare)
        if each.fill != "null":
            op.execute(f"update {what.table} set {name} = {each.fill}")
        if needed:
            op.alter_column(what.table, name, nullable=False)
        if each.refers:
            table, column = each.refers.split(".")
            op.create_foreign_key(what.key_of(each), what.table, table, [name], [column])
    for name in what.old_checks:
        op.execute(f"alter table {what.table} drop constraint {name}")
    for name, condition in what.checks.items():
        op.execute(f"alter table {what.table} add constraint {name} check ({condition})")


def _narrow(what: Changed) -> None:
    for name in what.checks:
        op.execute(f"alter table {what.table} drop constraint {name}")
    for each in what.added:
        op.drop_column(what.table, each.column.name)
    for name, condition in what.old_checks.items():
        op.execute(f"alter table {what.table} add constraint {name} check ({condition})")


def _remake(what: Changed, *, forward: bool) -> None:
    bind = op.get_bind()
    kept = bind.execute(
        sa.text("select type, name, sql from sqlite_master where tbl_name = :table and sql is not null"),
        {"table": what.table},
    ).all()
    made = next(row.sql for row in kept if row.type == "table")
    names = {each.column.name for each in what.added}
    old_columns = [column["name"] for column in sa.inspect(bind).get_columns(what.table)]
    columns = [name for name in old_columns if forward or name not in names]
    op.execute(f"alter table {what.table} rename to {what.table}_before")
    for row in kept:
        if row.type == "index":
            op.execute(f"drop index {row.name}")
    op.execute(sa.text(_edited(what, made, forward=forward).replace(":", "\\:")))
    new, filled = list(columns), list(columns)
    if forward:
        new += [each.column.name for each in what.added]
        filled += [each.fill for each in what.added]
    op.execute(
        f"insert into {what.table} ({', '.join(new)}) select {', '.join(filled)} from {what.table}_before"
    )
    op.execute(f"drop table {what.table}_before")
    for row in kept:
        if row.type == "index" and not (not forward and any(re.search(rf"\b{n}\b", row.sql) for n in names)):
            op.execute(sa.text(row.sql.replace(":", "\\:")))


def _edited(what: Changed, made: str, *, forward: bool) -> str:
    """The CREATE of the table with the columns and CHECKs as they shall be."""
    inside, rest = made[made.index("(") + 1 : made.rindex(")")], made[made.rindex(")") :]
    parts = [part.strip().rstrip(",") for part in inside.splitlines() if part.strip()]
    gone = what.old_checks if forward else what.checks
    parts = [part for part in parts if not any(part.startswith(f"CONSTRAINT {name} ") for name in gone)]
    if forward:
        dialect = op.get_bind().dialect
        parts[0:0] = [str(CreateColumn(each.column).compile(dialect=dialect)) for each in what.added]
        parts += [
            f"CONSTRAINT {what.key_of(each)} FOREIGN KEY({each.column.name}) "
            f"REFERENCES {each.refers.replace('.', ' (')})"
            for each in what.added
            if each.refers
        ]
    else:
        names = {each.column.name for each in what.added}
        keys = {what.key_of(each) for each in what.added if each.refers}
        parts = [
            part
            for part in parts
            if part.split()[0] not in names and not any(part.startswith(f"CONSTRAINT {key} ") for key in keys)
        ]
    put = what.checks if forward else what.old_checks
    parts += [f"CONSTRAINT {name} CHECK ({condition})" for name, condition in put.items()]
    if what.counts_on:
        plain = f"CONSTRAINT pk_{what.table} PRIMARY KEY (id)"
        column, counting = "id INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"
        parts = [part for part in parts if part not in (plain, column, counting)]
        parts = [counting, *parts] if forward else [column, *parts, plain]
    # Columns stand before constraints, whatever order they came in.
    parts.sort(key=lambda part: part.startswith(("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN")))
    return f"CREATE TABLE {what.table} (\n\t" + ", \n\t".join(parts) + "\n" + rest
