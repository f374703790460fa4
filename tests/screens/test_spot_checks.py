"""抽查 by keys: the seed is shown before the draw is fixed, the list is worked through, a bad one needs its note."""

from __future__ import annotations

from pathlib import Path

from core.services.desk import Desk
from tests.screens.office import LARGE, SMALL, program
from tests.services.test_spot_checks import approved, fixed, prepared
from tests.worlds import World


async def test_a_draw_shows_its_seed_and_its_population_before_it_is_fixed(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    approved(world, desk, tmp_path, 3)
    async with program(desk, world.office(world.city_bureau), "spot_checks") as at:
        assert "还没有抽查" in at.text
        await at.press("n", "tab")
        await at.press("backspace", "backspace", "2", "tab")
        await at.type("2026-11-22 开奖 07 12")
        await at.press("f8")
        assert (
            "抽取之前" in at.text and "2026-11-22 开奖 07 12" in at.text and "3 件已审核通过的申报" in at.text
        )
        await at.press("escape")
        assert "还没有抽查" in at.text
        await at.press("n", "f8", "enter")
        assert "已抽取 3 件，Enter 看名单" in at.text
        await at.press("i")
        assert "种子" in at.text and "SHA-256" in at.text and at.widest <= 80


async def test_every_field_says_what_is_wrong_with_it(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.city_bureau), "spot_checks") as at:
        await at.press("n", *["backspace"] * 4)
        await at.type("26年")
        await at.press("tab", *["backspace"] * 2)
        await at.type("几件")
        await at.press("f8")
        assert "年度请写成四位数字" in at.text and "请填写整数" in at.text
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1", "n", "f8")
        assert "2026 年度没有已通过的申报可以抽查" in at.text


async def test_the_list_is_worked_through_and_drawn_again(desk: Desk, world: World, tmp_path: Path) -> None:
    approved(world, desk, tmp_path, 3)
    city = world.office(world.city_bureau)
    row = fixed(desk, city, prepared(desk, city))
    async with program(desk, city, "spot_checks") as at:
        await at.press("enter")
        assert "总体 3 件，抽取 3 件，已核 0" in at.text and row.seed in at.text
        await at.press("g", "b", "enter")
        assert "请选择或写明原因" in at.text
        await at.type("扫描件 [/ 模糊]")
        await at.press("enter")
        assert "有问题，按 T 到撤销认定办理" in at.text and "已核 2，有问题 1" in at.text
        await at.press("f")
        assert "只看未核对的" in at.text and "无问题" not in at.text.split("序号")[1].split("第 1 页")[0]
        await at.press("v")
        assert "总体 3 件和名单完全相同" in at.text
        await at.press("f", "home", "c")
        assert "未核对" in at.text and "已核 1" in at.text
        await at.press("enter")
        assert at.app.frame.route_name == "declaration"
        await at.press("escape", "x")
        assert "已导出" in at.text


async def test_the_list_fits_both_sizes(desk: Desk, world: World, tmp_path: Path) -> None:
    approved(world, desk, tmp_path, 2)
    city = world.office(world.city_bureau)
    fixed(desk, city, prepared(desk, city))
    for size in (SMALL, LARGE):
        async with program(desk, city, "spot_checks", size) as at:
            await at.press("enter")
            assert at.widest <= size[0]
