"""The bare SQL of a use case: caught as the driver hands it to SQLite, to be sent again without the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.services.desk import Desk
    from core.store.work import UnitOfWork


def selects_of(desk: Desk, run: Callable[[UnitOfWork], object]) -> tuple[str, ...]:
    """The SELECTs that `run` sends, their values in place."""
    heard: list[str] = []
    with desk.reading() as work:
        driver = work.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(heard.append)
        try:
            run(work)
        finally:
            driver.set_trace_callback(None)
    return tuple(sql for sql in heard if sql.lstrip().lower().startswith("select"))


def send(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    """Send them again and fetch all rows."""
    for statement in statements:
        connection.execute(statement).fetchall()
