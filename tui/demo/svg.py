"""A screen as an SVG picture, every character on its own cell, so that Chinese keeps its width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color_triplet import ColorTriplet
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.strip import Strip

_CELL, _LINE, _SIZE = 9.0, 20.0, 16
_HALF = "▀"
_WORD = re.compile(r"\S+")
_FONT = "'Noto Sans Mono CJK SC','Sarasa Mono SC','Microsoft YaHei Mono','SimSun',monospace"
_THEME = TerminalTheme(
    (16, 20, 28),
    (216, 222, 233),
    [
        (16, 20, 28),
        (191, 97, 106),
        (143, 188, 120),
        (208, 168, 92),
        (72, 104, 168),
        (160, 120, 170),
        (96, 170, 190),
        (200, 205, 215),
    ],
    [
        (110, 118, 132),
        (235, 110, 115),
        (150, 210, 130),
        (235, 195, 110),
        (120, 160, 235),
        (190, 150, 200),
        (120, 205, 225),
        (245, 247, 250),
    ],
)


class _Half(NamedTuple):
    """A cell with a half block: its column, the colours of its upper and its lower half."""

    column: int
    colours: tuple[ColorTriplet, ColorTriplet]


def screen_svg(strips: list[Strip], caret: tuple[int, int] | None = None) -> str:
    """The strips of one screen as an SVG document; `caret` is drawn as the terminal's cursor."""
    columns = max((strip.cell_length for strip in strips), default=80)
    wide, high = columns * _CELL + 16, len(strips) * _LINE + 16
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">',
        f'<rect width="100%" height="100%" rx="6" fill="{_THEME.background_color.hex}"/>',
        f'<g font-family="{_FONT}" font-size="{_SIZE}" xml:space="preserve">',
    ]
    for row, strip in enumerate(strips):
        out += _row(strip, 8 + row * _LINE)
    if caret is not None:
        x, y = 8 + caret[0] * _CELL, 8 + caret[1] * _LINE
        out.append(f'<rect x="{x:g}" y="{y + _LINE - 4:g}" width="{_CELL:g}" height="3" fill="#f5f7fa"/>')
    return "\n".join([*out, "</g>", "</svg>", ""])


def _row(strip: Strip, top: float) -> list[str]:
    out: list[str] = []
    halves: list[_Half] = []
    column = 0
    for segment in strip:
        front, back = _colours(segment.style or Style.null())
        cells = segment.cell_length
        if cells and not segment.text.strip(_HALF):
            ground = back or _THEME.background_color
            halves += [_Half(column + cell, (front, ground)) for cell in range(cells)]
            column += cells
            continue
        if back is not None and cells:
            place = f'x="{8 + column * _CELL:g}" y="{top:g}" width="{cells * _CELL:g}" height="{_LINE:g}"'
            out.append(f'<rect {place} fill="{back.hex}"/>')
        out += _words(segment.text, column, top, front, segment.style or Style.null())
        column += cells
    return [*out, *_halves(halves, top)]


def _halves(halves: list[_Half], top: float) -> Iterator[str]:
    """Half blocks as areas of colour: sharp in every viewer, and far shorter than characters."""
    for place, y in ((0, top), (1, top + _LINE / 2)):
        seats = [(half.colours[place], half.column, seat) for seat, half in enumerate(halves)]
        # A run ends where the colour changes or a cell is left out.
        for (colour, _), run in groupby(seats, lambda each: (each[0], each[1] - each[2])):
            columns = [column for _, column, _ in run]
            x = 8 + columns[0] * _CELL
            area = f"M{x:g} {y:g}h{len(columns) * _CELL:g}v{_LINE / 2:g}H{x:g}z"
            yield f'<path fill="{colour.hex}" d="{area}"/>'


def _words(text: str, column: int, top: float, front: ColorTriplet, style: Style) -> list[str]:
    """Words of characters of one width, each stretched over exactly its cells; blanks are left out, since
    viewers treat them differently."""
    out: list[str] = []
    dress = (' font-weight="bold"' if style.bold else "") + f' fill="{front.hex}"'
    for size, run in groupby(text, get_character_cell_size):
        characters = "".join(run)
        cells = size * len(characters)
        for word in _WORD.finditer(characters):
            x, length = 8 + (column + size * word.start()) * _CELL, size * len(word[0]) * _CELL
            out.append(
                f'<text x="{x:g}" y="{top + 15:g}" textLength="{length:g}"{dress}>{escape(word[0])}</text>'
            )
        if style.underline and cells:
            y = top + _LINE - 2
            out.append(
                f'<path d="M{8 + column * _CELL:g} {y:g}h{cells * _CELL:g}" stroke="{front.hex}" stroke-opacity=".5"/>'
            )
        column += cells
    return out


def _colours(style: Style) -> tuple[ColorTriplet, ColorTriplet | None]:
    front = style.color.get_truecolor(_THEME) if style.color else _THEME.foreground_color
    back = style.bgcolor.get_truecolor(_THEME, foreground=False) if style.bgcolor else None
    if style.bgcolor is not None and style.bgcolor.is_default:
        back = None
    if style.color is not None and style.color.is_default:
        front = _THEME.foreground_color
    if style.reverse:
        return back or _THEME.background_color, front
    return front, back
