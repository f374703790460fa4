"""E1 by keys alone: contact data at once; a new name applied for, taken back, applied for again, agreed to and told."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import OFFICE, PERSON, SCHOOL, Installation

NEW_NAME = "汝阳县小店镇实验中学"


def test_a_school_keeps_its_own_file_and_gets_another_name(home: Installation) -> None:
    with home.sit_down() as school:
        school.sign_in(Role.EMPLOYER)
        school.type(":", "dx", "Enter")
        school.see("单位资料管理", SCHOOL, "主管部门", OFFICE, f"由 {OFFICE} 审核")
        school.type("shiye", "Enter", "Tab", "Tab", "Tab", "赵六", "Tab", "123", "Tab", "nobody", "F2")
        school.see("手机号应为 11 位数字", "邮箱格式不对")
        school.type("ctrl+u", "19900000066", "Tab", "ctrl+u", "school@example.cn", "F2")
        school.see("已保存，立即生效")

        school.type("F7")
        school.see("单位变更 申请", "变更原因*")
        school.type("F8")
        school.see("必填，请填写")
        school.type("县里批准更名", "F8")
        school.see("当前状态是“各项都与现在一致”，不能提交变更")
        school.type("Tab", "ctrl+u", NEW_NAME, "F8")
        school.see(f"已提交变更（单位名称），等待 {OFFICE} 审核", "待审核")
        school.type("u")
        school.see("撤回单位变更（单位名称）？")
        school.type("1")
        school.see("已撤回单位变更", "已撤回")
        school.type("F6", "ctrl+u", NEW_NAME, *["Tab"] * 5, "县里批准更名", "F8")
        school.see(f"已提交变更（单位名称），等待 {OFFICE} 审核")

    with home.sit_down() as office:
        office.sign_in(Role.AUTHORITY)
        office.see("单位变更审核   :db    待审 1")
        office.type(":", "db", "Enter")
        office.see("单位变更审核   待审 1", f"{SCHOOL} 改为 {NEW_NAME}", "县里批准更名")
        office.calm()
        office.type("a")
        office.see(f"{SCHOOL}：通过", "待审 0")

    with home.sit_down() as school:
        school.sign_in(Role.EMPLOYER)
        school.see(NEW_NAME)
        school.type(":", "xx", "Enter")
        school.see(f"单位变更（单位名称）已由 {OFFICE} 审核通过，立即生效")
        school.type("Enter")
        school.see("单位变更记录", "已变更", "已撤回")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON, PERSON)
        person.see(NEW_NAME)
