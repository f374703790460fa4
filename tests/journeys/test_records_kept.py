"""P6: an entry in each of the three lists, one of them changed and one deleted."""

from __future__ import annotations

from core.model import PersonRecord
from core.rules.roles import Role
from tests.journeys.steps import Installation, Seat


def test_the_three_lists_are_filled_changed_and_cleared(home: Installation, seat: Seat) -> None:
    seat.sign_in(Role.PERSON)
    seat.type("1", "3")
    seat.see("还没有学历")
    seat.type("F6", "dxbk", "Enter", "Tab", "xueshi", "Enter", "Tab", "河南师范大学", "Tab")
    seat.type("数学与应用数学(师范)", "Enter", "Tab", "2008-09-01", "Tab", "2007-07-01", "Tab")
    seat.type("104761200705000001", "Tab", "quanrizhi", "Enter", "F9", "结业证书1", "Enter", "F2")
    seat.see("结束日期早于开始日期")
    seat.type("Up", "ctrl+u", "2003-09-01", "F2")
    seat.see("已保存学历 河南师范大学，立即生效", "2007-07-01")

    seat.type("Esc", "4")
    seat.see("还没有资格")
    seat.type("F6", "jszg", "Enter", "Tab", "初级中学", "Tab", "数学", "Tab", "2007-10-01", "Tab")
    seat.type("20074103200000001", "Tab", "汝阳县教育局", "Tab", "2037-10-01", "F2")
    seat.see("已保存资格 教师资格，立即生效")

    seat.type("Esc", "5")
    seat.see("还没有称号")
    seat.type("F6", "zyms", "Enter", "Tab", "Tab", "2020-09-10", "Tab", "河南省教育厅", "F2")
    seat.see("已保存称号 中原名师，立即生效", "省级")
    seat.type("Enter", "Tab", "Tab", "Tab", "Tab", "教师〔2020〕1号", "F2")
    seat.see("已保存称号 中原名师，立即生效")

    seat.type("Esc", "4")
    seat.see("教师资格")
    seat.type("x")
    seat.see("删除 教师资格？")
    seat.type("1")
    seat.see("已删除 教师资格", "还没有资格")
    seat.type("Esc")
    seat.see("学历及学位情况  1 条", "职(执)业资格  0 条", "学术技术称号  1 条")
    assert stored(home) == [("education", "河南师范大学", ""), ("honour", "中原名师", "教师〔2020〕1号")]


def stored(home: Installation) -> list[tuple[str, str, str]]:
    """Kind, title and 文号 of what is left, the oldest first."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            rows = work.session.query(PersonRecord).order_by(PersonRecord.id)
            return [(row.kind, row.title, row.fields.get("document", "")) for row in rows]
    finally:
        desk.close()
