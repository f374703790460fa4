"""Backup, restore and health (A4) as the operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command


class BackUp(Command):
    """备份 into a new file. An empty `path` means the folder `backups` of the installation."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was written and read again. Sizes in bytes; `head` is that of the audit chain."""

    path: str
    size: int
    files: int
    rows: int
    entries: int
    head: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a backup or an installation that was restored is whole: (what, how it came out)."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One thing that was looked at: whether it is right, what was seen, how to mend it."""

    name: str
    ok: bool
    text: str
    mend: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    """体检: all findings, and the newest backup in the installation's own folder."""

    lines: tuple[HealthLine, ...]
    last_backup: str
    last_backup_at: datetime | None
