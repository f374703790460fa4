"""催办 (R12): what waits where and how long, by office, and the reminder that is sent there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command


class WaitingQuery(Command):
    """Offices where something waits, the one that has waited longest first."""

    overdue_only: bool = False
    after: tuple[int | str, ...] | None = None
    limit: int = 20


class UrgeOffice(Command):
    """催办 of one office."""

    org_id: int


class UrgeOverdue(Command):
    """催办 of all offices in reach where something is overdue."""


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """What waits of one kind: its words, how many, how many of them overdue, since when the oldest."""

    label: str
    count: int
    overdue: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An office where something waits. `days` is how long the oldest has waited; `urged` that it was urged today."""

    org_id: int
    org_name: str
    region_name: str
    kind_label: str
    kinds: tuple[WaitingKind, ...]
    count: int
    overdue: int
    oldest: datetime
    days: int
    urged: bool


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Offices, and over all of them how many there are, how much waits, how much is overdue."""

    rows: tuple[WaitingRow, ...]
    offices: int
    count: int
    overdue: int
    after: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Urged:
    """How many offices were told, to how many of them a mail went too, how many had been urged today already."""

    told: int
    mailed: int
    already: int
