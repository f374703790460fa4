"""B4 by keys alone: the base's students by name, state and year, their hours, and a spreadsheet of them."""

from __future__ import annotations

from tests.journeys.steps import PERSON_NAME, Installation
from tests.journeys.teaching import (
    BASE_LOGIN,
    CLASS,
    STRANGER,
    STRANGER_NAME,
    file_plan,
    open_base,
    open_class,
)


def test_a_base_finds_its_students_and_takes_the_list_away(home: Installation) -> None:
    open_base(home)
    open_class(home, file_plan(home))
    with home.sit_down() as base:
        base.type("3", "5")  # the front door: 继续教育基地, 综合查询
        base.see("登录")
        base.type(BASE_LOGIN, "Tab", "abc12345", "Enter")
        base.see("综合查询", PERSON_NAME, STRANGER_NAME, "2 人次，已记入 0 学时")
        base.type("/")
        base.see("空着的不筛选")
        base.type(STRANGER, "Tab", "20x", "F5")
        base.see("年度请写成四位数字")
        base.type("ctrl+u", "2026", "F5")
        base.see("1 人次", STRANGER_NAME)
        base.type("Enter")
        base.see("学员详细", CLASS, "待上报")
        base.type("Esc")
        base.calm()
        base.type("F9")
        base.see("已导出 1 行")
        base.type("c")
        base.see("2 人次", "已清空筛选")
        base.type("/", "Tab", "Tab", "审核通过", "Enter", "F5")
        base.see("没有符合筛选的学员，C 清空")
    (written,) = (home.folder / "exports").glob("综合查询-*.xlsx")
    assert written.stat().st_size > 1_000
