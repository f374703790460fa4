"""The cursor's place: what the focused widget says, else its insertion point, else its corner."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Button, Input, TextArea

from tui.wire.caret import caret_of


class Fields(App[None]):
    """One widget of each kind, at known places."""

    CSS = """
    Input { border: none; padding: 0; height: 1; width: 12; margin: 0 0 0 4; }
    TextArea { border: none; padding: 0; height: 3; }
    """
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        """Three rows and more."""
        yield Input(id="line")
        yield TextArea(id="page")
        yield Button("确定", id="button")


@pytest.mark.parametrize(
    ("value", "place", "caret"),
    [
        ("", 0, (4, 0)),
        ("张三", 2, (8, 0)),
        ("张三", 1, (6, 0)),
        ("张三", 0, (4, 0)),
        ("省人力资源和社会保障厅", 11, (15, 0)),
    ],
)
async def test_in_a_field_the_cursor_stands_at_the_insertion_point(
    value: str, place: int, caret: tuple[int, int]
) -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        field = pilot.app.query_one("#line", Input)
        field.select_on_focus = False
        field.focus()
        field.value = value
        await pilot.pause()
        field.cursor_position = place
        await pilot.pause()
        assert caret_of(pilot.app) == caret


async def test_in_a_text_area_the_cursor_stands_at_the_insertion_point() -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        page = pilot.app.query_one("#page", TextArea)
        page.focus()
        page.insert("继续\n教育a")
        await pilot.pause()
        assert caret_of(pilot.app) == (page.content_region.x + 5, 2)


async def test_on_any_other_widget_the_cursor_stands_in_its_corner() -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        button = pilot.app.query_one("#button")
        button.focus()
        await pilot.pause()
        assert caret_of(pilot.app) == tuple(button.content_region.offset)


async def test_a_widget_may_say_itself_where_the_cursor_stands() -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        button = pilot.app.query_one("#button")
        button.caret = (9, 7)  # type: ignore[attr-defined]
        button.focus()
        await pilot.pause()
        assert caret_of(pilot.app) == (9, 7)


async def test_without_focus_the_screen_says_it() -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        pilot.app.screen.caret = (2, 5)  # type: ignore[attr-defined]
        assert caret_of(pilot.app) == (2, 5)


async def test_without_focus_and_word_the_cursor_stands_below_left() -> None:
    async with Fields().run_test(size=(40, 12)) as pilot:
        assert caret_of(pilot.app) == (0, 11)
