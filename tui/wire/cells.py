"""Cells: text cut into the places of the screen, wide characters in two of them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import get_character_cell_size, split_graphemes

from tui.wire.sgr import PLAIN, Style, blank_style

Cell = tuple[str, Style]
"""The text of one place and its style; the right half of a wide character has the text ''."""

Row = list[Cell]

BLANK: Cell = (" ", PLAIN)
_JOINERS = ("\u200d", "\ufe0f")
_MAX_MARKS = 2
"""Combining marks kept on one character; more are only ever sent to spoil the screen."""


def blank_row(cols: int) -> Row:
    """A row of `cols` empty cells."""
    return [BLANK] * cols


@lru_cache(1024)
def cells_of(text: str, style: Style) -> tuple[Cell, ...]:
    """`text` as cells, as wide as Textual counted it; control characters take no place and are dropped."""
    empty = (" ", blank_style(style))
    if text.isascii() and text.isprintable():
        return tuple(empty if char == " " else (char, style) for char in text)
    if any(joiner in text for joiner in _JOINERS):
        return tuple(_cluster_cells(text, style))
    cells: list[Cell] = []
    for char in text:
        if char == " ":
            cells.append(empty)
            continue
        width = get_character_cell_size(char)
        if width == 0:
            _add_mark(cells, char, style)
        elif width == 1:
            cells.append((char, style))
        else:
            cells += [(char, style), ("", style)]
    return tuple(cells)


def _add_mark(cells: list[Cell], mark: str, style: Style) -> None:
    """Put a combining mark on the character before it; direction and other invisible marks are dropped."""
    if not cells or unicodedata.category(mark) not in ("Mn", "Me"):
        return
    place = -1 if cells[-1][0] else -2
    base = cells[place][0]
    if base != " " and len(base) <= _MAX_MARKS:
        cells[place] = (base + mark, style)


def _cluster_cells(text: str, style: Style) -> list[Cell]:
    """Joined emoji: terminals do not agree on them, so only the first character of each is sent."""
    cells: list[Cell] = []
    for start, _end, width in split_graphemes(text)[0]:
        base = text[start]
        own = get_character_cell_size(base)
        if width == 0 or own == 0:
            continue
        cells += cells_of(base, style)
        cells += [(" ", blank_style(style))] * (width - own)
    return cells
