"""R5 by keys alone: a certificate replaced by a new one, to which the old one leads."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, Installation
from tests.journeys.years import learned, papers


def test_a_replaced_certificate_leads_to_the_new_one(home: Installation) -> None:
    learned(home, 2025, recognised=True)
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":nd", "Enter")
        person.see("P 打印")
        person.type("Down", "p")
        person.see("证书已生成")

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":zd", "Enter")
        bureau.see(PERSON_NAME, "有效")
        bureau.type("h")
        bureau.see("换发：", "按现在的资料签发新证")
        bureau.type("Enter")
        bureau.see("请选择或写明原因")
        bureau.type("姓名更正", "Enter")
        bureau.see("证书已换发", "新证书")
        bureau.type("Esc")
        bureau.see("已换发", "有效")
        bureau.type("Down", "h")
        bureau.see("这张证书已不在有效状态，不能换发")
    (old, code), (new, new_code) = papers(home)

    with home.sit_down() as guest:
        guest.type(":zs", "Enter")
        guest.see("证书编号")
        guest.type("1", old, "Tab", code, "Enter")
        guest.see("已换发", f"新证书编号 {new}")
        guest.type("Esc", ":zs", "Enter")
        guest.see("证书编号")
        guest.type("1", new, "Tab", new_code, "Enter")
        guest.see("查询结果：有效")
