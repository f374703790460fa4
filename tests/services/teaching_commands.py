"""How the use cases of plans, classes and students are called by whoever may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.rules.training import PlanKind
from core.schema.base import Command, Number
from core.schema.declarations import EvidenceCells, Holder
from core.schema.review import Decide, ItemKey, Subject, UndoDecision, Verdict
from core.schema.training import (
    AddStudents,
    ClassKey,
    ClassPageQuery,
    ClassQuery,
    FiledQuery,
    GradeStudents,
    PersonQuery,
    PlanKey,
    PlanQuery,
    RefuseStudent,
    RemoveStudents,
    SaveClass,
    SavePlan,
    StudentQuery,
)
from tests.services.hall import Hall

TEACHING_SAMPLES: Mapping[str, Command] = {
    "plans_page": PlanQuery(),
    "plan_view": Number(value=1),
    "save_plan": SavePlan(values={}),
    "submit_plan": SavePlan(values={}),
    "withdraw_plan": PlanKey(plan_id=1, version=1),
    "cancel_plan": PlanKey(plan_id=1, version=1),
    "delete_plan": PlanKey(plan_id=1, version=1),
    "filed_plans": FiledQuery(kind=PlanKind.BASE),
    "classes_page": ClassQuery(),
    "class_view": ClassPageQuery(class_id=1),
    "save_class": SaveClass(plan_id=1, values={}),
    "delete_class": ClassKey(class_id=1, version=1),
    "submit_class": ClassKey(class_id=1, version=1),
    "withdraw_class": ClassKey(class_id=1, version=1),
    "enter_students": AddStudents(class_id=1, version=1, rows=()),
    "name_of_number": PersonQuery(class_id=1, id_number="1"),
    "remove_students": RemoveStudents(class_id=1, version=1, student_ids=(1,)),
    "grade_students": GradeStudents(class_id=1, version=1),
    "refuse_student": RefuseStudent(class_id=1, version=1, student_id=1),
    "search_students": StudentQuery(),
    "export_students": StudentQuery(),
}


def foreign_teaching(hall: Hall) -> dict[tuple[str, str], Command]:
    """A command about the plan and the class of a base in the garden firm's county, both at the city's bureau."""
    plan, report = hall.taught.plan, hall.taught.report
    plan_key = PlanKey(plan_id=plan.id, version=plan.version)
    class_key = ClassKey(class_id=report.id, version=report.version)
    changed = SavePlan(plan_id=plan.id, version=plan.version, values={"title": "别的"})
    of_class: dict[str, Any] = {"class_id": report.id, "version": report.version}
    found: dict[tuple[str, str], Command] = {
        ("plan_view", "a plan"): Number(value=plan.id),
        ("save_plan", "a plan"): changed,
        ("submit_plan", "a plan"): changed,
        ("withdraw_plan", "a plan"): plan_key,
        ("cancel_plan", "a plan"): plan_key,
        ("delete_plan", "a plan"): plan_key,
        ("save_class", "a plan"): SaveClass(plan_id=report.plan_id, values={"name": "别的"}),
        ("save_class", "a class"): SaveClass(**of_class, values={"name": "别的"}),
        ("class_view", "a class"): ClassPageQuery(class_id=report.id),
        ("delete_class", "a class"): class_key,
        ("submit_class", "a class"): class_key,
        ("withdraw_class", "a class"): class_key,
        ("enter_students", "a class"): AddStudents(**of_class, rows=()),
        ("name_of_number", "a class"): PersonQuery(class_id=report.id, id_number=hall.number),
        ("remove_students", "a class"): RemoveStudents(**of_class, student_ids=(hall.taught.student_id,)),
        ("grade_students", "a class"): GradeStudents(**of_class, result="合格"),
        ("refuse_student", "a class"): RefuseStudent(
            **of_class, student_id=hall.taught.student_id, reason="有误"
        ),
        ("evidence_cells", "a plan's notice"): EvidenceCells(
            sha256=plan.evidence[0].sha256, holder=Holder.PLAN, object_id=plan.id, cols=10, rows=5
        ),
    }
    for subject, item in ((Subject.PLAN, plan), (Subject.CLASS_REPORT, report)):
        about: dict[str, Any] = {"subject": subject, "id": item.id}
        found |= {
            ("review_item", subject.value): ItemKey(**about),
            ("look_at_item", subject.value): ItemKey(**about),
            ("decide", subject.value): Decide(**about, version=item.version, verdict=Verdict.APPROVE),
            ("undo_decision", subject.value): UndoDecision(**about, version=item.version),
        }
    return found
