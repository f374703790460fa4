"""Colours and attributes: Textual's escape codes turned into what the client can show, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.color import Color, ColorSystem

from tui.wire.caps import Colours


class Style(NamedTuple):
    """How a cell looks, in the client's own colours: two lists of SGR codes and a set of attributes."""

    fg: str
    bg: str
    attrs: frozenset[int]


NO_FG, NO_BG = "39", "49"
PLAIN = Style(NO_FG, NO_BG, frozenset())
SEEN_ON_BLANKS = frozenset({4, 7, 9})
"""Underline, reverse and strike show on an empty cell; colour and weight of the letters do not."""

_ATTRIBUTE_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 7: 27, 9: 29}
_ALIAS = {6: 5, 21: 4}
_ACCENT = 110
"""A background brighter than this (0-255) marks something: without colours it becomes reverse video."""


@lru_cache(8192)
def style_of(params: str, colours: Colours) -> Style:
    """The style that the SGR parameters `params` (as in `1;38;2;0;0;0`) set from nothing."""
    fg, bg, attrs = NO_FG, NO_BG, set[int]()
    accent = False
    for code, colour in _codes(params):
        if colour is not None:
            value = _codes_for(colour, colours, foreground=code == 38)
            accent = _is_accent(colour) if code == 48 else accent
            fg, bg = (value, bg) if code == 38 else (fg, value)
        elif 30 <= code <= 39 or 90 <= code <= 97:
            fg = str(code)
        elif 40 <= code <= 49 or 100 <= code <= 107:
            bg, accent = str(code), code not in (40, 49, 100)
        elif _ALIAS.get(code, code) in _ATTRIBUTE_OFF:
            attrs.add(_ALIAS.get(code, code))
    if colours == "mono":
        fg, bg = NO_FG, NO_BG
        if accent:
            attrs.add(7)
    elif colours == "16" and _same_colour(fg, bg):
        fg = "30" if bg in ("47", "107") else "97"
    return Style(fg, bg, frozenset(attrs))


@lru_cache(8192)
def blank_style(style: Style) -> Style:
    """What of `style` can be seen on an empty cell: two blanks that look alike get the same style."""
    if style.attrs & SEEN_ON_BLANKS:
        return style
    return Style(NO_FG, style.bg, frozenset())


@lru_cache(16384)
def sgr_change(old: Style | None, new: Style) -> str:
    """The shortest escape sequence from `old` (None: not known) to `new`; empty when nothing changes."""
    if old == new:
        return ""
    codes = [str(code) for code in sorted(new.attrs)]
    codes += [code for code in (new.fg, new.bg) if code not in (NO_FG, NO_BG)]
    reset = f"\x1b[{';'.join(['0', *codes]) if codes else ''}m"
    if old is None:
        return reset
    off = {_ATTRIBUTE_OFF[code] for code in old.attrs - new.attrs}
    on = new.attrs - old.attrs
    if 22 in off:  # bold and dim are ended by the same code
        on |= new.attrs & {1, 2}
    steps = [str(code) for code in (*sorted(off), *sorted(on))]
    if old.fg != new.fg:
        steps.append(new.fg)
    if old.bg != new.bg:
        steps.append(new.bg)
    step = f"\x1b[{';'.join(steps)}m"
    return step if len(step) < len(reset) else reset


def _codes(params: str) -> Iterator[tuple[int, Color | None]]:
    """The single codes of SGR parameters; 38 and 48 come with their colour."""
    codes = [int(part or 0) for part in params.split(";")] if params else []
    position = 0
    while position < len(codes):
        code = codes[position]
        rest = codes[position + 1 :]
        position += 1
        if code not in (38, 48):
            yield code, None
        elif rest[:1] == [2] and len(rest) >= 4:
            yield code, Color.from_rgb(*(min(part, 255) for part in rest[1:4]))
            position += 4
        elif rest[:1] == [5] and len(rest) >= 2:
            yield code, Color.from_ansi(min(rest[1], 255))
            position += 2


def _codes_for(colour: Color, colours: Colours, *, foreground: bool) -> str:
    if colours == "256":
        colour = colour.downgrade(ColorSystem.EIGHT_BIT)
    elif colours == "16":
        colour = colour.downgrade(ColorSystem.STANDARD)
    return ";".join(colour.get_ansi_codes(foreground=foreground))


def _is_accent(colour: Color) -> bool:
    return max(colour.get_truecolor()) > _ACCENT


def _same_colour(fg: str, bg: str) -> bool:
    """Two colours that differed in true colour may fall on one of the sixteen: text must stay readable."""
    return fg.isdigit() and bg.isdigit() and fg != NO_FG and int(fg) + 10 == int(bg)
