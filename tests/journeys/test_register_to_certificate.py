"""The whole life of a declaration by keys: registered (G3, G4), admitted (E2), declared (P8, P9), reviewed thrice
(E4, D2, R2), recognised (R4), printed (P11, P12), checked (G8)."""

from __future__ import annotations

from pathlib import Path

from core.rules.roles import Role
from tests.journeys.steps import (
    BUREAU,
    NEWCOMER,
    NEWCOMER_NAME,
    OFFICE,
    SCHOOL,
    Installation,
    Seat,
    declaration_keys,
    registration_keys,
)

SECOND = {
    "class_name": "2026年信息技术应用能力提升培训",
    "started_on": "2026-08-03",
    "ended_on": "2026-08-05",
    "claimed_hours": "24",
}


def test_from_registration_to_a_certificate_that_anyone_can_check(home: Installation, seat: Seat) -> None:
    register(seat)
    admit(seat)
    declare_twice(seat)
    review(seat, Role.EMPLOYER, went_to=OFFICE)
    review(seat, Role.AUTHORITY, went_to=BUREAU)
    review(seat, Role.BUREAU)
    bring_in_public_hours(home)
    recognise(seat)
    paper = print_certificate(home, seat)
    whole, forged = home.run("verify", str(paper)), home.run("verify", str(altered(paper)))
    assert (whole.returncode, "有效" in whole.stdout) == (0, True)
    assert (forged.returncode, "有效" in forged.stdout) == (1, False)


def register(seat: Seat) -> None:
    seat.type("11", *registration_keys(NEWCOMER, NEWCOMER_NAME, "ryxxdzdy"))
    seat.see(SCHOOL, "汉族")
    seat.type("F8")
    seat.see("注册信息已经提交审核，请耐心等待", "待审核")
    seat.type("Esc")


def admit(seat: Seat) -> None:
    seat.sign_in(Role.EMPLOYER)
    seat.type(":zh", "Enter", "/", "lxd", "Enter")
    seat.see("第 1 / 1")
    seat.pass_one(NEWCOMER_NAME)
    seat.type("Esc")
    seat.see(":zh    待审")
    seat.sign_out()


def declare_twice(seat: Seat) -> None:
    seat.sign_in(Role.PERSON, NEWCOMER)
    seat.see("还差 60")
    for scan, changed in (("结业证书1", {}), ("结业证书2", SECOND)):
        seat.type("2", *declaration_keys(scan, **changed))
        seat.see("已添加", "与申请一致")
        seat.type("F8")
        seat.see("已提交申报", f"等待 {SCHOOL} 审核")
    seat.see("在审 64")
    seat.sign_out()


def review(seat: Seat, role: Role, went_to: str = "") -> None:
    seat.sign_in(role)
    seat.type("1")
    for left in (2, 1):
        seat.see(f"待审 {left} ")
        seat.pass_one(NEWCOMER_NAME, went_to=went_to)
    seat.see("没有待审的")
    seat.type("Esc")
    seat.sign_out()


def bring_in_public_hours(home: Installation) -> None:
    table = home.folder.parent / "public.csv"
    table.write_text(
        f"证件号,年度,课程名称,学时,完成日期\n{NEWCOMER},2026,2026年公需科目,30,2026-10-20\n",
        encoding="utf-8",
    )
    done = home.run("import", "public", str(table))
    assert (done.returncode, done.stdout) == (0, "导入 1 条公需课学时\n"), done.stderr


def recognise(seat: Seat) -> None:
    seat.sign_in(Role.BUREAU)
    seat.type(":rd", "Enter", "c", "2026年度申报结束", "Enter")
    seat.see("2026年度已截止")
    seat.type("r")
    seat.see("现有年度记录")
    seat.type("Enter")
    seat.see("2026年度认定已完成", "通过 1")
    seat.type("Esc", "Esc")
    seat.sign_out()


def print_certificate(home: Installation, seat: Seat) -> Path:
    seat.sign_in(Role.PERSON, NEWCOMER)
    seat.type("5")
    seat.see("已认定，可打印证书", "P 打印")
    seat.type("p")
    seat.see("证书已生成", "校验码")
    (paper,) = home.settings.export_dir.rglob("*.pdf")
    return paper


def altered(paper: Path) -> Path:
    """A copy with one byte of its content changed."""
    content = bytearray(paper.read_bytes())
    content[len(content) // 2] ^= 1
    copy = paper.with_name("改过的.pdf")
    copy.write_bytes(content)
    return copy
