"""Plans, classes and students as the rules see them: forms, tables that are pasted, hours, states by date."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules.entry import EntryError
from core.rules.errors import ErrorCode
from core.rules.hours import ZERO, CreditHours
from core.rules.training import (
    PlanKind,
    PlanState,
    check_class,
    check_earned,
    check_plan,
    check_student,
    courses_pasted,
    earned_hours,
    plan_state_words,
    student_number,
    students_pasted,
)
from tests.worlds import id_number

TODAY = date(2026, 11, 22)
PLAN = {
    "title": "新课标培训",
    "year": "2026",
    "subject": "专业课",
    "started_on": "2026-11-02",
    "ended_on": "2026-11-06",
    "planned_hours": "40",
    "planned_people": "50",
}
COURSES = (
    {"course": "解读", "teacher": "王老师", "hours": "24"},
    {"course": "观摩", "teacher": "", "hours": "16"},
)


def wrong(values: dict[str, str], courses: tuple[dict[str, str], ...] = ()) -> dict[str, ErrorCode]:
    return {each.field: each.code for each in check_plan(PlanKind.BASE, values, courses, TODAY).errors}


def test_a_whole_plan_with_its_courses_passes() -> None:
    assert wrong(PLAN, COURSES) == {}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"planned_hours": "41"}, {"planned_hours": ErrorCode.COURSES_DIFFER}),
        ({"ended_on": "2026-11-01"}, {"ended_on": ErrorCode.DATE_ORDER}),
        ({"ended_on": "2027-01-02"}, {"ended_on": ErrorCode.OUTSIDE_YEAR}),
        ({"planned_people": "0"}, {"planned_people": ErrorCode.OUT_OF_RANGE}),
        ({"subject": "选修课"}, {"subject": ErrorCode.NOT_IN_LIST}),
        ({"year": ""}, {"year": ErrorCode.REQUIRED}),
    ],
)
def test_what_bars_a_plan_stands_beside_its_field(
    changes: dict[str, str], found: dict[str, ErrorCode]
) -> None:
    assert wrong(PLAN | changes, COURSES) == found


def test_a_course_that_can_not_be_understood_is_named_by_its_row() -> None:
    rows = (COURSES[0], {"course": "", "teacher": "", "hours": "16"}, {"course": "观摩", "hours": "四"})
    assert wrong(PLAN, rows) == {"course:2": ErrorCode.REQUIRED, "course:3": ErrorCode.BAD_HOURS}


def test_a_draft_may_lack_anything() -> None:
    assert check_plan(PlanKind.BASE, {"title": "草稿"}, (), TODAY, complete=False).errors == ()


def test_an_industry_plan_is_for_professional_courses_only() -> None:
    errors = check_plan(PlanKind.INDUSTRY, PLAN | {"subject": "公需课"}, (), TODAY).errors
    assert [(each.field, each.code) for each in errors] == [("subject", ErrorCode.NOT_IN_LIST)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 1), "已备案"),
        (date(2026, 11, 2), "执行中"),
        (date(2026, 11, 6), "执行中"),
        (date(2026, 11, 7), "已结束"),
    ],
)
def test_a_filed_plan_runs_and_ends_by_its_dates(day: date, words: str) -> None:
    assert plan_state_words(PlanState.FILED, date(2026, 11, 2), date(2026, 11, 6), day) == words


def test_other_states_do_not_follow_the_dates() -> None:
    assert plan_state_words(PlanState.PENDING, date(2026, 11, 2), date(2026, 11, 6), TODAY) == "待审批"


@pytest.mark.parametrize(
    "text", ["解读\t王 老师\t24\n观摩\t\t16", "解读，王 老师，24\r\n观摩，，16", "解读,王 老师,24;观摩,,16"]
)
def test_a_table_of_courses_is_read_from_tabs_and_commas(text: str) -> None:
    assert courses_pasted(text) == (
        {"course": "解读", "teacher": "王 老师", "hours": "24"},
        {"course": "观摩", "teacher": "", "hours": "16"},
    )


@pytest.mark.parametrize(
    "line", ["410099X\t张三\t一中", "张三 410099X 一中", "张三，410099X，一中", "410099X、张三、一中"]
)
def test_a_line_of_students_is_read_in_either_order(line: str) -> None:
    assert students_pasted(f"\n{line}\n\n") == (
        {"id_number": "410099X", "name": "张三", "unit_name": "一中"},
    )


@pytest.mark.parametrize("typed", [id_number(3), id_number(3).lower(), f" {id_number(3)} "])
def test_a_residents_number_is_kept_in_its_one_form(typed: str) -> None:
    assert student_number(typed, TODAY) == id_number(3)


def test_a_passport_needs_no_check_digit() -> None:
    assert student_number("e12345678", TODAY) == "E12345678"


@pytest.mark.parametrize("typed", ["12345678", id_number(3)[:-1] + "A", "410099", "身份证"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(EntryError):
        student_number(typed, TODAY)


def test_a_student_has_a_number_at_least() -> None:
    checked = check_student({"id_number": "", "name": "张三"}, TODAY)
    assert [(each.field, each.code) for each in checked.errors] == [("id_number", ErrorCode.REQUIRED)]


def test_who_failed_earns_nothing_and_the_others_the_plan_unless_it_says_less() -> None:
    plan, less = CreditHours.of(40), CreditHours.of(24)
    assert [
        earned_hours("合格", None, plan),
        earned_hours("", less, plan),
        earned_hours("不合格", less, plan),
    ] == [plan, less, ZERO]


def test_nobody_earns_more_than_the_plan() -> None:
    with pytest.raises(EntryError) as caught:
        check_earned("合格", "40.5", CreditHours.of(40), TODAY)
    assert caught.value.code is ErrorCode.ABOVE_PLAN


def test_a_class_lies_inside_its_plan() -> None:
    typed = {"name": "一班", "started_on": "2026-11-06", "ended_on": "2026-11-02"}
    errors = check_class(typed, date(2026, 11, 2), date(2026, 11, 6), TODAY).errors
    assert [(each.field, each.code) for each in errors] == [("ended_on", ErrorCode.DATE_ORDER)]
    errors = check_class(typed, date(2026, 11, 3), date(2026, 11, 5), TODAY).errors
    assert {each.code for each in errors} == {ErrorCode.OUT_OF_RANGE}
