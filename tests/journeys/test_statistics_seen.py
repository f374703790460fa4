"""E7, D4, R8 by keys alone: counted by department, unit and region, down to the people; the exported file opened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.rules.roles import Role
from tests.journeys.counted import give_hours
from tests.journeys.steps import PERSON_NAME, SCHOOL, Installation, Seat


def exported(seat: Seat, home: Installation) -> CalamineWorkbook:
    """The file that the screen names."""
    seat.type("x")
    seat.see("已导出", "行。")
    (path,) = Path(home.settings.export_dir).glob("统计-*.xlsx")
    assert re.sub(r"\s", "", path.name) in re.sub(r"\s", "", seat.screen)
    seat.type("Esc")
    return CalamineWorkbook.from_path(path)


def test_an_employer_sees_its_departments_and_people_and_takes_the_file_along(home: Installation) -> None:
    give_hours(home, 2025, recognised=True)
    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":", "tj", "Enter")
        employer.see("查询统计", SCHOOL, "1 部门*", "未分部门", "合计  1 人，完成 0 人，0%", "100%")
        employer.type("Left")
        employer.see("2025年度", "合计  1 人，完成 1 人，100%；公需 30，专业 60，共 90 学时", "##########")
        employer.type("y", "20x", "Enter")
        employer.see("年度请写成四位数字")
        employer.type("ctrl+u", "2025", "Enter")
        employer.see("2025年度", "未分部门")
        employer.type("Enter")
        employer.see("查询统计 人员", PERSON_NAME, "90", "通过")
        employer.type("f")
        employer.see("筛选：不通过", "没有人员")
        employer.type("Esc")
        employer.see("合计  1 人，完成 1 人")
        book = exported(employer, home)
    people = book.get_sheet_by_name("人员").to_python()
    assert [people[-1][0], *people[-1][5:9]] == [PERSON_NAME, 30.0, 60.0, 90.0, "通过"]
    assert book.get_sheet_by_name("按部门").to_python()[-1][:4] == ["合计", 1.0, 1.0, 1.0]


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.BUREAU])
def test_an_office_goes_from_its_units_down_to_a_person(home: Installation, role: Role) -> None:
    give_hours(home, 2026)
    with home.sit_down(cols=120, rows=40) as office:
        office.sign_in(role)
        office.type(":", "tj", "Enter")
        office.see("1 单位*", SCHOOL, "合计  1 人，完成 1 人，100%")
        office.type("2")
        office.see("2 系列*", "未填系列")
        office.type("1", "p")
        office.see("先按 Enter 进到一个单位")
        office.type("Enter")
        office.see("1 部门*", "未分部门")
        office.type("Enter")
        office.see("查询统计 人员", PERSON_NAME)
        office.type("Enter")
        office.see("人员详细", "****")
        office.type("Esc", "Esc", "Esc")
        office.see("1 单位*", SCHOOL)
        book = exported(office, home)
    assert book.sheet_names == ["按单位", "按系列", "按级别", "按年度"]
    assert book.get_sheet_by_name("按单位").to_python()[2][:4] == [SCHOOL, 1.0, 1.0, 1.0]


def test_a_rebuild_on_the_command_line_finds_nothing_to_mend_and_the_doctor_agrees(
    home: Installation,
) -> None:
    give_hours(home, 2025, recognised=True)
    done = home.run("statistics", "rebuild")
    assert (done.returncode, "更正 0 条" in done.stdout) == (0, True)
    examined = home.run("doctor")
    assert "核对了 2 条年度记录和全部汇总" in examined.stdout
