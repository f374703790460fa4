"""Registrations on the employer's desk: listed, shown with what was typed, admitted or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.model import Person
from core.rules.errors import ErrorCode, Refused
from core.schema.registration import Register, RegistrationView
from core.schema.review import (
    Decide,
    DecideMany,
    ItemKey,
    QueueQuery,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.desk import Desk
from core.services.registrations import register
from core.services.review import decide, decide_many, undo_decision
from core.services.review_views import queue_page, review_item
from tests.services.front_door import GUEST, typed_form
from tests.worlds import World


@pytest.fixture
def waiting(desk: Desk, world: World) -> RegistrationView:
    return desk.do(register, GUEST, Register(values=typed_form(world.school)))


def verdict(view: RegistrationView, said: Verdict, opinion: str = "") -> Decide:
    return Decide(
        subject=Subject.REGISTRATION, id=view.id, version=view.version, verdict=said, opinion=opinion
    )


def refused(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.fields[0].code if caught.value.fields else caught.value.code


def test_a_registration_waits_in_the_employers_queue(
    desk: Desk, world: World, waiting: RegistrationView
) -> None:
    page = desk.do(queue_page, world.office(world.school), QueueQuery(subject=Subject.REGISTRATION))
    assert [(row.id, row.person_name) for row in page.rows] == [(waiting.id, "张三")]


@pytest.mark.parametrize(("typed", "count"), [("zs", 1), ("zhangs", 1), ("张", 1), ("ls", 0), ("李", 0)])
def test_a_queue_of_registrations_is_narrowed_by_name_pinyin_or_initials(
    desk: Desk, world: World, waiting: RegistrationView, typed: str, count: int
) -> None:
    wanted = QueueQuery(subject=Subject.REGISTRATION, text=typed)
    assert len(desk.do(queue_page, world.office(world.school), wanted).rows) == count


def test_its_reviewer_reads_what_was_typed(desk: Desk, world: World, waiting: RegistrationView) -> None:
    key = ItemKey(subject=Subject.REGISTRATION, id=waiting.id)
    lines = dict(desk.do(review_item, world.office(world.school), key).lines)
    assert (lines["所在单位"], lines["用人单位所属区域"], "密码" in lines) == (
        "汝阳县小店镇第一初级中学",
        "洛阳市 汝阳县",
        False,
    )


def test_an_admitted_person_exists(desk: Desk, world: World, waiting: RegistrationView) -> None:
    done = desk.do(decide, world.office(world.school), verdict(waiting, Verdict.APPROVE))
    with world.store.reading() as work:
        names = work.session.scalars(select(Person.name)).all()
    assert (done.status_label, names) == ("正常", ["张三"])


def test_a_refusal_needs_a_reason(desk: Desk, world: World, waiting: RegistrationView) -> None:
    school = world.office(world.school)
    call = verdict(waiting, Verdict.REJECT)
    assert refused(lambda: desk.do(decide, school, call)) is ErrorCode.REASON_REQUIRED


def test_a_registration_is_not_sent_back_for_changes(
    desk: Desk, world: World, waiting: RegistrationView
) -> None:
    school = world.office(world.school)
    call = verdict(waiting, Verdict.RETURN, "改一下")
    assert refused(lambda: desk.do(decide, school, call)) is ErrorCode.MOVE_NOT_ALLOWED


def test_another_employer_decides_nothing(desk: Desk, world: World, waiting: RegistrationView) -> None:
    clinic = world.office(world.clinic)
    call = verdict(waiting, Verdict.APPROVE)
    assert refused(lambda: desk.do(decide, clinic, call)) is ErrorCode.NOT_YOURS


def test_a_bureau_has_no_queue_of_persons(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    query = QueueQuery(subject=Subject.REGISTRATION)
    assert refused(lambda: desk.do(queue_page, bureau, query)) is ErrorCode.NOT_ALLOWED


def test_many_are_admitted_at_once_and_the_stale_one_is_named(
    desk: Desk, world: World, waiting: RegistrationView
) -> None:
    items = ((waiting.id, waiting.version), (waiting.id + 100, 1))
    command = DecideMany(subject=Subject.REGISTRATION, items=items)
    result = desk.do(decide_many, world.office(world.school), command)
    assert ([each.id for each in result.decided], [each[0] for each in result.left_out]) == (
        [waiting.id],
        [waiting.id + 100],
    )


def test_who_was_admitted_stays_admitted(desk: Desk, world: World, waiting: RegistrationView) -> None:
    school = world.office(world.school)
    done = desk.do(decide, school, verdict(waiting, Verdict.APPROVE))
    undo = UndoDecision(subject=Subject.REGISTRATION, id=done.id, version=done.version)
    assert refused(lambda: desk.do(undo_decision, school, undo)) is ErrorCode.MOVE_NOT_ALLOWED
