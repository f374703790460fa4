"""A county for the bench of the service: an installation with accounts, and `jijiao serve` running on it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bench.ground import ENTRY, ROOT
from bench.serve_processes import family

if TYPE_CHECKING:
    import asyncssh

    from core.services.desk import Desk

PEOPLE, OFFICERS = 80, 40
QUEUE = 2000
"""Declarations that wait at their school."""
_START_SECONDS = 90.0


@dataclass(frozen=True)
class County:
    """An installation. All accounts have the password of the demonstration, and `key` opens each of them."""

    folder: Path
    url: str
    key: Path
    people: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    password: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a service on it is started with."""
        from core.services.demonstration import START

        own = {name: value for name, value in os.environ.items() if not name.startswith("JIJIAO_")}
        return own | {
            "JIJIAO_DATA_DIR": str(self.folder),
            "JIJIAO_DATABASE_URL": self.url,
            "JIJIAO_CONFIG": str(self.folder / "none.toml"),
            "JIJIAO_CAPTCHA": "off",
            "JIJIAO_CLOCK": START.isoformat(),
            "JIJIAO_SERVE_SESSIONS": "1000",
            "JIJIAO_SERVE_ADDRESS_SESSIONS": "1000",
        }


def make_county(folder: Path, url: str = "") -> County:
    """The units of the demonstration; people and officers of one school, its queue; one key for all of them."""
    import asyncssh

    from core.services.demonstration import PASSWORD, START
    from core.services.desk import open_desk
    from core.services.settings import read_settings
    from core.services.setup import initialise

    folder.mkdir(parents=True)
    url = url or f"sqlite:///{folder / 'jijiao.sqlite3'}"
    settings = read_settings({"data_dir": folder, "database_url": url, "captcha": False, "clock": START})
    initialise(settings, password=PASSWORD)
    key = asyncssh.generate_private_key("ssh-ed25519")
    path = folder / "operator"
    path.touch(mode=0o600)  # OpenSSH takes no key that others may read
    path.write_bytes(key.export_private_key())
    desk = open_desk(settings)
    try:
        people, officers = _add_operators(desk, PASSWORD)
        _register_key(desk, key)
    finally:
        desk.close()
    return County(folder, url, path, people, officers, PASSWORD)


def _add_operators(desk: Desk, password: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The logins of the people and of the officers."""
    import random

    from core.model import Org
    from core.services.demo_people import make_office, make_person
    from core.services.demo_units import make_units
    from core.services.demonstration import SCHOOL, SEED
    from tests.crowds import crowd_of_declarations, crowd_of_people

    password_hash = desk.passwords.hash(password)
    officers = tuple(f"officer{number:02d}" for number in range(OFFICERS))
    with desk.writing() as work:
        school = make_units(work, random.Random(SEED)).by_name[SCHOOL]
        region = work.session.get_one(Org, school).region_code
        people = tuple(
            make_person(work, serial, school, password_hash).id_number for serial in range(2, 2 + PEOPLE)
        )
        for login in officers:
            make_office(work, login, school, password_hash)
        work.commit()
    waiting = crowd_of_people(desk.store, school, region, QUEUE)
    crowd_of_declarations(desk.store, school, region, waiting)
    _name_them(desk, waiting)
    return people, officers


def _name_them(desk: Desk, people: list[int]) -> None:
    """Names and courses as they are in a county: a page of one name in all its rows would cost a line nothing."""
    import random

    from sqlalchemy import bindparam, update

    from core.model import Declaration, Person
    from core.services.demo_names import person_name, words

    chance, courses = random.Random(1), words("courses")
    owner: Any = bindparam("owner")
    called: Any = bindparam("called")
    with desk.writing() as work:
        named = [{"owner": person, "called": person_name(chance)} for person in people]
        titled = [{"owner": person, "called": f"2026年{chance.choice(courses)}"} for person in people]
        connection = work.session.connection()
        connection.execute(update(Person).where(Person.id == owner).values(name=called), named)
        of_person = update(Declaration).where(Declaration.person_id == owner)
        connection.execute(of_person.values(title=called), titled)
        work.commit()


def _register_key(desk: Desk, key: asyncssh.SSHKey) -> None:
    """The same key for every account: what a key costs does not depend on whose it is."""
    from sqlalchemy import select

    from core.model import Account, AccountKey
    from core.services.public_keys import read_public_key

    public = read_public_key(key.export_public_key().decode().strip())
    with desk.writing() as work:
        for account_id in work.session.scalars(select(Account.id)).all():
            work.session.add(
                AccountKey(
                    account_id=account_id,
                    name="bench",
                    algorithm=public.algorithm,
                    fingerprint=public.fingerprint,
                    public=public.public,
                    added_at=work.clock.now(),
                )
            )
        work.commit()


@dataclass
class Service:
    """`jijiao serve` on a county, for as long as it is open (a context manager)."""

    county: County
    settings: Mapping[str, str] = field(default_factory=dict)
    compressed: int = 0
    plain: int = 0

    def __enter__(self) -> Self:
        listens = ["--listen", "127.0.0.1:0", "--listen-plain", "127.0.0.1:0"]
        self.log = (self.county.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", ENTRY, "serve", *listens],
            env=self.county.environment | dict(self.settings),
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            line = self.process.stdout.readline().decode().strip()
            if not line:
                break
            words = line.split()
            if words[0] == "监听":
                port = int(words[-1].rpartition(":")[2])
                if words[1] == "压缩":
                    self.compressed = port
                else:
                    self.plain = port
            if line == "服务已启动":
                return self
        self.__exit__()
        said = Path(self.log.name).read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the service did not start: {said[-2000:]}")

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            for _again in range(2):  # the second says: at once
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                for process in family(self.process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                self.process.wait()
        self.log.close()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server of its own, with its durability as it comes; the URL of an empty database."""
    import shutil
    import tempfile

    from tests.conftest import administer, server_programs

    programs = server_programs()
    if programs is None:
        raise RuntimeError("the PostgreSQL server programs (initdb, postgres) are not installed")
    place = Path(tempfile.mkdtemp(prefix="jj-pg-"))  # short: the path of a unix socket may have 107 bytes
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    try:
        made = [str(programs / "initdb"), "-D", f"{place}/data", "-U", "postgres"]
        how = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*prefix, *made, *how], check=True, capture_output=True, cwd=place)
        command = [str(programs / "postgres"), "-D", f"{place}/data", "-k", str(place)]
        options = ["-c", "listen_addresses=", "-c", "max_connections=300"]
        with (folder / "postgresql.log").open("wb") as log:
            server = subprocess.Popen([*prefix, *command, *options], stdout=log, stderr=log, cwd=place)
        url = f"postgresql+psycopg://postgres@/{{}}?host={place}"
        try:
            _await_server(url, administer)
            yield url.format("county")
        finally:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                os.kill(int((place / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _await_server(url: str, administer: object) -> None:
    assert callable(administer)
    for again in range(200):
        try:
            administer(url, "create database county")
            return
        except Exception:  # not there yet; what is wrong for good ends the loop
            if again == 199:
                raise
            time.sleep(0.05)
