"""The review desk for changes of a person: their queue, one by one, in a batch, and what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from core.model import Person
from core.schema.review import (
    Bucket,
    DecideMany,
    ItemKey,
    QueueQuery,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.desk import Desk
from core.services.review import decide_many, undo_decision
from core.services.review_views import leave_item, look_at_item, queue_page, review_item
from core.services.transfers import withdraw_transfer
from tests.services.hall import answer
from tests.services.moving import answered, as_stored, key, position, transfer
from tests.worlds import World, submitted

COMING = QueueQuery(subject=Subject.TRANSFER)


def test_they_stand_oldest_first_page_by_page(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    names = [f"李{each}" for each in "一二三四五"]
    for name in names:
        transfer(desk, world.person(name), world.garden)
        world.wait(days=0.01)
    seen: list[str] = []
    query = COMING.model_copy(update={"limit": 2})
    while True:
        page = desk.do(queue_page, office, query)
        seen += [row.person_name for row in page.rows]
        if page.after is None:
            break
        query = query.model_copy(update={"after": page.after})
    assert (seen, page.waiting) == (names, 5)


def test_the_queue_says_where_somebody_comes_from_and_what_is_declared(desk: Desk, world: World) -> None:
    transfer(desk, world.person("李四", world.clinic), world.school)
    position(desk, world.person())
    office = world.office(world.school)
    shown = [
        row.form_name
        for subject in (Subject.TRANSFER, Subject.POSITION)
        for row in desk.do(queue_page, office, QueueQuery(subject=subject)).rows
    ]
    assert shown == ["梁园区白云社区卫生服务中心", "党校教师 (正高级) 教授"]


@pytest.mark.parametrize("text", ["王", "wangwu", "ww", " Wang "])
def test_they_are_found_by_name_pinyin_and_initials(desk: Desk, world: World, text: str) -> None:
    wanted = world.person("王五")
    with world.store.writing() as work:
        named = update(Person).where(Person.id == wanted.person_id)
        work.session.execute(named.values(pinyin="wangwu", initials="ww"))
        work.commit()
    for person in (wanted, world.person("张三")):
        transfer(desk, person, world.garden)
    query = COMING.model_copy(update={"text": text})
    rows = desk.do(queue_page, world.office(world.garden), query).rows
    assert [row.person_name for row in rows] == ["王五"]


def test_the_buckets_part_what_is_overdue_from_the_rest(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    transfer(desk, world.person("李四"), world.garden)
    world.wait(days=8)
    transfer(desk, world.person("王五"), world.garden)
    found = {
        bucket: [
            row.person_name
            for row in desk.do(queue_page, office, COMING.model_copy(update={"bucket": bucket})).rows
        ]
        for bucket in Bucket
    }
    assert found == {
        Bucket.ALL: ["李四", "王五"],
        Bucket.OVERDUE: ["李四"],
        Bucket.PLAIN: ["王五"],
        Bucket.RETURNED: [],
        Bucket.FLAGGED: [],
    }
    counts = desk.do(queue_page, office, COMING).counts
    assert [counts[bucket] for bucket in (Bucket.ALL, Bucket.OVERDUE, Bucket.PLAIN)] == [2, 1, 1]


def test_the_item_shows_the_form_its_history_and_who_else_looks_at_it(desk: Desk, world: World) -> None:
    view = transfer(desk, world.person(), world.garden)
    one, other = world.office(world.garden, "甲"), world.office(world.garden, "乙")
    item = ItemKey(subject=Subject.TRANSFER, id=view.id)
    desk.do(look_at_item, other, item)
    seen = desk.do(review_item, one, item)
    desk.do(leave_item, other, item)
    alone = desk.do(look_at_item, one, item)
    assert (seen.heading, seen.person_name, seen.decidable) == ("单位调转", "张三", True)
    assert ("原调出单位", "汝阳县小店镇第一初级中学") in seen.lines
    assert [line.move_label for line in seen.history] == ["提交转出申请"]
    assert ([each.split()[0] for each in seen.viewers], alone) == (["乙"], ())


def test_many_are_taken_in_at_once_and_what_is_stale_is_named(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    people = [world.person(name) for name in ("李四", "王五", "赵六")]
    views = [transfer(desk, person, world.garden) for person in people]
    desk.do(withdraw_transfer, people[1], key(views[1]))
    items = tuple((view.id, view.version) for view in reversed(views))
    result = desk.do(decide_many, office, DecideMany(subject=Subject.TRANSFER, items=items))
    assert [done.person_name for done in result.decided] == ["李四", "赵六"]
    assert [(each[0], each[1]) for each in result.left_out] == [(views[1].id, "王五")]
    assert [as_stored(world, each).employer_id for each in people] == [
        world.garden,
        world.school,
        world.garden,
    ]


def test_a_batch_of_refusals_needs_a_reason_too(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    views = [transfer(desk, world.person(name), world.garden) for name in ("李四", "王五")]
    items = tuple((view.id, view.version) for view in views)
    batch = DecideMany(subject=Subject.TRANSFER, items=items, verdict=Verdict.REJECT)
    result = desk.do(decide_many, office, batch)
    assert ([each[2] for each in result.left_out], result.decided) == (["请选择或写明原因"] * 2, ())


def test_there_is_no_return_and_no_way_back(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    view = transfer(desk, world.person(), world.garden)
    returned = answer(lambda: answered(desk, office, view, Verdict.RETURN, "请补充"))
    done = answered(desk, office, view)
    undo = UndoDecision(subject=Subject.TRANSFER, id=done.id, version=done.version)
    assert (returned, answer(lambda: desk.do(undo_decision, office, undo))) == (
        "MOVE_NOT_ALLOWED",
        "MOVE_NOT_ALLOWED",
    )


@pytest.mark.parametrize("subject", [Subject.TRANSFER, Subject.POSITION, Subject.IDENTITY])
def test_only_employers_have_these_queues(desk: Desk, world: World, subject: Subject) -> None:
    query = QueueQuery(subject=subject)
    offices = (world.school, world.education, world.county_bureau)
    answers = [answer(lambda each=each: desk.do(queue_page, world.office(each), query)) for each in offices]
    assert answers == ["done", "NOT_ALLOWED", "NOT_ALLOWED"]


def test_an_item_of_another_kind_is_not_found_under_this_one(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    office, person = world.office(world.school), world.person()
    submitted(desk, person, tmp_path)
    view = position(desk, person)
    item = ItemKey(subject=Subject.TRANSFER, id=view.id)
    assert answer(lambda: desk.do(review_item, office, item)) == "NOT_FOUND"
