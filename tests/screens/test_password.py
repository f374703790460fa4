"""修改密码 by keys: mistakes beside their fields, other sessions, and after a reset nothing before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from core.model import Account
from core.rules.roles import Actor, Role
from core.schema.sign_in import SignedIn
from core.services.desk import Desk
from tests.screens.office import SMALL, SharedBackend, Terminal, program
from tests.worlds import World
from tui.app import JijiaoApp

OLD, NEW = "old12345", "New45678"


@pytest.fixture
def me(desk: Desk, world: World) -> Actor:
    actor = world.person()
    set_password(desk, actor)
    return actor


def set_password(desk: Desk, actor: Actor, *, must_change: bool = False) -> None:
    """The password of an account, as its owner or as somebody else has set it."""
    values = {"password_hash": desk.passwords.hash(OLD), "must_change": must_change}
    with desk.writing() as work:
        work.session.execute(update(Account).where(Account.id == actor.account_id).values(**values))
        work.commit()


def holds(desk: Desk, actor: Actor, password: str) -> bool:
    with desk.reading() as work:
        stored = work.session.get_one(Account, actor.account_id).password_hash
    return desk.passwords.matches(stored, password)


@asynccontextmanager
async def after_reset(desk: Desk, actor: Actor, then: str = "") -> AsyncIterator[Terminal]:
    """The program of someone who signs in with the password that an administrator has set."""
    set_password(desk, actor, must_change=True)
    app = JijiaoApp(SharedBackend(desk=desk))
    async with app.run_test(size=SMALL) as pilot:
        terminal = Terminal(app, pilot)
        await app.gate.idle()
        await app.enter(SignedIn(actor, (actor.role,), True), then)
        await pilot.pause()
        yield terminal


async def type_all(at: Terminal, old: str, new: str, again: str) -> None:
    for text in (old, new, again):
        await at.type(text)
        await at.press("tab")


async def test_the_password_is_changed_and_the_page_before_comes_back(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("f9", "1")
        await type_all(at, OLD, NEW, NEW)
        await at.press("f8")
        assert at.app.frame.route_name == "person_home" and "密码已修改" in at.text
    assert holds(desk, me, NEW)


async def test_every_mistake_is_shown_beside_its_field(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "password") as at:
        await at.press("f8")
        assert at.text.count("必填，请填写") == 1 and "请输入8~20位密码" in at.text
        await type_all(at, "wrong1234", "12345678", "x")
        assert "请输入8~20位密码，请勿输入纯数字或纯字母" in at.text
        await at.press("f8", "shift+tab", "shift+tab", "ctrl+u")
        at.app.frame.form.stand_on("new")
        await at.press("ctrl+u")
        await at.type(NEW)
        await at.press("f8")
        assert "两次输入的密码不一致" in at.text
    assert holds(desk, me, OLD)


async def test_a_wrong_old_password_says_how_often_it_may_still_be_tried(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "password") as at:
        await type_all(at, "wrong1234", NEW, NEW)
        await at.press("f8")
        assert at.app.frame.form.find("old").error == "原始密码不正确。还可以再试 4 次"
        await at.press("f8", "f8", "f8", "f8", "f8")
        assert "错误次数过多" in at.app.frame.form.find("old").error
    assert holds(desk, me, OLD)


async def test_the_same_password_again_is_no_new_one(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "password") as at:
        await type_all(at, OLD, OLD, OLD)
        await at.press("f8")
        assert "新密码与原始密码相同，请另设一个" in at.text


async def test_esc_asks_before_it_drops_what_was_typed(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("f9", "1", "a", "escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "person_home"


async def test_after_a_reset_the_first_page_is_that_of_the_password(desk: Desk, me: Actor) -> None:
    async with after_reset(desk, me, "progress") as at:
        assert at.app.frame.route_name == "password"
        assert "密码是重置后的初始密码，请先修改密码" in at.text
        await type_all(at, OLD, NEW, NEW)
        await at.press("f8")
        assert at.app.frame.route_name == "progress" and "密码已修改" in at.text
        await at.press("escape")
        assert at.app.frame.route_name == "person_home"


async def test_no_other_page_is_reached_before_the_password_is_changed(desk: Desk, me: Actor) -> None:
    async with after_reset(desk, me) as at:
        for code in ("cx", "xx", "gr", "sb"):
            await at.press("ctrl+g", *code, "enter")
            assert at.app.frame.route_name == "password", code
            assert "请先修改密码" in at.app.frame.notice.text


async def test_esc_after_a_reset_only_signs_out(desk: Desk, me: Actor) -> None:
    async with after_reset(desk, me) as at:
        assert "Esc 退出登录" in at.text.splitlines()[-1]
        await at.press("escape")
        assert "退出登录？" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "front" and at.app.signed_in is None


async def test_a_reset_during_the_session_leads_to_the_password_at_the_next_key(
    desk: Desk, me: Actor
) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("3")
        set_password(desk, me, must_change=True)
        await at.press("f5")
        assert at.app.frame.route_name == "password"
        await type_all(at, OLD, NEW, NEW)
        await at.press("f8")
        assert at.app.frame.route_name == "progress"


async def test_an_office_changes_its_password_too(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    set_password(desk, office)
    async with program(desk, office, "office_home") as at:
        await at.press("f9", "1")
        await type_all(at, OLD, NEW, NEW)
        await at.press("f8")
        assert at.app.frame.route_name == "office_home"
    assert holds(desk, office, NEW) and at.app.role is Role.EMPLOYER
