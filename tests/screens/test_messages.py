"""消息 by keys: unread ones, what Enter opens, all read at once, pages; and the messages on the home page."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import Message, PositionChange, Transfer
from core.rules.messages import MessageKind
from core.rules.roles import Actor
from core.schema.review import Decide, Verdict
from core.services.desk import Desk
from core.services.messages import tell_person
from core.services.review import decide
from tests.screens.office import program
from tests.worlds import World, submitted
from tui.screens.declaration import DeclarationScreen
from tui.screens.messages import MessagesScreen


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def told(desk: Desk, me: Actor, count: int, text: str = "第{}条通知") -> None:
    """Messages that lead nowhere, the last one the newest."""
    assert me.person_id is not None
    with desk.writing() as work:
        for number in range(1, count + 1):
            tell_person(work, me.person_id, MessageKind.STAFF, text.format(number))
        work.commit()


def refused(desk: Desk, world: World, me: Actor, folder: Path) -> None:
    """A declaration that the school has refused."""
    view = submitted(desk, me, folder)
    verdict = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="会议通知不清晰")
    desk.do(decide, world.office(world.school), verdict)


def unread(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.query(Message).filter(Message.read_at.is_(None)).count()


async def test_the_newest_comes_first_and_unread_ones_say_so_in_words(desk: Desk, me: Actor) -> None:
    told(desk, me, 2)
    async with program(desk, me, "messages") as at:
        rows = [line for line in at.text.splitlines() if "条通知" in line]
        assert "第2条通知" in rows[0] and "第1条通知" in rows[1]
        assert all("未读" in row for row in rows[:2]) and "未读 2 条" in at.text


async def test_enter_shows_the_whole_text_and_the_message_is_read(desk: Desk, me: Actor) -> None:
    told(desk, me, 1, "[/ 提示] " + "很长的通知" * 60 + "完")
    async with program(desk, me, "messages") as at:
        assert "Enter 看全文" in at.text
        await at.press("enter")
        assert "知完" in at.text.replace("\n", "").replace(" ", "") and "[/ 提示]" in at.text
        await at.press("escape")
        assert "未读 0 条" in at.text
    assert unread(desk) == 0


async def test_enter_on_the_message_of_a_verdict_opens_its_declaration(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    refused(desk, world, me, tmp_path)
    async with program(desk, me, "messages") as at:
        await at.press("enter")
        assert isinstance(at.app.screen, DeclarationScreen) and "会议通知不清晰" in at.text
        await at.press("escape")
        assert isinstance(at.app.screen, MessagesScreen) and "未读 0 条" in at.text


@pytest.mark.parametrize("key", ["a", "f7"])
async def test_all_are_read_at_one_key(desk: Desk, me: Actor, key: str) -> None:
    told(desk, me, 3)
    async with program(desk, me, "messages") as at:
        await at.press(key)
        assert "已全部标为已读" in at.text and "未读 0 条" in at.text
        await at.press(key)
        assert "没有未读的消息" in at.text
    assert unread(desk) == 0


async def test_only_the_unread_ones_are_shown_on_demand(desk: Desk, me: Actor) -> None:
    told(desk, me, 2)
    async with program(desk, me, "messages") as at:
        await at.press("enter", "escape", "u")
        assert "只看未读" in at.text and "第2条通知" not in at.text and "第1条通知" in at.text
        await at.press("u")
        assert "第2条通知" in at.text


async def test_pages_are_turned_by_keys(desk: Desk, me: Actor) -> None:
    told(desk, me, 30)
    async with program(desk, me, "messages") as at:
        assert "第30条通知" in at.text and "第 1 页   PgDn 下页" in at.text
        await at.press("pagedown", "pagedown", "pagedown")
        assert "第1条通知" in at.text and "已是最后一页" in at.text
        await at.press("pageup", "pageup", "pageup")
        assert "第30条通知" in at.text and "已是第一页" in at.text


async def test_an_empty_list_says_so(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "messages") as at:
        await at.press("enter")
        assert at.app.frame.notice.text == "还没有消息"


async def test_the_home_page_counts_what_is_unread_and_opening_one_reads_it(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    refused(desk, world, me, tmp_path)
    told(desk, me, 1)
    async with program(desk, me, "person_home") as at:
        assert "6 消息 (2)" in at.text and "未读 2 条" in at.text
        await at.press("down", "enter")
        assert isinstance(at.app.screen, DeclarationScreen)
        await at.press("escape")
        assert "6 消息 (1)" in at.text
        await at.press("up", "enter", "escape", "6")
        assert isinstance(at.app.screen, MessagesScreen) and "未读 0 条" in at.text


async def test_the_marked_message_stays_in_sight_on_a_full_home_page(desk: Desk, me: Actor) -> None:
    told(desk, me, 6, "第{}条通知，" + "内容很长" * 30)
    async with program(desk, me, "person_home") as at:
        await at.press(*["down"] * 5)
        assert "第1条通知" in at.text
        y = (at.app.frame.caret or (0, 0))[1]
        assert at.text.splitlines()[y].startswith(" >")


async def test_the_home_page_says_what_waits_for_the_person(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    refused(desk, world, me, tmp_path)
    async with program(desk, me, "person_home") as at:
        assert "待办" in at.text and "审核不通过 1 件，可重新申报" in at.text
        await at.press("3", "g", "escape", "escape")
        assert "可重新申报" not in at.text


async def test_the_home_page_says_what_of_the_person_waits_for_an_office(
    desk: Desk, world: World, me: Actor
) -> None:
    common = {"person_id": me.person_id, "submitted_at": desk.clock.now()}
    with desk.writing() as work:
        work.session.add(Transfer(org_id=world.garden, from_org_id=world.school, **common))
        work.session.add(PositionChange(org_id=world.school, **common))
        work.commit()
    async with program(desk, me, "person_home") as at:
        assert "单位调转待接收   专业技术职务待审核" in at.text


async def test_keys_in_one_burst_do_what_they_do_one_at_a_time(desk: Desk, me: Actor) -> None:
    told(desk, me, 3)
    async with program(desk, me, "person_home") as at:
        await at.burst("6", "down", "enter", "escape", "escape")
        assert "6 消息 (2)" in at.text
