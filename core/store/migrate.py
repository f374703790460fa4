"""The schema's revisions: upgrade, and which one a database has. Alembic is imported only to upgrade."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from core.rules.errors import ErrorCode, Refused

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision; a test holds it against the scripts.
HEAD = "0007"
_TABLE = "alembic_version"


def current(engine: Engine) -> str | None:
    """The revision of a database, None where it has none. Raises Refused DATABASE_UNREACHABLE."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(_TABLE):
                return None
            revision: str | None = connection.scalar(text(f"select version_num from {_TABLE}"))
            return revision
    except DBAPIError as error:
        raise Refused(ErrorCode.DATABASE_UNREACHABLE) from error


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database up to a revision, all in one transaction. Does nothing where it is there already."""
    from alembic import command

    with _open(engine) as connection:
        command.upgrade(configured(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take a database back to a revision; what the newer ones held is lost."""
    from alembic import command

    with _open(engine) as connection:
        command.downgrade(configured(connection), revision)


def configured(connection: object) -> Config:
    """Alembic's configuration, with the connection that its environment is to use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _open(engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole way. On SQLite a table is changed by making it anew: references are looked
    at once, at the end, since dropping the old one would take along what refers to it."""
    with engine.connect() as connection:
        embedded = engine.dialect.name == "sqlite"
        driver: Any = connection.connection.driver_connection
        if embedded:
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute("PRAGMA legacy_alter_table=ON")
        try:
            with connection.begin():
                yield connection
                if embedded and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise RuntimeError("the changed tables refer to rows that are not there")
        finally:
            if embedded:
                driver.execute("PRAGMA legacy_alter_table=OFF")
                driver.execute("PRAGMA foreign_keys=ON")
