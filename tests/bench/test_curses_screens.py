"""The yardstick of the wire draws what it is given: the same cells, looks and cursor, and only what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.curses_screens import Picture, picture_on, read_pictures, write_pictures
from bench.ground import ROOT
from tests.terminal import Terminal

SCRIPT = r"""
printf '\033[2J\033[H\033[7m 首页 \033[m\033[3;2H姓名* [\033[1;97;44m张三    \033[m] \033[90mF4 选择\033[m\033[3;12H'
sleep 9
"""


def drawn_by_hand() -> Picture:
    """A small form, from a shell."""
    with Terminal(["sh", "-c", SCRIPT]) as terminal:
        terminal.wait("F4 选择")
        terminal.settle()
        return picture_on(terminal)


def test_a_picture_is_kept_and_drawn_cell_for_cell(tmp_path: Path) -> None:
    wanted = drawn_by_hand()
    changed = wanted._replace(cursor=(9, 2))
    path = tmp_path / "pictures.json"
    write_pictures([wanted, changed], path)
    assert read_pictures(path) == [wanted, changed]
    with Terminal([sys.executable, "-m", "bench.curses_screens", str(path)], cwd=ROOT) as terminal:
        terminal.wait("选择")
        terminal.settle()
        assert picture_on(terminal) == wanted
        assert terminal.press("Space") < 16
        assert picture_on(terminal) == changed
