"""Archives (.zip) of pictures: unpacked in memory only, each entry judged by its content and bounded in size.

Nothing is written to a disk here, so a name in an archive is never a path: it only labels the picture.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from core.rules.errors import ErrorCode, Refused

ARCHIVE_MARK = b"PK\x03\x04"
_DIRECTORY_MARK = b"PK\x01\x02"
_PICTURE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
_HEAD_BYTES = 16
# What every packing program writes. The others decompress without a bound on what comes out at once.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_LOCAL_HEADER = 30  # bytes before the name of an entry
_LEFTOVERS = ("thumbs.db", "desktop.ini")
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold: pictures, bytes of one and of all of them, entries of any kind."""

    pictures: int
    entry_bytes: int
    total_bytes: int
    entries: int = 1000

    @property
    def archive_bytes(self) -> int:
        """How large the archive's own file may be: what is no picture takes room too."""
        return 2 * self.total_bytes


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The pictures as (name, content) in the archive's order; `skipped` names the rest, each with the reason."""

    pictures: tuple[tuple[str, bytes], ...]
    skipped: tuple[str, ...]


def pictures_in(content: bytes, limits: ArchiveLimits) -> Unpacked:
    """What is picture by its first bytes, in an archive of at most `limits`; whether it is whole nobody asks here.

    Never more than one byte above a limit is unpacked, whatever the headers say. Raises Refused
    ARCHIVE_UNREADABLE, ARCHIVE_ENCRYPTED, ARCHIVE_TOO_LARGE, ARCHIVE_TOO_MANY (`count`, `left`).
    """
    # Counted before it is parsed: a directory of a hundred thousand entries is not even read.
    if content.count(_DIRECTORY_MARK) > limits.entries:
        raise Refused(ErrorCode.ARCHIVE_TOO_LARGE, limit=limits.total_bytes // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive, limits)
    except Refused:
        raise
    except Exception as error:  # the library names no bound to what a broken archive may raise
        raise Refused(ErrorCode.ARCHIVE_UNREADABLE) from error


def _unpacked(archive: zipfile.ZipFile, limits: ArchiveLimits) -> Unpacked:
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Refused(ErrorCode.ARCHIVE_ENCRYPTED)
    _must_lie_apart(entries, archive.start_dir)
    found, skipped = _pictures(archive, entries)
    if len(found) > limits.pictures:
        raise Refused(ErrorCode.ARCHIVE_TOO_MANY, count=len(found), left=limits.pictures)
    pictures: list[tuple[str, bytes]] = []
    for name, entry in found:
        with archive.open(entry) as file:
            content = file.read(limits.entry_bytes + 1)
        if len(content) > limits.entry_bytes:
            skipped.append(f"{name}（超过 {limits.entry_bytes // 1024} KB）")
            continue
        pictures.append((name, content))
        if sum(len(each) for _, each in pictures) > limits.total_bytes:
            raise Refused(ErrorCode.ARCHIVE_TOO_LARGE, limit=limits.total_bytes // 1024)
    return Unpacked(tuple(pictures), tuple(skipped))


def _pictures(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]
) -> tuple[list[tuple[str, zipfile.ZipInfo]], list[str]]:
    """The entries that begin as a picture does, with their names, and what is none."""
    found: list[tuple[str, zipfile.ZipInfo]] = []
    skipped: list[str] = []
    for entry in entries:
        path = _readable(entry).replace("\\", "/")
        if path.endswith("/") or _is_leftover(path):
            continue
        name = _label(path) or f"图片{len(found) + 1}"
        if not _is_plain_file(entry):
            skipped.append(f"{name}（不是文件）")
            continue
        if entry.compress_type not in _METHODS:
            raise Refused(ErrorCode.ARCHIVE_UNREADABLE)
        with archive.open(entry) as file:
            head = file.read(_HEAD_BYTES)
        if head.startswith(_PICTURE_MARKS):
            found.append((name, entry))
        else:
            skipped.append(f"{name}（不是图片）")
    return found, skipped


def _must_lie_apart(entries: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Entries that share their bytes make a small archive a very large one; no honest program packs so."""
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    ends = [start for start, _ in places[1:]] + [end]
    for (start, size), following in zip(places, ends, strict=False):
        if start < 0 or start + _LOCAL_HEADER + size > following:
            raise Refused(ErrorCode.ARCHIVE_UNREADABLE)


def _is_plain_file(entry: zipfile.ZipInfo) -> bool:
    """Neither a link nor a device, as far as the packing system wrote down what it was."""
    mode = stat.S_IFMT(entry.external_attr >> 16)
    return mode in (0, stat.S_IFREG)


def _is_leftover(path: str) -> bool:
    """What systems leave in archives beside what somebody packed."""
    parts = path.split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in _LEFTOVERS


def _readable(entry: zipfile.ZipInfo) -> str:
    """The name as it was packed: without the mark of UTF-8 it is mostly GBK, which the library reads as cp437."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF_8:
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _label(path: str) -> str:
    """The last part of a path, without a drive and without what can't be shown."""
    name = path.rpartition("/")[2].rpartition(":")[2]
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_NAME_LENGTH]
