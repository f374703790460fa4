"""Who and what the tests of the security promises need: one caller of every role, one object of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.model import (
    Account,
    AccountRole,
    Activity,
    Audit,
    Base,
    Certificate,
    LoginSession,
    Org,
    PasswordReset,
    Person,
    PersonRecord,
    PersonYear,
    SpotCheck,
    SpotCheckItem,
)
from core.rules.boxes import Box
from core.rules.errors import Refused
from core.rules.reference import PROVINCE
from core.rules.roles import Actor, Caller, Guest, Role
from core.schema.account_keys import AddKey
from core.schema.base import Nothing
from core.schema.changes import ChangeView
from core.schema.declarations import DeclarationView
from core.schema.drafts import SaveDraft
from core.schema.offices import OfficeView, OrgChangeView, SaveDepartment, SubmitOrgChange
from core.schema.registration import Register, RegistrationView
from core.schema.review import Subject
from core.services.account_keys import add_key
from core.services.box_files import put_file
from core.services.departments import save_department
from core.services.desk import Desk
from core.services.drafts import save_draft
from core.services.org_changes import submit_org_change
from core.services.org_profile import org_profile
from core.services.registrations import register
from core.store.store import Store
from core.store.vault import derive
from tests.conftest import DATA_KEY
from tests.services.front_door import GUEST, cheap_desk, typed_form
from tests.services.key_pairs import public_line
from tests.services.moving import position, transfer
from tests.services.offices import applied
from tests.services.proofs import asked, without_faces
from tests.services.teaching import Taught, taught
from tests.services.year_commands import enter_exemption, enter_job
from tests.worlds import World, build_world, submitted

ISSUER = "河南省人力资源和社会保障厅"
PASSED = 2025
DRAFT = "h" * 24
"""The key of a draft of the garden firm's person."""


@dataclass(frozen=True)
class Hall:
    """A world with a desk, and what belongs to the garden firm and its person.

    The firm stands in 410327 and has no authority; its bureau is the city's.
    """

    world: World
    desk: Desk
    person: Actor
    declaration: DeclarationView
    registration: RegistrationView
    certificate_id: int
    number: str
    record_id: int
    changes: Mapping[Subject, ChangeView]
    firm_account: int
    office: OfficeView
    org_change: OrgChangeView
    department_id: int
    taught: Taught

    activity_id: int
    exemption_id: int
    job_id: int
    key_id: int
    file_id: int

    @property
    def store(self) -> Store:
        """Where it all lies."""
        return self.world.store


def build_hall(store: Store, folder: Path) -> Hall:
    """Fill a store with a declaration under review, a registration, and a year with its certificate."""
    world = build_world(store)
    desk = cheap_desk(store)
    person = world.person("李四", world.garden)
    pass_year(world, person)
    certificate_id = _enter_certificate(world, person)
    desk.do(save_draft, person, SaveDraft(key=DRAFT, form="declare", title="学时申报", content="{}"))
    values = typed_form(world.garden, region="410327")
    waiting = desk.do(register, GUEST, Register(values=values, employer_id=world.garden))
    sent, number = submitted(desk, person, folder), number_of(world, person)
    enter_spot_check(world, sent.id)
    record_id = _enter_record(world, person)
    changes = _ask_for_changes(world, desk, person, folder)
    firm = world.office(world.garden)
    office = applied(desk, region="410327")
    org_change = _ask_for_a_name(desk, firm)
    (department,) = desk.do(save_department, firm, SaveDepartment(name="工程部"))
    return Hall(
        world,
        desk,
        person,
        sent,
        waiting,
        certificate_id,
        number,
        record_id,
        changes,
        firm.account_id,
        office,
        org_change,
        department.id,
        taught(world, desk, folder),
        _enter_activity(world),
        enter_exemption(world, person),
        enter_job(world, firm),
        enter_key(desk, person),
        put_file(desk, person.account_id, Box.INBOX, "a.pdf", b"%PDF-1.7\n").id,
    )


def enter_key(desk: Desk, person: Actor) -> int:
    """A public key of the person's account."""
    return desk.do(add_key, person, AddKey(text=public_line())).rows[0].id


def _enter_activity(world: World) -> int:
    """A 单位申报 of the garden firm, as it is stored; nobody is in it."""
    with world.store.writing() as work:
        row = Activity(
            org_id=world.garden,
            year=2026,
            form="post_training",
            title="园林施工培训班",
            created_at=work.clock.now(),
        )
        work.session.add(row)
        work.commit()
    return row.id


def pass_year(world: World, person: Actor, year: int = PASSED) -> None:
    """A year of the person that has passed and was recognised."""
    with world.store.writing() as work:
        settled = PersonYear(person_id=person.person_id, year=year, region_code=person.region_code)
        settled.public_halves, settled.professional_halves, settled.passed = 60, 120, True
        settled.recognised_at, settled.recognised_by = work.clock.now(), ISSUER
        work.session.add(settled)
        work.commit()


def enter_spot_check(world: World, declaration_id: int) -> None:
    """A draw (抽查) of the city's bureau, as it is stored."""
    with world.store.writing() as work:
        row = SpotCheck(
            org_id=world.city_bureau,
            region_code="410300",
            year=2026,
            seed="2026-11-22",
            wanted=1,
            population=1,
            population_sha256="0" * 64,
            up_to_id=1,
            drawn_at=work.clock.now(),
        )
        work.session.add(row)
        work.session.flush()
        work.session.add(SpotCheckItem(check_id=row.id, place=1, declaration_id=declaration_id))
        work.commit()


def number_of(world: World, person: Actor) -> str:
    """The person's 证件号."""
    with world.store.reading() as work:
        return work.vault.open(work.session.get_one(Person, person.person_id).id_number_sealed)


def everybody(world: World) -> Mapping[Role, Actor]:
    """Somebody of every role, signed in."""
    return {
        Role.PERSON: world.person("王五"),
        Role.EMPLOYER: world.office(world.school),
        Role.BASE: world.office(base_of(world)),
        Role.AUTHORITY: world.office(world.education),
        Role.BUREAU: world.office(world.county_bureau),
        Role.OPERATOR: operator(world),
    }


def operator(world: World) -> Actor:
    """A 系统管理员, signed in."""
    with world.store.writing() as work:
        account = Account(
            login_digest=work.vault.digest("login", "OPERATOR"),
            login_sealed=work.vault.seal("OPERATOR"),
            password_hash="!",
            created_at=work.clock.now(),
        )
        work.session.add(account)
        work.session.flush()
        held = AccountRole(account_id=account.id, role=Role.OPERATOR.value)
        work.session.add(held)
        work.session.flush()
        session_id = another_session(work.session, world, held)
        work.commit()
    return Actor(account.id, session_id, Role.OPERATOR, "系统管理员", PROVINCE, address="127.0.0.1")


def another_session(session: Session, world: World, held: AccountRole, name: str = "") -> str:
    """A session of a role; returns its id."""
    session_id = name or f"session-{held.id}"
    session.add(
        LoginSession(
            id=session_id,
            account_id=held.account_id,
            role=held.role,
            account_role_id=held.id,
            address="127.0.0.1",
            started_at=world.clock.now(),
            last_seen_at=world.clock.now(),
        )
    )
    return session_id


def answer(call: Callable[[], object]) -> str:
    """The code that a call is refused with, `done` if it is not; of fields the first one's."""
    try:
        call()
    except Refused as refusal:
        return (refusal.fields[0].code if refusal.fields else refusal.code).name
    return "done"


def mailed_code(world: World, person: Actor) -> None:
    """A code that was mailed to a person and is good still."""
    with world.store.writing() as work:
        now = work.clock.now()
        work.session.add(
            PasswordReset(
                asked_digest=work.vault.digest("reset_asked", "somebody"),
                code_digest=work.vault.digest("reset_code", "12345678"),
                account_id=person.account_id,
                created_at=now,
                expires_at=now + timedelta(minutes=15),
            )
        )
        work.commit()


def open_codes(world: World) -> int:
    """How many codes nobody has used, and nobody has made worthless."""
    with world.store.reading() as work:
        unused = select(func.count(PasswordReset.id)).where(PasswordReset.used_at.is_(None))
        return work.session.scalar(unused) or 0


def entries(store: Store) -> int:
    """How many entries the audit log has."""
    with store.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Audit)) or 0


def last_entry(store: Store) -> Audit:
    """The newest entry."""
    with store.reading() as work:
        return work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()


def contents(store: Store, *but: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those named."""
    with store.reading() as work:
        return {
            table.name: sorted((tuple(row) for row in work.session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }


def stranger_guest() -> Caller:
    """Somebody without a session."""
    return Guest("192.0.2.66")


def key_forms() -> tuple[bytes, ...]:
    """The data key and what is derived from it, in every form in which they might be written down."""
    import base64

    raw = base64.b64decode(DATA_KEY)
    keys = (raw, derive(raw, "seal"), derive(raw, "digest:id_number"))
    return tuple(
        form
        for key in keys
        for form in (key, base64.b64encode(key), key.hex().encode(), key.hex().upper().encode())
    )


def _enter_certificate(world: World, person: Actor) -> int:
    """A certificate as the register holds it; there is no paper to it."""
    with world.store.writing() as work:
        row = Certificate(
            number="410300-2026-000001",
            person_id=person.person_id,
            person_name=person.name,
            region_code=person.region_code,
            years=str(PASSED),
            facts_sealed=work.vault.seal("{}"),
            check_code="0000",
            issued_at=work.clock.now(),
            issuer_org_id=world.city_bureau,
            pdf_sha256="0" * 64,
            print_count=1,
        )
        work.session.add(row)
        work.commit()
    return row.id


def _ask_for_changes(world: World, desk: Desk, person: Actor, folder: Path) -> Mapping[Subject, ChangeView]:
    """One of each kind that waits at the garden firm: a teacher wants to come, its person declares the others."""
    comer = world.person("周八")
    return {
        Subject.TRANSFER: transfer(desk, comer, world.garden),
        Subject.POSITION: position(desk, person),
        Subject.IDENTITY: asked(without_faces(desk), person, folder, name="李肆").view,
    }


def _ask_for_a_name(desk: Desk, firm: Actor) -> OrgChangeView:
    """A change of the garden firm that waits at the city's bureau."""
    now = desk.do(org_profile, firm, Nothing()).change_values
    values = {**now, "name": "华瑞生态园林有限公司", "note": "更名"}
    return desk.do(submit_org_change, firm, SubmitOrgChange(values=values))


def _enter_record(world: World, person: Actor) -> int:
    """An entry of 学术技术称号."""
    with world.store.writing() as work:
        now, granted = work.clock.now(), {"honour": "中原学者", "level": "省级", "granted_on": "2020-05-01"}
        fields = {**granted, "grantor": "河南省人民政府"}
        row = PersonRecord(
            person_id=person.person_id,
            kind="honour",
            title="中原学者",
            fields=fields,
            created_at=now,
            updated_at=now,
        )
        work.session.add(row)
        work.commit()
    return row.id


def base_of(world: World) -> int:
    """The base of Luoyang; made when it is first asked for."""
    with world.store.writing() as work:
        found = work.session.scalar(select(Org.id).where(Org.code == "BASE1"))
        if found is not None:
            return found
        base = Org(
            kind="base", name="洛阳继续教育基地", code="BASE1", region_code="410300", pinyin="", initials=""
        )
        work.session.add(base)
        work.commit()
    return base.id
