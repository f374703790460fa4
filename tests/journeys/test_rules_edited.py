"""A2 by keys: the operator lowers the hours of a day from this year on; a person sees it, and an older year stays."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import Installation, declaration_keys


def test_a_number_that_the_operator_changes_is_what_a_person_is_told(home: Installation) -> None:
    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":sb", "Enter", *declaration_keys())
        person.see("5 天 x 8 = 40")

    with home.sit_down() as operator:
        operator.sign_in(Role.OPERATOR)
        operator.type(":jc", "Enter")
        operator.see("学时标准", "年度合格标准", "行政区划")
        operator.type("Enter", "/", "gwpx", "Enter")
        operator.see("查找：gwpx", "岗位培训  每天")
        operator.type("Down", "Enter")
        operator.see("学时标准 > 岗位培训  每天", "每天学时*")
        operator.type("ctrl+u", "6", "Tab", "Tab", "Tab", "ctrl+u", "1900", "F2")
        operator.see("应在 1990 至 2100 之间", "请选择或写明原因")
        operator.type("ctrl+u", "2026", "Tab", "省厅新标准", "F2")
        operator.see("每天学时：8  改为  6", "2026年度起", "原因：省厅新标准")
        operator.type("Enter")
        operator.see("已保存：岗位培训  每天，2026年度起，第 1 版")
        operator.type("h")
        operator.see("第 1 版", "省厅新标准", "初始版本")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":sb", "Enter", *declaration_keys())
        person.see("5 天 x 6 = 30")
        person.type("F8")
        person.see("申请 40 学时高于规则得出的 30 学时")

    with home.sit_down() as person:  # the year before has kept its number
        person.sign_in(Role.PERSON)
        keys = declaration_keys()
        person.type(":sb", "Enter", *keys[:3], "ctrl+u", "2025", *keys[3:])
        person.see("5 天 x 8 = 40")


def test_an_old_value_is_taken_up_again_and_a_title_is_added(home: Installation) -> None:
    with home.sit_down() as operator:
        operator.sign_in(Role.OPERATOR)
        operator.type(":jc", "Enter", "Enter", "/", "gwpx", "Enter")
        operator.see("查找：gwpx")
        operator.type("Down", "Enter")
        operator.see("每天学时*")
        operator.type("ctrl+u", "6", "F6")
        operator.see("初始版本")
        operator.type("Esc", "Tab", "Tab", "Tab", "Tab", "试行", "F2")
        operator.see("每天学时：8  改为  6")
        operator.type("Enter")
        operator.see("已保存")
        operator.type("h", "Down", "r")
        operator.see("已填入旧的内容")
        operator.type("Tab", "Tab", "Tab", "Tab", "停止试行", "F2")
        operator.see("每天学时：6  改为  8")
        operator.type("Enter")
        operator.see("第 2 版", "停止试行")

        operator.type("ctrl+g", "jc", "Enter")
        operator.see("规则和名单")
        operator.type("Down", "Down", "Down", "Down", "Down", "Enter")
        operator.see("基础数据管理 > 专业技术资格")
        operator.type("n", "gongchengjs", "Enter", "Tab", "数字化管理师", "Tab", "zhongji", "Enter")
        operator.type("Tab", "Tab", "国家新增职称专业", "F2")
        operator.see("任职资格：(空)  改为  数字化管理师")
        operator.type("Enter")
        operator.see("已保存：数字化管理师")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":zj", "Enter", "Tab", "Tab", "Tab", "F4", "szhgls")
        person.see("数字化管理师")
