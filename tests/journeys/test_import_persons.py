"""E6: staff brought in from a file by keys: the check shows what is wrong, and who was brought in signs in at once."""

from __future__ import annotations

from core.rules.imports import ImportKind
from core.rules.roles import Role
from tests.journeys.steps import Installation
from tests.services.importing import table
from tests.worlds import id_number

NEW = id_number(301)


def test_who_was_brought_in_signs_in_with_the_last_six_and_must_change_them(home: Installation) -> None:
    rows = [
        {"姓名": "孙小梅", "证件号": NEW, "手机号": "19900000301"},
        {"姓名": "周文博", "证件号": id_number(302), "民族": "汉族"},
    ]
    table(ImportKind.PERSONS, rows, home.scans, "xlsx")
    with home.sit_down() as seat:
        seat.sign_in(Role.EMPLOYER)
        seat.type_slowly(":pl", "Enter")
        seat.see("可以导入：人员、人员学时")
        seat.type_slowly("F6", "1")
        seat.see("选择人员文件", "persons.xlsx")
        seat.type_slowly("persons", "Enter")
        seat.see("检查完成，每一行都可以导入")
        seat.type("F8")
        seat.see("已导入 2 人", "已入库")
        seat.type("Esc")
        seat.see("可以导入：人员、人员学时", "已入库")
        seat.type("Esc")
        seat.see("单位")
        seat.sign_out()
        seat.type("1", "2", NEW, "Tab", NEW[-6:], "Enter")
        seat.see("请先修改密码")
