"""催办 by keys: one office, all that are late after a question, nobody twice a day."""

from __future__ import annotations

from pathlib import Path

from core.services.desk import Desk
from tests.screens.office import LARGE, SMALL, program
from tests.services.test_waiting import busy
from tests.worlds import World


async def test_an_office_is_urged_with_one_key_and_not_twice(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    busy(world, desk, tmp_path)
    async with program(desk, world.office(world.city_bureau), "waiting") as at:
        assert "2 个单位有待办，共 3 件，其中超期 1 件" in at.text and "10 天" in at.text
        await at.press("u")
        assert "已催办 汝阳县小店镇第一初级中学" in at.text and "已催" in at.text
        await at.press("u")
        assert "今天已经催办过，每天最多一次" in at.text


async def test_all_that_are_late_are_urged_after_a_question(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    world.wait(8)
    async with program(desk, world.office(world.city_bureau), "waiting") as at:
        await at.press("a", "2")
        assert "已催办" not in at.text
        await at.press("a", "1")
        assert "已催办 2 个单位" in at.text
        await at.press("a", "1")
        assert "已催办 0 个单位；2 个今天已经催过" in at.text


async def test_details_tell_what_waits_kind_by_kind(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    async with program(desk, world.office(world.city_bureau), "waiting") as at:
        await at.press("down", "enter")
        assert "单位调转      1 件" in at.text and "学时申报      1 件" in at.text
        await at.press("escape", "f")
        assert "只看超期的" in at.text and "华瑞园林" not in at.text


async def test_where_nothing_is_late_nobody_is_asked(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.city_bureau), "waiting") as at:
        assert "没有积压的单位" in at.text
        await at.press("a")
        assert "没有超期的事项" in at.text
        await at.press("u")
        assert "找不到这条记录" in at.text


async def test_it_fits_both_sizes(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    for size in (SMALL, LARGE):
        async with program(desk, world.office(world.city_bureau), "waiting", size) as at:
            assert at.widest <= size[0]
