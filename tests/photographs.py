"""Real photographs of people, from packages that ship them, and what happens to a photograph on its way to us.

Grace Hopper (United States Navy, public domain) comes with matplotlib, Luis Pedro Coelho with his own mahotas, which
also ships a street without people. None of the packages is imported. A second photograph of the same person is
shipped by none: the card and the portrait of one person are made from one photograph, each as far from it as a
printed and scanned card, and a picture by another camera, would be.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Photograph = Image.Image
CARD_SIZE = (1011, 638)
"""85.6 mm by 54 mm at 300 dots per inch."""
_HOPPER = ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
_PAPER = (214, 228, 238)
_SURROUNDINGS = (180, 180, 176)


def hopper_file() -> str:
    """The path of her photograph, as the package ships it."""
    return str(_path(*_HOPPER))


def hopper() -> Photograph:
    """Grace Hopper, in uniform before a flag; 512 by 600 pixels, a face of 187."""
    return _shipped(*_HOPPER)


def coelho() -> Photograph:
    """Luis Pedro Coelho, in the street; 300 by 377 pixels, a face of 187."""
    return _shipped("mahotas", "demos/data/luispedro.jpg")


def street() -> Photograph:
    """A department store in its street: a photograph on which no face is found."""
    return _shipped("mahotas", "demos/data/DepartmentStore.jpg")


def drawn_face() -> Photograph:
    """Nobody: a circle, eyes and a mouth, drawn."""
    from PIL import ImageDraw

    picture = Image.new("RGB", (400, 500), (250, 250, 250))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((80, 80, 320, 400), outline=(0, 0, 0), width=5)
    for x in (150, 250):
        pen.ellipse((x - 20, 190, x + 20, 220), fill=(0, 0, 0))
    pen.arc((140, 260, 260, 350), 20, 160, fill=(0, 0, 0), width=6)
    return picture


def on_card(photograph: Photograph, beside: Photograph | None = None) -> Photograph:
    """The front of a card with the photograph printed small and pale on it, scanned a little askew."""
    print_ = ImageOps.fit(photograph, (220, 280), centering=(0.5, 0.3))
    print_ = ImageEnhance.Color(ImageEnhance.Contrast(print_).enhance(0.8)).enhance(0.5)
    card = Image.new("RGB", CARD_SIZE, _PAPER)
    card.paste(print_.filter(ImageFilter.GaussianBlur(0.8)), (720, 130))
    if beside is not None:
        card.paste(ImageOps.fit(beside, (90, 115), centering=(0.5, 0.3)), (120, 420))
    return card.rotate(2, resample=Image.Resampling.BICUBIC, fillcolor=_SURROUNDINGS)


def taken_anew(photograph: Photograph) -> Photograph:
    """By another camera, in other light: turned, cropped, brighter, a little soft, another size."""
    turned = photograph.rotate(-4, resample=Image.Resampling.BICUBIC, fillcolor=_SURROUNDINGS)
    cut = turned.crop((4, 8, turned.width - 6, turned.height - 4))
    lit = ImageEnhance.Brightness(cut).enhance(1.2).filter(ImageFilter.GaussianBlur(0.7))
    return lit.resize((round(lit.width * 1.3), round(lit.height * 1.3)), Image.Resampling.BICUBIC)


def side_by_side(left: Photograph, right: Photograph) -> Photograph:
    """Two photographs on one, each at its own size."""
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), _SURROUNDINGS)
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def jpeg(photograph: Photograph, quality: int = 75) -> bytes:
    """The file that a scanner or a camera writes."""
    out = io.BytesIO()
    photograph.save(out, "JPEG", quality=quality)
    return out.getvalue()


def matching() -> tuple[bytes, bytes]:
    """Card and portrait of one person, clearly so."""
    return jpeg(on_card(hopper())), jpeg(taken_anew(hopper()))


def different() -> tuple[bytes, bytes]:
    """The card of one person, the portrait of another."""
    return jpeg(on_card(hopper())), jpeg(taken_anew(coelho()))


def unclear() -> tuple[bytes, bytes]:
    """The card of one person, the portrait of two."""
    return jpeg(on_card(hopper())), jpeg(side_by_side(hopper(), coelho()))


@cache
def _shipped(package: str, file: str) -> Photograph:
    return Image.open(_path(package, file)).convert("RGB")


def _path(package: str, file: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / file
