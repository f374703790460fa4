"""学员名册 from a file: the students of a base's classes, entered as those that are typed are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.model import TrainingClass, TrainingPlan
from core.rules.clock import today
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.imports import ROSTERS
from core.rules.roles import Actor
from core.rules.training import check_earned, check_student
from core.schema.training import NewStudent
from core.services.import_lines import Found, Importer, Line, Problem, Row, State, missing
from core.services.students import EDITABLE, add_students, bar_students, open_class
from core.store.work import UnitOfWork

_KEYS = {"earned": "earned_hours"}


def check_rosters(
    work: UnitOfWork, actor: Actor, lines: Sequence[Line], found: Found
) -> tuple[list[Row], None]:
    """The rows of a part: [line, id of the class, number, name, unit, result, halves or None]."""
    classes = _classes(work, actor)
    day = today(work.clock)
    rows: list[Row] = []
    by_line: dict[int, Line] = {}
    for line in lines:
        before = len(found.problems)
        missing(found, line)
        values = line.values
        checked = check_student(values, day)
        for error in checked.errors:
            if values.get(error.field):
                found.add(line, error.field, error.text)
        named = classes.get(values["class_name"], [])
        if values["class_name"] and len(named) != 1:
            told = f"有 {len(named)} 个同名的培训班，请到“培训班”中添加学员"
            found.add(line, "class_name", told if named else "没有这个尚未申报学时的培训班")
        earned = None
        if len(named) == 1:
            try:
                grade, earned = check_earned(values["result"], values["earned_hours"], named[0][1], day)
            except EntryError as error:
                key = "result" if error.code is ErrorCode.NOT_IN_LIST else "earned_hours"
                found.refuse(line, key, error)
        if len(found.problems) > before:
            continue
        clean = {key: str(value) for key, value in checked.clean.items()}
        halves = None if earned is None else earned.halves
        unit = clean.get("unit_name", "")
        rows.append([line.number, named[0][0], clean["id_number"], clean["name"], unit, grade, halves])
        by_line[line.number] = line
    for problem in settle_rosters(work, actor, rows, None)[1]:
        found.add(by_line[problem.line], problem.column, problem.reason)
    return rows, None


def settle_rosters(
    work: UnitOfWork, actor: Actor, rows: Sequence[Row], shared: object
) -> tuple[list[Row], list[Problem]]:
    """Those who may still be entered: the class takes students, and they are not in it."""
    ready: list[Row] = []
    problems: list[Problem] = []
    for class_id, some in _by_class(rows).items():
        try:
            row = open_class(work, actor, class_id)
        except Refused as refusal:  # its report was sent meanwhile, or it was deleted
            problems += [Problem(each[0], "class_name", "", refusal.text) for each in some]
            continue
        barred = {each.index: each.error for each in bar_students(work, row, [_student(one) for one in some])}
        for index, each in enumerate(some):
            if index in barred:
                error_ = barred[index]
                key = _KEYS.get(error_.field, error_.field)
                problems.append(Problem(each[0], key, "", error_.text))
            else:
                ready.append(each)
    return ready, problems


def write_rosters(work: UnitOfWork, actor: Actor, ready: Sequence[Row], shared: object, state: State) -> int:
    """The students of each class."""
    count = 0
    for class_id, some in _by_class(ready).items():
        row = open_class(work, actor, class_id)
        count += add_students(work, row, [_student(each) for each in some]).added
    return count


ROSTERS_IMPORT = Importer(
    sheet=ROSTERS,
    doubled_by=("id_number", "class_name"),
    check=check_rosters,
    settle=settle_rosters,
    write=write_rosters,
)


def _classes(work: UnitOfWork, actor: Actor) -> Mapping[str, list[tuple[int, CreditHours]]]:
    """The classes of the base that still take students, by name: id and the hours of the plan."""
    query = (
        select(TrainingClass.name, TrainingClass.id, TrainingPlan.approved_halves)
        .join(TrainingPlan, TrainingPlan.id == TrainingClass.plan_id)
        .where(
            TrainingClass.org_id == actor.org_id,
            TrainingClass.state.in_([state.value for state in EDITABLE]),
        )
    )
    found: dict[str, list[tuple[int, CreditHours]]] = {}
    for name, key, halves in work.session.execute(query):
        found.setdefault(name, []).append((key, CreditHours(halves or 0)))
    return found


def _by_class(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return found


def _student(row: Sequence[Any]) -> NewStudent:
    _, _, number, name, unit, result, halves = row
    return NewStudent(number, name, unit, result, None if halves is None else CreditHours(halves))
