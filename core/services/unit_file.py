"""A file of units as it is read: the table in it, cell by cell, from .xlsx or .csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.rules.errors import ErrorCode, Refused

NAME, CODE, KIND, REGION = "名称", "机构代码", "单位类型", "所属区域"
SUPERIOR, AUTHORITY = "上级机构代码", "主管部门机构代码"
COLUMNS = (NAME, CODE, KIND, REGION, SUPERIOR, AUTHORITY)
LARGEST_BYTES = 64 * 1024 * 1024

Cell = str | float | int | bool | object


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
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _unreadable(path, f"大于 {LARGEST_BYTES // 1024 // 1024} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, _reason(error)) from error
    rows = _sheet(path, content) if content.startswith(b"PK") else _csv(path, content)
    for line, cells in rows:
        names = [_heading(cell) for cell in cells]
        if any(names):
            missing = tuple(column for column in columns if column not in names)
            return UnitFile(line, missing, () if missing else tuple(_lines(names, columns, rows)))
    raise _unreadable(path, "没有内容")


def _lines(
    names: list[str], columns: Sequence[str], rows: Iterator[tuple[int, list[Cell]]]
) -> Iterator[UnitLine]:
    wanted = {column: names.index(column) for column in columns}
    for line, cells in rows:
        if any(str(cell).strip() for cell in cells):
            yield UnitLine(line, {name: cells[at] if at < len(cells) else "" for name, at in wanted.items()})


def _sheet(path: Path, content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise _unreadable(path, "不是完好的 .xlsx 文件") from error
    return iter(list(enumerate(([*row] for row in rows), 1)))


def _csv(path: Path, content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(path, content)
    rows: list[tuple[int, list[Cell]]] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows.extend((reader.line_num, [*row]) for row in reader)
    except csv.Error as error:
        raise _unreadable(path, f"第 {reader.line_num} 行不是 CSV") from error
    return iter(rows)


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(path, "不是 UTF-8 或 GB18030 的文本，也不是 .xlsx")


def _heading(cell: Cell) -> str:
    return "".join(str(cell).split()).strip("*＊")


def _unreadable(path: Path, reason: str) -> Refused:
    return Refused(ErrorCode.FILE_UNREADABLE, path=str(path), reason=reason)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    if isinstance(error, PermissionError):
        return "没有读取权限"
    return "是一个目录" if isinstance(error, IsADirectoryError) else error.strerror or "读取出错"
