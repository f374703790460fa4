"""The pane: one widget that draws lines and takes keys. Everything a screen shows is a pane.

A pane draws itself from its own state in `draw`, so a key changes state and asks for a repaint; the wire
sends what differs. Keys come in one at a time through `press`, never through Textual's message queues.
"""

from __future__ import annotations

from textual.geometry import Size
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
        """Draw again."""
        self._drawn = None
        self.refresh()

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
        lines = self.lines()
        return to_strip(lines[y] if y < len(lines) else (), self.size.width, self.base)
