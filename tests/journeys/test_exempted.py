"""R11 by keys alone: a year lightened for leave with its proof, shown to the person, revoked again."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation
from tests.journeys.years import learned


def test_a_year_is_lightened_for_leave_and_passes_with_less(home: Installation) -> None:
    learned(home, 2026, public="15", professional="30")
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":jm", "Enter")
        bureau.see("还没有减免")
        bureau.type("n")
        bureau.see("减免事由", "离岗月数")
        bureau.type("F8")
        bureau.see("必填，请填写")
        bureau.type(PERSON, "Tab", "Tab", "产假", "Enter")
        bureau.see("出生医学证明")
        bureau.type("Tab", "6", "Tab")
        bureau.see("2026年度标准")
        bureau.type("Tab", "Tab", "Tab", "生育休假", "Tab", "F9")
        bureau.see("结业证书1")
        bureau.type("结业证书1", "Enter")
        bureau.see("已添加")
        bureau.type("F8")
        bureau.see(f"已减免：{PERSON_NAME} 2026年度")
        bureau.see("产假", "45", "有效")
        bureau.type("p")
        bureau.see("附件 1/1")
        bureau.type("Esc")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see("总学时 45 / 45", "减免 产假")
        person.type(":nd", "Enter")
        person.see("通过 减免")
        person.type("Enter")
        person.see("减免（产假）：生育休假")

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":jm", "Enter")
        bureau.see(PERSON_NAME)
        bureau.type("v", "证明不实", "Enter")
        bureau.see(f"已撤销减免：{PERSON_NAME} 2026年度现为不通过", "已撤销")
