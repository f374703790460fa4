"""What may lie in an inbox (收件箱) and an outbox (发件箱): names, and kinds told by the content alone."""

from __future__ import annotations

import codecs
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from enum import StrEnum

from core.rules.errors import ErrorCode, Refused
from core.rules.provider_files import MAGIC

LONGEST_NAME = 100
"""Characters of a file's name."""
LEAST_COUNTED = 64 * 1024
"""Bytes that a file takes of the quota at least, so that many small files come to an end too."""
SHOWN_FROM = "inbox:"
"""What a path begins with that leads into the caller's inbox."""


class Box(StrEnum):
    """The two folders of an account."""

    INBOX = "inbox"
    OUTBOX = "outbox"

    @property
    def label(self) -> str:
        """In words."""
        return {"inbox": "收件箱", "outbox": "发件箱"}[self.value]


_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"GIF87a": "gif", b"GIF89a": "gif"}
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_PUBLIC_KEY = re.compile(
    rb"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com"
    rb"|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]{40,}={0,2}( [^\r\n]*)?\r?\n?"
)
_SEPARATORS = (b",", b"\t", b";", "，".encode(), "，".encode("gb18030"))
_MOST_ENTRIES = 10_000
_LONGEST_JSON = 256 * 1024
"""Bytes: what is parsed whole, all else waits for."""
_PIECE = 64 * 1024
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def box_name(text: str) -> str:
    """A file's name as it is kept: NFC. Raises Refused INBOX_NAME.

    Neither a way through folders nor what a terminal or a list would take for something else.
    """
    name = unicodedata.normalize("NFC", text)
    plain = all(letter.isprintable() or letter == "\u3000" for letter in name)
    if not name.strip() or len(name) > LONGEST_NAME or "/" in name or name.startswith(".") or not plain:
        raise Refused(ErrorCode.INBOX_NAME, limit=LONGEST_NAME)
    return name


def kind_of(content: bytes) -> str:
    """What a file is by its content. Raises Refused INBOX_KIND for what is none of the kinds."""
    for kind, is_so in _KINDS:
        if is_so(content):
            return kind
    raise Refused(ErrorCode.INBOX_KIND)


def counted(size: int) -> int:
    """What a file of `size` bytes takes of the quota."""
    return max(size, LEAST_COUNTED)


def _is_picture(mark: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(mark)


def _is_bitmap(content: bytes) -> bool:
    """Two letters prove nothing: the length of the header that follows must be one that there is."""
    return content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BITMAP_HEADERS


def _is_workbook(content: bytes) -> bool:
    return "xl/workbook.xml" in _entries(content)


def _is_archive(content: bytes) -> bool:
    """A plain archive; documents and programs that are packed the same way are none."""
    names = _entries(content)
    return bool(names) and not {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"} & names


def _entries(content: bytes) -> set[str]:
    # Counted before it is parsed: a directory of a hundred thousand entries is not even read.
    if not content.startswith(b"PK\x03\x04") or content.count(b"PK\x01\x02") > _MOST_ENTRIES:
        return set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except Exception:  # the library names no bound to what a broken archive may raise
        return set()


def _is_json(content: bytes) -> bool:
    if len(content) > _LONGEST_JSON or content.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(content: bytes) -> bool:
    """Text of cells: a separator stands in its first line."""
    line = content[:_PIECE].lstrip().partition(b"\n")[0]
    return any(each in line for each in _SEPARATORS) and _is_text(content)


def _is_text(content: bytes) -> bool:
    """In UTF-8 or GB18030, nothing in it that is no text. Piece by piece: other threads want to go on meanwhile."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(content), _PIECE):
                last = start + _PIECE >= len(content)
                if _NOT_IN_TEXT.search(decoder.decode(content[start : start + _PIECE], last)):
                    return False
            return True
        except UnicodeDecodeError:
            continue
    return False


_KINDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    *((kind, _is_picture(mark)) for mark, kind in _PICTURES.items()),
    ("bmp", _is_bitmap),
    ("pdf", lambda content: content.startswith(b"%PDF-")),
    ("xlsx", _is_workbook),
    ("zip", _is_archive),
    ("key", lambda content: len(content) < 20_000 and _PUBLIC_KEY.fullmatch(content) is not None),
    ("provider", lambda content: content.startswith(MAGIC.encode() + b"/") and _is_text(content)),
    ("json", _is_json),
    ("csv", _is_table),
)
