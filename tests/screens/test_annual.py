"""年度完成情况, 继续教育历程明细 and 证书打印 by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.roles import Actor
from core.services.desk import Desk
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import program
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world
from tui.screens.annual_detail import AnnualDetailScreen
from tui.screens.declaration import DeclarationScreen
from tui.widgets.overlay import HelpSheet

HINT = "提示：年度认定结果不合格时，该年度学时证明无法打印"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    create_seal(sqlite_store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(desk: Desk, world: World) -> Actor:
    """Three years of the guide's sample: 2015 and 2016 passed and recognised, 2019 not."""
    person = world.person()
    for year, public, professional in ((2015, "26", "60"), (2016, "24", "66"), (2019, "45.5", "0")):
        remember(world, person, year, public, professional)
    bureau = world.office(world.county_bureau)
    for year in (2015, 2016):
        settle(desk, bureau, year)
    return person


async def test_the_years_stand_newest_first_with_hours_as_the_guide_prints_them(
    desk: Desk, me: Actor
) -> None:
    async with program(desk, me, "annual") as at:
        table = at.text.split(HINT)[1].splitlines()
        rows = [line.split() for line in table if line.lstrip(" >")[:2] in ("1 ", "2 ", "3 ")]
        assert [row[1:6] for row in rows] == [
            ["2019", "45.5", "0", "45.5", "不通过"],
            ["2016", "24", "66", "90", "通过"],
            ["2015", "26", "60", "86", "通过"],
        ]
        assert HINT in at.text


async def test_the_sentence_below_follows_the_marker(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual") as at:
        assert "2019: 公需 45.5，专业 0，总 45.5；专业还差 60，总学时还差 44.5" in at.text
        await at.press("down")
        assert "2016: 公需 24，专业 66，总 90；已认定，可打印证书" in at.text


async def test_a_year_that_did_not_pass_says_why_it_can_not_be_printed(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual") as at:
        await at.press("p")
        assert "2019 年度不能打印证书：专业还差 60，总学时还差 44.5" in at.text
        await at.press("space")
        assert "2019 年度不能打印证书" in at.text


async def test_a_passed_year_is_printed_with_number_check_code_and_place(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual", size=(160, 30)) as at:
        await at.press("down", "p")
        assert isinstance(at.app.frame.top, HelpSheet)
        assert "证书编号" in at.text and "校验码" in at.text
        path = next(line.split("文件")[1].strip() for line in at.text.splitlines() if "文件  " in line)
        assert Path(path).read_bytes().startswith(b"%PDF")
        await at.press("escape", "p")
        assert "这张证书以前打印过，内容与当时一致。" in at.text


async def test_chosen_years_go_on_one_certificate(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual", size=(160, 30)) as at:
        await at.press("down", "space", "down", "space")
        assert "已选 2015、2016 年度，按 P 打印" in at.text
        await at.press("f9")
        assert "年度      2015、2016" in at.text


async def test_the_filter_takes_a_range_of_years_and_a_result(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual") as at:
        await at.press("/", *"2016", "tab", *"2019", "f5")
        assert "年度 2016 至 2019" in at.text and "2015" not in at.text.split(HINT)[1]
        await at.press("/", "tab", "tab", "t", "g", "enter", "f5")
        assert "认定结果 通过" in at.text and "2019   " not in at.text.split(HINT)[1]
        await at.press("c")
        assert "年度 ____ 至 ____" in at.text


async def test_a_range_that_ends_before_it_begins_is_refused(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual") as at:
        await at.press("/", *"2019", "tab", *"2015", "f5")
        assert "应在 2019 至 2099 之间" in at.text


async def test_the_detail_lists_what_counted_and_the_rule(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "annual") as at:
        await at.press("down", "enter")
        assert isinstance(at.app.screen, AnnualDetailScreen)
        assert "总学时不少于 90，公需不少于 24，专业不少于 60" in at.text
        assert "2016年专业课" in at.text and "历史数据" in at.text
        await at.press("enter")
        assert isinstance(at.app.screen, DeclarationScreen)


async def test_a_burst_ends_as_the_same_keys_typed_slowly_do(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.burst("4", "down", "p")
        assert "证书编号" in at.text


async def test_menu_entry_5_leads_to_printing(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("5")
        assert HINT in at.text
