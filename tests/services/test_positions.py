"""专业技术职务: declared, agreed to or refused by the employer, in force one at a time, and kept in 变更记录."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.errors import Refused
from core.schema.base import Nothing, Number
from core.schema.changes import PositionPage, SubmitPosition
from core.schema.declarations import EvidenceRef
from core.schema.review import ItemKey, Subject, Verdict
from core.services.change_views import view_change
from core.services.desk import Desk
from core.services.positions import position_page, submit_position, withdraw_position
from core.services.review import decide
from core.services.review_views import review_item
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.hall import answer
from tests.services.moving import (
    LECTURER,
    PROFESSOR,
    answered,
    as_stored,
    entries_about,
    key,
    position,
    said,
    told,
)
from tests.services.races import at_once, moves
from tests.worlds import World, build_world, scan


@pytest.fixture
def small(sqlite_store: Store) -> World:
    """Enough where no statement differs between the engines."""
    return build_world(sqlite_store)


@pytest.fixture
def small_desk(small: World) -> Desk:
    return cheap_desk(small.store)


def test_it_is_valid_only_once_the_unit_has_agreed(desk: Desk, world: World) -> None:
    person = world.person()
    view = position(desk, person)
    waiting = as_stored(world, person)
    answered(desk, world.office(world.school), view)
    now = as_stored(world, person)
    assert (view.state_label, view.handler) == ("待审核", "汝阳县小店镇第一初级中学")
    assert (waiting.series, waiting.title) == ("", "一级教师")
    assert (now.series, now.title) == ("党校教师", "教授")


def test_refused_the_one_in_force_stays_and_the_person_reads_why(desk: Desk, world: World) -> None:
    person, office = world.person(), world.office(world.school)
    answered(desk, office, position(desk, person))
    view = position(desk, person, **LECTURER)
    answered(desk, office, view, Verdict.REJECT, "附件不清晰，请重新扫描")
    shown = desk.do(view_change, person, Number(value=view.id))
    page: PositionPage = desk.do(position_page, person, Nothing())
    assert (shown.state_label, shown.reason) == ("已驳回", "附件不清晰，请重新扫描")
    assert page.in_force is not None
    assert (page.in_force.state_label, page.values["title"], page.pending) == ("生效", "教授", None)
    assert told(world, account_id=person.account_id)[-1] == (
        "专业技术职务审核不通过：党校教师 (中级) 讲师。原因：附件不清晰，请重新扫描"
    )


def test_the_next_one_takes_the_place_of_the_one_in_force(desk: Desk, world: World) -> None:
    person, office = world.person(), world.office(world.school)
    first = position(desk, person, **LECTURER)
    answered(desk, office, first)
    second = position(desk, person)
    answered(desk, office, second)
    rows = desk.do(position_page, person, Nothing()).rows
    assert [(row.before, row.after, row.state_label) for row in rows] == [
        ("党校教师 (正高级)", "教授", "生效"),
        ("党校教师 (中级)", "讲师", "已变更"),
    ]
    assert (moves(world, first.id, "position"), moves(world, second.id, "position")) == (
        ["submit", "approve", "replace"],
        ["submit", "approve"],
    )
    assert (entries_about(world, "position", first.id), entries_about(world, "position", second.id)) == (3, 2)


def test_the_form_begins_with_what_is_in_force(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    empty = desk.do(position_page, person, Nothing())
    view = position(desk, person, (scan(desk, person, tmp_path),), appointed_on="2015-06-01")
    answered(desk, world.office(world.school), view)
    page = desk.do(position_page, person, Nothing())
    assert (empty.values, empty.rows, empty.fixed[:2]) == (
        {},
        (),
        (("单位地区", "洛阳市 汝阳县"), ("单位名称", "汝阳县小店镇第一初级中学")),
    )
    assert dict(page.values) == PROFESSOR | {"appointed_on": "2015-06-01"}
    assert [each.file_name for each in page.evidence] == ["证书120.png"]


def test_taken_back_another_may_be_declared(desk: Desk, world: World) -> None:
    person = world.person()
    view = position(desk, person)
    with pytest.raises(Refused) as refused:
        position(desk, person, **LECTURER)
    back = desk.do(withdraw_position, person, key(view))
    assert refused.value.text == "已有一项专业技术职务在办理，请等结果，或先撤回"
    assert (back.state_label, answer(lambda: position(desk, person, **LECTURER))) == ("已撤回", "done")


def test_the_form_and_its_pictures_are_refused_together(
    small_desk: Desk, small: World, tmp_path: Path
) -> None:
    person, other = small.person(), small.person("李四")
    strange = scan(small_desk, other, tmp_path)
    wrong = PROFESSOR | {"title": "讲师", "passed_on": ""}
    with pytest.raises(Refused) as refused:
        small_desk.do(submit_position, person, SubmitPosition(values=wrong, evidence=(strange,)))
    assert {each.field: each.code.name for each in refused.value.fields} == {
        "title": "NOT_IN_SERIES",
        "passed_on": "REQUIRED",
        "evidence": "EVIDENCE_UNREADABLE",
    }


def test_more_pictures_than_allowed_are_refused(small_desk: Desk, small: World, tmp_path: Path) -> None:
    person = small.person()
    refs: tuple[EvidenceRef, ...] = tuple(scan(small_desk, person, tmp_path, shade) for shade in range(6))
    assert answer(lambda: position(small_desk, person, refs)) == "EVIDENCE_COUNT"


def test_the_employer_sees_form_pictures_and_what_is_in_force(
    small_desk: Desk, small: World, tmp_path: Path
) -> None:
    person, office = small.person(), small.office(small.school)
    view = position(small_desk, person, (scan(small_desk, person, tmp_path),))
    item = small_desk.do(review_item, office, ItemKey(subject=Subject.POSITION, id=view.id))
    assert item.lines[:3] == (
        ("姓名", "张三"),
        ("现任职资格", "一级教师"),
        ("电子证书号", "4119010013109"),
    )
    shown = (item.heading, item.decidable, [each.file_name for each in item.evidence])
    assert shown == ("专业技术职务", True, ["证书120.png"])


def test_a_position_is_the_business_of_its_person_and_employer_only(desk: Desk, world: World) -> None:
    person, other, clinic = world.person(), world.person("李四"), world.office(world.clinic)
    view = position(desk, person)
    answers = {
        answer(lambda: desk.do(withdraw_position, other, key(view))),
        answer(lambda: desk.do(view_change, other, Number(value=view.id))),
        answer(lambda: answered(desk, clinic, view)),
    }
    assert answers == {"NOT_YOURS"}


def test_of_two_declared_at_once_one_waits(desk: Desk, world: World) -> None:
    person = world.person()
    answers = at_once(lambda: position(desk, person), lambda: position(desk, person, **LECTURER))
    assert sorted(answers) == ["CHANGE_PENDING", "done"]


def test_of_two_verdicts_at_once_one_counts(desk: Desk, world: World) -> None:
    person = world.person()
    view = position(desk, person)
    one, other = world.office(world.school, "甲"), world.office(world.school, "乙")
    answers = at_once(
        lambda: desk.do(decide, one, said(view, Verdict.APPROVE)),
        lambda: desk.do(decide, other, said(view, Verdict.REJECT, "附件不清晰")),
    )
    assert (sorted(answers), len(moves(world, view.id, "position"))) == (["STALE", "done"], 2)
