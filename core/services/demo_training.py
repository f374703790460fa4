"""Training in the demonstration: a base with plans and classes in every state, an industry plan on file."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core.model import Org
from core.rules.roles import Actor
from core.schema.declarations import AddEvidence, EvidenceRef
from core.schema.review import Decide, Subject, Verdict
from core.schema.training import (
    AddStudents,
    ClassKey,
    ClassPageQuery,
    ClassView,
    GradeStudents,
    PlanView,
    SaveClass,
    SavePlan,
)
from core.services.classes import class_view, save_class, submit_class
from core.services.demo_names import credit_code, resident_number
from core.services.demo_people import DemoPerson, make_office
from core.services.demo_scans import draw_scan
from core.services.desk import Desk, UseCase
from core.services.evidence import add_evidence
from core.services.plans import save_plan, submit_plan
from core.services.review import decide
from core.services.students import enter_students, grade_students
from core.store.names import spell_words

BASE, BASE_LOGIN = "汝阳县教师进修学校", "jinxiu"
_COUNTY, _SEED = "410326", 20261122
_COURSES = (
    {"course": "新课标解读", "teacher": "王老师", "hours": "16"},
    {"course": "课堂教学观摩", "teacher": "刘老师", "hours": "8"},
    {"course": "师德与法规", "teacher": "", "hours": "8"},
)
C = TypeVar("C")
V = TypeVar("V")
SetClock = Callable[[datetime], None]


def make_training(
    desk: Desk,
    people: Sequence[DemoPerson],
    bureau: Actor,
    authority: Actor,
    password_hash: str,
    start: datetime,
    set_clock: SetClock,
) -> None:
    """A class that was approved, one whose report waits (two students nobody knows), a plan that waits, a draft."""
    base = _base(desk, password_hash)
    with tempfile.TemporaryDirectory() as folder:
        bring = _Bringing(desk, Path(folder))
        set_clock(start - timedelta(days=50))
        plan = _filed(desk, base, bureau, bring, "2026年中小学教师新课标培训", "2026-10-12", "2026-10-30")
        industry = _plan("2026年教育系统专业科目培训", "2026-11-02", "2026-11-05")
        sent = _do(desk, submit_plan, authority, _with(industry, bring.notice(authority, 92)))
        _approve(desk, bureau, Subject.PLAN, sent)
        set_clock(start - timedelta(days=5))
        waiting = _plan("2026年班主任专题培训", "2026-12-07", "2026-12-10")
        _do(desk, submit_plan, base, _with(waiting, bring.notice(base, 93)))
        draft = SavePlan(values={"title": "2027年骨干教师培训", "year": "2027"})
        _do(desk, save_plan, base, draft)
    set_clock(start - timedelta(days=12))
    first = _class(desk, base, plan, "第一期", ("2026-10-12", "2026-10-15"), people[:8])
    _approve(desk, bureau, Subject.CLASS_REPORT, first)
    set_clock(start - timedelta(days=2))
    _class(desk, base, plan, "第二期", ("2026-10-26", "2026-10-29"), people[8:16], strangers=2)


def _base(desk: Desk, password_hash: str) -> Actor:
    pinyin, initials = spell_words(BASE)
    with desk.writing() as work:
        org = Org(
            kind="base",
            name=BASE,
            code=credit_code(random.Random(_SEED), "5"),
            nature="事业单位",
            region_code=_COUNTY,
            pinyin=pinyin,
            initials=initials,
        )
        work.session.add(org)
        work.session.flush()
        actor = make_office(work, BASE_LOGIN, org.id, password_hash)
        work.commit()
    return actor


def _plan(title: str, started_on: str, ended_on: str) -> SavePlan:
    values = {
        "title": title,
        "year": started_on[:4],
        "subject": "专业课",
        "audience": "全县中小学教师",
        "started_on": started_on,
        "ended_on": ended_on,
        "place": "汝阳县城关镇",
        "planned_hours": "32",
        "planned_people": "60",
        "fee": "不收费",
    }
    return SavePlan(values=values, courses=_COURSES)


def _with(plan: SavePlan, notice: EvidenceRef) -> SavePlan:
    return plan.model_copy(update={"evidence": (notice,)})


def _filed(
    desk: Desk, base: Actor, bureau: Actor, bring: _Bringing, title: str, started_on: str, ended_on: str
) -> PlanView:
    plan = _with(_plan(title, started_on, ended_on), bring.notice(base, 91))
    sent = _do(desk, submit_plan, base, plan)
    _approve(desk, bureau, Subject.PLAN, sent)
    return sent


def _class(
    desk: Desk,
    base: Actor,
    plan: PlanView,
    name: str,
    days: tuple[str, str],
    people: Sequence[DemoPerson],
    strangers: int = 0,
) -> ClassView:
    """A class with its students and their 成绩, reported."""
    values = {"name": name, "started_on": days[0], "ended_on": days[1]}
    made = _do(desk, save_class, base, SaveClass(plan_id=plan.id, values=values))
    rows = [{"id_number": each.id_number, "name": each.actor.name} for each in people]
    rows += [
        {"id_number": resident_number(960 + number, True), "name": ("郑学勤", "冯立志")[number]}
        for number in range(strangers)
    ]
    _do(desk, enter_students, base, AddStudents(class_id=made.id, version=made.version, rows=tuple(rows)))
    now = _do(desk, class_view, base, ClassPageQuery(class_id=made.id))
    _do(desk, grade_students, base, GradeStudents(class_id=made.id, version=now.version, result="合格"))
    now = _do(desk, class_view, base, ClassPageQuery(class_id=made.id))
    return _do(desk, submit_class, base, ClassKey(class_id=now.id, version=now.version))


def _approve(desk: Desk, bureau: Actor, subject: Subject, view: PlanView | ClassView) -> None:
    verdict = Decide(subject=subject, id=view.id, version=view.version, verdict=Verdict.APPROVE)
    _do(desk, decide, bureau, verdict)


def _do(desk: Desk, use_case: UseCase[C, V], actor: Actor, command: C) -> V:
    """A use case in a transaction of its own; nobody has signed in."""
    with desk.writing() as work:
        view = use_case(work, actor, command)
        work.commit()
    return view


@dataclass(frozen=True, slots=True)
class _Bringing:
    """Notices of training, brought in from files as the screens do it."""

    desk: Desk
    folder: Path

    def notice(self, actor: Actor, seed: int) -> EvidenceRef:
        """A scan of one."""
        path = self.folder / f"notice{seed}.jpg"
        path.write_bytes(draw_scan("培训通知", ("关于举办继续教育培训班的通知", f"编号 {seed}"), seed))
        kept = add_evidence(self.desk, actor, AddEvidence(path=str(path)))
        return EvidenceRef(sha256=kept.sha256, file_name="培训通知.jpg", caption="培训通知")
