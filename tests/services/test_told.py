"""What people are told without asking: verdicts, what was taken back, registrations and the result of a year."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Message, Outbox
from core.schema.annual import ChangeYear
from core.schema.base import Nothing
from core.schema.registration import Register, RegistrationView
from core.schema.review import Decide, Decided, DecideMany, Subject, UndoDecision, Verdict
from core.services.annual import person_home
from core.services.desk import Desk
from core.services.registrations import register
from core.services.review import decide, decide_many, undo_decision
from core.services.years import change_year
from core.store.store import Store
from tests.services.front_door import GUEST, NUMBER, cheap_desk, typed_form
from tests.services.moving import answered, told, transfer
from tests.services.races import claims, verdict
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, submitted


@pytest.fixture
def small(sqlite_store: Store) -> World:
    """Enough where no statement differs between the engines. This installation sends mail."""
    sqlite_store.settings = sqlite_store.settings.model_copy(update={"smtp_host": "mail.example.cn"})
    return build_world(sqlite_store)


@pytest.fixture
def small_desk(small: World) -> Desk:
    return cheap_desk(small.store)


def test_a_claim_that_goes_on_to_the_next_level_is_no_news(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    desk.do(decide, world.office(world.school), verdict(view, Verdict.APPROVE))
    assert told(world, account_id=person.account_id) == []


@pytest.mark.parametrize(("said", "words"), [(Verdict.REJECT, "审核不通过"), (Verdict.RETURN, "退回修改")])
def test_a_claim_that_comes_back_tells_its_reason_and_that_it_was_taken_back(
    desk: Desk, world: World, tmp_path: Path, said: Verdict, words: str
) -> None:
    person, office = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    done = desk.do(decide, office, verdict(view, said))
    desk.do(undo_decision, office, UndoDecision(id=done.id, version=done.version))
    about = f"岗位培训 {view.title} 40 学时"
    assert told(world, account_id=person.account_id) == [
        f"{words}：{about}。原因：请核对",
        f"已收回，重新审核：{about}",
    ]


def test_a_verdict_that_only_went_on_is_taken_back_without_a_word(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, office = world.person(), world.office(world.school)
    done = desk.do(decide, office, verdict(submitted(desk, person, tmp_path), Verdict.APPROVE))
    desk.do(undo_decision, office, UndoDecision(id=done.id, version=done.version))
    assert told(world, account_id=person.account_id) == []


def test_the_last_level_tells_the_hours_that_count(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.garden)
    item: Decided = desk.do(
        decide,
        world.office(world.garden),
        verdict(submitted(desk, person, tmp_path, class_name="园林班"), Verdict.APPROVE),
    )
    less = Decide(id=item.id, version=item.version, verdict=Verdict.APPROVE, recognised="32.5")
    desk.do(decide, world.office(world.city_bureau), less)
    assert told(world, account_id=person.account_id) == ["审核通过：岗位培训 园林班 32.5 学时"]


def test_a_batch_tells_everybody_of_theirs(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.garden)
    views = claims(desk, person, tmp_path, 2)
    items = tuple((view.id, view.version) for view in views)
    batch = DecideMany(items=items, verdict=Verdict.REJECT, opinion="不是本单位人员")
    desk.do(decide_many, world.office(world.garden), batch)
    assert len(told(world, account_id=person.account_id)) == 2


def test_the_home_lists_the_six_latest_and_what_each_is_about(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    (view,) = claims(desk, person, tmp_path, 1)
    desk.do(decide, world.office(world.school), verdict(view, Verdict.REJECT))
    for _ in range(6):
        moving = transfer(desk, person, world.garden)
        answered(desk, world.office(world.garden), moving, Verdict.REJECT, "暂无岗位")
    notices = desk.do(person_home, person, Nothing()).notices
    assert [(each.object_kind, each.unread, each.declaration_id) for each in notices] == [
        ("transfer", True, None)
    ] * 6
    assert (notices[0].object_id, notices[0].message_id) == (moving.id, 7)


def registration(desk: Desk, world: World) -> RegistrationView:
    form = typed_form(world.garden, region="410327")
    return desk.do(register, GUEST, Register(values=form, employer_id=world.garden))


def on_registration(view: RegistrationView, said: Verdict, opinion: str = "") -> Decide:
    return Decide(
        subject=Subject.REGISTRATION, id=view.id, version=view.version, verdict=said, opinion=opinion
    )


def test_whoever_is_admitted_is_told_inside_and_by_mail(small_desk: Desk, small: World) -> None:
    view = registration(small_desk, small)
    small_desk.do(decide, small.office(small.garden), on_registration(view, Verdict.APPROVE))
    words = "注册审核通过：华瑞园林工程有限公司 已同意，现在可以用证件号登录"
    with small.store.reading() as work:
        (message,) = work.session.scalars(select(Message))
        (letter,) = work.session.scalars(select(Outbox))
        address, body = work.vault.open(letter.to_sealed), work.vault.open(letter.body_sealed or b"")
    assert (message.text, address, words in body) == (words, "zhangsan@example.cn", True)
    assert NUMBER not in body


def test_whoever_is_not_admitted_reads_why_in_a_mail(small_desk: Desk, small: World) -> None:
    view = registration(small_desk, small)
    office = small.office(small.garden)
    small_desk.do(decide, office, on_registration(view, Verdict.REJECT, "不是本单位人员"))
    with small.store.reading() as work:
        (letter,) = work.session.scalars(select(Outbox))
        address, body = work.vault.open(letter.to_sealed), work.vault.open(letter.body_sealed or b"")
        messages = work.session.scalars(select(Message)).all()
    words = "注册审核不通过（华瑞园林工程有限公司）。原因：不是本单位人员"
    assert (address, words in body, messages) == ("zhangsan@example.cn", True, [])


def test_the_result_of_a_year_is_told_once_and_again_only_when_it_changes(desk: Desk, world: World) -> None:
    bureau, passing, failing = world.office(world.county_bureau), world.person(), world.person("李四")
    remember(world, passing, 2026, "30", "60")
    remember(world, failing, 2026, "24", "60")
    desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="到期"))
    for _ in range(2):
        settle(desk, bureau, 2026)
    first = "2026年度认定不通过，公需还差 6，总学时还差 6"
    assert told(world, account_id=passing.account_id) == ["2026年度认定通过，可以打印学时证明"]
    assert told(world, account_id=failing.account_id) == [first]
    remember(world, failing, 2026, "6", "0")
    settle(desk, bureau, 2026)
    assert told(world, account_id=failing.account_id) == [first, "2026年度认定通过，可以打印学时证明"]
