"""Hours brought in from a file with mistakes by keys: the dry run shows them, the good rows go to the next level."""

from __future__ import annotations

from core.rules.imports import ImportKind
from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation
from tests.services.importing import Row, table
from tests.worlds import id_number


def learnt(**changed: object) -> Row:
    row: Row = {
        "姓名": PERSON_NAME,
        "证件号": PERSON,
        "年度": "2026",
        "培训班名称": "2026年新课标培训班",
        "组织培训单位": "汝阳县教育局",
        "开始时间": "2026-07-06",
        "结束时间": "2026-07-10",
        "学时": "40学时",
    }
    return row | changed


def test_the_dry_run_shows_the_mistakes_and_the_good_rows_are_taken(home: Installation) -> None:
    rows = [learnt(), learnt(证件号=id_number(88), 培训班名称="另一个班"), learnt(证件号=330106198503070011)]
    table(ImportKind.HOURS, rows, home.scans, "xlsx")
    with home.sit_down() as seat:
        seat.sign_in(Role.EMPLOYER)
        seat.type_slowly(":pl", "Enter")
        seat.see("可以导入")
        seat.type_slowly("F6", "2")
        seat.see("选择人员学时文件", "hours.xlsx")
        seat.type_slowly("hours", "Enter")
        seat.see("检查完成，有错 2 行", "3 行   可导入 1   有错 2", "已按 40.0 识别 (提示)")
        seat.see("本单位没有这个人", "3.30106E+17", "数字格式")
        seat.type("F8")
        seat.see("有 2 行有错，不能全部导入")
        seat.type_slowly("F2", "1")
        seat.see("5 条已写到")
        seat.type("F9")
        seat.see("导入无误的 1 行，有错的 2 行不导入？")
        seat.type("1")
        seat.see("已导入 1 条", "已入库")
        seat.type_slowly("Esc", "Esc")
        seat.sign_out()
        seat.sign_in(Role.AUTHORITY)
        seat.type_slowly(":sh", "Enter")
        seat.pass_one(PERSON_NAME)
