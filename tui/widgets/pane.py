"""The pane: one widget that draws lines and takes keys. Everything a screen shows is a pane.

A pane draws itself from its own state in `draw`, so a key changes state and asks for a repaint; Textual renders the
rows that differ, and the wire sends the cells. Keys come in one at a time through `press`, never through Textual's
message queues.
"""

from __future__ import annotations

from collections.abc import Collection

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.incident import noted
from tui.keys import Command, Press
from tui.look import Line, Look, Span, to_strip


class Pane(Widget):
    """Lines on screen that take keys.

    Subclasses give `draw` and, where the pane can be worked on, `press` and `caret_at`.
    """

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"
    base = Look.PLAIN
    commands: tuple[Command, ...] = ()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: list[Line] | None = None
        self._drawn_for: Size | None = None
        self._rendered_rows: dict[int, Line] = {}
        """What each row was when it was rendered last."""
        self._last_lines: list[Line] | None = None
        """The lines when Textual was last told which rows to paint, and the rows rendered since."""
        self._rendered_since: set[int] = set()
        self._last_size: Size | None = None

    def place(self) -> None:
        """A popup takes its size and place from the screen, when it opens and when the window changes."""

    def on_mount(self) -> None:
        """A popup takes its place."""
        self.place()

    def draw(self, width: int, height: int) -> list[Line]:
        """All the lines to show now, at most `height` of them, `width` cells wide."""
        raise NotImplementedError

    async def press(self, press: Press) -> bool:
        """Take a key; False when the pane has no use for it."""
        return False

    def caret_at(self) -> tuple[int, int] | None:
        """Where the terminal's cursor stands: (x, y) in cells inside the pane, after the last `draw`."""
        return None

    def help_lines(self) -> list[str]:
        """What F1 says of the thing that has the focus."""
        return []

    def why_not(self, press: Press) -> str:
        """Why a key that was not taken does nothing here; empty where there is nothing particular to say."""
        return ""

    @property
    def input_kept(self) -> bool:
        """Whether something was typed here that closing a popup would drop."""
        return False

    @property
    def typing(self) -> bool:
        """Whether a printable key is text here (so that commands need a Ctrl+letter or an F key)."""
        return False

    @property
    def empty_here(self) -> bool:
        """Whether the entry under the caret is still empty, so that `:` may begin a jump."""
        return False

    @property
    def offered(self) -> tuple[Command, ...]:
        """Those of its commands that can be of use now."""
        return self.commands

    def changed(self) -> None:
        """Draw again. Which rows differ is found out when Textual is about to paint."""
        self._drawn = None
        self._repaint_required = True
        self.check_idle()

    @property
    def caret(self) -> tuple[int, int] | None:
        """The place of the cursor on the screen."""
        place = self.caret_at()
        if place is None:
            return None
        return self.region.x + place[0], self.region.y + place[1]

    def lines(self) -> list[Line]:
        """The lines as drawn for the present size."""
        if self._drawn is None or self._drawn_for != self.size:
            try:
                self._drawn = self.draw(self.size.width, self.size.height)
            except Exception as error:  # one pane that can't be drawn must not end the session
                self._drawn = [(Span(noted(error, f"drawing {type(self).__name__}").text, Look.ERROR),)]
            self._drawn_for = self.size
        return self._drawn

    def render_line(self, y: int) -> Strip:
        """One row for Textual."""
        line = self._rendered_rows[y] = _at(self.lines(), y)
        self._rendered_since.add(y)
        return to_strip(line, self.size.width, self.base)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows for Textual, which keeps those that were not said to be other ones."""
        lines, known = self.lines(), self._rendered_rows
        stale = [y for y in crop.line_range if y in known and known[y] != _at(lines, y)]
        if stale:
            self._styles_cache.set_dirty(*_as_regions(stale, self.size.width))
        return super().render_lines(crop)

    def _exchange_repaint_regions(self) -> Collection[Region]:
        """What Textual is to paint now: all of it where somebody asked for that, else the rows that differ.

        A row that was rendered since the last time may not have reached the screen, or reached it with what it no
        longer holds: it counts as different.
        """
        asked, lines = super()._exchange_repaint_regions(), self.lines()
        told, since = self._last_lines, self._rendered_since
        self._last_lines, self._rendered_since = lines, set()
        size, self._last_size = self._last_size, self.size
        if asked or told is None or size != self.size:
            return asked or (self.size.region,)
        every = range(self.size.height)
        differ = [y for y in every if y in since or _at(told, y) != _at(lines, y)]
        return _as_regions(differ, self.size.width)


def _at(lines: list[Line], y: int) -> Line:
    return lines[y] if y < len(lines) else ()


def _as_regions(rows: Collection[int], width: int) -> list[Region]:
    return [Region(0, y, width, 1) for y in rows]
