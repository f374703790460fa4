"""What the tests of training share: a base, its plans and classes in every state, and students."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event, select

from core.model import Declaration, Org, Person
from core.rules.roles import Actor
from core.schema.declarations import AddEvidence, EvidenceRef
from core.schema.review import Decide, Decided, Subject, Verdict
from core.schema.training import (
    AddStudents,
    ClassKey,
    ClassPageQuery,
    ClassView,
    PlanView,
    SaveClass,
    SavePlan,
)
from core.services.classes import class_view, save_class, submit_class
from core.services.desk import Desk
from core.services.evidence import add_evidence
from core.services.plans import submit_plan
from core.services.review import decide
from core.services.students import enter_students
from core.store.store import Store
from tests.worlds import World, id_number, picture

BASE_NAME = "汝阳县教师进修学校"
COURSES = (
    {"course": "新课标解读", "teacher": "王老师", "hours": "24"},
    {"course": "课堂观摩", "teacher": "", "hours": "16"},
)


@dataclass(frozen=True)
class Ground:
    """A base in the county with its office, and the county's bureau."""

    world: World
    desk: Desk
    base: Actor
    bureau: Actor
    folder: Path


def ground_of(world: World, desk: Desk, folder: Path, region: str = "410326") -> Ground:
    """A base, signed in, whose region is the school's unless another is named, and the bureau nearest to it."""
    with world.store.writing() as work:
        org = Org(kind="base", name=BASE_NAME, code=f"base-{region}", region_code=region)
        work.session.add(org)
        work.session.flush()
        work.commit()
    bureau = world.county_bureau if region == "410326" else world.city_bureau
    return Ground(world, desk, world.office(org.id), world.office(bureau), folder)


@dataclass(frozen=True)
class Taught:
    """A plan that waits and the report of a class that waits, both at the city's bureau; a student of it."""

    plan: PlanView
    report: ClassView
    student_id: int


def taught(world: World, desk: Desk, folder: Path) -> Taught:
    """What belongs to a base of the garden firm's county."""
    ground = ground_of(world, desk, folder, "410327")
    plan = sent_plan(ground, title="等待审批的计划")
    stranger = {"id_number": id_number(480), "name": "孙七"}
    report = reported(ground, with_students(ground, new_class(ground), stranger))
    return Taught(plan, report, report.students[0].id)


def typed_plan(**changes: str) -> dict[str, str]:
    """What is typed for a plan of five days that are over: 40 学时."""
    typed = {
        "title": "2026年初中教师新课标培训",
        "year": "2026",
        "subject": "专业课",
        "audience": "全县初中教师",
        "started_on": "2026-11-02",
        "ended_on": "2026-11-06",
        "place": "汝阳县",
        "planned_hours": "40",
        "planned_people": "50",
    }
    return typed | changes


def notice(ground: Ground, actor: Actor, shade: int = 90) -> EvidenceRef:
    """培训通知, brought in."""
    path = picture(ground.folder, f"通知{shade}.png", shade)
    kept = ground.desk.do(add_evidence, actor, AddEvidence(path=str(path)))
    return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="培训通知")


def sent_plan(ground: Ground, actor: Actor | None = None, **changes: str) -> PlanView:
    """A plan that waits at the bureau."""
    who = actor or ground.base
    command = SavePlan(
        values=typed_plan(**changes),
        courses=() if "planned_hours" in changes else COURSES,
        evidence=(notice(ground, who),),
    )
    return ground.desk.do(submit_plan, who, command)


def decided(
    ground: Ground,
    view: PlanView | ClassView,
    verdict: Verdict = Verdict.APPROVE,
    *,
    recognised: str | None = None,
    bureau: Actor | None = None,
) -> Decided:
    """The bureau's verdict on a plan or on the report of a class."""
    subject = Subject.PLAN if isinstance(view, PlanView) else Subject.CLASS_REPORT
    command = Decide(
        subject=subject,
        id=view.id,
        version=view.version,
        verdict=verdict,
        recognised=recognised,
        opinion="" if verdict is Verdict.APPROVE else "请核对",
    )
    return ground.desk.do(decide, bureau or ground.bureau, command)


def filed_plan(ground: Ground, **changes: str) -> PlanView:
    """A plan that was approved."""
    view = sent_plan(ground, **changes)
    decided(ground, view)
    return view


def new_class(ground: Ground, plan: PlanView | None = None, **changes: str) -> ClassView:
    """A class of a filed plan."""
    typed = {"name": "第一期", "started_on": "2026-11-02", "ended_on": "2026-11-06"} | changes
    plan_id = (plan or filed_plan(ground)).id
    return ground.desk.do(save_class, ground.base, SaveClass(plan_id=plan_id, values=typed))


def with_students(ground: Ground, view: ClassView, *rows: dict[str, str]) -> ClassView:
    """The class with these rows entered."""
    command = AddStudents(class_id=view.id, version=view.version, rows=rows)
    done = ground.desk.do(enter_students, ground.base, command)
    assert not done.refused, [each.error.text for each in done.refused]
    return seen(ground, view)


def seen(ground: Ground, view: ClassView, actor: Actor | None = None) -> ClassView:
    """The class as it is now."""
    return ground.desk.do(class_view, actor or ground.base, ClassPageQuery(class_id=view.id))


def reported(ground: Ground, view: ClassView) -> ClassView:
    """学时申报."""
    return ground.desk.do(submit_class, ground.base, key(view))


def key(view: ClassView) -> ClassKey:
    return ClassKey(class_id=view.id, version=view.version)


def row_of(ground: Ground, person: Actor) -> dict[str, str]:
    """A person as a row of a roster."""
    with ground.world.store.reading() as work:
        found = work.session.get_one(Person, person.person_id)
        return {"id_number": work.vault.open(found.id_number_sealed), "name": found.name}


def records_of(ground: Ground, person: Actor) -> list[Declaration]:
    """What bases have given a person."""
    with ground.world.store.reading() as work:
        wanted = select(Declaration).where(
            Declaration.person_id == person.person_id, Declaration.source == "base"
        )
        return list(work.session.scalars(wanted.order_by(Declaration.id)))


def many_people(ground: Ground, count: int) -> list[str]:
    """Persons of the school, without sessions; their numbers."""
    from core.model import Account

    world = ground.world
    numbers = [f"G{serial:08d}" for serial in range(count)]
    with world.store.writing() as work:
        school = work.session.get_one(Org, world.school)
        accounts = [
            Account(
                login_digest=work.vault.digest("login", number),
                login_sealed=work.vault.seal(number),
                password_hash="!",
                created_at=work.clock.now(),
            )
            for number in numbers
        ]
        work.session.add_all(accounts)
        work.session.flush()
        for account, number in zip(accounts, numbers, strict=True):
            person = Person(
                account_id=account.id,
                employer_id=school.id,
                region_code=school.region_code,
                name="孙七",
                id_type="护照",
                id_number_sealed=work.vault.seal(number),
                id_number_digest=work.vault.digest("id_number", number),
            )
            work.session.add(person)
        work.commit()
    return numbers


@contextmanager
def counted_statements(store: Store) -> Iterator[list[str]]:
    """Every statement that is executed meanwhile."""
    found: list[str] = []

    def count(conn: object, cursor: object, statement: str, *rest: object) -> None:
        found.append(statement)

    with store.reading() as work:
        engine = work.connection.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", count)
