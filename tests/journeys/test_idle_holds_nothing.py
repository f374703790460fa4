"""While its operator thinks the program holds no connection and no open database, and goes on at the next key."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from core.rules.roles import Role
from tests.conftest import ENGINES
from tests.journeys.conftest import filled_on
from tests.journeys.steps import PATIENCE, PERSON_NAME, Installation, Seat

DATABASE = "idle_journey"


@pytest.fixture(scope="module")
def on_server(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on PostgreSQL that the tests of this file share."""
    with filled_on(postgresql_server, DATABASE, tmp_path_factory.mktemp("idle") / "home") as made:
        yield made


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest) -> Installation:
    """An installation with people in it, on either engine."""
    name = "home" if request.param == "sqlite" else "on_server"
    found: Installation = request.getfixturevalue(name)
    return found


@pytest.fixture
def seated(place: Installation) -> Iterator[Seat]:
    """A person who has just signed in."""
    with place.sit_down() as taken:
        taken.sign_in(Role.PERSON)
        taken.see(PERSON_NAME)
        yield taken


def held(place: Installation, seat: Seat) -> int:
    """Connections or open database files of the program."""
    if place.url:
        own = "select count(*) from pg_stat_activity where datname = :name and pid <> pg_backend_pid()"
        return int(asked(place.url, own))
    folder = Path(f"/proc/{seat.terminal.pid}/fd")
    links = [os.readlink(each) for each in folder.iterdir()]
    return sum("jijiao.sqlite3" in link for link in links)


def asked(url: str, statement: str) -> Any:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return connection.execute(
                text(statement), {"name": DATABASE} if ":name" in statement else {}
            ).scalar()
    finally:
        engine.dispose()


def until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def wakes(pid: int) -> int:
    """How often the threads of a process have gone to sleep, all together."""
    found = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        line = next(row for row in status.read_text().splitlines() if row.startswith("voluntary_ctxt"))
        found += int(line.split()[1])
    return found


def test_after_a_pause_it_holds_nothing(place: Installation, seated: Seat) -> None:
    assert until(lambda: held(place, seated) == 0)


def test_the_key_after_the_pause_works(place: Installation, seated: Seat) -> None:
    assert until(lambda: held(place, seated) == 0)
    seated.type(":")
    seated.type("cx", "Enter")
    seated.see("进度查询")


def test_while_it_holds_nothing_it_does_nothing(place: Installation, seated: Seat) -> None:
    assert until(lambda: held(place, seated) == 0)
    seated.calm()
    before = wakes(seated.terminal.pid)
    time.sleep(1)
    assert wakes(seated.terminal.pid) == before


def test_connections_that_the_server_cut_are_made_anew(on_server: Installation) -> None:
    with on_server.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        asked(on_server.url, cut + "where datname = :name and pid <> pg_backend_pid()")
        seat.type(":")
        seat.type("cx", "Enter")
        seat.see("进度查询")
