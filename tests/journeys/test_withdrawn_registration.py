"""G5: a registration with the wrong unit is taken back by its owner, and the number is free for the right one."""

from __future__ import annotations

from tests.journeys.records import registration_states
from tests.journeys.steps import (
    NEWCOMER,
    NEWCOMER_NAME,
    OTHER_SCHOOL,
    PASSWORD,
    SCHOOL,
    Installation,
    Seat,
    registration_keys,
)


def test_a_registration_with_the_wrong_unit_is_taken_back_and_made_again(
    home: Installation, seat: Seat
) -> None:
    seat.type("11", *registration_keys(NEWCOMER, NEWCOMER_NAME, "ryxxdzde"), "F8")
    seat.see("注册信息已经提交审核", OTHER_SCHOOL)
    seat.type("Esc")
    seat.see("继续教育服务窗口")

    seat.type("7", NEWCOMER, "Tab", PASSWORD, "Enter")
    seat.see("待审核", OTHER_SCHOOL, "F7 撤回申请")
    seat.type("F7", "1")
    seat.see("已撤回申请，此证件号可以重新注册", "已撤回")
    seat.type("Esc")
    seat.see("继续教育服务窗口")

    seat.type("11", *registration_keys(NEWCOMER, NEWCOMER_NAME, "ryxxdzdy"), "F8")
    seat.see("注册信息已经提交审核", SCHOOL)
    assert registration_states(home, NEWCOMER_NAME) == ["withdrawn", "pending"]
