"""A table of one page of rows: a marker, arrows, pages fetched by key. It never holds more than it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, right
from tui.widgets.pane import Pane

TABLE_COMMANDS = (
    Command("row", ("down",), "移动", "上下键移动，Home End 到本页头尾", bar=False),
    Command("next_page", ("pagedown",), "下页", "PgDn 下一页，PgUp 上一页", bar=False),
)


_MOVES = {
    "up": "已是第一条",
    "home": "已是第一条",
    "down": "已是最后一条",
    "end": "已是最后一条",
    "pageup": "已是第一页",
    "pagedown": "已是最后一页",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, width in cells, and whether it is set to the right. Width 0 takes what is left."""

    title: str
    cells: int
    number: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its texts, whether it is chosen (空格), and a look for the whole row."""

    cells: tuple[str, ...]
    chosen: bool = False
    look: Look = Look.PLAIN


class Table(Pane):
    """Rows under a heading. `heading` lines stand above, `footing` lines below the rows.

    Arrow keys move the marker; a page key outside what is held calls `turn` (set by the screen).
    """

    commands: tuple[Command, ...] = TABLE_COMMANDS

    def __init__(self, columns: Sequence[Column], *, empty: str = "没有记录", id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.rows: tuple[TableRow, ...] = ()
        self.heading: list[Line] = []
        self.footing: list[Line] = []
        self.empty = empty
        self.at = 0
        self.first_number = 1
        self._row_line = 0
        self._top = 0

    def show(
        self,
        rows: Sequence[TableRow],
        *,
        heading: Sequence[Line] = (),
        footing: Sequence[Line] = (),
        first_number: int = 1,
        at: int = 0,
    ) -> None:
        """Replace the page. `first_number` is the 序号 of its first row."""
        self.rows, self.heading, self.footing = tuple(rows), list(heading), list(footing)
        self.first_number = first_number
        self.at = max(0, min(at, len(self.rows) - 1))
        self.changed()

    @property
    def top(self) -> int:
        """The first row in sight, after the last `draw`."""
        return self._top

    @property
    def room(self) -> int:
        """How many rows fit under a heading of the present size (at least 5)."""
        return max(5, self.size.height - len(self.heading) - len(self.footing) - 2)

    def draw(self, cells: int, height: int) -> list[Line]:
        free = cells - 1 - sum(c.cells + 1 for c in self.columns if c.cells)
        widths = [c.cells or max(4, free - 1) for c in self.columns]
        out: list[Line] = list(self.heading)
        titles = " ".join(
            right(fit(c.title, w).rstrip(), w) if c.number else fit(c.title, w)
            for c, w in zip(self.columns, widths, strict=True)
        )
        out.append((Span(" " + titles, Look.HINT),))
        self._row_line = len(out)
        seats = max(1, height - len(out) - len(self.footing))
        self._top = max(0, min(self._top, self.at, len(self.rows) - seats))
        if self.at >= self._top + seats:
            self._top = self.at - seats + 1
        if not self.rows:
            out.append((Span("  " + self.empty, Look.HINT),))
        for index in range(self._top, min(len(self.rows), self._top + seats)):
            row = self.rows[index]
            text = " ".join(
                right(fit(cell, w).rstrip(), w) if c.number else fit(cell, w)
                for c, w, cell in zip(self.columns, widths, row.cells, strict=True)
            )
            mark = Span(">", Look.MARK) if index == self.at else Span("*" if row.chosen else " ", Look.MARK)
            look = Look.CHOSEN if row.chosen and row.look is Look.PLAIN else row.look
            out.append((mark, Span(text, look)))
        return [*out, *self.footing]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (0, self._row_line + self.at - self._top)

    def move_to(self, at: int) -> None:
        """Put the marker on a row."""
        self.at = max(0, min(at, len(self.rows) - 1))
        self.changed()

    async def press(self, press: Press) -> bool:
        last = len(self.rows) - 1
        target = {"up": self.at - 1, "down": self.at + 1, "home": 0, "end": last}.get(press.key)
        if target is None or not self.rows:
            return False
        if not 0 <= target <= last or target == self.at:
            return False
        self.move_to(target)
        return True

    def why_not(self, press: Press) -> str:
        if press.key not in _MOVES:
            return ""
        return _MOVES[press.key] if self.rows else self.empty
