"""Credit hours (学时): decimals in steps of 0.5, kept as a count of halves: nothing is ever rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_PLAIN = re.compile(r"(\d{1,5})(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class CreditHours:
    """An amount of 学时. `halves` is the amount times two; it may be negative only in a difference."""

    halves: int

    @classmethod
    def of(cls, hours: int) -> Self:
        """Whole hours."""
        return cls(hours * 2)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `80`, `45.5`, `40.0`. Raises ValueError for anything not in steps of 0.5 (domain.md 1.3)."""
        match = _PLAIN.fullmatch(text.strip())
        if match is None:
            raise ValueError(text)
        fraction = (match[2] or "").rstrip("0")
        if fraction not in ("", "5"):
            raise ValueError(text)
        return cls(int(match[1]) * 2 + (1 if fraction else 0))

    def __str__(self) -> str:
        """As the guide prints it: 80, 45.5."""
        whole, half = divmod(abs(self.halves), 2)
        return f"{'-' if self.halves < 0 else ''}{whole}{'.5' if half else ''}"

    def __add__(self, other: CreditHours) -> CreditHours:
        return CreditHours(self.halves + other.halves)

    def __sub__(self, other: CreditHours) -> CreditHours:
        return CreditHours(self.halves - other.halves)

    def __mul__(self, times: int) -> CreditHours:
        return CreditHours(self.halves * times)

    def __bool__(self) -> bool:
        return self.halves != 0

    def short_of(self, wanted: CreditHours) -> CreditHours:
        """How much is missing to `wanted`, never below zero."""
        return CreditHours(max(0, wanted.halves - self.halves))


ZERO = CreditHours(0)
