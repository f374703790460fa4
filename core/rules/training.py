"""Training (培训): the workflows of plans (培训计划) and classes (培训班), their forms, and what a student may earn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.rules import entry
from core.rules.checking import CheckedForm, CleanValue, check_field, check_form, in_field_order
from core.rules.declaring import FAILED
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours import ZERO, CreditHours
from core.rules.identity import check_resident_number
from core.rules.learning_form import PROFESSIONAL, PUBLIC
from core.rules.machine import Machine, Move, Transition
from core.rules.roles import Role

PLAN, CLASS = "plan", "class"
"""The kinds of these objects in history, audit and attachments."""
_OTHER_DOCUMENT = re.compile(r"(?=.*[A-Z])[0-9A-Z]{5,20}", re.ASCII)
LONGEST_TABLE = 60
"""Rows of a 课程表."""


class PlanKind(StrEnum):
    """Whose plan it is: a base's (审批) or an authority's (备案)."""

    BASE = "base"
    INDUSTRY = "industry"

    @property
    def label(self) -> str:
        """What it is called on screen."""
        return {"base": "培训计划", "industry": "行业培训计划"}[self.value]


class PlanState(StrEnum):
    """Where a plan stands (计划状态). What is filed runs and ends by its dates, see `plan_state_words`."""

    DRAFT = "draft"
    PENDING = "pending"
    FILED = "filed"
    RETURNED = "returned"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _PLAN_LABELS[self]


class ClassState(StrEnum):
    """Where the report of a class stands (学时申报状态)."""

    OPEN = "open"
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _CLASS_LABELS[self]


_PLAN_LABELS = {
    PlanState.DRAFT: "草稿",
    PlanState.PENDING: "待审批",
    PlanState.FILED: "已备案",
    PlanState.RETURNED: "退回",
    PlanState.REJECTED: "不通过",
    PlanState.CANCELLED: "已取消",
    PlanState.DELETED: "已删除",
}
_CLASS_LABELS = {
    ClassState.OPEN: "待上报",
    ClassState.PENDING: "待审核",
    ClassState.APPROVED: "审核通过",
    ClassState.RETURNED: "退回",
    ClassState.REJECTED: "审核不通过",
    ClassState.DELETED: "已删除",
}
RUNNING, OVER = "执行中", "已结束"
UNMATCHED = "未匹配"


def plan_state_words(state: PlanState, started_on: date | None, ended_on: date | None, today: date) -> str:
    """The state as a list shows it: what is filed is 已备案, then 执行中, then 已结束 by its dates."""
    if state is not PlanState.FILED or started_on is None or ended_on is None or today < started_on:
        return state.label
    return RUNNING if today <= ended_on else OVER


# ----------------------------------------------------------------------------------------- machines

_PLANNERS = frozenset({Role.BASE, Role.AUTHORITY})
_BASE = frozenset({Role.BASE})
_BUREAU = frozenset({Role.BUREAU})


def _plan() -> Machine[PlanState]:
    s = PlanState
    return Machine(
        "培训计划",
        s.DRAFT,
        (
            Transition(s.DRAFT, Move.SAVE, s.DRAFT, _PLANNERS),
            Transition(s.DRAFT, Move.SUBMIT, s.PENDING, _PLANNERS),
            Transition(s.DRAFT, Move.DELETE, s.DELETED, _PLANNERS),
            Transition(s.RETURNED, Move.SAVE, s.RETURNED, _PLANNERS),
            Transition(s.RETURNED, Move.SUBMIT, s.PENDING, _PLANNERS),
            Transition(s.RETURNED, Move.CANCEL, s.CANCELLED, _PLANNERS),
            Transition(s.PENDING, Move.WITHDRAW, s.DRAFT, _PLANNERS),
            Transition(s.PENDING, Move.APPROVE, s.FILED, _BUREAU),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _BUREAU),
            Transition(s.PENDING, Move.RETURN, s.RETURNED, _BUREAU),
            # Only before it begins; the use case looks at the date and at its classes.
            Transition(s.FILED, Move.CANCEL, s.CANCELLED, _PLANNERS),
        ),
        ((Move.SUBMIT, "提交报备"), (Move.WITHDRAW, "撤回"), (Move.RETURN, "退回修改")),
    )


def _class() -> Machine[ClassState]:
    s = ClassState
    return Machine(
        "班级学时申报",
        s.OPEN,
        (
            Transition(s.OPEN, Move.SAVE, s.OPEN, _BASE),
            Transition(s.OPEN, Move.SUBMIT, s.PENDING, _BASE),
            Transition(s.OPEN, Move.DELETE, s.DELETED, _BASE),
            Transition(s.RETURNED, Move.SAVE, s.RETURNED, _BASE),
            Transition(s.RETURNED, Move.SUBMIT, s.PENDING, _BASE),
            Transition(s.PENDING, Move.WITHDRAW, s.OPEN, _BASE),
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _BUREAU),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _BUREAU),
            Transition(s.PENDING, Move.RETURN, s.RETURNED, _BUREAU),
        ),
        ((Move.SUBMIT, "申报学时"), (Move.WITHDRAW, "撤回")),
    )


TRAINING_PLAN = _plan()
TRAINING_CLASS = _class()

# -------------------------------------------------------------------------------------------- forms

SUBJECT = FieldSpec("subject", "科目类型", FieldKind.CHOICE, choices=(PROFESSIONAL, PUBLIC))
INDUSTRY_SUBJECT = FieldSpec(
    "subject", "科目类型", FieldKind.CHOICE, choices=(PROFESSIONAL,), default=PROFESSIONAL
)
PLANNED_HOURS = FieldSpec(
    "planned_hours", "计划学时", FieldKind.HOURS, high=999, hint="课程表各门学时之和，如 40 或 45.5"
)
_BEFORE_COURSES = (
    FieldSpec("audience", "培训对象", required=False, hint="如 全市中小学语文教师"),
    FieldSpec("scope", "专业范围", required=False),
    FieldSpec("started_on", "开班时间", FieldKind.DATE, hint="如 2026-03-02"),
    FieldSpec("ended_on", "结束时间", FieldKind.DATE, hint="如 2026-03-06"),
    FieldSpec("place", "地点", required=False),
)
_AFTER_COURSES = (
    PLANNED_HOURS,
    FieldSpec("planned_people", "计划人数", FieldKind.INTEGER, high=100_000),
    FieldSpec("fee", "收费标准", required=False, hint="如 每人 300 元；不收费的可以不填"),
)
COURSES = "courses"
COURSE_FIELDS = (
    FieldSpec("course", "课程名", max_length=60),
    FieldSpec("teacher", "教师", required=False, max_length=40),
    FieldSpec("hours", "学时", FieldKind.HOURS, high=999, hint="0.5 的倍数"),
)
CLASS_FIELDS = (
    FieldSpec("name", "培训班名称", hint="如 第一期"),
    FieldSpec("place", "地点", required=False),
    FieldSpec("started_on", "开班时间", FieldKind.DATE, hint="在备案计划的时间内"),
    FieldSpec("ended_on", "结束时间", FieldKind.DATE, hint="结束后才能申报学时"),
)
STUDENT_FIELDS = (
    FieldSpec("id_number", "证件号", max_length=20, hint="已注册的人员，姓名可以不填"),
    FieldSpec("name", "姓名", FieldKind.NAME, required=False, max_length=40, hint="未注册的必填"),
    FieldSpec("unit_name", "单位", required=False),
)
RESULT_FIELD = FieldSpec(
    "result", "成绩", FieldKind.CHOICE, required=False, choices_from="result", hint="不合格的不计学时"
)
EARNED_FIELD = FieldSpec(
    "earned", "实得学时", FieldKind.HOURS, required=False, high=999, hint="不填的按备案学时"
)


def plan_fields(kind: PlanKind) -> tuple[FieldSpec, ...]:
    """The form of a plan in reading order; its 课程表 stands before 计划学时 and has rows of its own."""
    head = (
        FieldSpec("title", "计划名称"),
        FieldSpec("year", "年度", FieldKind.YEAR, hint="学员的学时计入这一年度"),
        SUBJECT if kind is PlanKind.BASE else INDUSTRY_SUBJECT,
    )
    return (*head, *_BEFORE_COURSES, *_AFTER_COURSES)


@dataclass(frozen=True, slots=True)
class Course:
    """A row of a 课程表, as understood."""

    course: str
    teacher: str
    hours: CreditHours


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan as understood, and everything to mend; a row of the 课程表 is the field `course:<number>`."""

    clean: Mapping[str, CleanValue]
    courses: tuple[Course, ...]
    errors: tuple[FieldError, ...]


def course_key(number: int) -> str:
    """The field of a row of the 课程表, counted from 1."""
    return f"course:{number}"


def check_plan(
    kind: PlanKind,
    values: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    today: date,
    *,
    complete: bool = True,
) -> CheckedPlan:
    """Check a plan with its 课程表. With `complete=False` (保存草稿) only what can't be understood is an error."""
    specs = plan_fields(kind)
    checked = check_form(specs, values, today, complete=complete)
    errors = list(checked.errors)
    if complete:
        errors += _period_errors(checked.clean)
    courses, wrong = check_courses(rows, today)
    hours = checked.clean.get(PLANNED_HOURS.key)
    total = sum((each.hours for each in courses), ZERO)
    if complete and courses and not wrong and isinstance(hours, CreditHours) and total != hours:
        errors.append(FieldError(PLANNED_HOURS.key, ErrorCode.COURSES_DIFFER, {"total": total}))
    return CheckedPlan(checked.clean, courses, (*in_field_order(specs, errors), *wrong))


def check_courses(
    rows: Sequence[Mapping[str, str]], today: date
) -> tuple[tuple[Course, ...], tuple[FieldError, ...]]:
    """The rows of a 课程表 as understood, and what is wrong with the others."""
    if len(rows) > LONGEST_TABLE:
        return (), (FieldError(COURSES, ErrorCode.TOO_MANY_RECORDS, {"limit": LONGEST_TABLE}),)
    courses: list[Course] = []
    errors: list[FieldError] = []
    for number, row in enumerate(rows, 1):
        checked = check_form(COURSE_FIELDS, row, today)
        if checked.errors:
            first = checked.errors[0]
            errors.append(FieldError(course_key(number), first.code, first.params))
            continue
        hours = checked.clean["hours"]
        assert isinstance(hours, CreditHours)
        courses.append(Course(str(checked.clean["course"]), str(checked.clean.get("teacher", "")), hours))
    return tuple(courses), tuple(errors)


def courses_pasted(text: str) -> tuple[dict[str, str], ...]:
    """Rows of a table that was pasted or typed: a line a course, its cells apart by tabs, commas or spaces."""
    rows: list[dict[str, str]] = []
    for line in _lines(text):
        cells = _cells(line)
        named = cells[:1] + ([" ".join(cells[1:-1])] if len(cells) > 1 else []) + cells[1:][-1:]
        rows.append(dict(zip((spec.key for spec in COURSE_FIELDS), named, strict=False)))
    return tuple(rows)


def class_title(plan_title: str, class_name: str) -> str:
    """What a class is called where its plan isn't beside it."""
    return class_name if plan_title in class_name else f"{plan_title} {class_name}"


def check_class(
    values: Mapping[str, str], plan_started_on: date, plan_ended_on: date, today: date
) -> CheckedForm:
    """Check a class: it lies inside the time of its plan."""
    checked = check_form(CLASS_FIELDS, values, today)
    errors = list(checked.errors)
    for key in ("started_on", "ended_on"):
        day = checked.clean.get(key)
        if isinstance(day, date) and not plan_started_on <= day <= plan_ended_on:
            params = {"low": plan_started_on.isoformat(), "high": plan_ended_on.isoformat()}
            errors.append(FieldError(key, ErrorCode.OUT_OF_RANGE, params))
    start, end = checked.clean.get("started_on"), checked.clean.get("ended_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        errors.append(FieldError("ended_on", ErrorCode.DATE_ORDER))
    return CheckedForm(checked.clean, in_field_order(CLASS_FIELDS, errors))


# ------------------------------------------------------------------------------------------ students


def students_pasted(text: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of students that was pasted or typed: a line each, 证件号 and 姓名 in either order, then 单位."""
    rows: list[dict[str, str]] = []
    for line in _lines(text):
        cells = _cells(line)
        at = next((i for i, cell in enumerate(cells) if _like_a_number(cell)), 0)
        others = cells[:at] + cells[at + 1 :]
        row = {"id_number": cells[at], "name": others[0] if others else "", "unit_name": " ".join(others[1:])}
        rows.append(row)
    return tuple(rows)


def check_student(values: Mapping[str, str], today: date) -> CheckedForm:
    """Check a row of students: STUDENT_FIELDS, with a 证件号 of any document in its stored form."""
    checked = check_form(STUDENT_FIELDS, values, today)
    clean, errors = dict(checked.clean), list(checked.errors)
    if "id_number" in clean:
        try:
            clean["id_number"] = student_number(str(clean["id_number"]), today)
        except EntryError as error:
            errors.append(error.at("id_number"))
    return CheckedForm(clean, in_field_order(STUDENT_FIELDS, errors))


def student_number(text: str, today: date) -> str:
    """A 证件号 in its stored form: what looks like a resident's number must be one, a passport has a letter."""
    number = entry.fold_plain(text).upper()
    if len(number) != 18 and _OTHER_DOCUMENT.fullmatch(number):
        return number
    return check_resident_number(number, today).number


def check_earned(
    result: str, typed: str, allowed: CreditHours, today: date
) -> tuple[str, CreditHours | None]:
    """成绩 and 实得学时 as typed; no hours means those of the plan. Raises EntryError: NOT_IN_LIST, ABOVE_PLAN."""
    grade = str(check_field(RESULT_FIELD, result, today)) if result.strip() else ""
    if not typed.strip():
        return grade, None
    hours = entry.parse_hours(typed)
    if hours > allowed:
        raise EntryError(ErrorCode.ABOVE_PLAN, allowed=allowed)
    return grade, hours


def earned_hours(result: str, earned: CreditHours | None, allowed: CreditHours) -> CreditHours:
    """What a student gets: nothing when 不合格, else the 实得学时, else those of the plan."""
    if result == FAILED:
        return ZERO
    return allowed if earned is None else earned


def _period_errors(clean: Mapping[str, CleanValue]) -> Iterable[FieldError]:
    start, end, year = clean.get("started_on"), clean.get("ended_on"), clean.get("year")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        yield FieldError("ended_on", ErrorCode.DATE_ORDER)
    for key, day in (("started_on", start), ("ended_on", end)):
        if isinstance(day, date) and isinstance(year, int) and day.year != year:
            yield FieldError(key, ErrorCode.OUTSIDE_YEAR, {"year": year})


def _lines(text: str) -> list[str]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("；", "\n").replace(";", "\n")
    return [line.strip() for line in plain.split("\n") if line.strip()]


def _cells(line: str) -> list[str]:
    for mark in ("\t", "，", ",", "、"):
        if mark in line:
            return [cell.strip() for cell in line.split(mark)]
    return line.split()


def _like_a_number(cell: str) -> bool:
    """Whether it can be a number of a document: names have no digits."""
    return any(character.isdigit() for character in cell)
