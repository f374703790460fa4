"""P14, P10: a refusal reaches the person as a message that leads to it, and the older guide's filters find it again."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, Installation, Seat

REASON = "材料不清晰"


def refuse_at_school(seat: Seat) -> None:
    """The school refuses what waits there."""
    seat.sign_in(Role.EMPLOYER)
    seat.type("1")
    seat.see(PERSON_NAME, "接下来")
    seat.calm()
    seat.type("r", REASON, "Enter")
    seat.see("不通过")
    seat.type("Esc")
    seat.see("学时初审", "审核账户")
    seat.sign_out()


def test_a_refusal_is_told_counted_opened_and_read(busy_home: Installation) -> None:
    with busy_home.sit_down() as seat:
        refuse_at_school(seat)
        seat.sign_in(Role.PERSON)
        shown = seat.see("审核不通过", REASON, "待办", "可重新申报")
        assert "6 消息 (" in shown and "未读" in shown
        seat.type("6")
        seat.see("全部已读", "未读 2 条" if "(2)" in shown else "未读 1 条")
        seat.type("Enter")
        seat.see("申报详细", REASON)
        seat.type("Esc", "a")
        seat.see("未读 0 条")
        seat.type("Esc")
        seat.see("可重新申报")
        assert "6 消息 (" not in seat.calm()


def test_the_list_is_narrowed_by_form_name_and_days_and_follows_a_declaration_made_again(
    busy_home: Installation,
) -> None:
    with busy_home.sit_down() as seat:
        refuse_at_school(seat)
        seat.sign_in(Role.PERSON)
        seat.type("3")
        seat.see(f"原因：{REASON}")
        seat.type("g")
        seat.see("请改正后再提交")
        seat.type("Esc")
        seat.see("已重新申报为 #2")
        seat.type("/", "2026", "Tab", "Tab", "Tab", "gwpx", "Enter", "Tab", "新课标", "F8")
        seat.see("计入年度 2026", "岗位培训", "名称含“新课标”", "[全部 2]")
        seat.type("/", "Tab", "Tab", "Tab", "Tab", "Tab", "2026-8-1", "F8")
        seat.see("2026-08-01至", "没有记录")
        seat.type("c")
        seat.see("已清空筛选", "[全部 2]")
        seat.type("Home", "Enter")
        seat.see("重新申报自", "#1，当时的原因")
        seat.type("Esc", "2")
        seat.see("还没有施教机构、公需课平台记入的学时")
