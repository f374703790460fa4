"""Row by row: the shortest change from the row the client shows to the row it should show."""

from __future__ import annotations

from tui.wire.caps import Caps
from tui.wire.cells import Cell, Row
from tui.wire.pen import Pen
from tui.wire.sgr import NO_BG, SEEN_ON_BLANKS

_MIN_REPEAT = 7
_MIN_ERASE = 11
_MIN_ERASE_TO_END = 4
_MAX_GAP = 3
"""From these numbers of cells on the order is shorter than the cells themselves."""


def paint_row(pen: Pen, y: int, new: Row, old: Row, caps: Caps) -> None:
    """Write with `pen` what turns row `y` from `old` into `new`."""
    cols = len(new)
    tail = _tail(new, caps)
    x = 0
    while x < cols:
        if new[x] == old[x]:
            x += 1
            continue
        if not new[x][0] and x:  # the right half of a wide character: write the whole of it
            x -= 1
        if x >= tail and sum(new[i] != old[i] for i in range(x, cols)) > _MIN_ERASE_TO_END:
            pen.move(x, y)
            pen.set_blank_style(new[x][1])
            pen.erase_to_end()
            return
        _bridge(pen, x, y, new, caps)
        pen.move(x, y)
        x += _paint_cell(pen, x, new, old, caps)


def find_shift(new: list[Row], old: list[Row], top: int, bottom: int) -> tuple[int, int, int] | None:
    """A block of rows that only moved up or down: (first row, last row, rows up), or None.

    Rows that occur more than once (empty ones, lines) say nothing about a move and do not count.
    """
    place: dict[tuple[Cell, ...], int] = {}
    for y in range(top, bottom + 1):
        key = tuple(old[y])
        place[key] = -1 if key in place else y
    votes: dict[int, int] = {}
    for y in range(top, bottom + 1):
        if new[y] != old[y]:
            source = place.get(tuple(new[y]), -1)
            if source >= 0 and source != y:
                votes[source - y] = votes.get(source - y, 0) + 1
    if not votes:
        return None
    by = max(votes, key=lambda candidate: votes[candidate])
    moved = [y for y in range(top, bottom + 1) if top <= y + by <= bottom and new[y] == old[y + by]]
    first, last = min(min(moved), min(moved) + by), max(max(moved), max(moved) + by)
    spoilt = sum(new[y] == old[y] and y not in moved for y in range(first, last + 1))
    gain = votes[by] - spoilt
    return (first, last, by) if gain >= 3 and gain > abs(by) else None


def _tail(row: Row, caps: Caps) -> int:
    """The column from which on the row is one blank that erasing can make; the row's length if none."""
    last = row[-1]
    if last[0] != " " or not _erasable(last, caps):
        return len(row)
    start = len(row)
    while start and row[start - 1] == last:
        start -= 1
    return start


def _erasable(blank: Cell, caps: Caps) -> bool:
    return (caps.bce or blank[1].bg == NO_BG) and not blank[1].attrs & SEEN_ON_BLANKS


def _bridge(pen: Pen, x: int, y: int, row: Row, caps: Caps) -> None:
    """Cross a short gap by writing its unchanged cells again, where that is shorter than a move."""
    if pen.y != y or pen.x is None or not 0 < x - pen.x <= _MAX_GAP:
        return
    gap = row[pen.x : x]
    if all(text.isascii() and text and style == pen.style for text, style in gap):
        pen.write("".join(text for text, _ in gap), len(gap))


def _paint_cell(pen: Pen, x: int, new: Row, old: Row, caps: Caps) -> int:
    """Write the cell at `x` and the run of equal ones after it; returns the cells done."""
    text, style = new[x]
    run = _run(x, new, old)
    if text == " ":
        pen.set_blank_style(style)
    else:
        pen.set_style(style)
    if run >= _MIN_REPEAT and caps.rep and text.isascii():
        pen.repeat(text, run)
        return run
    if run >= _MIN_ERASE and text == " " and _erasable(new[x], caps):
        pen.erase(run)
        return run
    width = 2 if x + 1 < len(new) and not new[x + 1][0] else 1
    stand_in = caps.substitutes.get(text)
    pen.write(stand_in or text, width)
    return width


def _run(x: int, new: Row, old: Row) -> int:
    """How many equal cells begin at `x`, up to the last that differs from what is shown."""
    if len(new[x][0]) != 1 or (x + 1 < len(new) and not new[x + 1][0]):
        return 1
    end = x + 1
    while end < len(new) and new[end] == new[x]:
        end += 1
    while end - 1 > x and new[end - 1] == old[end - 1]:
        end -= 1
    return end - x
