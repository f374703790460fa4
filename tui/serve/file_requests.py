"""What SFTP's requests mean for two folders (收件箱、发件箱): paths, flags, attributes, and open files."""

from __future__ import annotations

import os
import posixpath
import stat
import unicodedata
from typing import IO

import asyncssh
from asyncssh.constants import (
    FXF_CREAT,
    FXF_CREATE_NEW,
    FXF_CREATE_TRUNCATE,
    FXF_EXCL,
    FXF_OPEN_OR_CREATE,
    FXF_TRUNC,
    FXF_TRUNCATE_EXISTING,
)

from core.rules.boxes import Box
from core.rules.errors import Refused
from core.schema.boxes import BoxFile

LONGEST_READ = 256 * 1024
FOLDER, FILE_IN, FILE_OUT = stat.S_IFDIR | 0o700, stat.S_IFREG | 0o600, stat.S_IFREG | 0o400
DISPOSITIONS = {
    FXF_CREATE_NEW: FXF_CREAT | FXF_EXCL,
    FXF_CREATE_TRUNCATE: FXF_CREAT | FXF_TRUNC,
    FXF_OPEN_OR_CREATE: FXF_CREAT,
    FXF_TRUNCATE_EXISTING: FXF_TRUNC,
}
"""What the dispositions of later versions of the protocol are in the flags of version 3."""
_NAMES = tuple(box.value.encode() for box in Box)


class Reading:
    """A file of a box that is being fetched: `held` has its whole content, as it was when it was opened."""

    def __init__(self, file: BoxFile, held: IO[bytes], *, out: bool) -> None:
        self.file, self.held, self.out = file, held, out

    def read(self, offset: int, size: int) -> bytes:
        """A piece; nothing behind its end."""
        return os.pread(self.held.fileno(), min(size, LONGEST_READ), offset)


class Writing:
    """A file on its way into the inbox. `trouble` says why nothing will come of it."""

    def __init__(self, name: str, held: IO[bytes], limit: int, too_large: Refused) -> None:
        self.name, self.held, self.limit, self.too_large = name, held, limit, too_large
        self.size = 0
        self.trouble: Refused | None = None

    def write(self, offset: int, data: bytes) -> int:
        """Raises Refused once it has grown above its limit; what there is goes at once."""
        if self.trouble is None and offset + len(data) > self.limit:
            self.trouble = self.too_large
            self.held.close()
        if self.trouble is not None:
            raise self.trouble
        os.pwrite(self.held.fileno(), data, offset)
        self.size = max(self.size, offset + len(data))
        return len(data)

    def whole(self) -> bytes:
        """All of it."""
        self.held.seek(0)
        return self.held.read()

    def cut(self, size: int) -> None:
        """Make it shorter; longer it gets by writing."""
        if self.trouble is None and size < self.size:
            os.ftruncate(self.held.fileno(), size)
            self.size = size


def parts_of(path: bytes) -> list[bytes]:
    """The parts of a path below the root. Whatever `..` it has, it never leads above it."""
    return [part for part in posixpath.normpath(b"/" + path).split(b"/") if part]


def place_of(path: bytes) -> tuple[Box | None, str | None]:
    """The box and the name in it that a path means; None where it means a folder. Raises SFTPError."""
    parts = parts_of(path)
    if not parts:
        return None, None
    if parts[0] not in _NAMES or len(parts) > 2:
        raise asyncssh.SFTPNoSuchFile("这里只有 inbox 和 outbox 两个目录")
    box = Box(parts[0].decode())
    if len(parts) == 1:
        return box, None
    try:
        name = unicodedata.normalize("NFC", parts[1].decode())
        if "\0" in name:
            raise asyncssh.SFTPNoSuchFile("没有这个文件")
        return box, name
    except UnicodeDecodeError:
        raise asyncssh.SFTPInvalidFilename("文件名要用 UTF-8，请在软件里选 UTF-8") from None


def is_below_box(path: bytes) -> bool:
    """Whether a path means a file that a box could hold."""
    parts = parts_of(path)
    return len(parts) == 2 and parts[0] in _NAMES


def attrs_of(file: BoxFile, box: Box) -> asyncssh.SFTPAttrs:
    at = int(file.at.timestamp())
    mode = FILE_IN if box is Box.INBOX else FILE_OUT
    return asyncssh.SFTPAttrs(size=file.size, permissions=mode, nlink=1, atime=at, mtime=at)
