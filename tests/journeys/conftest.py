"""One small installation, made once by the real use cases and copied for each journey."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stdnum.cn.uscc import calc_check_digit

from core.rules.roles import Guest, Role
from core.schema.accounts import CreateAccount
from core.schema.employers import FindEmployers, ImportUnits
from core.schema.registration import Register
from core.schema.review import Decide, Subject, Verdict
from core.schema.sign_in import SignIn
from core.services.accounts import create_account
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.registrations import register
from core.services.registry import import_units
from core.services.review import decide
from core.services.setup import LOCAL, initialise
from core.services.sign_in import sign_in
from core.services.unit_file import COLUMNS
from tests.conftest import administer
from tests.journeys.killing import Killed
from tests.journeys.steps import (
    BUREAU,
    LOGINS,
    OFFICE,
    OTHER_SCHOOL,
    PASSWORD,
    PERSON,
    PERSON_NAME,
    SCHOOL,
    WAITING,
    Installation,
    Seat,
)
from tests.journeys.teaching import open_base
from tests.services.front_door import typed_form
from tests.worlds import picture, submitted

UNITS = (
    (OFFICE, "主管部门", ""),
    (BUREAU, "人社部门", ""),
    (SCHOOL, "用人单位", OFFICE),
    (OTHER_SCHOOL, "用人单位", OFFICE),
)


def unit_code(name: str) -> str:
    """The 机构代码 of one of the UNITS: of a place that is issued to nobody, with a check digit that holds."""
    serial = [row[0] for row in UNITS].index(name) + 1
    body = f"91410099{serial:09d}"
    return body + calc_check_digit(body)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation that all journeys start from, closed."""
    folder = tmp_path_factory.mktemp("journeys")
    made = Installation(folder / "home")
    _make(made, folder)
    return made.folder


@pytest.fixture(scope="session")
def killed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """What the sessions start from that are killed at a random moment."""
    folder = tmp_path_factory.mktemp("killed") / "home"
    shutil.copytree(template, folder)
    return Killed.of(Installation(folder))


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Installation:
    """An installation of this test's own, with pictures to attach in its scans folder."""
    shutil.copytree(template, tmp_path / "home")
    made = Installation(tmp_path / "home")
    made.scans.mkdir()
    for number, shade in enumerate((60, 120, 180), 1):
        picture(made.scans, f"结业证书{number}.png", shade)
    return made


@pytest.fixture
def busy_home(home: Installation) -> Installation:
    """The same with a declaration that waits at the school, and a base."""
    open_base(home)
    desk = home.desk()
    try:
        wanted = SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)
        submitted(desk, desk.do(sign_in, Guest(), wanted).actor, home.scans)
    finally:
        desk.close()
    return home


@pytest.fixture
def seat(home: Installation) -> Iterator[Seat]:
    """The program at 80x24 on its front page."""
    with home.sit_down() as taken:
        yield taken


@contextmanager
def filled_on(server: str, database: str, folder: Path) -> Iterator[Installation]:
    """The same as the template, its database of this name on the server, where it is dropped afterwards."""
    administer(server, f"create database {database}")
    made = Installation(folder, url=server.format(database))
    _make(made, folder.parent)
    yield made
    administer(server, f"drop database {database} with (force)")


def _make(made: Installation, folder: Path) -> None:
    initialise(made.settings, password=PASSWORD)
    desk = made.desk()
    try:
        fill(desk, folder)
    finally:
        desk.close()


def fill(desk: Desk, folder: Path) -> None:
    """Four units, an account for three of them, one person admitted and one who waits."""
    path = folder / "units.csv"
    rows = [
        (name, unit_code(name), kind, "410326", "", unit_code(above) if above else "")
        for name, kind, above in UNITS
    ]
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *rows)), encoding="utf-8")
    assert not import_units(desk, LOCAL, ImportUnits(path=str(path))).problems
    for role, name in ((Role.EMPLOYER, SCHOOL), (Role.AUTHORITY, OFFICE), (Role.BUREAU, BUREAU)):
        wanted = CreateAccount(role=role, org_code=unit_code(name), login=LOGINS[role], password=PASSWORD)
        create_account(desk, LOCAL, wanted)
    (school,) = desk.do(find_employers, Guest(), FindEmployers(text=SCHOOL)).rows
    made = {}
    for number, name in ((PERSON, PERSON_NAME), (WAITING, "王五")):
        values = typed_form(school.id, id_number=number, name=name, mobile=f"1990000{number[14:]}")
        made[number] = desk.do(register, Guest(), Register(values=values, employer_id=school.id))
    signed_in = desk.do(
        sign_in, Guest(), SignIn(role=Role.EMPLOYER, login=LOGINS[Role.EMPLOYER], password=PASSWORD)
    )
    admitted = made[PERSON]
    verdict = Decide(
        subject=Subject.REGISTRATION, id=admitted.id, version=admitted.version, verdict=Verdict.APPROVE
    )
    desk.do(decide, signed_in.actor, verdict)
