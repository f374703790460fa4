"""Whether two pictures show the same paper (疑似同一扫描件): a print of 64 bits, and a look at both pages.

    seen = look(content)                   # None for a picture without anything on it
    seen.bits, seen.small                  # what is stored of it
    near(seen.bits, other_bits)            # at most NEAR bits differ: worth a second look
    same_paper(content, other_content)     # the second look

Certificates that were printed on one form differ in a name and a number: their prints are as near as those of one
scan that was saved twice. So the print only finds candidates, and the second look decides: both pages are laid over
each other (shifted, scaled and turned as far as scanners do), and the part that differs most must not differ more
than saving again makes it. docs/likeness.md has the figures behind NEAR and MOST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.store.pictures import page_of

if TYPE_CHECKING:
    from PIL.Image import Image

NEAR = 7
"""Bits in which candidates differ at most: with one fewer than there are bands, they share a band."""
BANDS = 8
MOST = 27
"""Grey values (of 256) by which the worst part of two scans of one paper differs at most."""
SMALL = 32
_COLS, _ROWS = 9, 8
_LEAST_CONTRAST = 24
_LONG, _SHORT = 720, 528
"""Pixels of a page in the second look."""
_PART = 12
_REACH = 4
_COARSE, _BLOCK_LOW, _REACH_LOW = 6, 12, 5
_BLUR, _AROUND, _MIDDLE = 1.0, 28, 190


@dataclass(frozen=True, slots=True)
class Seen:
    """What is stored of a picture: 64 bits in hexadecimal, and the page as SMALL x SMALL grey values."""

    bits: str
    small: bytes


@dataclass(frozen=True, slots=True)
class _Laid:
    """How a page lies on another: (x, y) there is (scale * x - turn * y + right, turn * x + scale * y + down)."""

    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0
    turn: float = 0.0


def look(content: bytes) -> Seen | None:
    """The print of a picture; None where there is nothing on it. Raises Refused as `page_of` does."""
    from PIL import Image

    page = page_of(content, SMALL * 8)
    low, high = _ends(page)
    if high - low < _LEAST_CONTRAST:
        return None
    rows = page.resize((_COLS, _ROWS), Image.Resampling.BOX).tobytes()
    value = 0
    for y in range(_ROWS):
        for x in range(_COLS - 1):
            value = value * 2 + (rows[y * _COLS + x] > rows[y * _COLS + x + 1])
    small = _even(page).resize((SMALL, SMALL), Image.Resampling.BOX)
    return Seen(f"{value:016x}", small.tobytes())


def bands(bits: str) -> tuple[int, ...]:
    """The bytes of a print, in order."""
    return tuple(bytes.fromhex(bits))


def near(one: str, two: str) -> bool:
    """Whether two prints differ in so few bits that a second look is worth it."""
    return (int(one, 16) ^ int(two, 16)).bit_count() <= NEAR


def apart(one: bytes, two: bytes) -> int:
    """How far two small pages are apart: the sum of what their grey values differ by."""
    from PIL import Image, ImageChops, ImageStat

    size = (SMALL, SMALL)
    pages = (Image.frombytes("L", size, one), Image.frombytes("L", size, two))
    return int(ImageStat.Stat(ImageChops.difference(*pages)).sum[0])


def same_paper(one: bytes, two: bytes) -> bool:
    """The second look at two pictures. Raises Refused as `page_of` does."""
    worst = difference(one, two)
    return worst is not None and worst <= MOST


def difference(one: bytes, two: bytes) -> int | None:
    """By how many grey values (of 256) the part that differs most differs; None for an upright page and a lying one."""
    from PIL import Image, ImageChops

    first, second = _page(one), _page(two)
    if first.size != second.size:
        return None
    laid = _lay(first.reduce(_COARSE), second.reduce(_COARSE))
    matrix = (laid.scale, -laid.turn, laid.right * _COARSE, laid.turn, laid.scale, laid.down * _COARSE)
    second = second.transform(
        first.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=_MIDDLE
    )
    best: Image.Image | None = None
    for _, _, moved in _moved(second, _REACH):
        parts = ImageChops.difference(first, moved).reduce(_PART)
        best = parts if best is None else ImageChops.darker(best, parts)
    assert best is not None
    cols, rows = best.size
    # Without the three outermost parts: there a crop has cut something off, or a lid has let light in.
    return max(best.crop((3, 3, cols - 3, rows - 3)).tobytes())


def _page(content: bytes) -> Image:
    """A page as the second look takes it: grey, of one size, a little out of focus, dark to light."""
    from PIL import Image, ImageChops, ImageFilter

    page = page_of(content, _LONG * 2)
    size = (_LONG, _SHORT) if page.width >= page.height else (_SHORT, _LONG)
    page = _even(page.resize(size, Image.Resampling.LANCZOS))
    page = page.filter(ImageFilter.GaussianBlur(_BLUR))
    # Only what stands out from its surroundings: papers yellow, and lamps are brighter in the middle.
    return ImageChops.subtract(page, page.filter(ImageFilter.BoxBlur(_AROUND)), 1.0, _MIDDLE)


def _even(page: Image, cut: int = 1) -> Image:
    """From black to white, whatever the lamp of the scanner was; `cut` per cent at both ends don't count."""
    from PIL import ImageOps

    return ImageOps.autocontrast(page, cutoff=(cut, cut))


def _ends(page: Image) -> tuple[int, int]:
    values = page.tobytes()
    return min(values), max(values)


def _moved(page: Image, reach: int) -> list[tuple[int, int, Image]]:
    """A page moved by up to `reach` pixels each way."""
    from PIL import ImageOps

    wide = ImageOps.expand(page, border=reach, fill=_MIDDLE)
    steps = range(-reach, reach + 1)
    return [
        (x, y, wide.crop((reach + x, reach + y, reach + x + page.width, reach + y + page.height)))
        for x in steps
        for y in steps
    ]


def _lay(one: Image, two: Image) -> _Laid:
    """Lay the second page on the first: each part with something on it is looked for nearby, and most must agree."""
    from PIL import Image, ImageChops

    cols = -(-one.width // _BLOCK_LOW)
    found: dict[int, tuple[int, int, int, int]] = {}
    for x, y, moved in _moved(two, _REACH_LOW):
        for at, value in enumerate(ImageChops.difference(one, moved).reduce(_BLOCK_LOW).tobytes()):
            here = (value, x * x + y * y, x, y)
            if at not in found or here < found[at]:
                found[at] = here
    blocks = one.reduce(_BLOCK_LOW)
    flat = blocks.resize((blocks.width * _BLOCK_LOW, blocks.height * _BLOCK_LOW), Image.Resampling.NEAREST)
    uneven = ImageChops.difference(one, flat.crop((0, 0, one.width, one.height))).reduce(_BLOCK_LOW).tobytes()
    middle = _BLOCK_LOW / 2
    points = [
        (at % cols * _BLOCK_LOW + middle, at // cols * _BLOCK_LOW + middle, x, y)
        for at, (_, _, x, y) in found.items()
        if uneven[at] >= _UNEVEN
    ]
    return _fitted(points) if len(points) >= _FEWEST else _Laid()


_UNEVEN, _FEWEST, _ROUNDS = 5, 6, 4


def _fitted(points: list[tuple[float, float, int, int]]) -> _Laid:
    """The shift, scale and turn that most of the points (x, y, moved by x, by y) agree on: least squares, a third
    of them left out in each round."""
    used, laid = points, _Laid()
    for _ in range(_ROUNDS):
        count = len(used)
        mid_x, mid_y = sum(p[0] for p in used) / count, sum(p[1] for p in used) / count
        to_x, to_y = sum(p[0] + p[2] for p in used) / count, sum(p[1] + p[3] for p in used) / count
        along = across = spread = 0.0
        for x, y, dx, dy in used:
            a, b, u, v = x - mid_x, y - mid_y, x + dx - to_x, y + dy - to_y
            along, across, spread = along + a * u + b * v, across + a * v - b * u, spread + a * a + b * b
        if not spread:
            return laid
        scale, turn = along / spread, across / spread
        right, down = to_x - scale * mid_x + turn * mid_y, to_y - turn * mid_x - scale * mid_y
        laid = _Laid(right, down, scale, turn)
        ordered = sorted(
            (abs(scale * x - turn * y + right - x - dx) + abs(turn * x + scale * y + down - y - dy), at)
            for at, (x, y, dx, dy) in enumerate(points)
        )
        used = [points[at] for _, at in ordered[: max(_FEWEST, len(points) * 2 // 3)]]
    return laid
