"""What someone at the program for the first time must never meet: lost marks, leftovers, lines that mislead."""

from __future__ import annotations

import pytest

from core.rules.errors import ErrorCode, FieldError, Refused
from core.services.desk import Desk
from core.store.store import Store
from tests.screens.office import SMALL, SharedBackend, Terminal, program
from tests.worlds import World, build_world
from tui.app import JijiaoApp
from tui.look import width
from tui.widgets.form import Form
from tui.widgets.picker import Picker

LONG = "河南大学数学与信息科学学院计算机科学与技术系汉语言文学教育专业方向毕业生"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def form_of(at: Terminal) -> Form:
    pane = at.app.frame.pane
    assert isinstance(pane, Form)
    return pane


async def test_a_long_value_shows_its_beginning_once_the_caret_has_left_it(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        form_of(at).stand_on("school")
        await at.type(LONG)
        await at.burst("tab")
        assert f"{LONG[:21]}.." in at.text


async def test_a_refusal_of_the_whole_leaves_what_stands_beside_the_fields(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        form = form_of(at)
        form.show_errors((FieldError("mobile", ErrorCode.BAD_MOBILE),))
        form.show_errors(Refused(ErrorCode.STALE).fields)
        assert form.find("mobile").error


async def test_the_help_over_a_popup_loses_no_character(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        await at.burst("f4", "f1")
        assert " 上 / 下  移动" in at.text


async def test_nothing_of_the_page_looks_out_beside_a_popup(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        await at.burst("f4")
        popup = at.app.frame.top
        assert (popup.region.x, popup.region.width) == (0, SMALL[0])


async def test_a_notice_of_several_lines_does_not_look_out_from_under_the_help(
    desk: Desk, world: World
) -> None:
    async with program(desk, world.person(), "basics") as at:
        at.app.frame.tell("还有在审核中的流程，办结或撤回后才能调转单位。" * 4)
        await at.burst("f1")
        assert "还有在审核中的流程" not in at.text


async def test_where_text_is_typed_the_help_names_no_key_that_would_be_text(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        form_of(at).stand_on("school")
        await at.burst("f1")
        assert "Ctrl+G  跳转" in at.text and ": / Ctrl+G" not in at.text and " -  上一页面" not in at.text


async def test_from_a_half_typed_form_one_can_go_back_to_the_page_before(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "profile") as at:
        await at.app.go("basics")
        form_of(at).stand_on("school")
        await at.type(LONG)
        await at.burst("ctrl+g", "-", "enter")
        assert at.app.frame.route_name == "profile"


async def test_the_key_line_offers_a_list_only_where_there_is_one(desk: Desk) -> None:
    async with program(desk, start="forgotten") as at:
        assert "F4" not in at.text.splitlines()[-1]


async def test_a_popup_that_found_nothing_does_not_ask_to_pick_the_row_with_the_marker(
    desk: Desk, world: World
) -> None:
    async with program(desk, world.person(), "basics") as at:
        await at.burst("f4", "q", "q", "q", "q", "tab")
        assert isinstance(at.app.frame.top, Picker)
        assert "没有符合的，请改写查找内容，或按 Esc 关闭" in at.text and "选定带 >" not in at.text


async def test_an_empty_login_says_what_is_missing_and_costs_no_try(desk: Desk) -> None:
    async with program(desk, start="login") as at:
        await at.burst("f8")
        assert at.text.count("必填，请填写") >= 2 and "还可以再试" not in at.text


async def test_a_login_without_a_code_says_nothing_of_codes(sqlite_store: Store) -> None:
    store = build_world(sqlite_store).store
    store.settings = store.settings.model_copy(update={"captcha": False})
    app = JijiaoApp(SharedBackend(desk=Desk(store)))
    async with app.run_test(size=SMALL) as pilot:
        at = Terminal(app, pilot)
        await app.go("login")
        await at.burst("f8")
        assert "换一张" not in at.text and "验证码" not in at.text


async def test_digits_in_a_row_stand_in_the_help_as_from_and_to(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "office_home") as at:
        await at.burst("f1")
        assert " 1-0  进入" in at.text


async def test_sending_a_registration_without_number_and_password_tries_to_keep_no_draft(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).stand_on("password_again")
        await at.type("demo2026")
        await at.burst("f8")
        await at.app.keeping.flush()
        assert "草稿没有存下" not in at.text


async def test_the_answers_to_a_long_question_are_never_parted(desk: Desk, world: World) -> None:
    async with program(desk, world.person(), "basics") as at:
        frame = at.app.frame
        frame.confirm(f"删除 {LONG}？", lambda: None)
        await at.pilot.pause()
        await at.pilot.pause()
        assert any("1 是  2 否" in row for row in at.text.splitlines())
        end = at.text.splitlines()[frame.notice.region.bottom - 1]
        assert frame.caret == (width(end) + 1, frame.notice.region.bottom - 1)
