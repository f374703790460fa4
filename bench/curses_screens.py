"""The yardstick of the wire: the program's own screens, drawn by ncurses, which sends what has changed its own way.

`python -m bench.curses_screens PICTURES`: shows the first picture of a file; at each key the next. What ncurses
sends depends on what is drawn alone, so a program made with it that looks like ours costs exactly this. It is used
as its manual advises: keypad, no translation of line ends, insertion and deletion of lines, one doupdate a key.
"""

from __future__ import annotations

import curses
import json
import locale
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pyte.screens import Char

from tests.terminal import Terminal

_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_NUMBERS = {name: number for number, name in enumerate(_COLOURS)} | {
    f"bright{name}": number + 8 for number, name in enumerate(_COLOURS)
}
_DEFAULT = -1


class Run(NamedTuple):
    """A piece of a row: where it begins, its text, its colours (-1: the terminal's own), bold, underline, reverse."""

    y: int
    x: int
    text: str
    fg: int
    bg: int
    bold: bool
    underline: bool
    reverse: bool


class Picture(NamedTuple):
    """A screen: its runs, and where the cursor stands."""

    runs: tuple[Run, ...]
    cursor: tuple[int, int]


def picture_on(terminal: Terminal) -> Picture:
    """What a terminal shows now. Blanks that look like an empty cell are left out."""
    runs = [run for y in range(terminal.rows) for run in _runs(terminal, y)]
    return Picture(tuple(runs), terminal.cursor)


def write_pictures(pictures: Sequence[Picture], path: Path) -> None:
    """Keep pictures for the program below."""
    path.write_text(json.dumps(pictures, ensure_ascii=False), encoding="utf-8")


def read_pictures(path: Path) -> list[Picture]:
    """The same again."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [Picture(tuple(Run(*run) for run in runs), (cursor[0], cursor[1])) for runs, cursor in kept]


def _runs(terminal: Terminal, y: int) -> Iterator[Run]:
    x = 0
    cells = [terminal.cell(column, y) for column in range(terminal.cols)]
    while x < len(cells):
        look = _look(cells[x])
        end = x + 1
        while end < len(cells) and (not cells[end].data or _look(cells[end]) == look):
            end += 1
        text = "".join(cell.data for cell in cells[x:end])
        if text.strip() or look[1:] != (_DEFAULT, False, False, False):
            yield Run(y, x, text, *look)
        x = end


def _look(cell: Char) -> tuple[int, int, bool, bool, bool]:
    fg, bg = _NUMBERS.get(cell.fg, _DEFAULT), _NUMBERS.get(cell.bg, _DEFAULT)
    if cell.data == " " and not cell.reverse and not cell.underscore:
        return _DEFAULT, bg, False, False, False
    return fg, bg, cell.bold, cell.underscore, cell.reverse


def _show(pictures: Sequence[Picture]) -> None:
    screen = curses.initscr()
    curses.start_color()
    curses.use_default_colors()
    curses.noecho()
    curses.raw()
    curses.nonl()
    curses.set_escdelay(25)
    screen.keypad(True)
    screen.idlok(True)
    pairs: dict[tuple[int, int], int] = {(_DEFAULT, _DEFAULT): 0}
    try:
        for picture in pictures:
            _draw(screen, picture, pairs)
            screen.noutrefresh()
            curses.doupdate()
            screen.get_wch()
    finally:
        curses.endwin()


def _draw(screen: curses.window, picture: Picture, pairs: dict[tuple[int, int], int]) -> None:
    screen.erase()
    for run in picture.runs:
        colours = run.fg, run.bg
        if colours not in pairs:
            pairs[colours] = len(pairs)
            curses.init_pair(pairs[colours], *colours)
        attributes = curses.color_pair(pairs[colours])
        for on, attribute in (
            (run.bold, curses.A_BOLD),
            (run.underline, curses.A_UNDERLINE),
            (run.reverse, curses.A_REVERSE),
        ):
            attributes |= attribute if on else 0
        try:
            screen.addstr(run.y, run.x, run.text, attributes)
        except curses.error:  # the last cell of the screen is drawn, and no place comes after it
            continue
    screen.move(picture.cursor[1], picture.cursor[0])


if __name__ == "__main__":
    locale.setlocale(locale.LC_ALL, "")
    _show(read_pictures(Path(sys.argv[1])))
