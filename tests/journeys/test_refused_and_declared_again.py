"""A declaration that the unit refuses comes back with its reason, is corrected, and goes through."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.records import declarations
from tests.journeys.steps import BUREAU, OFFICE, PERSON_NAME, SCHOOL, Installation, Seat, declaration_keys

REASON = "缺少单位证明材料"


def test_a_refused_declaration_is_corrected_and_passes(home: Installation, seat: Seat) -> None:
    declare(seat)
    refuse(seat)
    declare_again(seat)
    for role, next_office in ((Role.EMPLOYER, OFFICE), (Role.AUTHORITY, BUREAU), (Role.BUREAU, "")):
        seat.sign_in(role)
        seat.type("1")
        seat.pass_one(PERSON_NAME, went_to=next_office)
        seat.type("Esc")
        seat.sign_out()
    first, second = declarations(home)
    assert (first["status"], second["status"]) == ("rejected", "approved")
    assert second["origin_id"] == first["id"]


def declare(seat: Seat) -> None:
    seat.sign_in(Role.PERSON)
    seat.type("2", *declaration_keys("结业证书1"), "F8")
    seat.see("已提交申报")
    seat.sign_out()


def refuse(seat: Seat) -> None:
    seat.sign_in(Role.EMPLOYER)
    seat.type("1")
    seat.see(PERSON_NAME, "接下来")
    seat.calm()
    seat.type("r")
    seat.see(f"2  {REASON}", "补充")
    seat.type("2", "Enter")
    seat.see(f"{PERSON_NAME}：不通过", "没有待审的")
    seat.type("Esc")
    seat.sign_out()


def declare_again(seat: Seat) -> None:
    seat.sign_in(Role.PERSON)
    seat.see(REASON)
    seat.type("3")
    seat.see("审核不通过")
    seat.type("Enter")
    seat.see("申报详细", "原因", REASON)
    seat.type("PgDn")
    seat.see(SCHOOL)
    seat.type("Esc")
    seat.see("进度")
    seat.type("g")
    seat.see("学时(分)申报", f"请改正后再提交。原因：{REASON}", "1 附件说明")
    seat.type("F9", "结业证书2", "Enter")
    seat.see("2 附件说明")
    seat.type("F8")
    seat.see("已提交申报", "待审核")
    seat.type("Esc")
    seat.see("在审 40")
    seat.sign_out()
