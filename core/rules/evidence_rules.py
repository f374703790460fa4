"""What evidence (附件) may be: how many pictures, how large, and which kinds by their content."""

from __future__ import annotations

from enum import StrEnum

from core.rules.entry import EntryError
from core.rules.errors import ErrorCode

MIN_FILES, MAX_FILES = 1, 5
MAX_BYTES = 2 * 1024 * 1024  # the guide's own figure is lost; a setting may change it
MAX_PIXELS = 50_000_000  # a picture that unpacks into gigabytes is not a scan
CAPTION_LENGTH = 60
SIGNATURE_BYTES = 12


class PictureKind(StrEnum):
    """The kinds of picture that the guide allows; the value is the ending of its file name."""

    JPEG = "jpg"
    PNG = "png"
    GIF = "gif"
    BMP = "bmp"


_SIGNATURES: tuple[tuple[bytes, PictureKind], ...] = (
    (b"\xff\xd8\xff", PictureKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", PictureKind.PNG),
    (b"GIF87a", PictureKind.GIF),
    (b"GIF89a", PictureKind.GIF),
    (b"BM", PictureKind.BMP),
)


def picture_kind(content: bytes) -> PictureKind:
    """The kind by the first bytes, whatever the name says (EVIDENCE_NOT_PICTURE)."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    raise EntryError(ErrorCode.EVIDENCE_NOT_PICTURE)


def check_size(size: int, limit: int = MAX_BYTES) -> None:
    """A file of `size` bytes (EVIDENCE_UNREADABLE if empty, EVIDENCE_TOO_LARGE)."""
    if size <= 0:
        raise EntryError(ErrorCode.EVIDENCE_UNREADABLE)
    if size > limit:
        raise EntryError(ErrorCode.EVIDENCE_TOO_LARGE, size=-(-size // 1024), limit=limit // 1024)


def check_count(count: int) -> None:
    """How many files a submitted declaration carries (EVIDENCE_COUNT)."""
    if not MIN_FILES <= count <= MAX_FILES:
        raise EntryError(ErrorCode.EVIDENCE_COUNT, limit=MAX_FILES, count=count)
