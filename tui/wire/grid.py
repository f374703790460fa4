"""The cell grid: takes what Textual writes, remembers what the client shows, sends only the difference."""

from __future__ import annotations

import re

from tui.wire.caps import Caps
from tui.wire.cells import BLANK, Row, blank_row, cells_of
from tui.wire.pen import Pen
from tui.wire.rows import find_shift, paint_row
from tui.wire.sgr import PLAIN, blank_style, style_of

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_TOKEN = re.compile(
    r"\x1b\[(?P<sgr>[\d;]*)m"
    r"|\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<line>[\r\n])"
    r"|(?P<text>[^\x1b\r\n]+)"
    r"|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)?|\x1b\[[\d;?<>=]*[ -/]*[@-~]?|\x1b"
)
_HIDE_FROM = 400
"""Bytes from which on a frame hides the cursor while it paints, so that it is not seen running about."""
_SHIFT_FROM = 4
"""Changed rows from which on a moved block is looked for."""
_ANEW_FROM = 800
"""Bytes from which on it is tried whether a cleared screen is painted shorter than a changed one."""


class CellGrid:
    """The client's screen twice: as Textual wants it and as the client has it.

    `feed` changes the first and sends nothing; `frame` returns what makes the second equal to it.
    """

    def __init__(self, cols: int, rows: int, caps: Caps | None = None) -> None:
        """A blank screen of `cols` x `rows` cells; the first frame clears the client's."""
        self.caps = caps or Caps()
        self.cols, self.rows = cols, rows
        self.back: list[Row] = [blank_row(cols) for _ in range(rows)]
        self._front: list[Row] | None = None
        self._dirty = set(range(rows))
        self._pen = Pen()
        self._cursor_shown: bool | None = None
        self._x = self._y = 0
        self._style = PLAIN

    def resize(self, cols: int, rows: int) -> None:
        """Take another size; what fits of the old picture stays until Textual paints again."""
        kept = [(row + blank_row(cols - len(row)))[:cols] for row in self.back[:rows]]
        for row, whole in zip(kept, self.back, strict=False):
            if cols < len(whole) and not whole[cols][0]:  # the edge cuts a wide character in two
                row[-1] = BLANK
        self.back = kept + [blank_row(cols) for _ in range(rows - len(kept))]
        self.cols, self.rows = cols, rows
        self._x = self._y = 0
        self.invalidate()

    def invalidate(self) -> None:
        """Forget what the client shows: the next frame clears and paints everything."""
        self._front = None
        self._cursor_shown = None
        self._dirty = set(range(self.rows))

    # -- from Textual ----------------------------------------------------------------------------

    def feed(self, data: str) -> None:
        """Take Textual's output.  Text, colours and places are kept; every other sequence is dropped."""
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self._put(token["text"])
            elif kind == "sgr":
                params = token["sgr"]
                self._style = style_of("" if params == "0" else params, self.caps.colours)
            elif kind == "column":
                self._y, self._x = int(token["row"]) - 1, int(token["column"]) - 1
            elif kind == "line":
                self._x = 0
                self._y += token["line"] == "\n"

    def _put(self, text: str) -> None:
        x, y, cols = self._x, self._y, self.cols
        cells = cells_of(text, self._style)
        self._x = x + len(cells)
        if not 0 <= y < self.rows or not 0 <= x < cols or not cells:
            return
        row = self.back[y]
        end = min(x + len(cells), cols)
        if x and not row[x][0]:  # what is written over half of a wide character takes the other half too
            row[x - 1] = (" ", blank_style(row[x - 1][1]))
        if end < cols and not row[end][0]:
            row[end] = (" ", blank_style(row[end][1]))
        row[x:end] = cells[: end - x]
        if len(cells) > end - x and not cells[end - x][0]:  # no place for a wide character's right half
            row[end - 1] = (" ", blank_style(self._style))
        self._dirty.add(y)

    # -- to the client ---------------------------------------------------------------------------

    def frame(self, cursor: tuple[int, int]) -> str:
        """What turns the client's screen into the wanted one and puts its cursor at `cursor` (x, y).

        Empty when the client has it all; the cursor is shown after each frame.
        """
        pen = self._pen
        pen.cols = self.cols
        if self._front is None:
            pen.follow(self._anew())
            self._front = [row[:] for row in self.back]
        else:
            front = self._front
            self._dirty = {y for y in self._dirty if self.back[y] != front[y]}
            pen.follow(self._change(front))
            for y in self._dirty:
                front[y] = self.back[y][:]
        self._dirty.clear()
        pen.move(max(0, min(cursor[0], self.cols - 1)), max(0, min(cursor[1], self.rows - 1)))
        text = pen.take()
        if len(text) >= _HIDE_FROM or (text and self._cursor_shown is None):
            text = f"{HIDE_CURSOR}{text}{SHOW_CURSOR}"
        self._cursor_shown = True
        return text

    def _change(self, front: list[Row]) -> Pen:
        """The shorter way from what the client shows: what differs, or everything anew."""
        pen = self._pen.copy()
        shifted = self.caps.scroll and len(self._dirty) >= _SHIFT_FROM and self._shift(pen, front)
        for y in sorted(self._dirty):
            paint_row(pen, y, self.back[y], front[y], self.caps)
        if shifted or pen.cost < _ANEW_FROM:
            return pen
        anew = self._anew()
        return anew if anew.cost < pen.cost else pen

    def _anew(self) -> Pen:
        """The whole picture on a cleared screen."""
        pen, blank = self._pen.copy(), blank_row(self.cols)
        pen.clear_screen()
        for y, row in enumerate(self.back):
            paint_row(pen, y, row, blank, self.caps)
        return pen

    def _shift(self, pen: Pen, front: list[Row]) -> bool:
        """Let the client move a block of rows that only went up or down; False where there is none."""
        found = find_shift(self.back, front, min(self._dirty), max(self._dirty))
        if found is None:
            return False
        top, bottom, by = found
        pen.shift_rows(top, bottom, by)
        block, blank = front[top : bottom + 1], [blank_row(self.cols) for _ in range(abs(by))]
        front[top : bottom + 1] = block[by:] + blank if by > 0 else blank + block[:by]
        self._dirty.update(range(top, bottom + 1))
        return True
