"""The client sees what plain Textual would show it, cell for cell, after every step of a long journey: tmux."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal import ESC_PAUSE
from tests.wire.long_journey import STEPS, Step
from tests.wire.pane import Pane
from tests.wire.real import command, environment

PATIENCE = 20.0
BETWEEN = 0.1
KEYED = tuple(step for step in STEPS if step.size is None)
"""The journey without its changes of size: those are compared in pyte. Of tmux's the stock driver misses some."""

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="needs Debian's tmux, which is not here (apt-get install tmux)"
)


def test_after_each_step_tmux_shows_the_same_of_both_drivers(
    copied: Callable[[str], Path], tmp_path: Path
) -> None:
    with (
        closing(Pane(tmp_path / "a", command("cell"), environment(copied("ours")))) as ours,
        closing(Pane(tmp_path / "b", command("stock"), environment(copied("stock")))) as stock,
    ):
        agree(ours, stock, "the start", "服务窗口")
        for number, step in enumerate(KEYED):
            for pane in (ours, stock):
                take(pane, step)
            agree(ours, stock, f"step {number}: {step}", step.shows)


def take(pane: Pane, step: Step) -> None:
    """Do one step in a pane. An Esc is let stand for itself."""
    pane.send(*step.keys)
    if step.keys[-1:] == ("Esc",):
        time.sleep(ESC_PAUSE)


def agree(ours: Pane, stock: Pane, after: str, shows: str) -> None:
    """Both come to rest with the same picture, with what it must show on it: twice the same, seen one after another."""
    deadline = time.monotonic() + PATIENCE
    before = None
    while time.monotonic() < deadline:
        mine = ours.picture()
        if mine == before and mine == stock.picture() and shows in ours.text():
            return
        before = mine
        time.sleep(BETWEEN)
    pytest.fail(
        f"after {after} the panes differ, or lack {shows!r}; ours:\n{ours.text()}\nstock:\n{stock.text()}"
    )
