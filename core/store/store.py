"""The store: database, vault, evidence and settings of one installation, shared by threads."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from core.model import Meta
from core.rules.clock import Clock, ShiftedClock, SystemClock
from core.rules.errors import ErrorCode, Refused
from core.store import migrate
from core.store.blob_places import open_blobs
from core.store.blobs import Blobs
from core.store.engine import Engines, open_engines
from core.store.rulebooks import Rulebooks
from core.store.settings import Settings
from core.store.vault import Vault, create_key_file, load_key
from core.store.work import UnitOfWork

KEY_CHECK = "key_check"


class Store:
    """Gives units of work. Made by `open_store` or `create_store`."""

    def __init__(
        self, engines: Engines, *, vault: Vault, blobs: Blobs, settings: Settings, clock: Clock
    ) -> None:
        self.engines = engines
        self.vault = vault
        self.blobs = blobs
        self.settings = settings
        self.clock = clock
        self._rulebooks = Rulebooks()

    def reading(self) -> UnitOfWork:
        """A unit of work that can't be committed."""
        return self._unit(writing=False)

    def writing(self) -> UnitOfWork:
        """A unit of work that holds the write lock (on SQLite) from its beginning."""
        return self._unit(writing=True)

    def rest(self) -> None:
        """Give back the connections that are not in use: a program that is not asked for anything holds none."""
        self.engines.rest()

    def close(self) -> None:
        """Close all connections."""
        self.engines.dispose()

    def _unit(self, writing: bool) -> UnitOfWork:
        return UnitOfWork(
            self.engines.write if writing else self.engines.read,
            clock=self.clock,
            vault=self.vault,
            blobs=self.blobs,
            settings=self.settings,
            writing=writing,
            rulebooks=self._rulebooks,
        )


def open_store(settings: Settings, clock: Clock | None = None) -> Store:
    """Open an installation that exists.

    Raises Refused: DATABASE_UNREACHABLE, NOT_INITIALISED, SCHEMA_OLD, KEY_MISSING, KEY_WRONG, EXTRA_MISSING.
    """
    if not _embedded_file_exists(settings.url):
        raise Refused(ErrorCode.NOT_INITIALISED)
    engines = open_engines(settings.url, pooler=settings.pooler)
    try:
        revision = migrate.current(engines.read)
        if revision is None:
            raise Refused(ErrorCode.NOT_INITIALISED)
        if revision != migrate.HEAD:
            raise Refused(ErrorCode.SCHEMA_OLD)
        return _checked(engines, settings, clock)
    except BaseException:
        engines.dispose()
        raise


def create_store(settings: Settings, clock: Clock | None = None) -> Store:
    """Make or upgrade an installation: folders, data key, schema. Running it again changes nothing.

    A key is made only where the database knows none: a lost key must be found again, not replaced.
    Raises Refused: DATABASE_UNREACHABLE, KEY_MISSING, KEY_WRONG, EXTRA_MISSING.
    """
    _make_folders(settings)
    engines = open_engines(settings.url, pooler=settings.pooler)
    try:
        known = None if migrate.current(engines.read) is None else _meta(engines, KEY_CHECK)
        migrate.upgrade(engines.write)
        if known is None:
            if settings.data_key is None and not settings.key_path.exists():
                create_key_file(settings.key_path)
            with Session(engines.write) as session, session.begin():
                session.add(Meta(key=KEY_CHECK, value=Vault(load_key(settings)).check_value()))
        return _checked(engines, settings, clock)
    except DBAPIError as error:
        engines.dispose()
        raise Refused(ErrorCode.DATABASE_UNREACHABLE) from error
    except BaseException:
        engines.dispose()
        raise


def _checked(engines: Engines, settings: Settings, clock: Clock | None) -> Store:
    vault = Vault(load_key(settings))
    if _meta(engines, KEY_CHECK) != vault.check_value():
        raise Refused(ErrorCode.KEY_WRONG)
    return Store(
        engines, vault=vault, blobs=open_blobs(settings), settings=settings, clock=clock or clock_of(settings)
    )


def clock_of(settings: Settings) -> Clock:
    """The clock of an installation: the machine's, unless a moment to begin at was chosen."""
    return ShiftedClock(settings.clock) if settings.clock else SystemClock()


def _meta(engines: Engines, key: str) -> str | None:
    with Session(engines.read) as session:
        return session.scalar(select(Meta.value).where(Meta.key == key))


def _embedded_file_exists(url: str) -> bool:
    """Opening a SQLite file that isn't there would make an empty one."""
    path = _embedded_file(url)
    return path is None or path.exists()


def _embedded_file(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused(ErrorCode.DATABASE_UNREACHABLE) from error
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _make_folders(settings: Settings) -> None:
    folders = (settings.data_dir, settings.blob_dir, settings.seal_dir, settings.export_dir, settings.log_dir)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _embedded_file(settings.url)
    if path is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made before SQLite makes it, so that nobody else can read it for a moment.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
