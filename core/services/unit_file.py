"""A file of units as it is read: the table in it, cell by cell, from .xlsx or .csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.store.sheets import Cell, read_file, read_sheet

NAME, CODE, KIND, REGION = "名称", "机构代码", "单位类型", "所属区域"
SUPERIOR, AUTHORITY = "上级机构代码", "主管部门机构代码"
COLUMNS = (NAME, CODE, KIND, REGION, SUPERIOR, AUTHORITY)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One line of the file, by column; `line` counts from 1, as an editor or a spreadsheet shows it.

    A cell is text, or a number where the spreadsheet holds one.
    """

    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class UnitFile:
    """The lines below the heading, blank ones left out; `missing` names the columns that the heading lacks."""

    heading_line: int
    missing: tuple[str, ...]
    lines: tuple[UnitLine, ...]


def read_units(path: Path) -> UnitFile:
    """Read a file of units. Raises Refused FILE_UNREADABLE."""
    return read_table(path, COLUMNS)


def read_table(path: Path, columns: Sequence[str]) -> UnitFile:
    """Read the first sheet of an .xlsx, or a .csv in UTF-8 or GB18030. Raises Refused FILE_UNREADABLE."""
    sheet = read_sheet(read_file(path), str(path), columns)
    lines = (UnitLine(each.line, dict(zip(columns, each.cells, strict=True))) for each in sheet.lines)
    return UnitFile(sheet.heading_line, sheet.missing, tuple(lines))
