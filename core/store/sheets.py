"""A table in a file, cell by cell: the first sheet of an .xlsx, or a .csv in UTF-8 or GB18030.

Whatever the bytes are, the answer is rows or Refused FILE_UNREADABLE, and never more memory than a table of
MOST_ROWS rows takes.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from core.rules.errors import ErrorCode, Refused

LARGEST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000
_LARGEST_SHEET = 400 * 1024 * 1024
"""Bytes of an unpacked sheet."""
# A cell far out makes a reader lay out everything before it: more than 702 columns or 199,999 rows.
_FAR_OUT = re.compile(rb'\sr="(?:[A-Za-z]{3,}[0-9]+|[A-Za-z]+(?:[2-9][0-9]{5}|[0-9]{7,}))"')
_PIECE = 1 << 20

Cell = str | float | int | bool


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a file in the order of the wanted columns; `line` counts from 1, as a spreadsheet shows it.

    A cell is text, or a number where the spreadsheet holds one.
    """

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines below the heading, blank ones left out; `missing` names the columns that the heading lacks."""

    heading_line: int
    missing: tuple[str, ...]
    lines: tuple[SheetLine, ...]


def read_file(path: Path) -> bytes:
    """The bytes of a file of at most LARGEST_BYTES. Raises Refused FILE_UNREADABLE."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise unreadable(path.name, f"大于 {LARGEST_BYTES // 1024 // 1024} MB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(str(path), _reason(error)) from error


def read_sheet(content: bytes, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> Sheet:
    """The table in these bytes; `name` is the file's, for the refusal. An optional column that is not there is
    blank. Raises Refused FILE_UNREADABLE."""
    rows = _cells(name, content)
    for line, cells in rows:
        names = [_heading(cell) for cell in cells]
        if any(names):
            missing = tuple(each for each in columns if each not in names and each not in optional)
            return Sheet(line, missing, () if missing else tuple(_lines(names, columns, rows)))
    raise unreadable(name, "没有内容")


def unreadable(path: str, reason: str) -> Refused:
    """The refusal of a file."""
    return Refused(ErrorCode.FILE_UNREADABLE, path=path, reason=reason)


def _lines(
    names: list[str], columns: Sequence[str], rows: Iterator[tuple[int, Sequence[Cell]]]
) -> Iterator[SheetLine]:
    places = [names.index(column) if column in names else -1 for column in columns]
    for line, cells in rows:
        if any(str(cell).strip() for cell in cells):
            there = len(cells)
            yield SheetLine(line, tuple(cells[at] if 0 <= at < there else "" for at in places))


def _cells(name: str, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    return _workbook(name, content) if content.startswith(b"PK") else _csv(name, content)


def _workbook(name: str, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    from python_calamine import CalamineWorkbook

    _refuse_what_unpacks_too_large(name, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library's own faults are no Exception: they come from Rust
        raise unreadable(name, "不是完好的 .xlsx 文件") from error
    if len(rows) > MOST_ROWS:
        raise unreadable(name, f"多于 {MOST_ROWS} 行")
    return iter([(line, [_plain(cell) for cell in row]) for line, row in enumerate(rows, 1)])


def _refuse_what_unpacks_too_large(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST_SHEET:
                raise unreadable(name, "展开后过大")
            for entry in entries:
                if entry.filename.lower().startswith("xl/worksheets/") and _reaches_far(archive, entry):
                    raise unreadable(name, f"多于 {MOST_ROWS} 行，或远处有多余的格子，请删去")
    except Refused:
        raise
    except Exception as error:  # a broken archive fails in a dozen ways
        raise unreadable(name, "不是完好的 .xlsx 文件") from error


def _reaches_far(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether any cell lies beyond what is read; looked for in pieces, and no further than was declared."""
    tail, read = b"", 0
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            read += len(piece)
            if read > _LARGEST_SHEET or _FAR_OUT.search(tail + piece):
                return True
            tail = piece[-32:]
    return False


def _csv(name: str, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _decoded(name, content)
    rows: list[tuple[int, Sequence[Cell]]] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            rows.append((reader.line_num, row))
            if len(rows) > MOST_ROWS:
                raise unreadable(name, f"多于 {MOST_ROWS} 行")
    except csv.Error as error:
        raise unreadable(name, f"第 {reader.line_num} 行不是 CSV") from error
    return iter(rows)


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable(name, "不是 UTF-8 或 GB18030 的文本，也不是 .xlsx")


def _plain(cell: object) -> Cell:
    """A cell as text or a number; days and times as text."""
    if isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, time | timedelta) else ""


def _heading(cell: Cell) -> str:
    return "".join(str(cell).split()).strip("*＊")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    if isinstance(error, PermissionError):
        return "没有读取权限"
    if isinstance(error, IsADirectoryError):
        return "是一个目录"
    return (error.strerror if isinstance(error, OSError) else "") or "读取出错"
