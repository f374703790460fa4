"""R7: a provider registered and its signed file taken in by keys; the same file again, and one that was changed."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, Installation
from tests.signed_files import Course, Signer
from tests.worlds import id_number

SIGNER = Signer()
COURSE: Course = (PERSON, PERSON_NAME, 2026, "2026年公需科目", "GX-01", "24", "2026-07-10")


def test_a_signed_file_is_counted_once_and_a_changed_one_is_refused(home: Installation) -> None:
    unknown: Course = (id_number(301), "孙小梅", 2026, "2026年公需科目", "GX-01", "24", "2026-07-10")
    SIGNER.write(home.scans / "first.gx", COURSE, unknown)
    changed = SIGNER.file(COURSE, serial="2").replace(b"\t24\t", b"\t90\t")
    (home.scans / "second.gx").write_bytes(changed)
    with home.sit_down() as seat:
        seat.sign_in(Role.OPERATOR)
        seat.type_slowly(":gx", "Enter")
        seat.see("还没有登记平台")
        seat.type("F2")
        seat.see("登记公需课平台", "平台代码")
        seat.type("HNXH", "Tab", "河南省继续教育学会", "Tab", SIGNER.public_key, "F8")
        seat.see("已登记 河南省继续教育学会，公钥指纹")
        seat.type_slowly("F6", "first")
        seat.see("first.gx")
        seat.type("Enter")
        seat.see("计入 1 行，以前已计入 0 行，没有计入 1 行", "孙小梅", "没有这个证件号的人")
        seat.type("Esc")
        seat.see("HNXH")
        seat.type_slowly("F6", "second", "Enter")
        seat.see("文件的签名不对")
        seat.type_slowly("Esc", "1", "F6", "first", "Enter")
        seat.see("计入 0 行，以前已计入 1 行，没有计入 1 行")
        seat.type_slowly("Esc", "Esc")
        seat.sign_out()
        seat.sign_in(Role.PERSON)
        seat.see("公需 24")
