"""Row by row: the shortest change from the row the client shows to the row it should show."""

from __future__ import annotations

from collections import Counter

from tui.wire.caps import Caps
from tui.wire.cells import Cell, Row
from tui.wire.pen import Pen
from tui.wire.sgr import NO_BG, SEEN_ON_BLANKS, Style, blank_style

_MIN_REPEAT = 7
_MIN_ERASE = 11
_MIN_ERASE_TO_END = 4
_MAX_GAP = 3
"""From these numbers of cells on the order is shorter than the cells themselves."""
_AHEAD = 8
"""Cells within which the next text is looked for when the ground changes."""
_MIN_ANEW = 12
"""Changed cells from which on it is tried whether an emptied row is written shorter than a changed one."""


def paint_row(pen: Pen, y: int, new: Row, old: Row, caps: Caps) -> None:
    """Write with `pen` what turns row `y` from `old` into `new`."""
    changed = [x for x in range(len(new)) if new[x] != old[x]]
    if len(changed) < _MIN_ANEW:
        _change_row(pen, y, new, old, caps)
        return
    start = changed[0]
    ground = _ground(new[start:], caps)
    if ground is None or not old[start][0] or old[start:].count(ground) == len(old) - start:
        _change_row(pen, y, new, old, caps)
        return
    change, anew = pen.copy(), pen.copy()
    _change_row(change, y, new, old, caps)
    anew.move(start, y)
    _take_ground(anew, start, new, ground[1])
    anew.erase_to_end()
    _change_row(anew, y, new, old[:start] + [ground] * (len(new) - start), caps)
    pen.follow(anew if anew.cost < change.cost else change)


def _ground(cells: Row, caps: Caps) -> Cell | None:
    """The blank that most of these are, where erasing can make it."""
    blanks = Counter(cell for cell in cells if cell[0] == " " and _erasable(cell, caps))
    return blanks.most_common(1)[0][0] if blanks else None


def _change_row(pen: Pen, y: int, new: Row, old: Row, caps: Caps) -> None:
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
    if pen.y == y and pen.x is not None and 0 < x - pen.x <= _MAX_GAP:
        start = pen.x
    elif y - pen.y == 1 and 0 < x < _MAX_GAP:  # from the row above, through its beginning
        start = 0
    else:
        return
    gap = row[start:x]
    for style in (pen.style, row[x][1]):
        if style is not None and all(_written_as_is(cell, style) for cell in gap):
            pen.move(start, y)
            pen.set_style(style)
            pen.write("".join(text for text, _ in gap), len(gap))
            return


def _written_as_is(cell: Cell, style: Style) -> bool:
    """Whether an ASCII character written in `style` looks like this cell."""
    text, own = cell
    if text == " ":
        return own == blank_style(style)
    return text.isascii() and text != "" and own == style


def _paint_cell(pen: Pen, x: int, new: Row, old: Row, caps: Caps) -> int:
    """Write the cell at `x` and the run of equal ones after it; returns the cells done."""
    text, style = new[x]
    run = _run(x, new, old)
    if text == " ":
        _take_ground(pen, x, new, style)
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


def _take_ground(pen: Pen, x: int, row: Row, ground: Style) -> None:
    """Make blanks look like this one at `x`; where that needs an order, it sets what the next text needs too."""
    if pen.style is not None and blank_style(pen.style) == ground:
        return
    ahead = next((style for text, style in row[x : x + _AHEAD] if text != " "), ground)
    if ahead != ground and blank_style(ahead) == ground:
        pen.set_style(ahead)
    else:
        pen.set_blank_style(ground)


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
