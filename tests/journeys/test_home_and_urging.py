"""P1 and P10 by keys alone: what is missing and by when; a claim that waits long is urged and the office sees it."""

from __future__ import annotations

from dataclasses import dataclass
from zipfile import ZipFile

from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, SCHOOL, Installation, Seat, declaration_keys


@dataclass(frozen=True)
class Later(Installation):
    """The same installation nine days on."""

    @property
    def environment(self) -> dict[str, str]:
        """Its clock stands at another morning."""
        return {**super().environment, "JIJIAO_CLOCK": "2026-11-30T09:00+08:00"}


def test_the_home_says_what_is_missing_and_a_claim_that_waits_long_is_urged(busy_home: Installation) -> None:
    with busy_home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see("公需 0 / 30", "还差 30", "专业 0 / 60", "还差 60", "在审 40", "截止 12-15，还有 24 天")
        person.type("3")
        person.see("待审核", SCHOOL[:6])
        person.type("h")
        person.see("提交满 7 天后才能催办")
    with Later(busy_home.folder).sit_down() as person:
        person.sign_in(Role.PERSON)
        person.see("还有 15 天")
        person.type("3", "h")
        person.see(f"已催办，{SCHOOL} 会看到")
    with Later(busy_home.folder).sit_down() as office:
        office.sign_in(Role.EMPLOYER)
        office.see("超期 1")
        office.type("1", "l")
        office.see(PERSON_NAME, "催")


def test_several_pictures_come_in_as_one_archive(home: Installation, seat: Seat) -> None:
    with ZipFile(home.scans / "证明材料.zip", "w") as archive:
        for number in (1, 2):
            archive.write(home.scans / f"结业证书{number}.png", f"../../{number}/培训证明{number}.png")
        archive.writestr("说明.txt", "不是图片")
    seat.sign_in(Role.PERSON)
    seat.type("2", *declaration_keys("证明材料"))
    seat.see("2/5", "培训证明1", "培训证明2", "说明.txt")
    seat.type("F8")
    seat.see("已提交申报")
