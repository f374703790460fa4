"""Spreadsheets as they are written: read back by another library, and looked into as XML where that matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from core.store import workbook
from core.store.workbook import DAY, HOURS, PERCENT, WHOLE, Sheet, SheetColumn, write_sheets

NAMES = (
    "=1+1",
    "+86",
    "-1",
    "@sum(a1)",
    '=HYPERLINK("http://example.cn")',
    "http://example.cn",
    "0123",
    "\t=1",
)


def read(path: Path, name: str = "名单") -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def written(path: Path, *rows: tuple[workbook.Cell, ...], **more: object) -> Path:
    columns = (SheetColumn("姓名", 16), SheetColumn("学时", 8, HOURS))
    write_sheets(path, [Sheet("名单", columns, iter(rows), **more)])  # type: ignore[arg-type]
    return path


def test_rows_come_back_under_their_headings_with_numbers_as_numbers(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", ("张三", Decimal("45.5")), ("李四", 30), heading=("2026年度",))
    assert read(path) == [["2026年度", ""], ["姓名", "学时"], ["张三", 45.5], ["李四", 30.0]]


def test_the_number_of_rows_is_answered_over_all_sheets(tmp_path: Path) -> None:
    columns = (SheetColumn("姓名"),)
    count = write_sheets(
        tmp_path / "a.xlsx", [Sheet("甲", columns, [("张三",)]), Sheet("乙", columns, [("李四",), ("王五",)])]
    )
    assert count == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_looks_like_a_formula_a_link_or_a_number_stays_text(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a.xlsx", (name, 1))
    assert read(path)[1][0] == name
    with ZipFile(path) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page and "<hyperlink" not in page


def test_text_that_begins_like_a_formula_carries_the_mark_of_text_into_an_edit(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", ("=1+1", 1))
    with ZipFile(path) as parts:
        assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()


def test_days_and_moments_are_dates_in_china(tmp_path: Path) -> None:
    columns = (SheetColumn("日期", 12, DAY), SheetColumn("时间", 18))
    moment = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    write_sheets(tmp_path / "a.xlsx", [Sheet("名单", columns, [(date(2026, 3, 1), moment)])])
    assert read(tmp_path / "a.xlsx")[1] == [date(2026, 3, 1), datetime(2026, 11, 21, 2, 30)]


def test_an_empty_cell_leaves_nothing_and_truth_stays_truth(tmp_path: Path) -> None:
    columns = tuple(SheetColumn(title) for title in "甲乙丙")
    write_sheets(tmp_path / "a.xlsx", [Sheet("名单", columns, [(None, "", True)])])
    assert read(tmp_path / "a.xlsx")[1] == ["", "", True]


def test_names_of_sheets_are_made_to_fit_and_told_apart(tmp_path: Path) -> None:
    columns = (SheetColumn("率", 8, PERCENT), SheetColumn("数", 8, WHOLE))
    long = "河南省洛阳市汝阳县小店镇第一初级中学二〇二六年度完成情况统计"
    write_sheets(
        tmp_path / "a.xlsx", [Sheet(name, columns, []) for name in ("区域[2026]/*", long, long + "乙", "")]
    )
    names = CalamineWorkbook.from_path(tmp_path / "a.xlsx").sheet_names
    assert len(set(names)) == 4 and all(0 < len(name) <= 31 for name in names)
    assert names[0] == "区域 2026"


def test_what_fails_half_way_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", ("张三", 1))
    columns = (SheetColumn("姓名"),)

    def broken() -> object:
        yield ("李四",)
        raise RuntimeError("the query ended")

    with pytest.raises(RuntimeError):
        write_sheets(path, [Sheet("名单", columns, broken())])  # type: ignore[arg-type]
    assert read(path)[1][0] == "张三"
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "a.xlsx", ("张三", 1))
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(ValueError, match="more than 3 rows"):
        written(tmp_path / "a.xlsx", ("张三", 1), ("李四", 2), ("王五", 3))


def test_control_characters_and_very_long_text_do_not_break_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", ("张\x01三", 1), ("长" * 40_000, 2))
    rows = read(path)
    assert len(rows) == 3 and len(str(rows[2][0])) == 32_767
