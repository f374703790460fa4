"""查询统计 by keys: Enter looks into a region, an employer, a department; Esc goes one back up."""

from __future__ import annotations

from core.services.desk import Desk
from tests.screens.office import LARGE, SMALL, program
from tests.services.counting import enters, learns
from tests.worlds import World
from tui.look import width
from tui.widgets.charts import bar, height, percent


def busy(world: World) -> None:
    """Two teachers, one of them done, and a gardener."""
    people = [world.person("张三"), world.person("李四"), world.person("园丁", world.garden)]
    enters(world, *people)
    learns(world, people[0])


async def test_enter_goes_down_to_the_people_and_esc_back_up(desk: Desk, world: World) -> None:
    busy(world)
    async with program(desk, world.office(world.province_bureau), "statistics") as at:
        assert "河南省" in at.text and "洛阳市" in at.text and "合计  3 人，完成 1 人，33%" in at.text
        await at.press("enter")
        assert "汝阳县" in at.text and "宜阳县" in at.text
        await at.press("enter")
        assert "汝阳县小店镇第一初级中学" in at.text and "1 单位*" in at.text
        await at.press("enter", "enter")
        assert at.app.frame.route_name == "statistics_people" and "张三" in at.text
        await at.press("escape", "escape", "escape")
        assert "宜阳县" in at.text
        await at.press("escape")
        assert "洛阳市" in at.text and at.app.frame.route_name == "statistics"
        await at.press("escape")
        assert at.app.frame.route_name != "statistics"


async def test_digits_change_by_what_it_is_counted_and_arrows_the_year(desk: Desk, world: World) -> None:
    busy(world)
    async with program(desk, world.office(world.province_bureau), "statistics") as at:
        await at.press("3")
        assert "未填系列" in at.text
        await at.press("3")
        assert "已经是按系列统计" in at.text
        await at.press("5", "down", "9")
        await at.press("left")
        assert "2025年度" in at.text and "合计  0 人" in at.text
        await at.press("right", "1")
        assert "合计  3 人" in at.text


async def test_a_year_is_typed_and_a_wrong_one_says_so_beside_the_field(desk: Desk, world: World) -> None:
    busy(world)
    async with program(desk, world.office(world.school), "statistics") as at:
        await at.press("y")
        await at.type("二〇二五")
        await at.press("enter")
        assert "年度请写成四位数字" in at.text
        await at.press("ctrl+u")
        await at.type("2025")
        await at.press("enter")
        assert "2025年度" in at.text


async def test_the_people_of_an_employer_are_narrowed_to_those_who_are_not_done(
    desk: Desk, world: World
) -> None:
    busy(world)
    async with program(desk, world.office(world.school), "statistics") as at:
        await at.press("p")
        assert "张三" in at.text and "李四" in at.text
        await at.press("f")
        assert "筛选：不通过" in at.text and "张三" not in at.text
        await at.press("enter")
        assert "人员详细" in at.text and "****" in at.text


async def test_people_want_an_employer_first(desk: Desk, world: World) -> None:
    busy(world)
    async with program(desk, world.office(world.city_bureau), "statistics") as at:
        await at.press("p")
        assert "先按 Enter 进到一个单位" in at.text


async def test_the_export_names_the_file(desk: Desk, world: World) -> None:
    busy(world)
    async with program(desk, world.office(world.education), "statistics") as at:
        await at.press("x")
        assert "已导出" in at.text and ".xlsx" in at.text


async def test_it_fits_both_sizes(desk: Desk, world: World) -> None:
    busy(world)
    for size in (SMALL, LARGE):
        async with program(desk, world.office(world.province_bureau), "statistics", size) as at:
            assert at.widest <= size[0] and "完成率" in at.text


def test_a_bar_is_as_wide_as_asked_and_full_only_for_all() -> None:
    assert [bar(share, 4) for share in (0, 0.01, 0.5, 0.99, 1)] == ["....", "#...", "##..", "###.", "####"]
    assert [percent(share) for share in (0, 0.001, 0.999, 1)] == ["0%", "1%", "99%", "100%"]
    assert all(width(height(share / 10)) == 1 for share in range(11))
