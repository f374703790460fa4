"""E7, D4, R5 by keys alone: certificates printed in batch, once numbered and then the same; the list opened."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from core.rules.roles import Role
from tests.journeys.counted import give_hours
from tests.journeys.steps import PERSON_NAME, SCHOOL, Installation, Seat


def printed(seat: Seat, words: str) -> None:
    """All of them, waited for."""
    seat.type("a")
    seat.see("打印 2025年度 1 人的证书？")
    seat.type("1")
    seat.see("打印 2025年度证书 1 人", words)
    seat.type("Esc")
    seat.see("可打印 1 人", "豫JX2026410326")


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU])
def test_a_batch_is_printed_into_files_with_a_list_and_printed_again_the_same(
    home: Installation, role: Role
) -> None:
    give_hours(home, 2025, recognised=True)
    with home.sit_down() as office:
        office.sign_in(role)
        office.type(":", "dy", "Enter")
        office.see("证书打印", "2025年度   可打印 1 人", PERSON_NAME, "（未打印过）")
        office.type("/", "Tab", "qq", "F8")
        office.see("可打印 0 人", "没有可以打印的人")
        office.type("c")
        office.see("可打印 1 人", PERSON_NAME)
        office.type("/", "ctrl+u", "2026", "F8")
        office.see("2026年度   可打印 0 人", "不能打印：年度认定不通过 1 人")
        office.type("/", "ctrl+u", "2025", "F8")
        office.see("2025年度   可打印 1 人")
        printed(office, "新签发 1")
        printed(office, "重印 1")
    folder = home.settings.export_dir
    (paper,) = folder.glob("豫JX*.pdf")
    lists = sorted(folder.glob("证书清单-2025-*.xlsx"))
    rows = CalamineWorkbook.from_path(lists[-1]).get_sheet_by_index(0).to_python()
    assert (len(lists), rows[1][:3], rows[1][6]) == (2, [paper.stem, PERSON_NAME, SCHOOL], paper.name)
    assert home.run("verify", str(paper)).returncode == 0
