"""The client sees what plain Textual would show it, cell for cell, after every step of a long journey: pyte."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import ESC_PAUSE, Terminal
from tests.wire.long_journey import STEPS, Step, keys
from tests.wire.real import command, environment
from tests.wire.screens import picture_of

PATIENCE = 20.0


def test_the_journey_is_long_and_sees_many_screens() -> None:
    assert len(STEPS) >= 60
    assert sum(step.size is not None for step in STEPS) >= 4


def test_after_each_step_every_cell_is_as_the_stock_driver_shows_it(copied: Callable[[str], Path]) -> None:
    repeating = {"XTERM_VERSION": "XTerm(390)"}
    with (
        Terminal(command("cell"), env=environment(copied("ours"))) as ours,
        Terminal(command("cell"), env=environment(copied("repeating")) | repeating) as other,
        Terminal(command("stock"), env=environment(copied("stock"))) as stock,
    ):
        for terminal in (ours, other, stock):
            terminal.wait("服务窗口", timeout=PATIENCE)
        for number, step in enumerate((keys(), *STEPS)):
            for terminal in (ours, other, stock):
                take(terminal, step)
            for terminal in (ours, other):
                agree(terminal, stock, f"step {number}: {step}", step.shows)
        assert ours.total_bytes < stock.total_bytes / 6


def take(terminal: Terminal, step: Step) -> None:
    """Do one step at a terminal. An Esc is let stand for itself."""
    if step.size is not None:
        terminal.resize(*step.size)
    else:
        terminal.send(*step.keys)
        if step.keys[-1:] == ("Esc",):
            terminal.settle(quiet=ESC_PAUSE)


def agree(ours: Terminal, stock: Terminal, after: str, shows: str) -> None:
    """Both come to rest with the same picture, with what it must show on it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        stock.settle(quiet=0.1)
        ours.settle(quiet=0.1)
        if shows in ours.screen_text() and picture_of(ours) == picture_of(stock):
            return
    pytest.fail(
        f"after {after} the screens differ, or lack {shows!r}; ours:\n{ours.screen_text()}\n"
        f"stock:\n{stock.screen_text()}\nfirst difference: {first_difference(ours, stock)}"
    )


def first_difference(ours: Terminal, stock: Terminal) -> str:
    """Where and how the two pictures differ first."""
    for y, (mine, other) in enumerate(zip(picture_of(ours), picture_of(stock), strict=True)):
        for x, (cell, wanted) in enumerate(zip(mine, other, strict=True)):
            if cell != wanted:
                return f"column {x}, row {y}: {cell}, {wanted} wanted"
    return "none"
