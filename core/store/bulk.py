"""Thousands of rows at once: executemany of the driver on SQLite, COPY on PostgreSQL, ids reserved beforehand.

What a unit of rows shares is bound once. The caller has checked everything: a row that breaks a constraint
undoes the whole transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, func, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from core.model import Base

_IMPORT_LOCK = 0x6A69_7000_0000
_AT_ONCE = 900
"""Values in one IN list: old builds of SQLite take 999 parameters."""


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return Base.metadata.tables[model.__tablename__]


def reserve_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """So many ids of a table that nobody else will take, rising. On SQLite the write lock keeps them free."""
    table = table_of(model)
    if session.connection().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return sorted(int(each) for each in session.scalars(numbers))
    last = session.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + count)


def insert_rows(
    session: Session,
    model: type[Base],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    shared: Mapping[str, object] | None = None,
) -> None:
    """Insert rows of `columns`; `shared` holds what all of them have. Columns not named get their defaults."""
    if not rows:
        return
    session.flush()
    table, dialect = table_of(model), session.connection().dialect
    constant = _defaults(table, {*columns, *(shared or {})}) | dict(shared or {})
    names = (*columns, *constant)
    binders = [(at, bind) for at, name in enumerate(columns) if (bind := _binder(table.c[name], dialect))]
    tail = tuple(
        bind(value) if (bind := _binder(table.c[name], dialect)) else value
        for name, value in constant.items()
    )
    if binders:
        rows = [_bound(row, binders) for row in rows]
    full = [row + tail for row in rows]
    listed = ", ".join(names)
    driver: Any = session.connection().connection.driver_connection
    if dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
            for row in full:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    driver.executemany(f"insert into {table.name} ({listed}) values ({marks})", full)


def found_by(
    session: Session, column: Any, keys: Sequence[Any], *wanted: Any, more: Sequence[Any] = ()
) -> list[Any]:
    """Rows of `wanted` columns whose `column` is one of many keys; `more` are further conditions."""
    found: list[Any] = []
    for begin in range(0, len(keys), _AT_ONCE):
        part = keys[begin : begin + _AT_ONCE]
        found += session.execute(select(*wanted).where(column.in_(part), *more)).all()
    return found


def hold_off(session: Session, number: int) -> None:
    """Hold off other imports of the same place until the transaction ends; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK + number})


def _defaults(table: Table, given: set[str]) -> dict[str, object]:
    """The defaults that the ORM would have filled in."""
    found: dict[str, object] = {}
    for column in table.columns:
        default: Any = column.default
        if column.name in given or default is None:
            continue
        found[column.name] = default.arg(None) if default.is_callable else default.arg
    return found


def _binder(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value of it fit for the driver; None where it fits as it is."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _bound(row: tuple[Any, ...], binders: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for at, bind in binders:
        values[at] = bind(values[at])
    return tuple(values)
