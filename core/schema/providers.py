"""公需课 providers (公需课平台): the register of their keys, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command
from core.schema.jobs import JobView


class SaveProvider(Command):
    """Add a provider (no id), or let a known one be active or not. What was typed is checked there."""

    provider_id: int | None = None
    version: int = 0
    code: str = ""
    name: str = ""
    public_key: str = ""
    active: bool = True


class TakeProviderFile(Command):
    """收文件: a signed file on this machine."""

    path: str


class ProviderProblemQuery(Command):
    """The rows of a file that were not counted, in the order of the file."""

    job_id: int
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider. `fingerprint` is the SHA-256 of the key in groups of four; `files` how many were taken in."""

    id: int
    version: int
    code: str
    name: str
    fingerprint: str
    active: bool
    added_at: datetime
    added_by: str
    files: int
    last_file: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProviderFileView:
    """A file that is being taken in, or was: its job, and how its rows came out.

    `taken` were counted now, `known` before; `left` could not be: nobody has the number, or another name.
    """

    job: JobView
    provider: str
    file_name: str
    serial: str
    rows: int
    taken: int
    known: int
    left: int
