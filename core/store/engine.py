"""Database engines: one recipe for SQLite, one for PostgreSQL, the same behaviour above them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from core.rules.errors import ErrorCode, Refused

# WAL with FULL: an acknowledged approval survives a power cut. recursive_triggers: without it INSERT OR
# REPLACE would slip past the append-only triggers.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "temp_store=MEMORY",
    "cache_size=-16384",
    "journal_size_limit=67108864",
)
LOCK_SECONDS = 10
"""How long a writer waits for another before he is told so; he tries twice on SQLite."""
_HUNG_SECONDS = 300
# A server that has vanished is noticed within a minute; without it, a session would wait for hours.
_KEEPALIVES = {
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


@dataclass(frozen=True, slots=True)
class Engines:
    """Two faces of one pool: `write` takes the database's write lock when its transaction begins."""

    read: Engine
    write: Engine

    @property
    def name(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.read.dialect.name

    def rest(self) -> None:
        """Close the connections that nobody uses now; whoever has one goes on, and the next one is made anew."""
        # Not the engine's `dispose`, which makes another pool: what is in use would come back to the old one and
        # stay open there until the rubbish is collected.
        self.read.pool.dispose()

    def dispose(self) -> None:
        """Close the pool."""
        self.read.dispose()


def open_engines(url: str, *, pooler: bool = False, pool_size: int = 4) -> Engines:
    """Engines for a database URL; nothing is connected yet.

    `pooler` is for a PostgreSQL behind a pooler of transactions, which can't keep prepared statements.
    Raises Refused DATABASE_UNREACHABLE where the URL can't be used at all.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, pool_size)
        if parsed.get_backend_name() == "postgresql":
            return _postgresql(parsed, pooler, pool_size)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise Refused(ErrorCode.DATABASE_UNREACHABLE) from error
    raise Refused(ErrorCode.DATABASE_UNREACHABLE)


def begin_writing(engine: Engine) -> Connection:
    """A connection inside a write transaction; where the lock is not to be had in time, tried once more."""
    return _retried(lambda: _begun(engine))


def is_lock(error: BaseException) -> bool:
    """Whether the database was merely busy: a lock not had in time, a deadlock, a lost serialisation."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return "locked" in str(error.orig) if state is None else state in ("40001", "40P01", "55P03")


def _retried(attempt: Callable[[], Connection]) -> Connection:
    try:
        return attempt()
    except OperationalError as error:
        if not is_lock(error):
            raise
    return attempt()


def _begun(engine: Engine) -> Connection:
    connection = engine.connect()
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _plain_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sqlite(url: URL, pool_size: int) -> Engines:
    engine = create_engine(
        url,
        connect_args={"timeout": LOCK_SECONDS},
        json_serializer=_plain_json,
        hide_parameters=True,  # an error's text goes to the log, what was stored does not
        pool_size=pool_size,
        max_overflow=pool_size,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and can't be IMMEDIATE
        for pragma in _PRAGMAS:
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return Engines(engine, engine.execution_options(begin="BEGIN IMMEDIATE"))


def _postgresql(url: URL, pooler: bool, pool_size: int) -> Engines:
    arguments: dict[str, Any] = {"connect_timeout": LOCK_SECONDS, **_KEEPALIVES}
    if pooler:
        arguments["prepare_threshold"] = None
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=arguments,
        json_serializer=_plain_json,
        hide_parameters=True,  # an error's text goes to the log, what was stored does not
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            # LOCAL: nothing outlives the transaction, or a pooler would hand it on. Who hangs with locks in his
            # hand is thrown out, so that nobody waits for him for ever.
            connection.exec_driver_sql(
                f"set local lock_timeout = '{LOCK_SECONDS}s'; "
                f"set local idle_in_transaction_session_timeout = '{_HUNG_SECONDS}s'"
            )

    return Engines(engine, engine.execution_options(writes=True))
