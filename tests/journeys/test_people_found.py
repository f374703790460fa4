"""D4 by keys alone: a person found by initials, by unit and by result; the file of one, down to a declaration."""

from __future__ import annotations

import pytest

from core.rules.roles import Role
from tests.journeys.steps import PERSON, PERSON_NAME, SCHOOL, Installation


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.BUREAU])
def test_a_person_is_found_and_their_file_leads_to_a_declaration(busy_home: Installation, role: Role) -> None:
    with busy_home.sit_down() as office:
        office.sign_in(role)
        office.type(":", "ry", "Enter")
        seen = office.see("专业技术人员", PERSON_NAME, SCHOOL, "2026年度")
        assert PERSON not in seen
        office.type("/", "qq", "Enter")
        office.see("没有符合“qq”的人员")
        office.type("c", "/", "zs", "Enter")
        office.see("查找：zs", PERSON_NAME)
        office.type("c", "/", PERSON, "Enter")
        office.see(f"查找：{PERSON}", PERSON_NAME)
        office.type("c", "f")
        office.see("筛选", "单位", "年度", "认定结果", "职称系列")
        office.type("ryxxdzdy", "Enter", "Tab", "20x", "F5")
        office.see("年度请写成四位数字")
        office.type("ctrl+u", "2026", "Tab", "btg", "Enter", "F5")
        office.see(f"单位：{SCHOOL}", "结果：不通过", PERSON_NAME)
        office.type("Enter")
        office.see(f"人员详细  {PERSON_NAME}", "[2 年度 1]", "不通过")
        office.type("Enter")
        office.see("继续教育历程明细", "这一年度还没有认定的学时")
        office.type("Esc")
        office.type("1")
        seen = office.see("[1 资料]", "所在单位", SCHOOL)
        assert PERSON not in seen
        office.type("3")
        office.see("[3 申报 1]", "待审核", "岗位培训")
        office.type("Enter")
        office.see("申报详细", PERSON_NAME)
        office.type("Esc")
        office.see("[3 申报 1]")
        office.type("4")
        office.see("还没有证书")
