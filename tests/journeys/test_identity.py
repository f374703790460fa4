"""P3 by keys alone: drawn pictures go to the employer, who compares them; a face that is known again is enough."""

from __future__ import annotations

from core.rules.roles import Role
from tests import photographs
from tests.journeys.steps import PERSON, PERSON_NAME, Installation
from tests.services.proofs import HERS


def test_a_new_number_is_passed_by_the_employer_and_is_the_login_from_then_on(home: Installation) -> None:
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "zx", "Enter")
        person.see("一次只改一项，另一项不变", "还没有证件信息修改")
        person.type("F6")
        person.see(PERSON, "身份证正面*", "本人照片*")
        person.type("Tab", "ctrl+u", HERS)
        for number, label in enumerate(("身份证正面", "身份证反面", "本人照片"), 1):
            person.type("F9", f"结业证书{number}", "Enter")
            person.see(f"已选 {label}：结业证书{number}.png")
            person.type("Tab")
        person.type("F8")
        person.see("已提交，待", "待审核", "详情 撤回")

    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.see(":sf    待审 1")
        employer.type("5")
        employer.see(PERSON_NAME, f"{PERSON} 改为 {HERS}", "接下来")
        employer.type("F2")
        employer.see("并排比对", "身份证正面", "本人照片", "▀")
        employer.type("2")
        employer.see("身份证反面")
        employer.type("Esc")
        employer.pass_one(PERSON_NAME)

    with home.sit_down() as person:
        person.sign_in(Role.PERSON, HERS)
        person.type(":", "zx", "Enter")
        person.see("已修改", "2026-12-21 起可再修改", "410099********2224")
    with home.sit_down() as person:
        person.type("12", PERSON, "Tab", "abc12345", "Enter")
        person.see("账户号或密码错误")


def test_a_face_that_is_known_again_changes_the_name_at_once(home: Installation) -> None:
    card, portrait = photographs.matching()
    (home.scans / "正面.jpg").write_bytes(card)
    (home.scans / "近照.jpg").write_bytes(portrait)
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":", "zx", "Enter", "F6")
        person.see(PERSON, "身份证正面*")
        person.type("ctrl+u", "张叁", "Tab", "Tab")
        for name, label in (("正面", "身份证正面"), ("结业证书2", "身份证反面"), ("近照", "本人照片")):
            person.type("F9", name, "Enter")
            person.see(f"已选 {label}")
            person.type("Tab")
        person.type("F8")
        person.see("姓名已修改", "已修改", "2026-12-21 起可再修改")
