"""Tables written as files: the template of an import, and the list of what was found in one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from core.rules.imports import ImportSheet

HEADING = ("行号", "列", "内容", "失败原因")
_WIDTHS = (10, 16, 28, 60)


def write_template(path: Path, sheet: ImportSheet) -> None:
    """An .xlsx: the headings (a * marks what is required), the example row, and a second sheet of notes.

    Every column is text: a spreadsheet cuts the last digits off a long number.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#DDEBF7", "border": 1})
        text = book.add_format({"num_format": "@"})
        grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#7F7F7F"})
        table = book.add_worksheet(sheet.label)
        for at, column in enumerate(sheet.columns):
            width = max(12, 2 * len(column.label) + 4, len(column.example) + 6)
            table.set_column(at, at, width, text)
            table.write_string(0, at, column.label + ("*" if column.required else ""), bold)
            table.write_string(1, at, column.example, grey)
            if column.note:
                table.write_comment(0, at, column.note)
        table.freeze_panes(1, 0)
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 0, 20)
        notes.set_column(1, 1, 80)
        for row, note in enumerate(sheet.notes):
            notes.write_string(row, 0, f"{row + 1}.")
            notes.write_string(row, 1, note)
        for row, column in enumerate(sheet.columns, len(sheet.notes) + 1):
            notes.write_string(row, 0, column.label + ("*" if column.required else ""))
            notes.write_string(row, 1, column.note)


def write_problems(path: Path, rows: Sequence[tuple[int, str, str, str]], ending: str) -> None:
    """行号, 列, 内容, 失败原因. What was typed is never taken for a formula."""
    if ending == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADING)
            writer.writerows(
                (line, column, _harmless(content), reason) for line, column, content, reason in rows
            )
        return
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        table = book.add_worksheet("错误表")
        for at, (title, width) in enumerate(zip(HEADING, _WIDTHS, strict=True)):
            table.set_column(at, at, width)
            table.write_string(0, at, title, bold)
        for at, (line, column, content, reason) in enumerate(rows, 1):
            table.write_number(at, 0, line)
            table.write_string(at, 1, column)
            table.write_string(at, 2, content)
            table.write_string(at, 3, reason)
        table.freeze_panes(1, 0)


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
