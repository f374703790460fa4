"""Writing spreadsheets (.xlsx): named sheets of typed columns, row by row, numbers as numbers and text as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from core.rules.clock import CHINA
from core.store.whole_files import replacing

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | Decimal | bool | date | datetime | None
"""What a cell may hold. A moment is written in China time; None leaves the cell empty."""

TEXT, WHOLE, HOURS, PERCENT, DAY, MOMENT = "@", "0", "0.0", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
"""Number formats: text as it is, whole numbers, 学时 with one decimal, a share, a day, a moment."""

MOST_ROWS = 1_048_576
"""Rows that a sheet of this format has, its headings included."""
_LONGEST_NAME, _LONGEST_TEXT = 31, 32_767
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_STARTS_FORMULA = frozenset("=+-@\t\r\n")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its heading, its width in Latin characters (a Chinese one takes two), how its cells are shown."""

    title: str
    width: float = 12
    format: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines of words at its top, the headings, then the rows, each as long as the columns.

    `rows` is gone through once and never held, so that any number may come from a query.
    """

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Cell]]
    heading: Sequence[str] = ()


def write_sheets(path: Path, sheets: Sequence[Sheet]) -> int:
    """Write a file, readable by its owner only, in place of one that was there; answers how many rows it has.

    Text never turns into a formula, a link or a number, whatever it begins with: a name `=1+1` stays those four
    characters, and stays them where somebody edits the cell. Raises ValueError for more than MOST_ROWS rows of
    a sheet, OSError where the folder takes no file; the former file is then still whole.
    """
    from xlsxwriter import Workbook

    with replacing(path) as fresh:
        # Each row leaves the memory when the next one begins; text stands in its cell.
        book = Workbook(
            str(fresh),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": str(path.parent),
            },
        )
        try:
            names: set[str] = set()
            count = sum(_Page(book, _sheet_name(sheet.name, names), sheet).write() for sheet in sheets)
        finally:
            book.close()
    return count


class _Page:
    """One sheet while it is written."""

    def __init__(self, book: Workbook, name: str, sheet: Sheet) -> None:
        self.sheet = sheet
        self.page: Worksheet = book.add_worksheet(name)
        self.title = book.add_format({"bold": True, "bottom": 1, "num_format": TEXT})
        self.plain = book.add_format({"num_format": TEXT})
        self.quoted = book.add_format({"num_format": TEXT, "quote_prefix": True})
        self.day = book.add_format({"num_format": DAY})
        self.moment = book.add_format({"num_format": MOMENT})
        self.formats: list[Format | None] = [
            book.add_format({"num_format": column.format}) if column.format else None
            for column in sheet.columns
        ]

    def write(self) -> int:
        """All of it; answers the number of rows."""
        columns = self.sheet.columns
        for at, column in enumerate(columns):
            self.page.set_column(at, at, column.width, self.formats[at])
        line = 0
        for line, words in enumerate(self.sheet.heading, 1):
            self._text(line - 1, 0, words)
        for at, column in enumerate(columns):
            self.page.write_string(line, at, column.title, self.title)
        self.page.freeze_panes(line + 1, 0)
        count = 0
        for count, row in enumerate(self.sheet.rows, 1):
            if line + count >= MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS} rows in a sheet")
            for at, cell in enumerate(row):
                self._cell(line + count, at, cell)
        if count:
            self.page.autofilter(line, 0, line + count, len(columns) - 1)
        return count

    def _cell(self, line: int, at: int, cell: Cell) -> None:
        chosen = self.formats[at]
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            self.page.write_boolean(line, at, cell, chosen)
        elif isinstance(cell, int | float | Decimal):
            self.page.write_number(line, at, float(cell), chosen)
        elif isinstance(cell, datetime):
            # The format knows no zones.
            there = cell.astimezone(CHINA).replace(tzinfo=None) if cell.tzinfo else cell
            self.page.write_datetime(line, at, there, chosen or self.moment)
        elif isinstance(cell, date):
            self.page.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), chosen or self.day)
        else:
            self._text(line, at, cell)

    def _text(self, line: int, at: int, text: str) -> None:
        look = self.quoted if text[:1] in _STARTS_FORMULA else self.plain
        self.page.write_string(line, at, text[:_LONGEST_TEXT], look)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that the format allows and that no other sheet of the file has, whatever the case of its letters."""
    plain = _NOT_IN_NAMES.sub(" ", wanted).strip().strip("'")[:_LONGEST_NAME] or "Sheet"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        tail = f" {number}"
        name = plain[: _LONGEST_NAME - len(tail)] + tail
    taken.add(name.lower())
    return name
