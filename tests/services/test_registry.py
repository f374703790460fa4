"""Import of units: good files in every form, and every way a row can be wrong; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select
from stdnum.cn.uscc import calc_check_digit

from core.model import Audit, Org, OrgGram
from core.rules.errors import ErrorCode, Refused
from core.schema.employers import FindEmployers, ImportResult, ImportUnits
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.registry import import_units
from core.services.unit_file import COLUMNS
from core.store.store import Store
from tests.services.front_door import GUEST, cheap_desk
from tests.worlds import build_world

Row = tuple[object, ...]


def code(serial: int) -> str:
    """A 机构代码 that holds, of a place that is issued to nobody."""
    body = f"91410099{serial:09d}"
    return body + calc_check_digit(body)


def unit(serial: int, **changed: object) -> Row:
    """A row of the file, all of it right unless changed."""
    row: dict[str, object] = dict(
        zip(COLUMNS, (f"汝阳县第{serial}中学", code(serial), "用人单位", "410326", "", ""), strict=True)
    )
    return tuple({**row, **changed}.values())


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk on the small world."""
    return cheap_desk(build_world(store).store)


@pytest.fixture
def load(desk: Desk, tmp_path: Path) -> Callable[..., ImportResult]:
    """Write rows to a file and import it."""

    def run(*rows: Row, encoding: str = "utf-8-sig", heading: tuple[str, ...] = COLUMNS) -> ImportResult:
        path = tmp_path / "units.csv"
        lines = [",".join(map(str, row)) for row in (heading, *rows)]
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return import_units(desk, GUEST, ImportUnits(path=str(path)))

    return run


def only_problem(result: ImportResult) -> tuple[int, str, str]:
    assert result.imported == 0
    [problem] = result.problems
    return problem.line, problem.column, problem.reason


def count(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Org)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(load: Callable[..., ImportResult], encoding: str) -> None:
    assert load(unit(1), unit(2), encoding=encoding) == ImportResult(2)


def test_an_xlsx_is_read(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((COLUMNS, unit(1), unit(2))):
            sheet.write_row(at, 0, row)
    assert import_units(desk, GUEST, ImportUnits(path=str(path))).imported == 2


def test_a_code_typed_as_a_number_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, unit(1, 机构代码=914100990000000012, 所属区域=410326))
    line, column, reason = only_problem(import_units(desk, GUEST, ImportUnits(path=str(path))))
    assert (line, column) == (2, "机构代码")
    assert "数字格式" in reason


def test_an_imported_unit_is_found_by_its_initials(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1, 名称="伊洛水利勘测设计院"))
    page = desk.do(find_employers, GUEST, FindEmployers(text="ylslkc", region_code="410300"))
    assert [row.name for row in page.rows] == ["伊洛水利勘测设计院"]


def test_an_imported_unit_is_found_by_characters(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1, 名称="伊洛水利勘测设计院"))
    page = desk.do(find_employers, GUEST, FindEmployers(text="勘测设计"))
    assert [row.name for row in page.rows] == ["伊洛水利勘测设计院"]


def test_an_import_stands_in_the_audit_log(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1))
    with desk.reading() as work:
        assert work.session.scalars(select(Audit.summary)).all() == ["导入 1 个单位"]


def test_a_superior_may_stand_later_in_the_file(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1, 上级机构代码=code(2), 主管部门机构代码=code(3)), unit(2), unit(3, 单位类型="主管部门"))
    with desk.reading() as work:
        orgs = {org.code: org for org in work.session.scalars(select(Org))}
    assert orgs[code(1)].superior_id == orgs[code(2)].id
    assert orgs[code(1)].authority_id == orgs[code(3)].id


def test_a_superior_may_be_known_already(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1))
    assert load(unit(2, 上级机构代码=code(1))).imported == 1


@pytest.mark.parametrize(
    "region", ["410326", "汝阳县", "洛阳市 汝阳县", "河南省洛阳市汝阳县", "４１０３２６"]
)
def test_a_region_is_named_by_code_path_or_name(
    desk: Desk, load: Callable[..., ImportResult], region: str
) -> None:
    load(unit(1, 所属区域=region))
    with desk.reading() as work:
        assert work.session.scalar(select(Org.region_code).where(Org.code == code(1))) == "410326"


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"名称": ""}, "名称", "必填"),
        ({"名称": "校" * 61}, "名称", "最多 60 个字"),
        ({"名称": "校\U0003106c"}, "名称", "无法印在证书上"),
        ({"名称": "校\x07"}, "名称", "不能显示"),
        ({"机构代码": ""}, "机构代码", "必填"),
        ({"机构代码": "914100990000000011"}, "机构代码", "校验"),
        ({"单位类型": "学校"}, "单位类型", "用人单位、继续教育基地"),
        ({"所属区域": "乌有县"}, "所属区域", "没有这个区域"),
        ({"上级机构代码": code(9)}, "上级机构代码", "都没有这个单位"),
        ({"上级机构代码": code(1)}, "上级机构代码", "本单位自己"),
        ({"主管部门机构代码": code(2)}, "主管部门机构代码", "不是主管部门"),
    ],
)
def test_a_bad_row_is_named_by_line_column_and_reason(
    load: Callable[..., ImportResult], changed: dict[str, object], column: str, words: str
) -> None:
    line, at, reason = only_problem(load(unit(2), unit(1, **changed)))
    assert (line, at) == (3, column)
    assert words in reason


def test_one_bad_row_keeps_all_out(desk: Desk, load: Callable[..., ImportResult]) -> None:
    before = count(desk)
    load(unit(1), unit(2, 单位类型="学校"), unit(3))
    assert count(desk) == before


def test_a_code_that_stands_twice_in_the_file_is_refused(load: Callable[..., ImportResult]) -> None:
    assert only_problem(load(unit(1), unit(1))) == (3, "机构代码", "与第 2 行重复")


def test_a_code_that_the_system_has_is_refused(load: Callable[..., ImportResult]) -> None:
    load(unit(1))
    assert only_problem(load(unit(1))) == (2, "机构代码", "系统中已有这个机构代码")


def test_units_above_each_other_are_refused(load: Callable[..., ImportResult]) -> None:
    result = load(unit(1, 上级机构代码=code(2)), unit(2, 上级机构代码=code(1)))
    assert "成了一个圈" in only_problem(result)[2]


def test_a_missing_column_is_named(load: Callable[..., ImportResult]) -> None:
    heading = tuple(name for name in COLUMNS if name != "所属区域")
    assert only_problem(load(unit(1), heading=heading)) == (1, "所属区域", "缺少这一列")


def test_blank_lines_do_not_count(load: Callable[..., ImportResult]) -> None:
    assert load(unit(1), ("", "", "", "", "", ""), unit(2)).imported == 2


def test_every_problem_of_the_file_is_named_at_once(load: Callable[..., ImportResult]) -> None:
    result = load(unit(1, 单位类型="学校", 所属区域="乌有县"), unit(2, 名称=""))
    assert [(each.line, each.column) for each in result.problems] == [
        (2, "单位类型"),
        (2, "所属区域"),
        (3, "名称"),
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_table_is_refused_in_words(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "units.bin"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        import_units(desk, GUEST, ImportUnits(path=str(path)))
    assert caught.value.code is ErrorCode.FILE_UNREADABLE


def test_a_name_has_its_pieces_once_only(desk: Desk, load: Callable[..., ImportResult]) -> None:
    load(unit(1, 名称="乡乡乡乡"))
    with desk.reading() as work:
        wanted = select(OrgGram.gram).join(Org, Org.id == OrgGram.org_id).where(Org.code == code(1))
        assert sorted(work.session.scalars(wanted)) == ["乡", "乡乡"]
