"""专业技术职务 by keys: lists that depend on each other, what waits, what was refused and why, 变更记录."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import Person
from core.rules.position import POSITION_FIELDS
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.changes import PositionPage, SubmitPosition
from core.schema.review import Decide, Subject, Verdict
from core.services.desk import Desk
from core.services.positions import position_page, submit_position
from core.services.review import decide
from tests.screens.office import Terminal, program
from tests.screens.test_drafts import again
from tests.worlds import World, picture
from tui.screens.position import PositionScreen

TYPED = {
    "certificate_number": "4119010013109",
    "series": "党校教师 (正高级)",
    "major": "政治",
    "title": "教授",
    "passed_on": "2015-04-01",
    "appointed_on": "2015-06-01",
}
REASON = "证书看不清"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person("李晓东")


def screen_of(at: Terminal) -> PositionScreen:
    screen = at.app.screen
    assert isinstance(screen, PositionScreen)
    return screen


def page(desk: Desk, me: Actor) -> PositionPage:
    return desk.do(position_page, me, Nothing())


def send(desk: Desk, me: Actor, **changed: str) -> None:
    desk.do(submit_position, me, SubmitPosition(values={**TYPED, **changed}))


def decided(desk: Desk, world: World, me: Actor, verdict: Verdict) -> None:
    """What waits is decided by the school."""
    pending = page(desk, me).pending
    assert pending is not None
    opinion = REASON if verdict is Verdict.REJECT else ""
    command = Decide(
        subject=Subject.POSITION, id=pending.id, version=pending.version, verdict=verdict, opinion=opinion
    )
    desk.do(decide, world.office(world.school), command)


async def fill(at: Terminal, values: dict[str, str]) -> None:
    """Put values into the form, 系列 and 任职资格 by their lists."""
    form = screen_of(at).form
    for key, value in values.items():
        form.stand_on(key)
        if form.current.picked:
            await at.type(value)
            await at.press("enter")
        else:
            await at.press("ctrl+u")
            await at.type(value)


async def test_a_complete_form_goes_to_the_employer(desk: Desk, me: Actor, tmp_path: Path) -> None:
    path = picture(tmp_path, "职称证书.png")
    async with program(desk, me, "position") as at:
        await fill(at, TYPED)
        await at.press("f9")
        await at.type(str(path))
        await at.press("enter", "f2")
        assert "信息已经提交审核，等待 汝阳县小店镇第一初级中学 审核" in at.text
        assert at.widest <= 80
    pending = page(desk, me).pending
    assert pending is not None and [each.caption for each in pending.evidence] == ["职称证书"]


async def test_the_unit_stands_above_the_form_and_is_passed_over(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "position") as at:
        assert "汝阳县小店镇第一初级中学" in at.text
        assert screen_of(at).form.current.spec.key == "certificate_number"


async def test_the_titles_are_those_of_the_chosen_series_only(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "position") as at:
        await fill(at, {"series": "高等学校教师 (中级)"})
        screen_of(at).form.stand_on("title")
        await at.press("f4")
        assert "共 1 项" in at.text and "讲师" in at.text and "教授" not in at.text


async def test_a_title_that_does_not_fit_another_series_goes_and_that_is_said(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "position") as at:
        await fill(at, {"series": "党校教师 (正高级)", "title": "教授"})
        await fill(at, {"series": "卫生技术人员 (正高级)"})
        assert "“教授”不属于 卫生技术人员 (正高级)" in at.text
        assert screen_of(at).form.values()["title"] == ""


async def test_a_title_picked_first_brings_its_series(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "position") as at:
        form = screen_of(at).form
        form.find("series").set("")
        form.stand_on("title")
        await at.type("主任护师")
        await at.press("enter")
        assert form.values()["series"] == "卫生技术人员 (正高级)"


async def test_every_mistake_stands_beside_its_field(desk: Desk, me: Actor) -> None:
    wrong = {"certificate_number": "41-12", "passed_on": "2027-01-01", "appointed_on": "某天"}
    async with program(desk, me, "position") as at:
        await fill(at, wrong)
        await at.press("f2")
        form = screen_of(at).form
        assert {f.spec.key for f in form.fields if f.error} == {*wrong, "series", "major", "title"}
        assert all(field.error in at.text for field in form.fields if field.error)


async def test_while_one_waits_the_form_shows_it_and_says_why_it_is_locked(desk: Desk, me: Actor) -> None:
    send(desk, me)
    async with program(desk, me, "position") as at:
        assert "待审核" in at.text and "教授" in at.text
        await at.type("x")
        assert "正在等待 汝阳县小店镇第一初级中学 审核。现在不能修改" in at.app.frame.notice.text
        await at.press("f2")
        assert "正在等待" in at.app.frame.notice.text
    assert len(page(desk, me).rows) == 1


async def test_what_waits_is_taken_back_and_sent_again_mended(desk: Desk, me: Actor) -> None:
    send(desk, me)
    async with program(desk, me, "position") as at:
        await at.press("f3", "1")
        assert "已撤回，可以改正后再保存" in at.text
        await fill(at, {"major": "哲学"})
        await at.press("f2")
        assert "信息已经提交审核" in at.text
    pending = page(desk, me).pending
    assert pending is not None and dict(pending.lines)["从事专业"] == "哲学"


async def test_a_refusal_says_why_on_the_form_with_its_entries_to_be_mended(
    desk: Desk, world: World, me: Actor
) -> None:
    send(desk, me)
    decided(desk, world, me, Verdict.REJECT)
    async with program(desk, me, "position") as at:
        assert f"原因：{REASON}" in at.text
        values = screen_of(at).form.values()
        assert {spec.key: values[spec.key] for spec in POSITION_FIELDS} == TYPED


async def test_once_approved_it_stands_in_the_form_as_what_is_in_force(
    desk: Desk, world: World, me: Actor
) -> None:
    send(desk, me)
    decided(desk, world, me, Verdict.APPROVE)
    async with program(desk, me, "position") as at:
        assert "现在有效：党校教师 (正高级) 政治 教授" in at.text
        await at.press("f2")
        assert "没有改动，不用保存" in at.text
    with desk.reading() as work:
        person = work.session.get_one(Person, me.person_id)
        assert (person.series, person.title) == ("党校教师", "教授")


async def test_the_record_of_changes_lists_every_state_and_the_reason(
    desk: Desk, world: World, me: Actor
) -> None:
    send(desk, me)
    decided(desk, world, me, Verdict.APPROVE)
    send(desk, me, major="哲学")
    decided(desk, world, me, Verdict.REJECT)
    async with program(desk, me, "position") as at:
        await at.press("f6")
        assert "已驳回" in at.text and "生效" in at.text
        assert f"已驳回的原因：{REASON}" in at.text


async def test_what_waits_is_taken_back_from_the_record_of_changes(desk: Desk, me: Actor) -> None:
    send(desk, me)
    async with program(desk, me, "position") as at:
        await at.press("f6", "f7", "1")
        assert "已撤回专业技术职务" in at.text
        await at.press("escape")
        assert screen_of(at).form.locked == ""


async def test_what_was_typed_is_not_dropped_without_a_question(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "profile") as at:
        await at.press("2")
        await at.type("4119")
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text


async def test_what_was_typed_is_offered_again_after_the_line_broke(
    desk: Desk, world: World, me: Actor
) -> None:
    async with program(desk, me, "position") as at:
        await fill(at, TYPED)
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d", "f2")
        assert "信息已经提交审核" in at.text
    pending = page(desk, me).pending
    assert pending is not None and dict(pending.lines)["从事专业"] == "政治"


async def test_a_form_that_was_typed_while_another_was_sent_is_kept_until_that_is_decided(
    desk: Desk, world: World, me: Actor
) -> None:
    async with program(desk, me, "position") as at:
        await fill(at, {"major": "哲学"})
    send(desk, me)
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d")
        assert "已有一项专业技术职务在办理" in at.text
        await at.press("escape")
        assert "未完成的草稿" in at.text


async def test_the_record_of_changes_leads_back_to_the_form_unless_one_waits(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "position") as at:
        await at.press("f6", "f6")
        assert at.app.frame.route_name == "position"
        send(desk, me)
        await at.press("f6", "f6")
        assert "已有一项专业技术职务在办理" in at.text
        assert at.app.frame.route_name == "position_changes"
