"""Reading tables: whatever the bytes are, the answer is rows or a refusal, and never much memory."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.rules.errors import ErrorCode, Refused
from core.rules.imports import HOURS
from core.rules.provider_files import read_rows, take_apart
from core.services.import_lines import line_of
from core.services.imports import read_lines
from core.store.sheets import MOST_ROWS, read_file, read_sheet
from tests.signed_files import Signer
from tests.worlds import id_number

COLUMNS = ("姓名", "证件号")
TODAY = date(2026, 11, 22)
REFUSALS = {ErrorCode.FILE_UNREADABLE, ErrorCode.TABLE_COLUMNS, ErrorCode.TABLE_EMPTY}
GOOD = Signer().file((id_number(1), "张三", 2026, "公需科目", "GX-1", "24", "2026-07-10"))


def workbook(*rows: tuple[object, ...]) -> bytes:
    """An .xlsx of these rows."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return content.getvalue()


SHEET = workbook(HOURS.labels, tuple(column.example for column in HOURS.columns))


def read_or_refused(content: bytes) -> None:
    """Read it as a file of hours, every line; anything but a refusal is a fault."""
    try:
        for line in read_lines(HOURS, content, "x"):
            line_of(HOURS, line.line, line.cells)
    except Refused as refusal:
        assert refusal.code in REFUSALS


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_or_a_refusal(content: bytes) -> None:
    read_or_refused(content)
    read_or_refused(b"PK" + content)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_below_a_heading_is_rows_or_a_refusal(text: str) -> None:
    head = ",".join(HOURS.labels)
    read_or_refused(f"{head}\n{text}".encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(SHEET) - 1), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_broken_workbook_is_rows_or_a_refusal(at: int, junk: bytes) -> None:
    read_or_refused(SHEET[:at] + junk + SHEET[at + len(junk) :])
    read_or_refused(SHEET[:at])


@given(st.binary(max_size=300), st.integers(0, len(GOOD)))
@settings(max_examples=300, deadline=None)
def test_a_provider_file_of_any_bytes_is_rows_or_a_refusal(junk: bytes, at: int) -> None:
    for content in (junk, GOOD[:at] + junk, GOOD[:at] + junk + GOOD[at:], b"HNJJ-GX/1\t" + junk):
        try:
            read_rows(take_apart(content), TODAY)
        except Refused as refusal:
            assert refusal.code is ErrorCode.PROVIDER_FILE_BROKEN
            assert refusal.text


def test_blank_lines_are_left_out_and_lines_keep_their_numbers() -> None:
    sheet = read_sheet("\n姓名*,证件号\n\n张三,1\n,,\n李四,2\n".encode(), "x", COLUMNS)
    assert [(line.line, line.cells) for line in sheet.lines] == [(4, ("张三", "1")), (6, ("李四", "2"))]


def test_columns_are_found_in_any_order_and_a_missing_one_is_blank_if_it_may_be() -> None:
    sheet = read_sheet("备注,证件号,姓名\nx,1,张三\n".encode(), "x", (*COLUMNS, "民族"), ("民族",))
    assert (sheet.missing, sheet.lines[0].cells) == ((), ("张三", "1", ""))


def test_a_day_of_a_spreadsheet_is_text() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_string(1, 0, "张三")
        sheet.write_datetime(1, 1, date(2026, 7, 6), day)
    assert read_sheet(content.getvalue(), "x", COLUMNS).lines[0].cells == ("张三", "2026-07-06")


@pytest.mark.parametrize("place", ["XFD2", "A1048576", "ZZZ9", "B300000"])
def test_a_cell_far_out_does_not_lay_out_everything_before_it(place: str) -> None:
    content, changed = io.BytesIO(workbook(COLUMNS, ("张三", "1"))), io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            body = source.read(entry)
            if "worksheets" in entry.filename:
                body = body.replace(b'r="B2"', f'r="{place}"'.encode())
            target.writestr(entry, body)
    with pytest.raises(Refused) as caught:
        read_sheet(changed.getvalue(), "x", COLUMNS)
    assert caught.value.code is ErrorCode.FILE_UNREADABLE


def test_an_archive_that_unpacks_without_end_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (401 * 1024 * 1024))
    with pytest.raises(Refused):
        read_sheet(bomb.getvalue(), "x", COLUMNS)


def test_more_rows_than_may_be_are_refused() -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([("张三", "1")] * (MOST_ROWS + 1))
    with pytest.raises(Refused, match=str(MOST_ROWS)):
        read_sheet(text.getvalue().encode(), "x", COLUMNS)


@pytest.mark.parametrize("name", ["nobody.csv", "", "/dev/null/x", "folder"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refused) as caught:
        read_file(tmp_path / name)
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
