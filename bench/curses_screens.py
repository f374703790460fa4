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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pyte.screens import Char

from tests.terminal import Terminal

_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_NUMBERS = {name: number for number, name in enumerate(_COLOURS)} | {
    f"bright{name}": number + 8 for number, name in enumerate(_COLOURS)
}
_DEFAULT = -1
_BETWEEN_WORDS = 3


class Look(NamedTuple):
    """Colours (-1: the terminal's own) and attributes."""

    fg: int
    bg: int
    bold: bool
    underline: bool
    reverse: bool


_EMPTY = Look(_DEFAULT, _DEFAULT, False, False, False)


class Run(NamedTuple):
    """A piece of a row: where it begins, its text, its look."""

    y: int
    x: int
    text: str
    look: Look


class Picture(NamedTuple):
    """A screen: its runs, and where the cursor stands."""

    runs: tuple[Run, ...]
    cursor: tuple[int, int]


def picture_on(terminal: Terminal) -> Picture:
    """What a terminal shows now. Blanks that look like an empty cell are left out; those on a coloured ground are
    drawn with the text before them, or as most of the text on that ground, as one writes a padded line."""
    cells = [[terminal.cell(x, y) for x in range(terminal.cols)] for y in range(terminal.rows)]
    texts = Counter(_look(cell) for row in cells for cell in row if cell.data.strip() and not cell.reverse)
    grounds = {look.bg: look for look, _ in reversed(texts.most_common())}
    runs = [run for y, row in enumerate(cells) for run in _runs(y, row, grounds)]
    return Picture(tuple(runs), terminal.cursor)


def write_pictures(pictures: Sequence[Picture], path: Path) -> None:
    """Keep pictures for the program below."""
    path.write_text(json.dumps(pictures, ensure_ascii=False), encoding="utf-8")


def read_pictures(path: Path) -> list[Picture]:
    """The same again."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [
        Picture(tuple(Run(y, x, text, Look(*look)) for y, x, text, look in runs), (cursor[0], cursor[1]))
        for runs, cursor in kept
    ]


def _runs(y: int, row: Sequence[Char], grounds: Mapping[int, Look]) -> Iterator[Run]:
    looks: list[Look] = []
    for cell in row:
        look, before = _look(cell), looks[-1] if looks else _EMPTY
        if not cell.data:
            look = before
        elif cell.data == " " and not cell.reverse and not cell.underscore and look.bg != _DEFAULT:
            look = before if before.bg == look.bg and not before.reverse else grounds.get(look.bg, look)
        looks.append(look)
    _join_words(looks)
    x = 0
    for look, group in groupby(looks):
        end = x + len(list(group))
        text = "".join(cell.data for cell in row[x:end])
        if look != _EMPTY or text.strip():
            yield Run(y, x, text, look)
        x = end


def _join_words(looks: list[Look]) -> None:
    """Blanks between two words of one look are drawn with them."""
    start = 0
    for look, group in groupby(tuple(looks)):
        end = start + len(list(group))
        within = look == _EMPTY and start > 0 and end < len(looks) and end - start <= _BETWEEN_WORDS
        if within and looks[start - 1] == looks[end]:
            looks[start:end] = [looks[end]] * (end - start)
        start = end


def _look(cell: Char) -> Look:
    fg, bg = _NUMBERS.get(cell.fg, _DEFAULT), _NUMBERS.get(cell.bg, _DEFAULT)
    if cell.data == " " and not cell.reverse and not cell.underscore:
        return Look(_DEFAULT, bg, False, False, False)
    return Look(fg, bg, cell.bold, cell.underscore, cell.reverse)


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
        colours = run.look.fg, run.look.bg
        if colours not in pairs:
            pairs[colours] = len(pairs)
            curses.init_pair(pairs[colours], *colours)
        attributes = curses.color_pair(pairs[colours])
        for on, attribute in (
            (run.look.bold, curses.A_BOLD),
            (run.look.underline, curses.A_UNDERLINE),
            (run.look.reverse, curses.A_REVERSE),
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
