"""Characters read back from pixels: which of the drawn characters looks most like the one that must stand there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.terminals.kinds import FONT
from tests.terminals.window import Operator, cells_of

Ink = NDArray[np.float32]
_SHIFTS = range(-4, 5)
"""Pixels by which a terminal may set a character elsewhere in its cells."""


@dataclass(frozen=True)
class Misread:
    """A character that must stand at a place, and the one that its pixels look like."""

    column: int
    row: int
    expected: str
    looks_like: str


def misread(operator: Operator) -> tuple[list[Misread], int]:
    """The wide characters on the screen whose pixels look like another one's, and how many were looked at.

    The choice is among all the wide characters on the screen, drawn here with the same font, and an empty box.
    """
    picture = operator.picture()
    size = operator.cell[0] * 2, operator.cell[1]
    places = [
        (x, y, char.data)
        for x, y, char in cells_of(operator.screen)
        if char.data > "\u2e80" and (x, y) != operator.screen.cursor
    ]
    drawn = [*sorted({char for _, _, char in places}), _BOX]
    shapes = np.stack([shape for char in drawn for shape in _drawn(char, size)])
    if not places:
        return [], 0
    seen = np.stack([_ink(picture.crop(operator.box_of(x, y, 2))) for x, y, _ in places])
    likeness = shapes.reshape(len(shapes), -1) @ seen.reshape(len(seen), -1).T
    best = likeness.reshape(len(drawn), -1, len(places)).max(axis=1).argmax(axis=0)
    found = [
        Misread(x, y, char, drawn[choice])
        for (x, y, char), choice in zip(places, best, strict=True)
        if drawn[choice] != char
    ]
    return found, len(places)


_BOX = "\u25a1"
"""What a terminal draws, more or less, for a character that its fonts lack."""


@cache
def _font() -> ImageFont.FreeTypeFont:
    found = subprocess.run(
        ["fc-match", "-f", "%{file}\n%{index}", FONT], capture_output=True, text=True, check=True
    )
    path, index = found.stdout.splitlines()
    return ImageFont.truetype(path, 16, index=int(index) & 0xFFFF)


@cache
def _drawn(char: str, size: tuple[int, int]) -> list[Ink]:
    """A character as it may stand in its two cells, in every place where a terminal may set it."""
    shapes = []
    for down in _SHIFTS:
        for right in _SHIFTS:
            canvas = Image.new("L", size)
            ImageDraw.Draw(canvas).text(
                (size[0] / 2 + right, size[1] / 2 + down), char, 255, _font(), anchor="mm"
            )
            shapes.append(_even(np.asarray(canvas, np.float32)))
    return shapes


def _ink(picture: Image.Image) -> Ink:
    """How far each pixel is from the background, which is what most of them are."""
    pixels = np.asarray(picture, np.float32)
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    return _even(np.abs(pixels - colours[counts.argmax()]).sum(axis=2))


def _even(ink: Ink) -> Ink:
    """With mean 0 and length 1, so that a product of two is their correlation."""
    ink = ink - ink.mean()
    length = float(np.linalg.norm(ink))
    return ink / length if length else ink
