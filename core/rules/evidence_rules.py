"""What evidence (附件) may be: how many pictures, how large."""

from __future__ import annotations

from core.rules.entry import EntryError
from core.rules.errors import ErrorCode

MIN_FILES, MAX_FILES = 1, 5
MAX_BYTES = 2 * 1024 * 1024  # the guide's own figure is lost; a setting may change it
CAPTION_LENGTH = 60


def check_size(size: int, limit: int = MAX_BYTES) -> None:
    """A file of `size` bytes (EVIDENCE_UNREADABLE if empty, EVIDENCE_TOO_LARGE)."""
    if size <= 0:
        raise EntryError(ErrorCode.EVIDENCE_UNREADABLE)
    if size > limit:
        raise EntryError(ErrorCode.EVIDENCE_TOO_LARGE, size=-(-size // 1024), limit=limit // 1024)


def check_count(count: int, limit: int = MAX_FILES, *, at_least: int = MIN_FILES) -> None:
    """How many files a form carries (EVIDENCE_COUNT); a draft may have none yet (`at_least` 0)."""
    if not at_least <= count <= limit:
        raise EntryError(ErrorCode.EVIDENCE_COUNT, limit=limit, count=count)
