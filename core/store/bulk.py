"""Thousands of rows at once: executemany of the driver on SQLite, COPY on PostgreSQL, ids reserved beforehand.

What a unit of rows shares is bound once. The caller has checked everything: a row that breaks a constraint
undoes the whole transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, Table, any_, bindparam, column, func, select, table, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.model import Base
from core.store.locks import IMPORTS, hold

_WANTED = table("wanted_key", column("key"))


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return Base.metadata.tables[model.__tablename__]


def reserve_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """So many ids of a table that nobody else will take, rising. On SQLite the write lock keeps them free."""
    owner = table_of(model)
    if session.connection().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(owner.name, "id")
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return sorted(int(each) for each in session.scalars(numbers))
    last = session.scalar(select(func.max(owner.c.id))) or 0
    if owner.dialect_options["sqlite"]["autoincrement"]:  # numbers that were deleted are not given again
        given = text("select seq from sqlite_sequence where name = :table")
        last = max(last, session.scalar(given, {"table": owner.name}) or 0)
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
    target, dialect = table_of(model), session.connection().dialect
    constant = _defaults(target, {*columns, *(shared or {})}) | dict(shared or {})
    names = (*columns, *constant)
    binders = [(at, bind) for at, name in enumerate(columns) if (bind := _binder(target.c[name], dialect))]
    tail = tuple(
        bind(value) if (bind := _binder(target.c[name], dialect)) else value
        for name, value in constant.items()
    )
    if binders:
        rows = [_bound(row, binders) for row in rows]
    full = [row + tail for row in rows]
    listed = ", ".join(names)
    driver: Any = session.connection().connection.driver_connection
    try:
        if dialect.name == "postgresql":
            with driver.cursor() as cursor, cursor.copy(f"COPY {target.name} ({listed}) FROM STDIN") as copy:
                for row in full:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            driver.executemany(f"insert into {target.name} ({listed}) values ({marks})", full)
    except dialect.loaded_dbapi.Error as error:  # said the way all the rest of the store says it
        wrapped = DBAPIError.instance(
            f"insert into {target.name}", None, error, dialect.loaded_dbapi.Error, True, dialect=dialect
        )
        raise wrapped from error


def found_by(
    session: Session, key_column: Any, keys: Sequence[Any], *wanted: Any, more: Sequence[Any] = ()
) -> list[Any]:
    """Rows of `wanted` columns whose `key_column` is one of many keys; `more` are further conditions.

    The keys travel as one value: thousands of parameters take longer to write down than to look up.
    """
    if not keys:
        return []
    connection = session.connection()
    query = select(*wanted).where(*more)
    if connection.dialect.name == "postgresql":
        array = bindparam("keys", list(keys), type_=ARRAY(key_column.type))
        return list(connection.execute(query.where(key_column == any_(array))))
    if not isinstance(keys[0], bytes):
        listed = func.json_each(bindparam("keys", json.dumps(list(keys)))).table_valued("value")
        return list(connection.execute(query.where(key_column.in_(select(listed.c.value)))))
    # A blob can't travel as JSON.
    driver: Any = connection.connection.driver_connection
    driver.execute("create temp table if not exists wanted_key (key blob primary key) without rowid")
    driver.execute("delete from wanted_key")
    driver.executemany("insert or ignore into wanted_key values (?)", [(key,) for key in keys])
    return list(connection.execute(query.where(key_column.in_(select(_WANTED.c.key)))))


def hold_off(session: Session, number: int) -> None:
    """Hold off other imports of the same place until the transaction ends; SQLite has one writer anyway."""
    hold(session, IMPORTS + number)


def is_taken(error: DBAPIError) -> bool:
    """Whether a statement was refused since what it would write is there already."""
    state = getattr(error.orig, "sqlstate", None)
    return "UNIQUE constraint failed" in str(error.orig) if state is None else state == "23505"


def _defaults(target: Table, given: set[str]) -> dict[str, object]:
    """The defaults that the ORM would have filled in."""
    found: dict[str, object] = {}
    for each in target.columns:
        default: Any = each.default
        if each.name in given or default is None:
            continue
        found[each.name] = default.arg(None) if default.is_callable else default.arg
    return found


def _binder(of: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value of it fit for the driver; None where it fits as it is."""
    return of.type.dialect_impl(dialect).bind_processor(dialect)


def _bound(row: tuple[Any, ...], binders: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for at, bind in binders:
        values[at] = bind(values[at])
    return tuple(values)
