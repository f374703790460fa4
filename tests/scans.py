"""Certificates drawn as scans, and what becomes of a scan that is brought in a second time."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from core.store.typeface import font_path

Page = Image.Image


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_path()), size)


def certificate(name: str, number: str, title: str = "结业证书", course: str = "初中数学新课标培训") -> Page:
    """A certificate of one printed form: another name and number are another person's."""
    page = Image.new("RGB", (1200, 850), (250, 248, 240))
    pen = ImageDraw.Draw(page)
    pen.rectangle((30, 30, 1170, 820), outline=(150, 120, 60), width=8)
    pen.text((600, 140), title, font=_font(80), fill=(150, 30, 30), anchor="mm")
    lines = (
        f"{name} 同志（证件号 4100991985****{number[-4:]}）",
        f"于 2026 年 7 月 6 日至 7 月 10 日参加{course}班学习，",
        "共 40 学时，考核成绩合格，准予结业。",
        f"证书编号：{number}",
    )
    for at, words in enumerate(lines):
        pen.text((140, 270 + at * 66), words, font=_font(34), fill=(30, 30, 30))
    pen.ellipse((800, 580, 980, 760), outline=(200, 30, 30), width=6)
    pen.text((890, 670), "演示专用章", font=_font(30), fill=(200, 30, 30), anchor="mm")
    pen.text((840, 600), "洛阳市教育局", font=_font(34), fill=(30, 30, 30))
    pen.text((840, 700), "2026年7月15日", font=_font(34), fill=(30, 30, 30))
    return page


def jpeg(page: Page, quality: int = 90) -> bytes:
    """A page as a JPEG file."""
    out = io.BytesIO()
    page.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _scaled(page: Page, share: float) -> Page:
    return page.resize((round(page.width * share), round(page.height * share)), Image.Resampling.BICUBIC)


def _turned(page: Page, degrees: float) -> Page:
    return page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def _cropped(page: Page, share: float) -> Page:
    wide, high = page.size
    return page.crop((int(wide * share), int(high * share), int(wide * (1 - share)), high))


AGAIN: Mapping[str, Callable[[Page], bytes]] = {
    "saved at quality 60": lambda page: jpeg(page, 60),
    "saved at quality 30": lambda page: jpeg(page, 30),
    "half as large": lambda page: jpeg(_scaled(page, 0.5), 80),
    "a third as large": lambda page: jpeg(_scaled(page, 0.34), 75),
    "larger": lambda page: jpeg(_scaled(page, 1.4), 70),
    "brighter": lambda page: jpeg(ImageEnhance.Brightness(page).enhance(1.2), 80),
    "darker": lambda page: jpeg(ImageEnhance.Brightness(page).enhance(0.8), 80),
    "with less contrast": lambda page: jpeg(ImageEnhance.Contrast(page).enhance(0.7), 80),
    "without colour": lambda page: jpeg(page.convert("L"), 80),
    "turned by a degree": lambda page: jpeg(_turned(page, 1), 80),
    "cropped": lambda page: jpeg(_cropped(page, 0.015), 80),
    "with a margin": lambda page: jpeg(ImageOps.expand(page, 18, (255, 255, 255)), 80),
}
"""What is done to a scan so that its bytes are others: each still shows the same paper."""
