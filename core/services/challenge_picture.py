"""Drawing the 验证码: digits as bent strokes in half-block cells, and a sum in words for whoever asks for it.

No digit stands in it as text, so nothing that reads the screen's characters can answer it.
"""

from __future__ import annotations

import math
import random
from itertools import pairwise

COLUMNS, ROWS = 40, 8
DIGITS = 4

Point = tuple[float, float]

# The strokes of each digit in a box of 4 x 6, x to the right, y down.
_STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((2, 0), (0.4, 1), (0, 3), (0.4, 5), (2, 6), (3.6, 5), (4, 3), (3.6, 1), (2, 0)),),
    "1": (((0.8, 1.2), (2.2, 0), (2.2, 6)), ((0.8, 6), (3.6, 6))),
    "2": (((0.2, 1.2), (1, 0.2), (2.8, 0.1), (3.8, 1.2), (3.4, 2.8), (0.2, 6), (4, 6)),),
    "3": (((0.2, 0.2), (3.8, 0.2), (1.8, 2.5), (3.4, 3.1), (3.9, 4.4), (3, 5.8), (1.2, 6), (0, 5.2)),),
    "4": (((3, 6), (3, 0), (0, 4.2), (4.2, 4.2)),),
    "5": (((3.8, 0), (0.5, 0), (0.3, 2.7), (2.6, 2.5), (3.9, 3.6), (3.7, 5.1), (2.2, 6), (0.1, 5.5)),),
    "6": (
        (
            (3.4, 0),
            (1.2, 1.4),
            (0.1, 3.6),
            (0.5, 5.4),
            (2, 6),
            (3.6, 5.3),
            (3.7, 3.6),
            (2.2, 2.9),
            (0.3, 3.9),
        ),
    ),
    "7": (((0, 0.1), (4, 0.1), (1.6, 6)),),
    "8": (
        ((2, 2.8), (0.5, 2), (0.5, 0.7), (2, 0), (3.5, 0.7), (3.5, 2), (2, 2.8)),
        ((2, 2.8), (0.1, 4), (0.3, 5.4), (2, 6), (3.7, 5.4), (3.9, 4), (2, 2.8)),
    ),
    "9": (
        (
            (3.7, 2.1),
            (1.8, 3.1),
            (0.3, 2.4),
            (0.4, 0.7),
            (2, 0),
            (3.5, 0.6),
            (3.9, 2.4),
            (2.8, 4.6),
            (0.6, 6),
        ),
    ),
}
_NUMERALS = "零一二三四五六七八九十"
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_HALF_WIDTH = 0.85  # of a stroke, in pixels


def draw_digits(digits: str, chance: random.Random) -> tuple[str, ...]:
    """The digits as 8 rows of 40 half-block cells, each digit turned, slanted and moved a little."""
    width, height = COLUMNS, ROWS * 2
    step = width / len(digits)
    segments: list[tuple[Point, Point]] = []
    for place, digit in enumerate(digits):
        segments += _bent(digit, step * place + step / 2, height / 2, chance)
    inked = [
        [
            any(_distance((x + 0.5, y + 0.5), *segment) <= _HALF_WIDTH for segment in segments)
            for x in range(width)
        ]
        for y in range(height)
    ]
    for _ in range(6):  # dust; too little to mislead an eye
        x, y = chance.randrange(width), chance.randrange(height)
        inked[y][x] = not inked[y][x]
    return tuple(
        "".join(_HALF_BLOCKS[upper, lower] for upper, lower in zip(inked[row], inked[row + 1], strict=True))
        for row in range(0, height, 2)
    )


def ask_sum(chance: random.Random) -> tuple[str, frozenset[str]]:
    """A sum in words (七加五等于几), and its answers (12, 十二)."""
    first, second = chance.randint(2, 10), chance.randint(1, 9)
    answer = first + second
    words = f"{_NUMERALS[first]}加{_NUMERALS[second]}等于几"
    return words, frozenset({str(answer), numeral(answer)})


def numeral(number: int) -> str:
    """A number from 0 to 99 in Chinese words: 十二, 二十."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def _bent(digit: str, x: float, y: float, chance: random.Random) -> list[tuple[Point, Point]]:
    """The strokes of a digit around a centre in pixels."""
    wide, tall = chance.uniform(1.4, 1.6), chance.uniform(1.75, 2.0)
    turn, slant = chance.uniform(-0.14, 0.14), chance.uniform(-0.18, 0.18)
    x, y = x + chance.uniform(-0.7, 0.7), y + chance.uniform(-0.9, 0.9)

    def place(point: Point) -> Point:
        across, down = (point[0] - 2) * wide, (point[1] - 3) * tall
        across -= slant * down
        return (
            x + across * math.cos(turn) - down * math.sin(turn),
            y + across * math.sin(turn) + down * math.cos(turn),
        )

    return [(place(start), place(end)) for stroke in _STROKES[digit] for start, end in pairwise(stroke)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a segment."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - start[0] - along * across, point[1] - start[1] - along * down)
