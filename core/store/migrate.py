"""The schema's revisions: upgrade, and which one a database has. Alembic is imported only to upgrade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from core.rules.errors import ErrorCode, Refused

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision; a test holds it against the scripts.
HEAD = "0003"
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

    with engine.begin() as connection:
        command.upgrade(configured(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take a database back to a revision; what the newer ones held is lost."""
    from alembic import command

    with engine.begin() as connection:
        command.downgrade(configured(connection), revision)


def configured(connection: object) -> Config:
    """Alembic's configuration, with the connection that its environment is to use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
