"""B1 and R3 by keys alone: a plan with its 课程表 is kept, refused field by field, sent, returned, and filed."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import BUREAU, Installation
from tests.journeys.teaching import BASE, BASE_LOGIN, PLAN, open_base


def test_a_plan_is_written_sent_returned_mended_and_filed_with_fewer_hours(home: Installation) -> None:
    open_base(home)
    with home.sit_down() as base:
        base.type("3", "3")  # the front door: 继续教育基地, 培训计划报备
        base.see("登录", "继续教育基地")
        base.type(BASE_LOGIN, "Tab", "abc12345", "Enter")
        base.see("培训计划", "还没有计划，按 F6 新计划")
        base.type("F6")
        base.see("培训计划报备", "计划名称*", "课程表")
        base.type("F8")
        base.see("必填，请填写", "有", "处需要修改")
        base.type(PLAN, "Tab", "Tab", "zyk", "Enter", "Tab", "全县初中教师", "Tab", "Tab")
        base.type("2026-12-07", "Tab", "2026-12-01", "Tab", "汝阳县", "Tab")
        base.type("F4")
        base.see("课程表 第 1 门", "课程名*")
        base.type("新课标解读", "Tab", "王老师", "Tab", "四", "F8")
        base.see("学时请写成 0.5 的倍数")
        base.type("BS", "24", "F8")
        base.see("课程表 第 2 门")
        base.type("课堂观摩", "Tab", "Tab", "16", "F8")
        base.see("课程表 第 3 门")
        base.type("Esc")
        base.see("2 门 40 学时", "王老师")
        base.type("Down", "Down", "Down", "41", "Tab", "50", "F8")
        base.see("课程表各门合计 40 学时，与计划学时不一致")
        base.type("F2")
        base.see("已保存，尚未提交")
        base.type("F9")
        base.see("培训通知.png")
        base.type("培训通知", "Enter")
        base.see("已添加 培训通知.png")
        base.type(*["PgUp"] * 3)
        base.calm()
        base.type("Esc")
        base.see("放弃已填写的内容？")
        base.type("3")
        base.see("草稿已保存，尚未提交", "草稿")

        base.type("Enter")
        base.see("培训计划报备", PLAN)
        base.type(*["Tab"] * 6, "ctrl+u", "2026-12-11", *["Tab"] * 5, "ctrl+u", "40", "F8")
        base.see(f"已提交报备：{PLAN}，等待 {BUREAU} 审批", "待审批")

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "js", "Enter")
        bureau.see("计划审批", "待审 1", BASE, PLAN, "新课标解读  王老师  24 学时", "接下来")
        bureau.calm()
        bureau.type("b")
        bureau.see("退回修改", "培训通知不清晰或缺少内容")
        bureau.type("1", "Enter")
        bureau.see(f"{BASE}：退回修改", "待审 0")

    with home.sit_down() as base:
        base.sign_in(Role.BASE, BASE_LOGIN)
        base.type(":", "jh", "Enter")
        base.see("退回", "退回的原因：培训通知不清晰或缺少内容")
        base.type("Enter")
        base.see("请改正后再提交。原因：培训通知不清晰")
        base.type("F8")
        base.see("已提交报备")

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "js", "Enter")
        bureau.see("计划审批", "待审 1", "接下来")
        bureau.calm()
        bureau.type("e")
        bureau.see("认定学时")
        bureau.type("ctrl+u", "41", "Enter")
        bureau.see("认定学时不能高于申请的 40 学时")
        bureau.type("ctrl+u", "36", "Enter")
        bureau.calm()
        bureau.type("a")
        bureau.see(f"{BASE}：通过", "待审 0")

    with home.sit_down() as base:
        base.sign_in(Role.BASE, BASE_LOGIN)
        base.type(":", "jh", "Enter")
        base.see("已备案", "36")
        base.type("Enter")
        base.see("计划详细", "备案学时", "36（学员最多可得）", "退回修改")
        base.type("Esc")
        base.see("状态")
        base.type("q")
        base.see(f"取消计划 {PLAN}")
        base.type("1")
        base.see("已取消")
