"""The demonstration set: made by a seeded generator through the real use cases, so every run is the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.model import Blob, Declaration, Org, Person
from core.rules.clock import CHINA
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.declarations import EvidenceRef, SaveDeclaration
from core.schema.registration import Register
from core.schema.review import Decide, Verdict
from core.services.declarations import submit_declaration
from core.services.demo_accounts import make_kept_accounts
from core.services.demo_activities import make_activity
from core.services.demo_changes import Cast, make_changes
from core.services.demo_editions import make_editions
from core.services.demo_imports import make_imports
from core.services.demo_names import person_name, resident_number, words
from core.services.demo_offices import make_waiting_offices
from core.services.demo_people import DemoPerson, make_history, make_office, make_person
from core.services.demo_scans import draw_scan
from core.services.demo_statistics import make_statistics
from core.services.demo_training import BASE, BASE_LOGIN, make_training
from core.services.demo_units import UnitIds, department_ids, make_departments, make_units
from core.services.demo_years import make_years
from core.services.desk import Desk
from core.services.likenesses import keep_prints
from core.services.public_hours import PublicHours, record_public_hours
from core.services.registrations import register
from core.services.review import decide
from core.store.work import UnitOfWork

SEED = 20261121
START = datetime(2026, 11, 21, 9, 0, tzinfo=CHINA)
"""When the demonstration takes place."""
PASSWORD = "demo2026"
SCHOOL = "汝阳县小店镇第一初级中学"
GARDENERS = "华瑞园林工程有限公司"
FORMER_SCHOOL = "确山县刘店镇彭庄小学"
TEST_EMPLOYER = "河南高辉（用人单位测试账号）"
COUNTY_OFFICE, COUNTY_BUREAU = "汝阳县教育局", "汝阳县人力资源和社会保障局"
PROVINCE_BUREAU = "河南省人力资源和社会保障厅"
SAMPLE_SERIAL = 1
_QUEUE, _ON_TO_AUTHORITY, _ON_TO_BUREAU, _WAITING = 320, 90, 45, 12


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """An account of the demonstration: the role's words, the login name, whose it is."""

    role: str
    login: str
    whose: str


LOGINS = (
    DemoLogin("专业技术人员", resident_number(SAMPLE_SERIAL, True), f"张三，{TEST_EMPLOYER}"),
    DemoLogin("用人单位", "xiaodian", SCHOOL),
    DemoLogin("用人单位", "gaohui", TEST_EMPLOYER),
    DemoLogin("继续教育基地", BASE_LOGIN, BASE),
    DemoLogin("主管部门", "jiaoyu", COUNTY_OFFICE),
    DemoLogin("人社部门", "rensheju", COUNTY_BUREAU),
    DemoLogin("人社部门", "renshesheng", PROVINCE_BUREAU),
    DemoLogin("系统管理员", "admin", "系统管理员"),
)


class DemoClock:
    """A clock that the generator sets as it goes."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def set(self, moment: datetime) -> None:
        """Let it be this moment."""
        self.moment = moment

    def now(self) -> datetime:
        """An aware moment in UTC."""
        return self.moment.astimezone(UTC)


def fill_demonstration(desk: Desk) -> None:
    """Fill an installation that `initialise` has just made. Takes some seconds."""
    clock, kept = DemoClock(START - timedelta(days=60)), desk.store.clock
    desk.store.clock = clock
    try:
        _fill(desk, clock)
    finally:
        desk.store.clock = kept


def _fill(desk: Desk, clock: DemoClock) -> None:
    chance = random.Random(SEED)
    password_hash = desk.passwords.hash(PASSWORD)
    with desk.writing() as work:
        units = make_units(work, chance)
        for name in (SCHOOL, GARDENERS, TEST_EMPLOYER):
            make_departments(work, units.by_name[name])
        offices = _make_offices(work, units, password_hash)
        sample = make_person(work, SAMPLE_SERIAL, units.by_name[TEST_EMPLOYER], password_hash, name="张三")
        _sample_person(work, sample, units.by_name[TEST_EMPLOYER])
        people = _make_people(work, chance, units, password_hash)
        scans = _make_scans(desk, work, clock)
        _public_hours(work, people)
        work.commit()
    _make_queue(desk, clock, chance, people, scans, offices)
    _make_registrations(desk, clock, chance, units)
    cast = Cast(sample.actor, offices[TEST_EMPLOYER], offices[SCHOOL], units.by_name[FORMER_SCHOOL])
    make_changes(desk, cast, password_hash, START, clock.set)
    make_waiting_offices(desk, units, offices[SCHOOL], offices[TEST_EMPLOYER], PASSWORD, START, clock.set)
    make_kept_accounts(desk, offices[SCHOOL], password_hash)
    make_editions(desk)
    clock.set(START - timedelta(days=2))
    make_activity(desk, offices[SCHOOL], people[60:66])
    make_imports(desk, offices[PROVINCE_BUREAU], offices[SCHOOL])
    county, county_office = offices[COUNTY_BUREAU], offices[COUNTY_OFFICE]
    make_training(desk, people[80:], county, county_office, password_hash, START, clock.set)
    make_statistics(desk, offices[COUNTY_BUREAU], units.by_name[GARDENERS], password_hash)
    make_years(desk, offices[COUNTY_BUREAU])


def _make_offices(work: UnitOfWork, units: UnitIds, password_hash: str) -> dict[str, Actor]:
    by_login = {login.login: login.whose for login in LOGINS if login.whose in units.by_name}
    made = {
        login: make_office(work, login, units.by_name[whose], password_hash)
        for login, whose in by_login.items()
    }
    return {actor.org_name: actor for actor in made.values()}


def _sample_person(work: UnitOfWork, sample: DemoPerson, employer_id: int) -> None:
    """The guide's own examples: seven years, and three declarations of 2019."""
    assert sample.actor.person_id is not None
    make_history(work, sample.actor.person_id)
    org = work.session.get_one(Org, employer_id)
    now = work.clock.now()
    for hours, status in ((66, "draft"), (60, "pending"), (80, "pending")):
        pending = status == "pending"
        row = Declaration(
            person_id=sample.actor.person_id,
            employer_id=org.id,
            region_code=org.region_code,
            year=2019,
            subject="专业课",
            form="post_training",
            title=f"2019年{_course(hours)}",
            fields={
                "subject": "专业课",
                "organiser": "河南省人力资源和社会保障厅",
                "class_name": f"2019年{_course(hours)}",
                "started_on": "2019-07-01",
                "ended_on": "2019-07-10",
                "result": "合格",
                "year": "2019",
                "claimed_hours": str(hours),
            },
            claimed_halves=hours * 2,
            status=status,
            step="employer" if pending else None,
            handler_org_id=org.id if pending else None,
            submitted_at=now if pending else None,
            created_at=now,
            updated_at=now,
        )
        work.session.add(row)
        work.session.flush()
        if pending:
            work.decide(sample.actor, "declaration", row.id, "submit", version=1)
        work.audit(sample.actor, Action.SAVE_DECLARATION, "declaration", row.id, "2019 岗位培训")


def _course(number: int) -> str:
    courses = words("courses")
    return courses[number % len(courses)]


def _make_people(
    work: UnitOfWork, chance: random.Random, units: UnitIds, password_hash: str
) -> list[DemoPerson]:
    school, gardeners = units.by_name[SCHOOL], units.by_name[GARDENERS]
    departments = department_ids(work, school)
    people = []
    for serial in range(2, 102):
        org = school if serial < 82 else gardeners
        department = chance.choice(departments) if org == school else None
        people.append(make_person(work, serial, org, password_hash, department_id=department))
    return people


def _make_scans(desk: Desk, work: UnitOfWork, clock: DemoClock) -> list[str]:
    """One scan for each declaration of the queue; a few are used twice, for the reviewer to find."""
    from core.store.pictures import PictureLimits, inspect

    courses = words("courses")
    limits = PictureLimits.of(desk.settings)
    found: list[str] = []
    contents: dict[str, bytes] = {}
    for number in range(_QUEUE):
        if number % 29 == 28:
            found.append(found[number // 2])
            continue
        course = courses[number % len(courses)]
        lines = (f"参加 {START.year}年{course}", "考核合格，准予结业", f"编号 YS{START.year}{number:04d}")
        content = draw_scan("结 业 证 书", lines, number)
        picture = inspect(content, limits)
        sha256 = desk.store.blobs.put(content)
        blob = Blob(
            sha256=sha256,
            size=len(content),
            kind=picture.kind,
            width=picture.width,
            height=picture.height,
            added_at=clock.now(),
        )
        work.session.add(blob)
        found.append(sha256)
        contents[sha256] = content
    work.session.flush()
    keep_prints(work, contents)
    return found


def _public_hours(work: UnitOfWork, people: list[DemoPerson]) -> None:
    """Most people have their 公需课 hours of the year already."""
    finished = work.clock.now().date()
    rows = []
    for index, each in enumerate(people):
        hours = CreditHours.of((30, 30, 30, 24, 12)[index % 5])
        person = work.session.get_one(Person, each.actor.person_id)
        rows.append(
            (person, PublicHours(each.id_number, START.year, f"{START.year}年公需科目", hours, finished))
        )
    record_public_hours(work, rows)


def _make_queue(
    desk: Desk,
    clock: DemoClock,
    chance: random.Random,
    people: list[DemoPerson],
    scans: list[str],
    offices: dict[str, Actor],
) -> None:
    """Declarations over the last weeks; some have gone on to the authority and to the bureau."""
    with desk.writing() as work:
        school_line = []
        for number in range(_QUEUE):
            clock.moment = START - timedelta(days=45) + timedelta(hours=3 * number, minutes=number % 60)
            person = people[number % len(people)]
            view = submit_declaration.function(
                work, person.actor, _declared(work, chance, person, number, scans)
            )
            if number % len(people) < 80:
                school_line.append((view.id, view.version))
        for index, (item, version) in enumerate(school_line[:_ON_TO_AUTHORITY]):
            clock.moment = START - timedelta(days=4) + timedelta(minutes=7 * index)
            if index % 15 == 14:
                verdict, opinion = Verdict.REJECT, "附件不清晰"
            else:
                verdict, opinion = Verdict.APPROVE, ""
            done = decide.function(
                work, offices[SCHOOL], Decide(id=item, version=version, verdict=verdict, opinion=opinion)
            )
            if verdict is Verdict.APPROVE and index < _ON_TO_BUREAU:
                decide.function(
                    work,
                    offices[COUNTY_OFFICE],
                    Decide(id=item, version=done.version, verdict=Verdict.APPROVE),
                )
        work.commit()


def _declared(
    work: UnitOfWork, chance: random.Random, person: DemoPerson, number: int, scans: list[str]
) -> SaveDeclaration:
    courses = words("courses")
    course = courses[(number * 5 + number // len(courses)) % len(courses)]
    first = datetime(START.year, 3, 2) + timedelta(days=(number * 11) % 180)
    days = 2 + number % 6
    last = first + timedelta(days=days - 1)
    sha256 = scans[number % len(scans)]
    work.audit(person.actor, Action.ADD_EVIDENCE, "blob", sha256, "")
    above = number % 37 == 36  # a claim above the rule, with its reason, for the reviewer to see
    return SaveDeclaration(
        form="post_training",
        values={
            "subject": "专业课",
            "organiser": "汝阳县教育局" if number % 3 else "洛阳市教育局",
            "class_name": f"{START.year}年{course}第{number // len(courses) + 1}期",
            "content": course,
            "started_on": first.date().isoformat(),
            "ended_on": last.date().isoformat(),
            "result": chance.choice(("合格", "优秀", "良好")),
            "year": str(START.year),
            "claimed_hours": str(days * 8 + (8 if above else 0)),
            "remark": "含赛前集训一天" if above else "",
        },
        evidence=(EvidenceRef(sha256=sha256, file_name=f"结业证书{number + 1}.jpg", caption="结业证书"),),
    )


def _make_registrations(desk: Desk, clock: DemoClock, chance: random.Random, units: UnitIds) -> None:
    """People who wait to be let in."""
    from core.rules.roles import Guest

    for index in range(_WAITING):
        clock.moment = START - timedelta(days=6) + timedelta(hours=7 * index)
        number = resident_number(700 + index, index % 2 == 0)
        register.function(
            desk,
            Guest(),
            Register(
                employer_id=units.by_name[SCHOOL],
                values={
                    "id_type": "身份证",
                    "id_number": number,
                    "password": PASSWORD,
                    "password_again": PASSWORD,
                    "mobile": f"1990001{index:04d}",
                    "email": f"wait{index}@example.cn",
                    "region": "410326",
                    "employer": str(units.by_name[SCHOOL]),
                    "name": person_name(chance),
                    "gender": "男" if index % 2 == 0 else "女",
                    "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
                    "ethnic_group": "汉族",
                },
            ),
        )
