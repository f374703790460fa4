"""Steps of a life: a base's plans, a class with its students, the report and what the bureau says to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from core.schema.review import Decide, Subject, Verdict
from core.schema.training import (
    AddStudents,
    ClassKey,
    ClassView,
    GradeStudents,
    PlanKey,
    RefuseStudent,
    RemoveStudents,
    SaveClass,
    SavePlan,
    StudentQuery,
)
from tests.services.front_door import NUMBER
from tests.services.teaching import Ground, ground_of, notice, seen, typed_plan
from tests.worlds import id_number

if TYPE_CHECKING:
    from tests.services.life import Life

Step = tuple[str, Callable[[], object]]


def teaching_steps(life: Life) -> Iterator[Step]:
    """Everything that changes something, each at least once."""
    ground = ground_of(life.world, life.desk, life.folder, "410327")
    yield from _plans(life, ground)
    yield from _class(life, ground)
    yield life.does("export_students", "file", StudentQuery, ground.base)


def _plans(life: Life, ground: Ground) -> Iterator[Step]:
    from tests.services.life import REASON

    base, bureau = ground.base, ground.bureau
    key = lambda: PlanKey(plan_id=life.made["plan"].id, version=life.made["plan"].version)  # noqa: E731
    paper = notice(ground, base, 77)

    def form(**changes: str) -> SavePlan:
        return SavePlan(values=typed_plan(**changes), evidence=(paper,))

    yield life.does("save_plan", "plan", lambda: SavePlan(values={"title": "草稿"}), base)
    yield life.does("delete_plan", "deleted", key, base)
    yield life.does("submit_plan", "plan", form, base)
    yield life.does("withdraw_plan", "plan", key, base)
    dates = {"started_on": "2026-12-28", "ended_on": "2026-12-29", "title": "以后的计划"}
    yield life.does("submit_plan", "plan", lambda: form(**dates), base)
    yield life.does("decide", "decided", lambda: _said(life, Subject.PLAN, "plan"), bureau)
    later = lambda: PlanKey(plan_id=life.made["plan"].id, version=life.made["decided"].version)  # noqa: E731
    yield life.does("cancel_plan", "plan", later, base)
    yield life.does("submit_plan", "plan", form, base)
    refusal = lambda: _said(life, Subject.PLAN, "plan", Verdict.REJECT, REASON)  # noqa: E731
    yield life.does("decide", "decided", refusal, bureau)
    yield life.does("submit_plan", "plan", form, base)
    yield life.does("decide", "decided", lambda: _said(life, Subject.PLAN, "plan"), bureau)


def _class(life: Life, ground: Ground) -> Iterator[Step]:
    from tests.services.life import REASON

    base, bureau = ground.base, ground.bureau
    plan = life.made["plan"].id
    typed = {"name": "第一期", "started_on": "2026-11-02", "ended_on": "2026-11-06"}
    key = lambda: ClassKey(class_id=_now(life, ground).id, version=_now(life, ground).version)  # noqa: E731
    about = lambda: {"class_id": _now(life, ground).id, "version": _now(life, ground).version}  # noqa: E731
    people = ({"id_number": NUMBER}, {"id_number": id_number(470), "name": "孙七"})

    yield life.does("save_class", "class", lambda: SaveClass(plan_id=plan, values=typed), base)
    yield life.does("delete_class", "deleted", key, base)
    yield life.does("save_class", "class", lambda: SaveClass(plan_id=plan, values=typed), base)
    yield life.does("enter_students", "entered", lambda: AddStudents(**about(), rows=people), base)
    yield life.does("grade_students", "graded", lambda: GradeStudents(**about(), result="合格"), base)
    yield life.does("submit_class", "report", key, base)
    yield life.does("withdraw_class", "report", key, base)
    last = lambda: (_now(life, ground).students[-1].id,)  # noqa: E731
    yield life.does("remove_students", "removed", lambda: RemoveStudents(**about(), student_ids=last()), base)
    yield life.does("enter_students", "entered", lambda: AddStudents(**about(), rows=people[1:]), base)
    yield life.does("submit_class", "report", key, base)
    yield life.does(
        "refuse_student",
        "refused",
        lambda: RefuseStudent(**about(), student_id=last()[0], reason=REASON),
        bureau,
    )

    def approval() -> Decide:
        now = _now(life, ground)
        return Decide(subject=Subject.CLASS_REPORT, id=now.id, version=now.version, verdict=Verdict.APPROVE)

    yield life.does("decide", "decided", approval, bureau)


def _now(life: Life, ground: Ground) -> ClassView:
    return seen(ground, life.made["class"])


def _said(
    life: Life, subject: Subject, what: str, verdict: Verdict = Verdict.APPROVE, opinion: str = ""
) -> Decide:
    view = life.made[what]
    return Decide(subject=subject, id=view.id, version=view.version, verdict=verdict, opinion=opinion)
