"""A small world for tests: regions of Henan, offices of every kind, persons, and sessions for all of them."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.model import Account, AccountRole, LoginSession, Org, Person, Region
from core.rules import reference
from core.rules.identity import check_digit
from core.rules.roles import Actor, Role
from core.schema.declarations import AddEvidence, DeclarationView, EvidenceRef, SaveDeclaration
from core.services.declarations import submit_declaration
from core.services.desk import Desk
from core.services.evidence import add_evidence
from core.store.names import spell_words
from core.store.search import index_grams
from core.store.store import Store

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
REGIONS = ("410000", "410099", "410300", "410326", "410327", "411400", "411402")


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """An aware moment in UTC."""
        return self.moment

    def advance(self, **span: float) -> None:
        """Let time go by, in the words of `timedelta`."""
        self.moment += timedelta(**span)


@dataclass
class World:
    """What `build_world` made. Offices by their id; actors are made on demand."""

    store: Store
    clock: SetClock
    school: int
    garden: int
    clinic: int
    education: int
    county_bureau: int
    city_bureau: int
    province_bureau: int
    other_bureau: int
    persons: int = 0

    def person(self, name: str = "张三", employer: int | None = None) -> Actor:
        """A new person of an employer (the school if none is named), signed in."""
        self.persons += 1
        number = id_number(self.persons)
        with self.store.writing() as work:
            org = work.session.get_one(Org, employer or self.school)
            account = _account(work.session, self.store, number, self.clock)
            person = Person(
                account_id=account.id,
                employer_id=org.id,
                region_code=org.region_code,
                name=name,
                pinyin="zhangsan",
                initials="zs",
                id_type="身份证",
                id_number_sealed=self.store.vault.seal(number),
                id_number_digest=self.store.vault.digest("id_number", number),
                gender="男",
                birth_date=date(1985, 3, 7),
                title="一级教师",
            )
            work.session.add(person)
            work.session.flush()
            role = AccountRole(account_id=account.id, role=Role.PERSON.value, person_id=person.id)
            work.session.add(role)
            work.session.flush()
            actor = _signed_in(work.session, self.clock, role, name, org, person_id=person.id)
            work.commit()
        return actor

    def office(self, org_id: int, name: str = "管理员") -> Actor:
        """A new account of an office, signed in under the role that its kind has."""
        self.persons += 1
        with self.store.writing() as work:
            org = work.session.get_one(Org, org_id)
            account = _account(work.session, self.store, f"office-{self.persons}", self.clock)
            role = AccountRole(account_id=account.id, role=org.kind, org_id=org.id)
            work.session.add(role)
            work.session.flush()
            actor = _signed_in(work.session, self.clock, role, name, org)
            work.commit()
        return actor

    def wait(self, days: float) -> None:
        """Let days go by; nobody is signed out for it."""
        self.clock.advance(days=days)
        with self.store.writing() as work:
            work.session.execute(update(LoginSession).values(last_seen_at=self.clock.now()))
            work.commit()


def build_world(store: Store) -> World:
    """Fill a store: a school with an authority, a firm and a clinic without, bureaus at three levels."""
    clock = SetClock()
    store.clock = clock
    with store.writing() as work:
        for code in REGIONS:
            if work.session.get(Region, code) is None:
                work.session.add(_region(code))
                work.session.flush()
        ids = [
            _org(work.session, *row)
            for row in (
                ("authority", "汝阳县教育局", "410326"),
                ("bureau", "汝阳县人力资源和社会保障局", "410326"),
                ("bureau", "洛阳市人力资源和社会保障局", "410300"),
                ("bureau", "河南省人力资源和社会保障厅", "410000"),
                ("bureau", "梁园区人力资源和社会保障局", "411402"),
                ("employer", "汝阳县小店镇第一初级中学", "410326"),
                ("employer", "华瑞园林工程有限公司", "410327"),
                ("employer", "梁园区白云社区卫生服务中心", "411402"),
            )
        ]
        education, county, city, province, other, school, garden, clinic = ids
        work.session.get_one(Org, school).authority_id = education
        work.commit()
    return World(store, clock, school, garden, clinic, education, county, city, province, other)


def training(**changes: str) -> dict[str, str]:
    """What is typed for 岗位培训 of five days: 40 学时 by the rule."""
    typed = {
        "subject": "专业课",
        "year": "2026",
        "organiser": "汝阳县教育局",
        "class_name": "2026年初中数学新课标培训班",
        "started_on": "2026-07-10",
        "ended_on": "2026-07-14",
        "result": "合格",
        "claimed_hours": "40",
    }
    return typed | changes


def scan(desk: Desk, person: Actor, folder: Path, shade: int = 120) -> EvidenceRef:
    """A picture that the person has brought in, ready to attach; the same shade is the same scan."""
    path = picture(folder, f"证书{shade}.png", shade)
    kept = desk.do(add_evidence, person, AddEvidence(path=str(path)))
    return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="结业证书")


def submitted(
    desk: Desk, person: Actor, folder: Path, shade: int = 120, form: str = "post_training", **changes: str
) -> DeclarationView:
    """A declaration of 岗位培训 that has been sent in and waits at the employer."""
    command = SaveDeclaration(
        form=form, values=training(**changes), evidence=(scan(desk, person, folder, shade),)
    )
    return desk.do(submit_declaration, person, command)


def id_number(serial: int) -> str:
    """A resident's number of a region that is issued to nobody, with a check digit that holds."""
    first = f"41009919850307{serial * 2 + 1:03d}"
    return first + check_digit(first)


def picture(folder: Path, name: str = "证书.png", shade: int = 120, size: int = 40) -> Path:
    """A small PNG file; another shade is another file."""
    row = b"\x00" + bytes((shade, 255 - shade, (shade * 7) % 256)) * size
    path = folder / name
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(row * size))
        + _chunk(b"IEND", b"")
    )
    return path


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _region(code: str) -> Region:
    known = reference.region(code)
    return Region(code=code, name=known.name, parent=known.parent or None, kind=known.kind)


def _org(session: Session, kind: str, name: str, region: str) -> int:
    pinyin, initials = spell_words(name)
    code = f"{kind}-{region}-{name}"[:40]
    org = Org(kind=kind, name=name, code=code, region_code=region, pinyin=pinyin, initials=initials)
    session.add(org)
    index_grams(session, org)
    return org.id


def _account(session: Session, store: Store, login: str, clock: SetClock) -> Account:
    account = Account(
        login_digest=store.vault.digest("login", login),
        login_sealed=store.vault.seal(login),
        password_hash="!",
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    return account


def _signed_in(
    session: Session, clock: SetClock, role: AccountRole, name: str, org: Org, person_id: int | None = None
) -> Actor:
    session_id = f"session-{role.id}"
    session.add(
        LoginSession(
            id=session_id,
            account_id=role.account_id,
            role=role.role,
            account_role_id=role.id,
            address="127.0.0.1",
            started_at=clock.now(),
            last_seen_at=clock.now(),
        )
    )
    return Actor(
        account_id=role.account_id,
        session_id=session_id,
        role=Role(role.role),
        name=name,
        region_code=org.region_code,
        org_id=None if person_id else org.id,
        org_name="" if person_id else org.name,
        person_id=person_id,
        address="127.0.0.1",
    )
