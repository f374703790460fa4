"""E1 by keys alone: a tree of departments is built, mended and cleared, and a newcomer finds it in the popup."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import NEWCOMER, NEWCOMER_NAME, PASSWORD, Installation


def test_a_school_builds_its_departments_and_a_newcomer_picks_one(home: Installation) -> None:
    with home.sit_down() as school:
        school.sign_in(Role.EMPLOYER)
        school.type(":", "bm", "Enter")
        school.see("还没有工作部门，按 F6 增加")
        for key, name in (("F6", "教务处"), ("F6", "语文组"), ("F9", "总务处")):
            school.type(key)
            school.see("增加部门")
            school.type(name, "Enter")
            school.see(f"已增加 {name}")
        school.type("F9", "教务处", "Enter")
        school.see("已有同名的“教务处”")
        school.type("Esc")
        school.see("放弃")
        school.type("1")
        school.see("共 3 个部门")
        school.type("F2")
        school.see("改名：总务处")
        school.type("ctrl+u", "后勤处", "Enter")
        school.see("已改名为 后勤处")
        school.type("Up", "F4")
        school.see("把“语文组”移到", "（单位直属）")
        school.type("hqc", "Enter")
        school.see("已把 语文组 移到 后勤处 之下")
        school.type("Up", "F7")
        school.see("删除部门“后勤处”？")
        school.type("1")
        school.see("还有 1 个下级部门，不能删除")

    with home.sit_down() as person:
        person.type("11", NEWCOMER, "Tab", PASSWORD, "Tab", PASSWORD, "Tab", "19900000123", "Tab")
        person.type("lixiaodong@example.cn", "Tab", "Tab", "ruyang", "Enter", "Tab", "ryxxdzdy", "Enter")
        person.type("Tab", "F4")
        person.see("教务处", "后勤处 / 语文组")
        person.type("ywz", "Enter", "Tab", NEWCOMER_NAME, "Tab", "Tab", "Tab", "hanzu", "Enter", "F8")
        person.see("注册信息已经提交审核", "语文组")

    with home.sit_down() as school:
        school.sign_in(Role.EMPLOYER)
        school.type(":", "bm", "Enter")
        school.see("共 3 个部门")
        school.type("End", "F7", "1")
        school.see("还有 1 份注册选了这个部门，待审核，不能删除")
        school.type("Home", "F7", "1")
        school.see("已删除 教务处", "共 2 个部门")
