"""Inbox and outbox (收件箱、发件箱): the files that an account brings in and fetches over SFTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.boxes import Box
from core.schema.base import Command


class BoxQuery(Command):
    """Which of the two."""

    box: Box = Box.INBOX


class DeleteFile(Command):
    """删除: a file of one's own."""

    file_id: int


@dataclass(frozen=True, slots=True)
class BoxFile:
    """A file in a box; `size` is in bytes, `kind` is what its content was found to be."""

    id: int
    name: str
    kind: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class BoxRoom:
    """How much both boxes of an account hold, and may hold, in bytes."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """What still goes in."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class BoxView:
    """What lies in a box, the newest first. `port` is that of the service that the caller sits in, if any."""

    files: tuple[BoxFile, ...]
    room: BoxRoom
    port: int | None = None
