"""What is measured: series of values, rows of the report, and how two things are measured in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a value is counted in."""

    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    BYTES = "B"
    MEBIBYTES = "MiB"
    PER_CENT = "%"
    COUNT = "x"


class LimitOn(StrEnum):
    """What a limit is set on: the ratio of the medians, our median, the value that 95 of 100 of ours don't exceed, or
    the largest of ours."""

    RATIO = "ratio"
    MEDIAN = "median"
    P95 = "p95"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Series:
    """Values of repeated runs, in the unit of the row."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value in the middle."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def p95(self) -> float:
        """The value that 95 of 100 don't exceed."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    def scaled(self, factor: float) -> Series:
        """The same values in another unit."""
        return Series(tuple(value * factor for value in self.values))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: ours beside its yardstick, and the limit if the product has set one."""

    what: str
    unit: Unit
    ours: Series
    yardstick: str = ""
    beside: Series | None = None
    limit: float | None = None
    limit_on: LimitOn = LimitOn.RATIO

    @property
    def ratio(self) -> float | None:
        """Our median over the yardstick's; None where there is no yardstick, or it is 0."""
        if self.beside is None or not self.beside.median:
            return None
        return self.ours.median / self.beside.median

    @property
    def holds(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None:
            return None
        measured = {
            LimitOn.RATIO: self.ratio,
            LimitOn.MEDIAN: self.ours.median,
            LimitOn.P95: self.ours.p95,
            LimitOn.EACH: self.ours.high,
        }[self.limit_on]
        return measured is not None and measured <= self.limit


def in_turn(rounds: int, *measured: Callable[[], float]) -> list[Series]:
    """Measure A B A B ..., so that what else the machine does falls on all alike. One round more is thrown away."""
    taken: list[list[float]] = [[] for _ in measured]
    for number in range(rounds + 1):
        for values, measure in zip(taken, measured, strict=True):
            value = measure()
            if number:
                values.append(value)
    return [Series(tuple(values)) for values in taken]


def each_timed(calls: Sequence[Callable[[], object]]) -> float:
    """Seconds that one of these calls takes: each made by itself, the median of all."""
    taken = []
    for call in calls:
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)
