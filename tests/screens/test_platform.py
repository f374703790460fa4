"""The operator's screens by keys: the audit log searched and proved, the health page and a backup (A3, A4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from core.rules.roles import Actor
from core.services.desk import Desk
from core.services.setup import initialise
from tests.screens.office import LARGE, SMALL, program
from tests.services.hall import number_of, operator
from tests.worlds import World, submitted


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return operator(world)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_log_shows_who_did_what_and_enter_shows_the_whole_entry(
    desk: Desk, world: World, me: Actor, tmp_path: Path, size: tuple[int, int]
) -> None:
    submitted(desk, world.person("李四"), tmp_path, 1)
    async with program(desk, me, "audit_log", size) as at:
        assert "李四" in at.text and "学时申报 提交" in at.text and at.widest <= size[0]
        await at.press("enter")
        assert "校验值" in at.text and "declaration.submit" in at.text


async def test_it_is_narrowed_by_number_and_area_and_cleared(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    person = world.person("李四")
    submitted(desk, person, tmp_path, 1)
    submitted(desk, world.person("王五"), tmp_path, 2)
    async with program(desk, me, "audit_log") as at:
        await at.press("/")
        await at.type(number_of(world, person))
        await at.press("f8")
        assert "李四" in at.text and "王五" not in at.text
        await at.press("c")
        assert "王五" in at.text


async def test_mistakes_in_the_filter_stand_beside_their_fields(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "audit_log") as at:
        await at.press("/", "down", "down", "down")
        await at.type("昨天")
        await at.press("f8")
        assert "日期看不懂" in at.text and "昨天" in at.text


async def test_v_proves_the_chain_and_tells_of_the_first_entry_that_was_changed(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    submitted(desk, world.person("李四"), tmp_path, 1)
    async with program(desk, me, "audit_log") as at:
        await at.press("v")
        assert "完整" in at.text
        with world.store.writing() as work:
            if world.store.engines.name == "sqlite":
                work.session.execute(text("drop trigger audit_no_update"))
            else:
                work.session.execute(text("alter table audit disable trigger all"))
            work.session.execute(text("update audit set summary = '改' where id = 1"))
            work.session.commit()
        await at.press("v")
        assert "不完整：第 1 条记录" in at.text


async def test_the_health_page_lists_what_is_wrong_and_b_makes_a_backup(
    desk: Desk, world: World, me: Actor
) -> None:
    initialise(world.store.settings, password="abc12345", clock=world.store.clock)
    async with program(desk, me, "health") as at:
        assert "还没有备份" in at.text
        await at.press("pagedown")
        assert "审计日志" in at.text
        await at.press("b")
        assert "已备份" in at.text and "jijiao-" in at.text
