"""Bars and a sparkline made of characters that take one cell on every terminal; the number always stands beside."""

from __future__ import annotations

from collections.abc import Sequence

from tui.look import Line, Look, Span, line, right

_FULL, _EMPTY = "#", "."
# Braille: one cell wide everywhere, unlike blocks, which some terminals draw over two.
_HEIGHTS = "\u28c0\u28e4\u28f6\u28ff"
_YEAR_CELLS = 6


def bar(share: float, cells: int) -> str:
    """A bar of so many cells of which `share` (0 to 1) is full; anything above nothing shows one cell at least,
    anything below everything leaves one."""
    full = round(min(1.0, max(0.0, share)) * cells)
    if share > 0:
        full = max(1, full)
    if share < 1:
        full = min(cells - 1, full)
    return _FULL * full + _EMPTY * (cells - full)


def percent(share: float) -> str:
    """A share in whole percent: 100% only for all, 0% only for none."""
    if 0 < share < 1:
        return f"{min(99, max(1, round(share * 100)))}%"
    return f"{round(share * 100)}%"


def height(share: float) -> str:
    """A share as one cell of a sparkline."""
    return _HEIGHTS[min(len(_HEIGHTS) - 1, int(max(0.0, share) * len(_HEIGHTS)))]


def year_chart(years: Sequence[tuple[str, float | None]], here: str = "") -> list[Line]:
    """Three lines: the years, their share in percent, the sparkline; None is a year without anybody. `here` is
    brighter."""
    names: list[Span | str] = ["  年度  "]
    shares: list[Span | str] = ["  完成率"]
    marks: list[Span | str] = ["  趋势  "]
    for name, share in years:
        look = Look.TITLE if name == here else Look.PLAIN
        names.append(Span(right(name, _YEAR_CELLS), Look.TITLE if name == here else Look.HINT))
        shares.append(Span(right("-" if share is None else percent(share), _YEAR_CELLS), look))
        mark = "" if share is None else height(share) * (_YEAR_CELLS - 2)
        marks.append(Span(right(mark, _YEAR_CELLS), look))
    return [line(*names), line(*shares), line(*marks)]
