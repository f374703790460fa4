"""The people of the demonstration: the guide's sample person, teachers, doctors, gardeners, and their accounts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from core.model import Account, AccountRole, Declaration, Org, Person
from core.rules.clock import today
from core.rules.forms import PUBLIC
from core.rules.hours import CreditHours
from core.rules.roles import Actor, Role
from core.rules.workflow import DeclarationState
from core.services.annual import recount
from core.services.demo_names import person_name, resident_number
from core.services.public_rows import FORM
from core.store.names import spell_person
from core.store.work import UnitOfWork

SAMPLE_YEARS = (
    (2019, "45.5", "0"),
    (2018, "15", "0"),
    (2017, "0", "15"),
    (2016, "24", "66"),
    (2015, "26", "60"),
    (2014, "26", "60"),
    (2013, "26", "60"),
)
"""The guide's seven years: 公需, 专业."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demonstration, able to act."""

    actor: Actor
    id_number: str


def make_account(work: UnitOfWork, login: str, password_hash: str) -> Account:
    """An account under a login name."""
    account = Account(
        login_digest=work.vault.digest("login", login.upper()),
        login_sealed=work.vault.seal(login.upper()),
        password_hash=password_hash,
        created_at=work.clock.now(),
    )
    work.session.add(account)
    work.session.flush()
    return account


def make_office(work: UnitOfWork, login: str, org_id: int, password_hash: str) -> Actor:
    """An account of an organisation, in the role that its kind has."""
    org = work.session.get_one(Org, org_id)
    account = make_account(work, login, password_hash)
    work.session.add(AccountRole(account_id=account.id, role=org.kind, org_id=org.id))
    work.session.flush()
    return Actor(account.id, "", Role(org.kind), "管理员", org.region_code, org.id, org.name)


def make_person(
    work: UnitOfWork,
    serial: int,
    org_id: int,
    password_hash: str,
    *,
    name: str = "",
    department_id: int | None = None,
) -> DemoPerson:
    """A person of an employer."""
    male = serial % 2 == 1
    number = resident_number(serial, male)
    name = name or person_name(random.Random(serial))
    pinyin, initials = spell_person(name)
    org = work.session.get_one(Org, org_id)
    account = make_account(work, number, password_hash)
    mobile, email = f"1990000{serial % 10000:04d}", f"person{serial}@example.cn"
    person = Person(
        account_id=account.id,
        employer_id=org.id,
        department_id=department_id,
        region_code=org.region_code,
        name=name,
        pinyin=pinyin,
        initials=initials,
        id_type="身份证",
        id_number_sealed=work.vault.seal(number),
        id_number_digest=work.vault.digest("id_number", number),
        gender="男" if male else "女",
        birth_date=date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
        ethnic_group="汉族",
        native_place="河南",
        mobile_sealed=work.vault.seal(mobile),
        mobile_digest=work.vault.digest("mobile", mobile),
        email_sealed=work.vault.seal(email),
        email_digest=work.vault.digest("email", email),
        series="中小学教师",
        title="一级教师",
    )
    work.session.add(person)
    work.session.flush()
    work.session.add(AccountRole(account_id=account.id, role=Role.PERSON.value, person_id=person.id))
    work.session.flush()
    actor = Actor(account.id, "", Role.PERSON, name, org.region_code, person_id=person.id)
    return DemoPerson(actor, number)


def make_history(work: UnitOfWork, person_id: int) -> None:
    """The guide's seven years as imported history (domain.md 7, row 20), each counted by the year's own rule."""
    person = work.session.get_one(Person, person_id)
    for year, public, professional in SAMPLE_YEARS:
        for subject, hours, title in (
            (PUBLIC, public, f"{year}年公需科目"),
            ("专业课", professional, f"{year}年专业科目培训"),
        ):
            amount = CreditHours.parse(hours)
            if amount:
                work.session.add(_history_row(work, person, year, subject, title, amount))
        work.session.flush()
        recognised = recount(work, person.id, person.region_code, year)
        recognised.recognised_at = work.clock.now() - timedelta(
            days=365 * (today(work.clock).year - year) - 10
        )
    work.session.flush()


def _history_row(
    work: UnitOfWork, person: Person, year: int, subject: str, title: str, amount: CreditHours
) -> Declaration:
    now = work.clock.now()
    return Declaration(
        person_id=person.id,
        employer_id=person.employer_id,
        region_code=person.region_code,
        year=year,
        subject=subject,
        form=FORM if subject == PUBLIC else "post_training",
        title=title,
        claimed_halves=amount.halves,
        recognised_halves=amount.halves,
        status=DeclarationState.APPROVED.value,
        started_on=date(year, 5, 10),
        ended_on=date(year, 5, 20),
        source="history",
        submitted_at=now,
        decided_at=now,
        created_at=now,
        updated_at=now,
    )
