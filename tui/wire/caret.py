"""Where the terminal's own cursor belongs: input-method windows, magnifiers and braille lines follow it."""

from __future__ import annotations

from typing import Any

from textual.app import App, ScreenStackError
from textual.dom import NoScreen
from textual.widget import Widget

Place = tuple[int, int]
"""A column and a row in cells, counted from the screen's upper left corner."""


def caret_of(app: App[Any]) -> Place | None:
    """The place of the cursor, or None while the focused widget has no place yet (the cursor stays).

    A widget or screen says it itself through an attribute `caret` (x, y on the screen, or None).  Without
    it: the insertion point of a text field, else the upper left corner of what has the focus, else (with
    no focus) the lower left corner of the screen.
    """
    try:
        screen = app.screen
        focused = app.focused
    except (ScreenStackError, NoScreen):
        return None
    own = getattr(focused or screen, "caret", None)
    if own is not None:
        return int(own[0]), int(own[1])
    if focused is None:
        return 0, app.size.height - 1
    if not focused.region.size:
        return None
    offset = getattr(focused, "cursor_screen_offset", None)
    if offset is not None:
        return _insertion_point(focused, offset)
    return _corner(focused)


def _insertion_point(field: Widget, offset: Place) -> Place:
    """Textual's Input and TextArea, told by what they offer: to import them would slow the start."""
    x, y = offset
    if getattr(field, "cursor_at_end", False):  # Input counts the cell after the value twice
        x -= 1
    region = field.content_region
    return min(max(x, region.x), max(region.right - 1, region.x)), y


def _corner(widget: Widget) -> Place:
    x, y = widget.content_region.offset if widget.content_region.size else widget.region.offset
    return max(x, 0), max(y, 0)
