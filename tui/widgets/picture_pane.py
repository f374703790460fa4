"""A picture in half-block cells, one alone or two side by side (并排)."""

from __future__ import annotations

from core.schema.declarations import CellRows, Rgb
from tui.look import Line, Span, line
from tui.widgets.pane import Pane

ZOOMS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
GAP = 2
"""Cells between two pictures."""
_SHADES = 16
"""Steps of a colour that are told apart: enough for a scan, and far fewer bytes on the wire."""
_BLACK: Rgb = (0, 0, 0)


class PicturePane(Pane):
    """Rows of half-blocks: the upper half is the colour of the letter, the lower that of the ground. A heading
    may stand above them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Line] = []

    def show(self, rows: CellRows, heading: Line | None = None) -> None:
        """Show a picture."""
        self._rows = ([] if heading is None else [heading]) + picture_lines(rows)
        self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        return self._rows[:height]

    def caret_at(self) -> tuple[int, int] | None:
        return (0, 0)

    def help_lines(self) -> list[str]:
        return ["图片按字符格显示，放大后可看清文字。"]


def picture_lines(rows: CellRows) -> list[Line]:
    """A picture as lines; runs of equal cells become one span."""
    return [_line(row) for row in rows]


def side_by_side(left: CellRows, right: CellRows) -> CellRows:
    """Two pictures of the same height as one, a gap between them."""
    gap = ((_BLACK, _BLACK),) * GAP
    return tuple((*mine, *gap, *other) for mine, other in zip(left, right, strict=True))


def shares(cells: int, pictures: int) -> int:
    """Cells that each of one or two pictures has in the width of `cells`."""
    return cells if pictures < 2 else (cells - GAP) // 2


def _line(row: tuple[tuple[Rgb, Rgb], ...]) -> Line:
    spans: list[Span] = []
    for upper, lower in row:
        look = f"{_colour(upper)} on {_colour(lower)}"
        if spans and spans[-1].look == look:
            spans[-1] = Span(spans[-1].text + "▀", look)
        else:
            spans.append(Span("▀", look))
    return line(*spans)


def _colour(rgb: Rgb) -> str:
    step = 255 / (_SHADES - 1)
    red, green, blue = (round(round(part / step) * step) for part in rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"
