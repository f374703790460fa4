"""R6 by keys alone: an approval taken back, the year fails, its certificate is void for whoever checks it."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation
from tests.journeys.years import learned, papers


def test_a_revoked_approval_voids_the_certificate_at_the_front_door(home: Installation) -> None:
    learned(home, 2025, recognised=True)
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":nd", "Enter")
        person.see("P 打印")
        person.type("Down", "p")
        person.see("证书已生成", "校验码")
    ((number, code),) = papers(home)

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rc", "Enter")
        bureau.see("按 / 输入姓名")
        bureau.type("/", f"{PERSON} 2025", "Enter")
        bureau.see(PERSON_NAME, "2025年公需课培训", "2025年专业课培训")
        bureau.type("v")
        bureau.see("撤销认定：", "撤销不能收回")
        bureau.type("Enter")
        bureau.see("请选择或写明原因")
        bureau.type("2", "Enter")
        bureau.see("结果改为：不通过", number)
        bureau.type("Esc", "w")
        bureau.see("失信记录", PERSON_NAME, "没有参加所申报的学习")

    with home.sit_down() as guest:
        guest.type(":zs", "Enter")
        guest.see("证书编号")
        guest.type("1", number, "Tab", code, "Enter")
        guest.see("已作废", "2025年度的一项学时被撤销认定")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see("撤销认定")
        person.type(":nd", "Enter")
        person.see("2025", "不通过")
