"""The demonstration set: real enough to show, and the same every time on either engine."""

from __future__ import annotations

from collections.abc import Callable

from argon2 import PasswordHasher
from sqlalchemy import func, select

from core.model import Change, Declaration, Message, Org, Person, PersonYear, Registration
from core.rules.identity import check_resident_number, check_uscc
from core.rules.roles import Actor, Guest, Role
from core.schema.base import Nothing
from core.schema.person_records import RecordList
from core.schema.review import QueueQuery, QueueRow, Subject
from core.schema.sign_in import SignIn
from core.services.demo_changes import MISSPELT, NEWCOMER, PROMOTED
from core.services.demonstration import (
    LOGINS,
    PASSWORD,
    SCHOOL,
    START,
    TEST_EMPLOYER,
    fill_demonstration,
)
from core.services.desk import Desk
from core.services.homes import person_home
from core.services.passwords import Passwords
from core.services.person_records import record_page
from core.services.positions import position_page
from core.services.review_views import queue_page
from core.services.setup import fill_regions, fill_years
from core.services.sign_in import sign_in
from core.store.store import Store

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GUIDE = (
    "华瑞园林工程有限公司",
    "梁园区白云社区卫生服务中心",
    "新野县溧河铺镇卫生院",
    "汝阳县小店镇第一初级中学",
    "确山县刘店镇彭庄小学",
)


def test_the_demonstration_is_whole_and_the_same_on_both_engines(
    open_new_store: Callable[..., Store],
) -> None:
    desks = [_demonstration(open_new_store(engine, captcha=False)) for engine in ("sqlite", "postgresql")]
    contents = [_content(desk) for desk in desks]
    assert contents[0] == contents[1]
    for desk in desks:
        _is_whole(desk)
        _everybody_can_sign_in(desk)
        _each_page_has_something_to_show(desk)


def _demonstration(store: Store) -> Desk:
    desk = Desk(store, passwords=Passwords(CHEAP))
    with desk.writing() as work:
        fill_regions(work)
        fill_years(work)
        work.commit()
    fill_demonstration(desk)
    return desk


def _content(desk: Desk) -> list[object]:
    """What a person would see, without the ids of the engine."""
    with desk.reading() as work:
        orgs = work.session.execute(select(Org.name, Org.code, Org.region_code).order_by(Org.code)).all()
        people = work.session.execute(select(Person.name, Person.pinyin).order_by(Person.id)).all()
        claims = work.session.execute(
            select(
                Declaration.title, Declaration.claimed_halves, Declaration.status, Declaration.flagged
            ).order_by(Declaration.id)
        ).all()
        changes = work.session.execute(
            select(Change.kind, Change.state, Change.fields, Change.faces).order_by(Change.id)
        ).all()
        told = work.session.execute(
            select(Message.kind, Message.text, Message.at).order_by(Message.at, Message.id)
        ).all()
        return [tuple(row) for rows in (orgs, people, claims, changes, told) for row in rows]


def _is_whole(desk: Desk) -> None:
    with desk.reading() as work:
        listed = work.session.execute(select(Org.name, Org.code).where(Org.kind == "employer"))
        employers = {row.name: row.code for row in listed}
        assert len(employers) == 2000
        assert set(GUIDE) <= set(employers)
        assert all(check_uscc(code) == code for code in employers.values())
        waiting = work.session.scalar(
            select(func.count()).select_from(Declaration).where(Declaration.status == "pending")
        )
        assert waiting is not None and waiting >= 300
        assert work.session.scalar(select(func.count()).select_from(Registration)) == 12
        sample = work.session.scalars(select(Person).where(Person.name == "张三")).one()
        years = work.session.scalars(select(PersonYear).where(PersonYear.person_id == sample.id)).all()
        assert {row.year for row in years} == {*range(2013, 2020), START.year}
        mine = select(Declaration.claimed_halves, Declaration.status).where(
            Declaration.person_id == sample.id, Declaration.source == "person"
        )
        claims = sorted(tuple(row) for row in work.session.execute(mine))
        assert claims == [(120, "pending"), (132, "draft"), (160, "pending")]
        assert check_resident_number(LOGINS[0].login, START.date()).number == LOGINS[0].login


def _everybody_can_sign_in(desk: Desk) -> None:
    labels = {role.label: role for role in Role}
    for account in LOGINS:
        if account.login == "admin":
            continue  # made by the installation itself, not by the demonstration
        signed_in = desk.do(
            sign_in, Guest(), SignIn(role=labels[account.role], login=account.login, password=PASSWORD)
        )
        assert signed_in.actor.role.label == account.role


def _each_page_has_something_to_show(desk: Desk) -> None:
    sample, school, gaohui = (_signed_in(desk, login) for login in (LOGINS[0].login, "xiaodian", "gaohui"))
    assert [each.after for each in desk.do(position_page, sample, Nothing()).rows] == ["一级教师"]
    for kind in ("education", "qualification"):
        assert len(desk.do(record_page, sample, RecordList(kind=kind)).rows) == 1
    assert desk.do(person_home, sample, Nothing()).unread == 2
    waiting = {
        (office.org_name, subject): [row.person_name for row in _queue(desk, office, subject)]
        for office in (school, gaohui)
        for subject in (Subject.TRANSFER, Subject.POSITION, Subject.IDENTITY)
    }
    authority, bureau, ministry = (_signed_in(desk, login) for login in ("jiaoyu", "rensheju", "renshesheng"))
    assert [len(_queue(desk, office, Subject.OFFICE)) for office in (authority, bureau)] == [2, 2]
    assert [row.person_name for row in _queue(desk, ministry, Subject.OFFICE_CHANGE)] == [TEST_EMPLOYER]
    assert {place: names for place, names in waiting.items() if names} == {
        (SCHOOL, Subject.TRANSFER): [NEWCOMER],
        (SCHOOL, Subject.IDENTITY): [MISSPELT],
        (TEST_EMPLOYER, Subject.POSITION): [PROMOTED],
    }


def _queue(desk: Desk, office: Actor, subject: Subject) -> tuple[QueueRow, ...]:
    return desk.do(queue_page, office, QueueQuery(subject=subject)).rows


def _signed_in(desk: Desk, login: str) -> Actor:
    role = next(role for role in Role for each in LOGINS if (each.login, each.role) == (login, role.label))
    return desk.do(sign_in, Guest(), SignIn(role=role, login=login, password=PASSWORD)).actor
