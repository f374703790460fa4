"""Everything breaks while operators work: nothing that was confirmed is lost, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.services.setup import initialise
from tests.conftest import administer
from tests.journeys.conftest import fill
from tests.journeys.steps import PASSWORD, Installation
from tests.serve.operators import Declarer, Reviewer
from tests.serve.people import people
from tests.serve.postgres import Postgres
from tests.serve.service import HASTY, NOTHING_HELD, Service, alive, held, until
from tests.serve.storm import (
    CLIENT_KILLED,
    CONFIRMED,
    DECIDED,
    HANG_UP,
    OFFERED,
    SESSION_KILLED,
    Operator,
    Storm,
)

DECLARERS = 5
WANTED = {HANG_UP: 70, CLIENT_KILLED: 30, SESSION_KILLED: 10}
"""On each of the two engines; and the front is killed FRONTS times."""
AT_LEAST = {CONFIRMED: 10, DECIDED: 5, OFFERED: 1}
"""What must have happened on each engine, or "nothing was lost" would say nothing."""
FRONTS = {"sqlite": 3, "postgresql": 2}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server of this file's own, running."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_on_sqlite_nothing_is_lost_and_nothing_left(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "home")
    home = Installation(tmp_path / "home")
    with _storm(home, 1) as storm:
        for number in range(FRONTS["sqlite"]):
            storm.wait_for(12 * (number + 1))
            storm.kill_front()
        storm.wait_for_all()
    with contextlib.closing(sqlite3.connect(home.folder / "jijiao.sqlite3", timeout=1.0)) as database:
        database.execute("begin immediate")  # nobody holds a lock
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_on_postgresql_nothing_is_lost_and_nothing_left(postgres: Postgres, tmp_path: Path) -> None:
    administer(postgres.url, "create database storm")
    home = Installation(tmp_path / "home", url=postgres.url.format("storm"))
    initialise(home.settings, password=PASSWORD)
    desk = home.desk()
    fill(desk, tmp_path)
    desk.close()
    with _storm(home, 2) as storm:
        for number in range(FRONTS["postgresql"]):
            storm.wait_for(12 * (number + 1))
            storm.kill_front()
        for number in range(2):
            storm.wait_for(40 + 20 * number)
            with storm.blackout():
                postgres.stop()
                time.sleep(1.5)
                postgres.start()
        storm.wait_for_all()
    desk = home.desk()
    with desk.reading() as work:
        others = "from pg_stat_activity where pid <> pg_backend_pid()"
        idle = f"select count(*) {others} and state like 'idle in transaction%'"
        assert work.session.scalar(text(idle)) == 0
        assert work.session.scalar(text("select count(*) from pg_locks where locktype = 'advisory'")) == 0
    desk.close()


def test_whoever_calls_while_the_database_is_away_is_told_so_and_is_served_when_it_is_back(
    postgres: Postgres, tmp_path: Path
) -> None:
    administer(postgres.url, "create database away")
    home = Installation(tmp_path / "home", url=postgres.url.format("away"))
    initialise(home.settings, password=PASSWORD)
    with Service(home, entry=HASTY) as service:
        there = service.front_page()
        postgres.stop()
        with service.call() as guest:
            guest.see("连不上数据库")
            assert guest.terminal.wait_exit() == 1
        argv = service.command("LogLevel=INFO", login="admin")
        told = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
        assert "连不上数据库" in told.stderr.decode()
        there.terminal.hang_up()
        until(lambda: not service.sessions(), "the session whose client has gone goes on")
        postgres.start()
        with service.front_page():
            until(lambda: held(home)["served"] == 1, "the session that ended meanwhile is counted still")


@contextlib.contextmanager
def _storm(home: Installation, seed: int) -> Iterator[Storm]:
    """Let it blow; then nothing may be left of it, in the service, on the machine or in the database."""
    with contextlib.closing(home.desk()) as desk:
        accounts = people(desk, home.folder, DECLARERS)
        storm = Storm(desk, home, seed)
        with storm.service as service:
            *persons, reviewer = accounts.items()
            operators: list[Operator] = [
                Declarer(storm, login, account, 100 * seed + number)
                for number, (login, account) in enumerate(persons)
            ]
            operators.append(Reviewer(storm, *reviewer, 100 * seed + 99))
            storm.begin(operators, WANTED)
            try:
                yield storm
            finally:
                storm.end()
            for operator in operators:
                operator.collect()
            few = {what: storm.done[what] for what, least in AT_LEAST.items() if storm.done[what] < least}
            assert not few, f"so little happened that nothing is shown: {few}"
            until(lambda: held(home) == NOTHING_HELD, "something is held in the database")
            until(lambda: not service.sessions(), "session processes are left")
            until(lambda: _sockets(service.process) < 20, "sockets are left")
            processes = service.offspring()
            service.signal(signal.SIGTERM)
            assert service.wait() == 0
            until(lambda: not alive(processes), "processes are left")
            assert held(home) == NOTHING_HELD
            assert not any(service.counted()["open_sessions"].values())


def _sockets(process: int) -> int:
    folder = Path(f"/proc/{process}/fd")
    found = 0
    for each in folder.iterdir():
        with contextlib.suppress(OSError):
            found += os.readlink(each).startswith("socket:")
    return found
