"""A screen as an SVG picture."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.services.desk import open_desk
from core.services.setup import initialise
from core.store.settings import Settings
from tui.demo.pictures import Picture, draw
from tui.demo.player import DoesNotHold
from tui.demo.svg import screen_svg

NAME = "{http://www.w3.org/2000/svg}text"


def places(svg: str) -> list[tuple[str, float, float]]:
    """Every text with its left edge and its length in columns of 9 units."""
    texts = ElementTree.fromstring(svg).iter(NAME)
    return [
        (each.text or "", (float(each.attrib["x"]) - 8) / 9, float(each.attrib["textLength"]) / 9)
        for each in texts
    ]


def test_chinese_has_two_columns_a_character() -> None:
    assert places(screen_svg([Strip([Segment("学时 45.5学时")])])) == [
        ("学时", 0, 4),
        ("45.5", 5, 4),
        ("学时", 9, 4),
    ]


def test_brackets_and_markup_stand_as_they_are() -> None:
    assert [text for text, *_ in places(screen_svg([Strip([Segment("[/ 测试]<b>&amp;")])]))] == [
        "[/",
        "测试",
        "]<b>&amp;",
    ]


def test_half_blocks_of_one_colour_become_one_area() -> None:
    style = Style.parse("#102030 on #405060")
    svg = screen_svg([Strip([Segment("ab"), Segment("▀▀▀", style)])])
    assert re.findall(r'<path fill="(#\w+)" d="M([\d.]+) ([\d.]+)h([\d.]+)', svg) == [
        ("#102030", "26", "8", "27"),
        ("#405060", "26", "18", "27"),
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with nobody in it but the operator."""
    made = Settings(data_dir=tmp_path / "home")
    initialise(made, password="demo2026")
    open_desk(made).close()
    return made


async def test_a_picture_shows_the_screen_that_its_keys_lead_to(settings: Settings, tmp_path: Path) -> None:
    picture = Picture("codes", "证书查询", ":zs<Enter>", "按数字选一种查法")
    (drawn,) = await draw(settings, (picture,), tmp_path / "pictures")
    assert any("二维码内容" in text for text, *_ in places(drawn.read_text(encoding="utf-8")))


async def test_a_picture_of_another_screen_is_not_drawn(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DoesNotHold):
        await draw(settings, (Picture("front", "首页", "", "年度认定"),), tmp_path / "pictures")
