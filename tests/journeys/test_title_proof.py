"""R9 by keys alone: the years of a span on one signed proof, by the person and by an office, checked by anybody."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, SCHOOL, Installation
from tests.journeys.years import learned, papers


def test_a_person_and_an_office_print_a_proof_that_anybody_can_check(home: Installation) -> None:
    learned(home, 2023, 2025, recognised=True)
    learned(home, 2024, public="30", professional="10", recognised=True)
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":zm", "Enter")
        person.see("职称申报证明", "2021", "未认定", "有年度还没有认定")
        person.type("p")
        person.see("2021、2022 年度还没有认定，不能出具证明")
        person.type("n", "ctrl+u", "2023", "Tab", "Tab", "F8")
        person.see("不通过")
        person.type("p")
        person.see("证明已打印", "2023 至 2025", "校验码")
    ((number, code),) = papers(home)

    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":zm", "Enter")
        employer.see("按 N 填写证件号")
        employer.type("n", PERSON, "Tab", "ctrl+u", "2023", "Tab", "F8")
        employer.see(PERSON_NAME, SCHOOL, "不通过")
        employer.type("p")
        employer.see("证明已打印", "再次打印", number)

    with home.sit_down() as guest:
        guest.type(":zs", "Enter")
        guest.see("证书编号")
        guest.type("1", number, "Tab", code, "Enter")
        guest.see("查询结果：有效")
