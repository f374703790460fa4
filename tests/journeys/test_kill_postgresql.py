"""A kill -9 at a random moment loses nothing that was confirmed on screen: the runs on PostgreSQL (see killing.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import administer
from tests.journeys.conftest import filled_on
from tests.journeys.killing import Killed, play

TEMPLATE = "template_killed"


@pytest.fixture(scope="module")
def killed_there(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    """The same installation with its database on the server; each run gets a copy of it."""
    numbers = count()

    def fresh() -> str:
        name = f"killed_{next(numbers)}"
        administer(postgresql_server, f"create database {name} template {TEMPLATE}")
        return postgresql_server.format(name)

    with filled_on(postgresql_server, TEMPLATE, tmp_path_factory.mktemp("killed") / "home") as made:
        yield Killed.of(made, fresh)
    for number in range(next(numbers)):
        administer(postgresql_server, f"drop database killed_{number} with (force)")


@pytest.mark.parametrize("seed", range(180, 200))
def test_a_kill_loses_nothing_that_the_screen_had_confirmed(
    killed_there: Killed, tmp_path: Path, seed: int
) -> None:
    play(killed_there.home(tmp_path), seed, killed_there.before)
