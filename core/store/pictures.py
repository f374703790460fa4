"""Evidence as pictures: checked by their content, and turned into half-block cells for a terminal."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.rules.errors import ErrorCode, Refused

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.store.settings import Settings

Rgb = tuple[int, int, int]
Cells = tuple[tuple[tuple[Rgb, Rgb], ...], ...]
"""Rows of cells; a cell is the colour of its upper half (drawn as ▀) and of its lower half (the ground)."""

_KINDS = {"JPEG": "jpg", "GIF": "gif", "BMP": "bmp", "PNG": "png"}
_BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture may be: bytes of the file, pixels when unpacked."""

    file_bytes: int
    pixels: int

    @classmethod
    def of(cls, settings: Settings) -> PictureLimits:
        """The limits of an installation."""
        return cls(settings.evidence_limit_kb * 1024, settings.evidence_megapixels * 1_000_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file turned out to be: kind (jpg, gif, bmp, png) and pixels."""

    kind: str
    width: int
    height: int


def inspect(content: bytes, limits: PictureLimits) -> Picture:
    """Check a file by its content, to its last byte.

    Raises Refused: EVIDENCE_TOO_LARGE, EVIDENCE_NOT_PICTURE, EVIDENCE_UNREADABLE (broken, or too many pixels).
    """
    if len(content) > limits.file_bytes:
        size, limit = -(-len(content) // 1024), limits.file_bytes // 1024
        raise Refused(ErrorCode.EVIDENCE_TOO_LARGE, size=size, limit=limit)
    picture, kind = _opened(content, limits.pixels)
    try:
        picture.verify()
        # verify() reads no pixels of most kinds, and leaves the picture unusable: a cut file shows only here.
        _opened(content, limits.pixels)[0].load()
    except Exception as error:  # the library names no bound to what a broken file may raise
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error
    return Picture(kind, picture.width, picture.height)


def cells(content: bytes, cols: int, rows: int, zoom: float = 1.0, x: float = 0.5, y: float = 0.5) -> Cells:
    """A picture as `rows` rows of `cols` half-block cells, the whole of it at zoom 1, on black ground.

    At a larger `zoom` only a part is seen, around the point `x`, `y` (0 to 1 of the width and the height).
    A cell is taken to be twice as high as wide, so that a half-block is square. Raises EVIDENCE_UNREADABLE.
    """
    from PIL import Image, ImageOps

    if cols < 1 or rows < 1:
        return ()
    picture, _ = _opened(content, None)
    try:
        # What scanners note about the way a page lay; and at small sizes a JPEG need not be unpacked whole.
        if zoom <= 1.0:
            picture.draft("RGB", (cols * 2, rows * 4))
        turned = ImageOps.exif_transpose(picture)
        flat = _on_white(turned)
        part = flat.crop(_window(flat.width, flat.height, max(1.0, zoom), x, y))
    except Exception as error:  # the library names no bound to what a broken file may raise
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error
    scale = min(cols / part.width, rows * 2 / part.height)
    size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
    small = part.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST)
    ground = Image.new("RGB", (cols, rows * 2), _BLACK)
    ground.paste(small, ((cols - size[0]) // 2, (rows * 2 - size[1]) // 2))
    raw = ground.tobytes()
    pixels = [(raw[i], raw[i + 1], raw[i + 2]) for i in range(0, len(raw), 3)]
    lines = [tuple(pixels[i * cols : (i + 1) * cols]) for i in range(rows * 2)]
    return tuple(tuple(zip(lines[i], lines[i + 1], strict=True)) for i in range(0, rows * 2, 2))


def page_of(content: bytes, side: int) -> Image:
    """A picture as a grey page, turned as it lay, at least `side` pixels long if it was. Raises EVIDENCE_UNREADABLE."""
    from PIL import ImageOps

    picture, _ = _opened(content, None)
    try:
        # A JPEG need not be unpacked whole for a look at its page.
        picture.draft("L", (side, side))
        return _on_white(ImageOps.exif_transpose(picture)).convert("L")
    except Exception as error:  # the library names no bound to what a broken file may raise
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error


def _opened(content: bytes, pixels: int | None) -> tuple[Image, str]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # The library's own bound only warns; ours below refuses.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=tuple(_KINDS))
    except UnidentifiedImageError as error:
        raise Refused(ErrorCode.EVIDENCE_NOT_PICTURE) from error
    except Exception as error:  # the library names no bound to what a broken file may raise
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error
    if pixels is not None and picture.width * picture.height > pixels:
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
    return picture, _KINDS[str(picture.format)]


def _on_white(picture: Image) -> Image:
    """Without transparency: what is see-through on a scan is paper."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, (255, 255, 255, 255)), layer).convert(
            "RGB"
        )
    return picture.convert("RGB")


def _window(width: int, height: int, zoom: float, x: float, y: float) -> tuple[int, int, int, int]:
    wide, high = max(1, round(width / zoom)), max(1, round(height / zoom))
    left = min(max(0, round(x * width - wide / 2)), width - wide)
    top = min(max(0, round(y * height - high / 2)), height - high)
    return left, top, left + wide, top + high
