"""基础数据管理 by keys: find an entry, change it, look at what changes, save; take an old value up again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.rules.roles import Actor
from core.services.desk import Desk
from tests.screens.office import Terminal, program
from tests.services.editing import change, retire
from tests.services.hall import operator
from tests.worlds import World
from tui.screens.reference_entry import ReferenceEntryScreen

PATENT = "patent|发明"


@pytest.fixture
def me(world: World) -> Actor:
    """The operator."""
    return operator(world)


@asynccontextmanager
async def opened(desk: Desk, me: Actor, name: str, **params: str) -> AsyncIterator[Terminal]:
    """The program on one of the pages that need something to be opened with."""
    async with program(desk, me, "reference") as at:
        await at.app.go(name, **params)
        await at.app.gate.idle()
        await at.pilot.pause()
        yield at


def form_of(at: Terminal) -> ReferenceEntryScreen:
    screen = at.app.screen
    assert isinstance(screen, ReferenceEntryScreen)
    return screen


async def retype(at: Terminal, key: str, text: str) -> None:
    """Another text in a field."""
    form_of(at).form.stand_on(key)
    await at.press("ctrl+u")
    await at.type(text)


async def test_the_kinds_are_listed_and_enter_opens_one(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "reference") as at:
        assert "学时标准" in at.text and "行政区划" in at.text
        await at.press("enter")
        assert "岗位培训(基地)  每天" in at.text and "基础数据管理 > 学时标准" in at.text


async def test_an_entry_is_found_by_initials(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entries", kind="title") as at:
        await at.press("/", *"jiaoshou", "enter")
        assert "查找：jiaoshou" in at.text and "教授" in at.text


async def test_a_number_is_changed_after_a_look_at_what_changes(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entry", kind="hours", entry=PATENT) as at:
        await retype(at, "hours", "40")
        await retype(at, "from_year", "2027")
        await retype(at, "reason", "新文件")
        await at.press("f2")
        assert "各名次学时：48  改为  40" in at.text and "专利  发明    2027年度起" in at.text
        await at.press("enter")
        assert "已保存：专利  发明，2027年度起，第 1 版" in at.text
    assert hours(desk, 2026) == (48,) and hours(desk, 2027) == (40,)


async def test_esc_at_the_preview_stores_nothing(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entry", kind="hours", entry=PATENT) as at:
        await retype(at, "hours", "40")
        await retype(at, "reason", "新文件")
        await at.press("f2", "escape")
        assert form_of(at).form.values()["hours"] == "40"
    assert hours(desk, 2026) == (48,)


async def test_every_mistake_stands_beside_its_field(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entry", kind="hours", entry=PATENT) as at:
        await retype(at, "hours", "48 50")
        await retype(at, "from_year", "1900")
        await at.press("f2")
        errors = {each.spec.key for each in form_of(at).form.fields if each.error}
        assert errors >= {"from_year", "reason"} and "有 " in at.text


async def test_leaving_what_was_typed_asks_first(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "reference") as at:
        await at.press("enter", "enter")
        await retype(at, "reason", "新文件")
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1")
        assert "基础数据管理 > 学时标准" in at.text


async def test_a_value_is_retired_and_stands_marked_in_the_list(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entries", kind="degree") as at:
        await at.press("enter", "f7")
        assert "停用 名誉博士" in at.text
        await at.press("tab")
        await at.type("不再使用")
        await at.press("f8")
        assert "状态：在用  改为  停用" in at.text
        await at.press("enter")
        assert "已保存：名誉博士" in at.text and "停用" in at.text


async def test_what_has_to_stay_says_so(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entry", kind="id_type", entry="身份证") as at:
        await at.press("f7")
        assert "这一项不能停用" in at.text
        await at.press("f2")
        assert "由程序确定" in at.text


async def test_a_new_entry_is_added(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entries", kind="honour") as at:
        await at.press("n")
        await retype(at, "honour", "示范区拔尖人才")
        form_of(at).form.find("level").set("市级")
        await retype(at, "reason", "示范区文件")
        await at.press("f2", "enter")
        assert "已保存：示范区拔尖人才" in at.text
    with desk.reading() as work:
        assert "示范区拔尖人才" in [each.honour for each in work.lists.honours()]


async def test_kinds_without_new_entries_say_so(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entries", kind="hours") as at:
        await at.press("n")
        assert "“n”在这里没有作用" in at.text and "新增" not in at.text


async def test_the_history_tells_who_when_and_why(desk: Desk, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    async with opened(desk, me, "reference_history", kind="hours", entry=PATENT) as at:
        assert "第 1 版" in at.text and "系统管理员" in at.text and "按新文件" in at.text
        await at.press("down", "enter")
        assert "初始版本" in at.text and "各名次学时：48" in at.text


async def test_an_old_value_is_taken_up_again(desk: Desk, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    async with opened(desk, me, "reference_history", kind="hours", entry=PATENT) as at:
        await at.press("down", "r")
        assert "已填入旧的内容" in at.text and form_of(at).form.values()["hours"] == "48"
        await retype(at, "reason", "改错了")
        await at.press("f2", "enter")
        assert "第 2 版" in at.text
    assert hours(desk, 2026) == (48,)


async def test_a_retired_entry_comes_back_by_saving_it(desk: Desk, me: Actor) -> None:
    retire(desk, me, "degree", "名誉博士")
    async with opened(desk, me, "reference_entry", kind="degree", entry="名誉博士") as at:
        assert "现在是停用的，保存后恢复使用" in at.text
        await retype(at, "reason", "仍在使用")
        await at.press("f2", "enter")
    with desk.reading() as work:
        assert "名誉博士" in work.lists.choices("degree")


async def test_a_change_made_meanwhile_is_told(desk: Desk, me: Actor) -> None:
    async with opened(desk, me, "reference_entry", kind="hours", entry=PATENT) as at:
        await retype(at, "hours", "42")
        await retype(at, "reason", "新文件")
        await at.press("f2")
        change(desk, me, "hours", PATENT, hours="40")
        await at.press("enter")
        assert "刚被他人处理过" in at.text
    assert hours(desk, 2026) == (40,)


def hours(desk: Desk, year: int) -> tuple[int, ...]:
    """The ranks of a patent of invention in a year."""
    with desk.reading() as work:
        found: tuple[int, ...] = work.rulebook.form("patent", year).rule.rows[0].hours  # type: ignore[union-attr]
        return found
