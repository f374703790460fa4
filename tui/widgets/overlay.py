"""Popups that only show text: the help sheet."""

from __future__ import annotations

from collections.abc import Sequence

from tui.look import Look
from tui.widgets.reader import Reader


class HelpSheet(Reader):
    """F1: what the focused thing is, what this page is for, and every key. Esc closes it."""

    DEFAULT_CSS = "HelpSheet { layer: above; position: absolute; offset: 0 1; width: 80; height: 20; }"
    base = Look.POPUP

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines)

    def place(self) -> None:
        """As large as the screen lets it be: nothing of the page looks out beside it."""
        self.styles.width = self.screen.size.width
        self.styles.height = max(6, self.screen.size.height - 3)
