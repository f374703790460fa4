"""Scans for the demonstration: certificates drawn as pictures, the same every time."""

from __future__ import annotations

import io
import random
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont


def draw_scan(title: str, lines: tuple[str, ...], seed: int) -> bytes:
    """A JPEG that looks like a scanned paper: a heading, lines of text, a red seal. About 20 KB."""
    from PIL import Image, ImageDraw

    chance = random.Random(seed)
    page = Image.new("RGB", (640, 440), (250, 248, 240))
    pen = ImageDraw.Draw(page)
    pen.rectangle((16, 16, 624, 424), outline=(150, 120, 60), width=4)
    pen.text((320, 70), title, font=_font(40), fill=(150, 30, 30), anchor="mm")
    for number, words in enumerate(lines):
        pen.text((60, 130 + number * 44), words, font=_font(24), fill=(30, 30, 30))
    x, y = 500 + chance.randrange(-20, 20), 350 + chance.randrange(-15, 15)
    pen.ellipse((x - 52, y - 52, x + 52, y + 52), outline=(200, 30, 30), width=4)
    pen.text((x, y), "演示专用", font=_font(22), fill=(200, 30, 30), anchor="mm")
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    from core.store.typeface import font_path

    return ImageFont.truetype(str(font_path()), size)
