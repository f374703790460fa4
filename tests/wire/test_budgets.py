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
from tests.wire.budget_steps import BUDGETS, Taken, count_all
from tests.wire.real import ROOT, environment


def seat_at(home: Path) -> Callable[[], AbstractContextManager[Terminal]]:
    """Opens the program as the installed command does, on a pty of 80x24."""
    return lambda: Terminal([sys.executable, "-c", ENTRY], env=environment(home), cwd=ROOT)


@pytest.fixture(scope="module")
def taken(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Every action, counted once for all tests here."""
    home = shutil.copytree(demonstration, tmp_path_factory.mktemp("budgets") / "home")
    return count_all(seat_at(home))


@pytest.mark.parametrize("action", BUDGETS)
def test_an_action_costs_no_more_than_its_budget(taken: Taken, action: str) -> None:
    assert taken.median(action) <= BUDGETS[action], f"{action}: {taken.sizes[action]}"
