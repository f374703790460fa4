"""A database copied whole while others write to it, and put back: SQLite by its own backup, PostgreSQL by its tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection, make_url

from core.rules.errors import ErrorCode, Refused

_PAGES_AT_ONCE = 256
_PAUSE = 0.001  # seconds between two steps, so that whoever writes gets in


def dump(connection: Connection, target: Path) -> None:
    """Copy the database as this transaction sees it. Raises Refused SERVER_TOOLS_MISSING, BACKUP_BROKEN.

    On PostgreSQL the transaction must be REPEATABLE READ: the copy is of the same snapshot.
    """
    if connection.dialect.name == "sqlite":
        source = str(connection.engine.url.database)
        # A connection of its own: what this process has open elsewhere is not in the way.
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=_PAGES_AT_ONCE, sleep=_PAUSE)
            copy.execute("pragma journal_mode=delete")
        return
    snapshot = connection.exec_driver_sql("select pg_export_snapshot()").scalar_one()
    _run(
        [
            _tool("pg_dump"),
            "--format=custom",
            "--compress=1",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={target}",
        ],
        connection.engine.url,
    )


def put_back(source: Path, url: str) -> None:
    """Bring a copy into an empty database. Raises Refused BACKUP_BROKEN, SERVER_TOOLS_MISSING."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        target = Path(str(parsed.database))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.close(handle)
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(target)) as live:
            if copy.execute("pragma quick_check(1)").fetchone()[0] != "ok":
                raise Refused(ErrorCode.BACKUP_BROKEN, reason="数据库文件已损坏")
            copy.backup(live)
        return
    _run(
        [
            _tool("pg_restore"),
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={parsed.database}",
            str(source),
        ],
        parsed,
    )


def is_empty(connection: Connection) -> bool:
    """Whether a database holds nothing at all yet: no table of any name."""
    if connection.dialect.name == "sqlite":
        return connection.execute(text("select 1 from sqlite_master limit 1")).first() is None
    asked = "select 1 from pg_tables where schemaname = current_schema() limit 1"
    return connection.execute(text(asked)).first() is None


def _run(command: list[str], url: URL) -> None:
    # The password goes by the environment: a command line is seen by everybody on the machine.
    named = {
        "PGHOST": url.host or url.query.get("host") or "",
        "PGPORT": str(url.port or url.query.get("port") or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
    }
    environment = os.environ | {key: str(value) for key, value in named.items() if value}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["没有说明"])[-1]
        raise Refused(ErrorCode.BACKUP_BROKEN, reason=reason)


def _tool(name: str) -> str:
    """Where a program of PostgreSQL lies: on the path, or where Debian keeps the versions."""
    found = shutil.which(name)
    if found is None:
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        found = str(versions[-1]) if versions else None
    if found is None:
        raise Refused(ErrorCode.SERVER_TOOLS_MISSING, tool=name)
    return found
