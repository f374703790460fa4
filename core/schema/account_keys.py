"""Keys with which an account comes in over SSH (SSH 公钥): the commands, and what the screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command


class AddKey(Command):
    """登记公钥: the whole line of a .pub file. Without a `name` its comment is the name."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A registered key; `kind` is its type in words, `fingerprint` that of `ssh-keygen -l`."""

    id: int
    name: str
    kind: str
    fingerprint: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyPage:
    """All keys of the caller's account, oldest first; at most `limit`."""

    rows: tuple[KeyRow, ...]
    limit: int
