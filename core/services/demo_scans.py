"""Scans for the demonstration: certificates, a card and a portrait drawn as pictures, the same every time."""

from __future__ import annotations

import io
import random
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
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
    return _jpeg(page)


def draw_card(name: str, id_number: str) -> bytes:
    """The front of a card: 姓名, a drawn portrait, 证件号; a third line says that it is for demonstration."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (640, 404), (222, 234, 242))
    pen = ImageDraw.Draw(page)
    pen.rectangle((10, 10, 630, 394), outline=(110, 140, 170), width=3)
    for y, words in ((70, f"姓名  {name}"), (130, "民族  汉"), (190, "演示专用，不是证件")):
        pen.text((40, y), words, font=_font(28), fill=(40, 50, 60))
    pen.text((40, 340), f"公民身份号码  {id_number}", font=_font(26), fill=(40, 50, 60))
    _draw_head(pen, 510, 160, 0.6)
    return _jpeg(page)


def draw_portrait() -> bytes:
    """A drawn head and shoulders on a plain ground."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (400, 500), (90, 140, 200))
    _draw_head(ImageDraw.Draw(page), 200, 220, 1.2)
    return _jpeg(page)


def _draw_head(pen: ImageDraw, x: int, y: int, scale: float) -> None:
    """A head around (x, y): hair, face, eyes, mouth, shoulders."""

    def box(left: int, top: int, right: int, bottom: int) -> tuple[float, float, float, float]:
        return (x + left * scale, y + top * scale, x + right * scale, y + bottom * scale)

    pen.ellipse(box(-130, 130, 130, 330), fill=(60, 70, 110))
    pen.ellipse(box(-95, -130, 95, 120), fill=(35, 28, 28))
    pen.rectangle(box(-30, 90, 30, 160), fill=(226, 186, 160))
    pen.ellipse(box(-78, -90, 78, 125), fill=(236, 198, 172))
    for eye in (-34, 34):
        pen.ellipse(box(eye - 11, -8, eye + 11, 8), fill=(30, 25, 25))
    pen.arc(box(-32, 40, 32, 82), 20, 160, fill=(160, 70, 70), width=max(2, round(5 * scale)))


def _jpeg(page: Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    from core.store.typeface import font_path

    return ImageFont.truetype(str(font_path()), size)
