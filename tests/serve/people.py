"""Who works in the storm: persons with declarations, and a reviewer with much to do."""

from __future__ import annotations

from pathlib import Path

from core.rules.roles import Actor, Guest, Role
from core.schema.accounts import CreateAccount
from core.schema.employers import FindEmployers
from core.schema.registration import Register
from core.schema.review import Decide, Subject, Verdict
from core.schema.sign_in import SignIn
from core.services.accounts import create_account
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.registrations import register
from core.services.review import decide
from core.services.setup import LOCAL
from core.services.sign_in import sign_in
from tests.journeys.conftest import unit_code
from tests.journeys.killing import prepare
from tests.journeys.steps import LOGINS, OTHER_SCHOOL, PASSWORD, SCHOOL
from tests.services.front_door import typed_form
from tests.worlds import id_number, submitted

REVIEWER, WAITING = "erzhong", 80


def people(desk: Desk, folder: Path, count: int) -> dict[str, int]:
    """So many persons of the school with FIRST's declarations, then a reviewer with much to do; login and account."""
    found = {}
    school = _signed_in(desk, Role.EMPLOYER, LOGINS[Role.EMPLOYER])
    for serial in range(11, 11 + count):
        _admitted(desk, SCHOOL, school, serial)
        found[id_number(serial)] = prepare(desk, folder, id_number(serial)).account_id
    code = unit_code(OTHER_SCHOOL)
    wanted = CreateAccount(role=Role.EMPLOYER, org_code=code, login=REVIEWER, password=PASSWORD)
    create_account(desk, LOCAL, wanted)
    reviewer = _signed_in(desk, Role.EMPLOYER, REVIEWER)
    _admitted(desk, OTHER_SCHOOL, reviewer, 40)
    person = _signed_in(desk, Role.PERSON, id_number(40))
    for number in range(WAITING):
        day = f"2026-{1 + number // 10:02d}-{1 + 2 * (number % 10):02d}"
        values = {"class_name": f"审班{number:02d}", "started_on": day, "ended_on": day, "claimed_hours": "8"}
        submitted(desk, person, folder, shade=number + 1, **values)
    return found | {REVIEWER: reviewer.account_id}


def _signed_in(desk: Desk, role: Role, login: str) -> Actor:
    return desk.do(sign_in, Guest(), SignIn(role=role, login=login, password=PASSWORD)).actor


def _admitted(desk: Desk, school: str, reviewer: Actor, serial: int) -> None:
    (unit,) = desk.do(find_employers, Guest(), FindEmployers(text=school)).rows
    values = typed_form(unit.id, id_number=id_number(serial), name="赵六", mobile=f"1990000{serial:04d}")
    made = desk.do(register, Guest(), Register(values=values, employer_id=unit.id))
    passed = Decide(subject=Subject.REGISTRATION, id=made.id, version=made.version, verdict=Verdict.APPROVE)
    desk.do(decide, reviewer, passed)
