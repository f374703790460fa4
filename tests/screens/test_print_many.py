"""证书打印 in batch by keys: chosen ones or all, the job's progress, what was left out."""

from __future__ import annotations

import pytest

from core.services.desk import Desk
from core.services.jobs import JobRunner
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import LARGE, SMALL, Terminal, program
from tests.services.counting import learns
from tests.services.front_door import cheap_desk
from tests.services.hall import ISSUER
from tests.services.test_print_many import PAST, passed
from tests.worlds import World, build_world


@pytest.fixture
def world(sqlite_store: Store) -> World:
    create_seal(sqlite_store.settings.seal_dir, ISSUER)
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


async def over(desk: Desk, at: Terminal) -> None:
    """The job has ended, and the screen knows."""
    assert JobRunner.of(desk).wait(60)
    for _ in range(60):
        await at.pilot.pause(0.1)
        if "已完成：" in at.text:
            return
    raise AssertionError(at.text)


async def test_chosen_people_are_printed_and_the_list_shows_their_numbers(desk: Desk, world: World) -> None:
    for number in range(3):
        passed(world, f"教师{number}")
    learns(world, world.person("王五"), 1, 1, PAST)
    async with program(desk, world.office(world.school), "print_many") as at:
        assert "可打印 3 人" in at.text and "年度认定不通过 1 人" in at.text
        await at.press("space", "space")
        assert "已选 2 人" in at.text
        await at.press("p")
        assert "打印 2025年度证书 2 人" in at.text
        await over(desk, at)
        await at.press("escape")
        assert "豫JX2026410326" in at.text and at.text.count("（未打印过）") == 1


async def test_all_are_printed_after_a_question(desk: Desk, world: World) -> None:
    passed(world, "张三")
    async with program(desk, world.office(world.county_bureau), "print_many") as at:
        await at.press("a")
        assert "打印 2025年度 1 人的证书？" in at.text
        await at.press("1")
        await over(desk, at)
        assert "新签发 1" in at.text


async def test_a_filter_says_what_is_wrong_and_c_clears_it(desk: Desk, world: World) -> None:
    passed(world, "张三")
    async with program(desk, world.office(world.school), "print_many") as at:
        await at.press("/", *["backspace"] * 4, "enter", "enter", "enter")
        assert "年度请写成四位数字" in at.text
        await at.type("2025")
        await at.press("tab")
        await at.type("李")
        await at.press("f8")
        assert "可打印 0 人" in at.text and "没有可以打印的人" in at.text
        await at.press("p")
        assert "没有可以打印的人" in at.text
        await at.press("c")
        assert "可打印 1 人" in at.text


async def test_it_fits_both_sizes(desk: Desk, world: World) -> None:
    passed(world, "张三")
    for size in (SMALL, LARGE):
        async with program(desk, world.office(world.school), "print_many", size) as at:
            assert at.widest <= size[0]
