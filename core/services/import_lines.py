"""What every kind of import shares: a line of a file, what was found in it, and how a kind is declared."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.identity import mask_id_number, mask_personal
from core.rules.imports import ImportKind, ImportSheet
from core.rules.roles import Actor
from core.store.sheets import Cell
from core.store.work import UnitOfWork

LONGEST_SHOWN = 40
NUMBER_LOST = "数字格式，号码末几位已丢失，请改为文本"
Row = list[Any]
"""A row that was understood, as JSON can hold it: the number of its line, and what its kind wants to know."""
State = dict[str, Any]
"""What a kind keeps from one part to the next."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its cells as text by the key of their column. A number that a spreadsheet holds where
    only text is exact stands in `lost`."""

    number: int
    values: Mapping[str, str]
    lost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, or worth a look (提示, no `error`)."""

    line: int
    column: str
    content: str
    reason: str
    error: bool = True


@dataclass
class Found:
    """The problems of one part."""

    sheet: ImportSheet
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: Line, key: str, reason: str, *, error: bool = True) -> None:
        """Note a problem of a cell; what is shown of its content is masked."""
        self.problems.append(
            Problem(line.number, self.sheet.label_of(key), shown(self.sheet, line, key), reason, error)
        )

    def refuse(self, line: Line, key: str, error: EntryError) -> None:
        """The same for an entry that can't be understood."""
        self.add(line, key, ERROR_TEXTS[error.code].format(**error.params))

    def bad_lines(self) -> set[int]:
        """The lines that can't be taken."""
        return {each.line for each in self.problems if each.error}


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of import.

    `doubled_by` names the columns that together may stand only once in a file. `check` understands the lines of
    a part and answers good rows (and what they share); `whole` looks at all rows of the file together. To
    store, `settle` asks the database once more and answers what is ready (as JSON can hold it), and `write`
    writes that; `link` is a
    second round over all parts.
    """

    sheet: ImportSheet
    doubled_by: tuple[str, ...]
    check: Callable[[UnitOfWork, Actor, Sequence[Line], Found], tuple[list[Row], Any]]
    settle: Callable[[UnitOfWork, Actor, Sequence[Row], Any], tuple[list[Row], list[Problem]]]
    write: Callable[[UnitOfWork, Actor, Sequence[Row], Any, State], int]
    whole: Callable[[UnitOfWork, Actor, Sequence[Row]], list[Problem]] | None = None
    link: Callable[[UnitOfWork, Actor, Sequence[Row]], None] | None = None


IMPORTERS: Mapping[ImportKind, str] = {
    ImportKind.PERSONS: "core.services.import_persons:PERSONS_IMPORT",
    ImportKind.HOURS: "core.services.import_hours:HOURS_IMPORT",
    ImportKind.UNITS: "core.services.import_units:UNITS_IMPORT",
    ImportKind.ROSTERS: "core.services.import_rosters:ROSTERS_IMPORT",
}


def importer_of(kind: ImportKind) -> Importer:
    """The kind as it is declared."""
    module, _, name = IMPORTERS[kind].partition(":")
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, Importer)
    return found


def line_of(sheet: ImportSheet, number: int, cells: Sequence[Cell]) -> Line:
    """A line as read. A whole number loses its point: spreadsheets keep 2026 as a floating-point number."""
    values: dict[str, str] = {}
    lost: dict[str, float] = {}
    for column, cell in zip(sheet.columns, cells, strict=True):
        if isinstance(cell, str):
            values[column.key] = cell.strip()
        elif isinstance(cell, bool):
            values[column.key] = "是" if cell else "否"
        elif column.exact:
            values[column.key], lost[column.key] = "", float(cell)
        else:
            values[column.key] = f"{cell:.10g}"
    return Line(number, values, lost)


def shown(sheet: ImportSheet, line: Line, key: str) -> str:
    """What a list shows of a cell: a number that lost its digits as it is, what is personal masked."""
    if key in line.lost:
        return f"{line.lost[key]:.5E}"
    text = "".join(each if each.isprintable() else "?" for each in line.values.get(key, ""))
    personal = next((column.personal for column in sheet.columns if column.key == key), False)
    if personal and "@" not in text:
        text = mask_id_number(text)
    elif personal:
        text = f"{text[:1]}***{text[text.index('@') :]}"
    else:
        text = mask_personal(text)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def plain_number(text: str) -> str:
    """A 证件号 in its one form; empty for what can't be one."""
    if text.isascii() and text.isalnum():
        return text.upper()
    try:
        return fold_plain(text).upper()
    except EntryError:
        return ""


def missing(found: Found, line: Line) -> bool:
    """Whether a required cell is blank or a number is lost; each is noted."""
    wrong = False
    for key in line.lost:
        found.add(line, key, NUMBER_LOST)
        wrong = True
    for column in found.sheet.columns:
        if column.required and column.key not in line.lost and not line.values[column.key]:
            found.add(line, column.key, ERROR_TEXTS[ErrorCode.REQUIRED])
            wrong = True
    return wrong
