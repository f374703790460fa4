"""What the wire's tests share: a pyte screen as the client, and pictures that can be compared."""

from __future__ import annotations

import re
import time
from functools import lru_cache

import pyte
from pyte.screens import Char

from tests.terminal import Terminal
from tui.wire.sgr import Style, sgr_change

Look = tuple[str | bool, ...]


class Client:
    """A terminal emulator that is fed frames; repeats are expanded, since pyte does not know them."""

    def __init__(self, cols: int, rows: int) -> None:
        self.screen = pyte.Screen(cols, rows)
        self.screen.reset_mode(7, private=True)  # no wrapping, as the driver asks for
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        """Take one frame."""
        self._stream.feed(re.sub(r"(.)\x1b\[(\d+)b", lambda m: m[1] * (int(m[2]) + 1), text))

    def resize(self, cols: int, rows: int) -> None:
        """Take another size."""
        if (cols, rows) != (self.screen.columns, self.screen.lines):
            self.screen.resize(rows, cols)

    def picture(self) -> list[list[Look]]:
        """Each cell as it looks."""
        return _picture(self.screen)


def settle_alike(*terminals: Terminal, seconds: float = 30.0) -> None:
    """Let all settle until they show the same, so many seconds at most: a busy machine may keep one of them waiting
    for what the others show already."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for terminal in terminals:
            terminal.settle(quiet=0.4)
        first, *others = map(picture_of, terminals)
        if all(other == first for other in others):
            return


def picture_of(terminal: Terminal) -> list[list[Look]]:
    """The picture a Terminal shows, cell by cell."""
    return _picture(terminal.screen)


def look(char: Char) -> Look:
    """How a cell looks: on an empty one the colour and weight of letters cannot be seen."""
    seen = (char.data, char.bg, char.underscore, char.reverse, char.strikethrough)
    if char.data == " " and not (char.underscore or char.reverse or char.strikethrough):
        return seen
    return (*seen, char.fg, char.bold, char.italics, char.blink)


@lru_cache(4096)
def look_of(text: str, style: Style) -> Look:
    """How a cell with `text` in `style` looks on a terminal that obeys."""
    screen = pyte.Screen(2, 1)
    pyte.Stream(screen).feed(sgr_change(None, style))
    return look(screen.cursor.attrs._replace(data=text))


def _picture(screen: pyte.Screen) -> list[list[Look]]:
    return [[look(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]
