"""Plans, classes and students by keys: tables pasted, drafts taken back, brackets kept, 80 columns held, why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.training import PlanKind
from core.schema.declarations import ProgressQuery
from core.schema.review import Verdict
from core.schema.training import PlanQuery, RefuseStudent, SaveClass, SavePlan
from core.services.class_review import refuse_student
from core.services.classes import save_class
from core.services.declarations import progress_page
from core.services.desk import Desk
from core.services.plans import plans_page, save_plan
from tests.screens.office import program
from tests.services.teaching import (
    COURSES,
    Ground,
    decided,
    filed_plan,
    ground_of,
    new_class,
    reported,
    row_of,
    seen,
    sent_plan,
    typed_plan,
    with_students,
)
from tests.worlds import World, id_number

BRACKETS = "[/ 测试]"


@pytest.fixture
def ground(world: World, desk: Desk, tmp_path: Path) -> Ground:
    return ground_of(world, desk, tmp_path)


async def test_a_table_of_courses_is_pasted_onto_its_line(ground: Ground) -> None:
    async with program(ground.desk, ground.base, "plan") as at:
        at.app.frame.form.stand_on("courses")
        await at.type("解读\t王老师\t24\n观摩\t\t十六")
        assert "已粘贴 2 门，其中 1 门需要修改" in at.text
        assert "学时请写成 0.5 的倍数" in at.text
        await at.press("f4")
        assert "课程表 第 2 门" in at.text
        await at.press("tab", "tab", "ctrl+u", *"16", "f8")
        assert "2 门 40 学时" in at.text


async def test_a_course_is_taken_off_after_a_question(ground: Ground) -> None:
    async with program(ground.desk, ground.base, "plan") as at:
        at.app.frame.form.stand_on("courses")
        await at.type("解读\t王老师\t24\n观摩\t\t16")
        await at.press("down", "delete")
        assert "移除课程 解读？" in at.text
        await at.press("1")
        assert "1 门 16 学时" in at.text


async def test_brackets_in_names_are_shown_as_they_are(ground: Ground) -> None:
    plan = filed_plan(ground, title=f"计划{BRACKETS}")
    view = new_class(ground, plan, name=f"班{BRACKETS}")
    with_students(ground, view, {"id_number": id_number(90), "name": "孙七", "unit_name": BRACKETS})
    for route in ("plans", "classes", "students"):
        async with program(ground.desk, ground.base, route) as at:
            assert BRACKETS in at.text and at.widest <= 80
    async with program(ground.desk, ground.base, "office_home") as at:
        await at.app.go("training_class", class_id=view.id)
        assert at.text.count(BRACKETS) >= 2 and at.widest <= 80


async def test_a_kept_draft_of_a_plan_is_gone_on_with(ground: Ground) -> None:
    command = SavePlan(values=typed_plan(), courses=COURSES)
    kept = ground.desk.do(save_plan, ground.base, command)
    async with program(ground.desk, ground.base, "plans") as at:
        await at.press("enter")
        assert kept.title in at.text and "2 门 40 学时" in at.text
        await at.press("f2")
        assert "已保存，尚未提交" in at.text
    assert len(ground.desk.do(plans_page, ground.base, PlanQuery()).rows) == 1


async def test_a_key_that_can_do_nothing_here_says_why(ground: Ground) -> None:
    sent_plan(ground)
    async with program(ground.desk, ground.base, "plans") as at:
        await at.press("x")
        assert "这个计划待审批，不能删除" in at.text
        await at.press("q")
        assert "这个计划待审批，不能取消" in at.text
    async with program(ground.desk, ground.base, "classes") as at:
        await at.press("f6")
        assert "没有已备案的计划" in at.text


async def test_an_authority_has_no_classes_of_its_plan(ground: Ground) -> None:
    authority = ground.world.office(ground.world.education)
    sent_plan(ground, authority)
    async with program(ground.desk, authority, "plans") as at:
        assert PlanKind.INDUSTRY.label in at.text
        await at.press("b")
        assert "这里没有培训班" in at.text


async def test_a_class_is_made_from_the_plan_that_is_chosen(ground: Ground) -> None:
    filed_plan(ground, title="一号计划")
    filed_plan(ground, title="二号计划")
    async with program(ground.desk, ground.base, "classes") as at:
        await at.press("f6")
        assert "选择已备案的计划" in at.text
        await at.type("一号")
        await at.press("enter", *"yi", "f8")
        assert "已建立培训班 yi" in at.text and "一号计划" in at.text


async def test_the_name_of_a_class_is_changed(ground: Ground) -> None:
    new_class(ground)
    async with program(ground.desk, ground.base, "classes") as at:
        await at.press("e", "ctrl+u", *"two", "f8")
        assert "已保存 two" in at.text


async def test_pasted_students_are_entered_and_the_bad_lines_are_named(ground: Ground) -> None:
    person = row_of(ground, ground.world.person("李四"))
    view = new_class(ground)
    async with program(ground.desk, ground.base, "office_home") as at:
        await at.app.go("training_class", class_id=view.id)
        await at.type(f"{person['id_number']}\t李四\n{id_number(90)}\t孙七\t一中\n12\t周八")
        assert "没有添加的学员" in at.text and "第 3 行  周八" in at.text
        await at.press("escape")
        assert "学员 2 人（未匹配 1）" in at.text
        await at.press("f6")
        await at.type(f"{id_number(91)}\t吴九\n{id_number(92)}\t郑十")
        assert "学员 4 人（未匹配 3）" in at.text
    assert seen(ground, view).people == 4


async def test_one_student_is_graded_and_one_is_failed(ground: Ground) -> None:
    rows = [row_of(ground, ground.world.person(name)) for name in ("李四", "王五")]
    view = with_students(ground, new_class(ground), *rows)
    async with program(ground.desk, ground.base, "office_home") as at:
        await at.app.go("training_class", class_id=view.id)
        await at.press("enter", *"bhg", "enter", "f8")
        assert "已登记 1 人的成绩" in at.text and "合计 40 学时" in at.text
    assert seen(ground, view).students[0].result == "不合格"


async def test_a_student_left_out_stands_out_on_the_bureaus_list_and_can_be_taken_in_again(
    ground: Ground,
) -> None:
    view = reported(
        ground, with_students(ground, new_class(ground), row_of(ground, ground.world.person("李四")))
    )
    async with program(ground.desk, ground.bureau, "class_review") as at:
        await at.press("e", "r", "1", "enter")
        assert "李四 单独不通过" in at.text and "学员名单与备案计划不符" in at.text
        await at.press("u")
        assert "李四 已收回" in at.text
        await at.press("u")
        assert "李四 没有单独不通过" in at.text
    assert seen(ground, view).students[0].refused_reason == ""


async def test_a_person_reads_in_the_second_tab_why_hours_were_refused(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = reported(ground, with_students(ground, new_class(ground), row_of(ground, person)))
    decided(ground, view, Verdict.REJECT)
    async with program(ground.desk, person, "progress", (80, 30)) as at:
        await at.press("2")
        assert "第一期" in at.text and "审核不通过" in at.text and "原因：请核对" in at.text
        await at.press("u")
        assert "这是施教机构申报的学时" in at.text
        await at.press("enter")
        assert "施教机构申报" in at.text and "原因      请核对" in at.text


async def test_a_plan_whose_notice_is_missing_is_not_sent(ground: Ground) -> None:
    ground.desk.do(save_plan, ground.base, SavePlan(values=typed_plan(), courses=COURSES))
    async with program(ground.desk, ground.base, "plans") as at:
        await at.press("enter", "f8")
        assert "附件应为 1 至" in at.text


async def test_the_state_of_students_narrows_the_search(ground: Ground) -> None:
    view = with_students(ground, new_class(ground), {"id_number": id_number(90), "name": "孙七"})
    reported(ground, view)
    async with program(ground.desk, ground.base, "students") as at:
        await at.press("/", "tab", "tab", "f4")
        await at.type("待审核")
        await at.press("enter", "f5")
        assert "1 人次" in at.text and "孙七" in at.text


def test_a_changed_class_is_told_to_whoever_had_the_old_one(ground: Ground) -> None:
    from core.rules.errors import ErrorCode, Refused

    view = new_class(ground)
    typed = {"name": "新名", "started_on": "2026-11-02", "ended_on": "2026-11-06"}
    ground.desk.do(save_class, ground.base, SaveClass(class_id=view.id, version=view.version, values=typed))
    with pytest.raises(Refused) as caught:
        ground.desk.do(
            save_class, ground.base, SaveClass(class_id=view.id, version=view.version, values=typed)
        )
    assert caught.value.code is ErrorCode.STALE


def test_a_reason_for_one_student_reaches_the_person_only_with_the_verdict(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = reported(ground, with_students(ground, new_class(ground), row_of(ground, person)))
    student = view.students[0].id
    command = RefuseStudent(class_id=view.id, version=view.version, student_id=student, reason="缺勤")
    ground.desk.do(refuse_student, ground.bureau, command)
    (row,) = ground.desk.do(progress_page, person, ProgressQuery(by_provider=True)).rows
    assert (row.status_label, row.reason) == ("待审核", "")
