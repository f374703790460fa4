"""Time as the program sees it: injected, so that tests and the demonstration choose it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


class Clock(Protocol):
    """Says what time it is, always in UTC."""

    def now(self) -> datetime:
        """An aware moment in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """An aware moment in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that started at a chosen moment and runs on from there (the demonstration's)."""

    def __init__(self, start: datetime) -> None:
        self._shift = start - datetime.now(UTC)

    def now(self) -> datetime:
        """An aware moment in UTC."""
        return datetime.now(UTC) + self._shift


def today(clock: Clock) -> date:
    """The calendar day in China."""
    return clock.now().astimezone(CHINA).date()
