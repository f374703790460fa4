"""What all tests share: real databases (SQLite and a PostgreSQL of their own) and a clock that stands still."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from core.rules.clock import Clock
from core.store.settings import Settings
from core.store.store import Store, create_store, open_store

DATA_KEY = base64.b64encode(bytes(range(32))).decode()
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in China
ENGINES = ("sqlite", "postgresql")

# No time limit, since other work may share the machine. On CI the examples are the same each time, so that a
# change is judged by itself; elsewhere new ones are tried at every run.
hypothesis.settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("house")


class FixedClock:
    """A clock that a test sets."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment that was set."""
        return self.moment

    def set(self, moment: datetime) -> None:
        """Choose the moment."""
        self.moment = moment

    def advance(self, **amount: float) -> None:
        """Go on by days=, hours=, minutes=, seconds= ..."""
        self.moment += timedelta(**amount)


@pytest.fixture
def clock() -> FixedClock:
    """Stands at ten in the morning (China) of 20 November 2026 until it is set or advanced."""
    return FixedClock()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("JIJIAO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JIJIAO_CONFIG", str(tmp_path / "no-settings.toml"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "jijiao.sqlite3"
    _create(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this run's own, as a URL that ends where the database's name goes: `.format(name)` it."""
    programs = server_programs()
    if programs is None:
        pytest.skip("the PostgreSQL server programs (initdb, postgres) are not installed")
    # Short, since the path of a unix socket may have 107 bytes; not below pytest's folder, which is root's.
    folder = Path(tempfile.mkdtemp(prefix="jj-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    try:
        _run([*prefix, str(programs / "initdb"), "-D", f"{folder}/data", "-U", "postgres", *_INITDB], folder)
        options = [word for option in _OPTIONS for word in ("-c", option)]
        command = [*prefix, str(programs / "postgres"), "-D", f"{folder}/data", "-k", str(folder), *options]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            url = f"postgresql+psycopg://postgres@/{{}}?host={folder}"
            _wait_for(url.format("postgres"), server)
            data_dir = tmp_path_factory.mktemp("pg-template")
            administer(url, "create database template_jijiao")
            _create(url.format("template_jijiao"), data_dir)
            yield url
        finally:
            # To the postmaster itself: runuser would wait two seconds before it passes a signal on.
            os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Call it with `sqlite` or `postgresql`: the URL of a migrated, empty database of this test's own."""
    made: list[tuple[str, str]] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            path = tmp_path / f"jijiao-{len(made)}.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            made.append(("", ""))
            return f"sqlite:///{path}"
        server: str = request.getfixturevalue("postgresql_server")
        name = f"test_{os.getpid()}_{time.monotonic_ns()}"
        administer(server, f"create database {name} template template_jijiao")
        made.append((server, name))
        return server.format(name)

    yield make
    for server, name in made:
        if server:
            administer(server, f"drop database {name} with (force)")


@pytest.fixture
def open_new_store(
    new_database: Callable[[str], str], tmp_path: Path, clock: FixedClock
) -> Iterator[Callable[..., Store]]:
    """Call it with an engine's name and settings, if any differ: a store on a database of its own."""
    opened: list[Store] = []

    def make(engine: str, **settings: object) -> Store:
        chosen = _settings(new_database(engine), tmp_path / "home", **settings)
        opened.append(open_store(chosen, clock))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, open_new_store: Callable[..., Store]) -> Store:
    """An empty store; the test runs once on SQLite and once on PostgreSQL."""
    return open_new_store(request.param)


@pytest.fixture(scope="session", params=ENGINES)
def scratch_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """An empty store that is shared, for tests that never commit: quicker than one of their own."""
    folder = tmp_path_factory.mktemp("scratch")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder)}"
    else:
        server: str = request.getfixturevalue("postgresql_server")
        # Under a name of its own: pytest makes this fixture again each time its engine comes round.
        name = f"scratch_{time.monotonic_ns()}"
        administer(server, f"create database {name} template template_jijiao")
        url = server.format(name)
    store = open_store(_settings(url, folder), FixedClock())
    yield store
    store.close()


@pytest.fixture
def sqlite_store(open_new_store: Callable[..., Store]) -> Store:
    """An empty store on SQLite only, for tests that are not about the database."""
    return open_new_store("sqlite")


def server_programs() -> Path | None:
    """The folder of initdb and postgres: what pg_config says, else the newest of Debian's version folders."""
    folders = []
    if shutil.which("pg_config"):
        done = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(done.stdout.strip()))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=lambda folder: int(folder.parent.name.split(".")[0]), reverse=True)
    if (found := shutil.which("initdb")) is not None:
        folders.append(Path(found).parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=60",
    "autovacuum=off",
)


def _settings(url: str, data_dir: Path, **more: object) -> Settings:
    values: dict[str, object] = {"database_url": url, "data_dir": data_dir, "data_key": DATA_KEY}
    return Settings.model_validate({**values, "captcha": False, **more})


def _create(url: str, data_dir: Path) -> None:
    clock: Clock = FixedClock()
    create_store(_settings(url, data_dir), clock).close()


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    engine = create_engine(url)
    for _ in range(400):
        if server.poll() is not None:
            raise RuntimeError("the PostgreSQL server of the tests did not start")
        try:
            engine.connect().close()
            break
        except Exception as error:  # not there yet; what is wrong for good ends the loop
            last: Exception = error
            time.sleep(0.025)
    else:
        raise last
    engine.dispose()


def administer(server: str, statement: str) -> None:
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
