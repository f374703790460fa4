"""What the journeys of training share: a base with an account, a plan that is filed, a class with students."""

from __future__ import annotations

from stdnum.cn.uscc import calc_check_digit

from core.rules.roles import Guest, Role
from core.schema.accounts import CreateAccount
from core.schema.declarations import AddEvidence, EvidenceRef
from core.schema.employers import ImportUnits
from core.schema.review import Decide, Subject, Verdict
from core.schema.sign_in import SignIn
from core.schema.training import AddStudents, PlanView, SaveClass, SavePlan
from core.services.accounts import create_account
from core.services.classes import save_class
from core.services.evidence import add_evidence
from core.services.plans import submit_plan
from core.services.registry import import_units
from core.services.review import decide
from core.services.setup import LOCAL
from core.services.sign_in import sign_in
from core.services.students import enter_students
from core.services.unit_file import COLUMNS
from tests.journeys.steps import LOGINS, PASSWORD, PERSON, PERSON_NAME, Installation
from tests.worlds import id_number, picture

BASE, BASE_LOGIN = "汝阳县教师进修学校", LOGINS[Role.BASE]
PLAN, CLASS = "2026年初中教师新课标培训", "初中数学一班"
STRANGER, STRANGER_NAME = id_number(77), "孙七"
BEGUN, OVER = "2026-11-16", "2026-11-19"


def open_base(home: Installation) -> None:
    """A base of the county with an account, and a notice of training to attach."""
    body = "91410099000000009"
    code = body + calc_check_digit(body)
    path = home.folder / "base.csv"
    path.write_text("\n".join([",".join(COLUMNS), f"{BASE},{code},继续教育基地,410326,,"]), encoding="utf-8")
    desk = home.desk()
    try:
        assert not import_units(desk, LOCAL, ImportUnits(path=str(path))).problems
        wanted = CreateAccount(role=Role.BASE, org_code=code, login=BASE_LOGIN, password=PASSWORD)
        create_account(desk, LOCAL, wanted)
    finally:
        desk.close()
    picture(home.scans, "培训通知.png", 90)


def plan_typed(**changes: str) -> dict[str, str]:
    """What stands in the plan of these journeys: it ended the day before yesterday."""
    typed = {
        "title": PLAN,
        "year": "2026",
        "subject": "专业课",
        "started_on": BEGUN,
        "ended_on": OVER,
        "planned_hours": "32",
        "planned_people": "40",
    }
    return typed | changes


def file_plan(home: Installation, role: Role = Role.BASE, **changes: str) -> int:
    """A plan of the base (or of the authority) that the county's bureau has filed; its number."""
    desk = home.desk()
    try:
        login = BASE_LOGIN if role is Role.BASE else LOGINS[role]
        actor = desk.do(sign_in, Guest(), SignIn(role=role, login=login, password=PASSWORD)).actor
        path = picture(home.scans, "通知.png", 91)
        kept = desk.do(add_evidence, actor, AddEvidence(path=str(path)))
        notice = EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="培训通知")
        command = SavePlan(values=plan_typed(**changes), evidence=(notice,))
        view: PlanView = desk.do(submit_plan, actor, command)
        wanted = SignIn(role=Role.BUREAU, login=LOGINS[Role.BUREAU], password=PASSWORD)
        bureau = desk.do(sign_in, Guest(), wanted).actor
        verdict = Decide(subject=Subject.PLAN, id=view.id, version=view.version, verdict=Verdict.APPROVE)
        desk.do(decide, bureau, verdict)
        return view.id
    finally:
        desk.close()


def open_class(home: Installation, plan_id: int) -> None:
    """A class of the plan with the person and a stranger in it."""
    desk = home.desk()
    try:
        wanted = SignIn(role=Role.BASE, login=BASE_LOGIN, password=PASSWORD)
        actor = desk.do(sign_in, Guest(), wanted).actor
        typed = {"name": CLASS, "started_on": BEGUN, "ended_on": OVER}
        view = desk.do(save_class, actor, SaveClass(plan_id=plan_id, values=typed))
        rows = (
            {"id_number": PERSON, "name": PERSON_NAME},
            {"id_number": STRANGER, "name": STRANGER_NAME},
        )
        command = AddStudents(class_id=view.id, version=view.version, rows=rows)
        assert not desk.do(enter_students, actor, command).refused
    finally:
        desk.close()
