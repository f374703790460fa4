"""用户资料管理 and 基本信息修改 by keys: the facts, the way to every page, and what is saved at once."""

from __future__ import annotations

import pytest

from core.model import Department, Person
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.person_records import EditProfile
from core.services.desk import Desk
from core.services.profile import edit_profile, profile_view
from tests.screens.office import Terminal, program
from tests.screens.test_drafts import again
from tests.worlds import World
from tui.routes import ROUTES
from tui.screens.basics import BasicsScreen
from tui.screens.profile import TABS

RIGHT = {
    "ethnic_group": "汉族",
    "native_place": "河南汝阳",
    "mobile": "19900000009",
    "email": "lixiaodong@example.cn",
}
WRONG = {"native_place": "河" * 61, "mobile": "123", "email": "谁@", "phone": "0" * 21}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(desk: Desk, world: World) -> Actor:
    """A person whose basic facts are complete."""
    person = world.person("李晓东")
    version = desk.do(profile_view, person, Nothing()).version
    desk.do(edit_profile, person, EditProfile(version=version, values=RIGHT))
    return person


def screen_of(at: Terminal) -> BasicsScreen:
    screen = at.app.screen
    assert isinstance(screen, BasicsScreen)
    return screen


async def retype(at: Terminal, values: dict[str, str]) -> None:
    """Other text into fields, one after the other, as Tab meets them."""
    form = screen_of(at).form
    for key, value in values.items():
        while form.current.spec.key != key:
            await at.press("tab")
        await at.press("ctrl+u")
        await at.type(value)


@pytest.mark.parametrize(("digit", "label", "route"), TABS)
async def test_each_digit_opens_the_page_of_its_name(
    desk: Desk, me: Actor, digit: str, label: str, route: str
) -> None:
    async with program(desk, me, "profile") as at:
        assert f"{digit} {label}" in at.text
        await at.press(digit)
        assert at.app.frame.route_name == route


async def test_the_facts_stand_there_with_number_and_mobile_masked(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "profile") as at:
        wanted = ("李晓东", "410099********", "河南汝阳", "汝阳县小店镇第一初级中学", "199****0009")
        assert [words for words in wanted if words not in at.text] == []


async def test_coming_back_shows_what_was_changed(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "profile") as at:
        await at.press("1")
        await retype(at, {"native_place": "河南洛阳"})
        await at.press("f2", "escape")
        assert at.app.frame.route_name == "profile"
        assert "籍贯  河南洛阳" in at.text


async def test_what_is_saved_is_in_force_at_once(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        await retype(at, {"native_place": "河南洛阳", "mobile": "19900000010"})
        await at.press("f2")
        assert "已保存，立即生效" in at.text
    values = desk.do(profile_view, me, Nothing()).values
    assert (values["native_place"], values["mobile"]) == ("河南洛阳", "19900000010")


async def test_the_name_and_the_number_are_shown_and_passed_over(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        form = screen_of(at).form
        assert "李晓东" in at.text and form.current.spec.key == "ethnic_group"
        await at.press("up")
        assert form.current.spec.key == "department"


async def test_every_mistake_stands_beside_its_field_and_what_was_typed_stays(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        await retype(at, WRONG)
        await at.press("f2")
        form = screen_of(at).form
        assert {field.spec.key for field in form.fields if field.error} == set(WRONG)
        assert all(field.error in at.text for field in form.fields if field.error)
        assert {key: form.values()[key] for key in WRONG} == WRONG
        assert at.widest <= 80


async def test_nothing_changed_needs_no_saving(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        await at.press("f2")
        assert "没有改动，不用保存" in at.text


async def test_a_department_is_picked_by_initials(desk: Desk, world: World, me: Actor) -> None:
    with desk.writing() as work:
        work.session.add(Department(org_id=world.school, name="数学教研组"))
        work.commit()
    async with program(desk, me, "basics") as at:
        screen_of(at).form.stand_on("department")
        await at.press("s", "x", "enter", "f2")
        assert "已保存，立即生效" in at.text
    assert desk.do(profile_view, me, Nothing()).values["department"] == "数学教研组"


async def test_the_buttons_lead_to_transfer_and_identity(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        await at.press("f7")
        assert at.app.frame.route_name == "transfers"
        await at.press("escape", "f9")
        assert at.app.frame.route_name == "identity"


async def test_what_was_typed_is_not_dropped_without_a_question(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "profile") as at:
        await at.press("1")
        await retype(at, {"native_place": "别处"})
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "profile"


async def test_a_form_that_another_window_overtook_is_refused_in_words(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "basics") as at:
        await retype(at, {"native_place": "别处"})
        version = desk.do(profile_view, me, Nothing()).version
        other = EditProfile(version=version, values={**RIGHT, "native_place": "河南南阳"})
        desk.do(edit_profile, me, other)
        await at.press("f2")
        assert "您的操作没有生效" in at.text
        assert screen_of(at).form.values()["native_place"] == "别处"


async def test_brackets_in_a_name_are_text(desk: Desk, me: Actor) -> None:
    with desk.writing() as work:
        work.session.get_one(Person, me.person_id).native_place = "[/ 测试] [bold]"
        work.commit()
    async with program(desk, me, "profile") as at:
        assert "[/ 测试] [bold]" in at.text


def test_every_page_of_the_hub_is_there() -> None:
    assert [route for *_, route in TABS if route not in ROUTES] == []


async def test_what_was_typed_is_offered_again_after_the_line_broke(
    desk: Desk, world: World, me: Actor
) -> None:
    async with program(desk, me, "basics") as at:
        await retype(at, {"native_place": "河南洛阳"})
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d")
        assert screen_of(at).form.values()["native_place"] == "河南洛阳"
        await at.press("f2")
    assert desk.do(profile_view, me, Nothing()).values["native_place"] == "河南洛阳"
