"""证书打印 in batch (E7, D4, R5): who can be printed, who is left out and why, and what is to be printed."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.hours import CreditHours
from core.schema.base import Command


class PrintManyQuery(Command):
    """People in reach who have passed a year that was recognised. `year` None is the year before this one; `text`
    is a part of the name, or the beginning of pinyin or initials; `department` a part of the 工作部门."""

    year: int | None = None
    text: str = ""
    department: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


class PrintMany(Command):
    """Print these people's certificates of a year; nobody named means all that the filter leaves."""

    year: int
    people: tuple[int, ...] = ()
    text: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class PrintableRow:
    """Somebody whose certificate can be printed. `number` is that of the one in force, which is printed again."""

    person_id: int
    name: str
    employer: str
    department: str
    total: CreditHours
    number: str


@dataclass(frozen=True, slots=True)
class PrintablePage:
    """Who can be printed; `printable` counts them under the filter, `left_out` are reasons with how many people
    of the year they keep from it."""

    year: int
    rows: tuple[PrintableRow, ...]
    printable: int
    left_out: tuple[tuple[str, int], ...]
    after: tuple[int | str, ...] | None = None
