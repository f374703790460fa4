"""Locks for what no row stands for: held by one transaction of all that share a database, until it is over."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

AUDIT_CHAIN = 0x6A696A6961
"""The end of the chain of the audit log."""
SERVED = 0x6A696A6963
"""Who is let in at the services: counted and written down by one at a time."""
IMPORTS = 0x6A69_7000_0000
"""Imports into one place: this and the number of the place."""


def hold(ground: Session | Connection, lock: int) -> None:
    """Wait for a lock and hold it until the transaction ends. Whoever writes to SQLite holds all there is."""
    connection = ground.connection() if isinstance(ground, Session) else ground
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": lock})
