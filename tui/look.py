"""How text is drawn: named looks, spans of text in cells, and lines made of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


class Look(Enum):
    """What a piece of text is. Told apart by weight, underline or reverse video as well as by colour."""

    PLAIN = "none"
    TITLE = "bold"
    BAR = "reverse"
    BAR_KEY = "reverse bold"
    LABEL = "none"
    FOCUS = "bold bright_white on blue"
    HINT = "bright_black"
    ERROR = "bold bright_red"
    GOOD = "bright_green"
    WARN = "bright_yellow"
    MARK = "bold bright_cyan"
    KEY = "bold bright_cyan"
    CHOSEN = "bold"
    POPUP = "bright_white on blue"
    POPUP_FIELD = "bold bright_white on black"
    POPUP_HINT = "white on blue"
    POPUP_BAR = "blue on bright_white"


_STYLES: dict[str, Style] = {}
_ON_POPUP: dict[Look | str, Look] = {
    Look.PLAIN: Look.POPUP,
    Look.LABEL: Look.POPUP,
    Look.TITLE: Look.POPUP,
    Look.HINT: Look.POPUP_HINT,
    Look.FOCUS: Look.POPUP_FIELD,
}
"""Looks that have no ground of their own take that of the popup they stand in; a field stands out from it."""


def style_of(look: Look | str) -> Style:
    """The terminal style of a look; a raw style definition is for picture cells only."""
    definition = look.value if isinstance(look, Look) else look
    style = _STYLES.get(definition)
    if style is None:
        style = _STYLES[definition] = Style.parse(definition)
    return style


class Span(NamedTuple):
    """A run of text in one look."""

    text: str
    look: Look | str = Look.PLAIN


Line = tuple[Span, ...]


def line(*parts: Span | str) -> Line:
    """Spans in a row; a bare string is plain text."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


_CLOSING = frozenset("，。、；：？！）》”’,.;:?!)")


@lru_cache(4096)
def printable(text: str) -> str:
    """Text that cannot disturb the screen: control and formatting characters become a visible box of one cell."""
    if text.isprintable():
        return text
    return "".join(
        " " if c in "\t\n\r" else c if c.isprintable() or unicodedata.category(c) == "Zs" else "?"
        for c in text
    )


def width(text: str) -> int:
    """Cells that a text takes."""
    return cell_len(text)


@lru_cache(8192)
def fit(text: str, cells: int) -> str:
    """The text cut or padded to exactly `cells` cells; a cut is shown by two dots."""
    text = printable(text)
    have = cell_len(text)
    if have <= cells:
        return text + " " * (cells - have)
    room, kept = max(0, cells - 2), 0
    out: list[str] = []
    for character in text:
        size = get_character_cell_size(character)
        if kept + size > room:
            break
        out.append(character)
        kept += size
    return ("".join(out) + ".." + " " * (room - kept))[: max(0, cells)] if cells >= 2 else " " * cells


def right(text: str, cells: int) -> str:
    """The text moved to the right edge of `cells` cells."""
    return " " * max(0, cells - cell_len(text)) + text


def wrapped(text: str, cells: int) -> list[str]:
    """The text folded into lines of at most `cells` cells; line ends in the text are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current, used = "", 0
        for character in printable(paragraph):
            size = get_character_cell_size(character)
            if used + size > cells:
                kept = _break(current, character, cells)
                lines.append(current[:kept])
                current, used = current[kept:], cell_len(current[kept:])
            current += character
            used += size
        lines.append(current)
    return lines


def _break(current: str, following: str, cells: int) -> int:
    """How much of a full line stays on it: numbers and words aren't parted, no line begins with a closing mark."""
    kept, ahead = len(current), following
    while kept > 1 and (ahead in _CLOSING or (_word(current[kept - 1]) and _word(ahead))):
        kept -= 1
        ahead = current[kept]
    return kept if kept > 1 and cell_len(current[kept:]) <= cells // 2 else len(current)


def _word(character: str) -> bool:
    return character.isascii() and character != " "


def to_strip(spans: Iterable[Span], cells: int, base: Look = Look.PLAIN) -> Strip:
    """A line as Textual draws it, exactly `cells` wide."""
    if base is Look.POPUP:
        spans = [Span(text, _ON_POPUP.get(look, look)) for text, look in spans]
    segments = [Segment(printable(text), style_of(look)) for text, look in spans if text]
    return Strip(segments).adjust_cell_length(cells, style_of(base))
