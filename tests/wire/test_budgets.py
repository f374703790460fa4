"""The budgets of the wire hold: bytes of single actions, counted as the program writes them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bench.ground import ENTRY
from tests.terminal import Terminal
from tests.wire.budget_steps import (
    BUDGETS,
    Taken,
    count_all,
    list_queue,
    open_desk_of_school,
)
from tests.wire.real import ROOT, environment

DOWN_BYTES = 60
"""What one row down within a page may cost: the mark, and the number of the row below the table."""


def seat_at(home: Path) -> Callable[[], AbstractContextManager[Terminal]]:
    """Opens the program as the installed command does, on a pty of 80x24."""
    return lambda: Terminal([sys.executable, "-c", ENTRY], env=environment(home), cwd=ROOT)


@pytest.fixture(scope="module")
def home(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation of this file's own."""
    return Path(shutil.copytree(demonstration, tmp_path_factory.mktemp("budgets") / "home"))


@pytest.fixture(scope="module")
def taken(home: Path) -> Taken:
    """Every action, counted once for all tests here."""
    return count_all(seat_at(home))


@pytest.mark.parametrize("action", BUDGETS)
def test_an_action_costs_no_more_than_its_budget(taken: Taken, action: str) -> None:
    assert taken.median(action) <= BUDGETS[action], f"{action}: {taken.sizes[action]}"


def test_one_row_down_within_a_page_moves_the_mark_and_paints_no_row_again(home: Path) -> None:
    with seat_at(home)() as line:
        open_desk_of_school(line)
        list_queue(line)
        for step in range(1, 7):
            begin = line.total_bytes
            line.send("Down")
            line.wait(f"第 {step + 1} / ")
            line.settle()
            came, words = bytes(line.raw[begin:]).decode(), line.lines()[line.cursor[1]].split()
            assert 0 < len(came.encode()) <= DOWN_BYTES, came
            assert words[0] == ">" and words[1] == str(step + 1) and len(words) > 5
            assert not [word for word in words[2:] if word in came], came
