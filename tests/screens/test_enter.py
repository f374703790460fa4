"""From the SSH door to the home page: straight on with one role, by a choice with several, in words where it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from core.model import Account, AccountRole, LoginSession, Org
from core.rules.roles import Actor, Guest, Role
from core.schema.sign_in import EnterByTicket
from core.services.desk import Desk
from core.services.door import prove_password
from core.services.sign_in import enter_by_ticket
from core.store.store import Store
from tests.screens.office import SMALL, SharedBackend, Terminal
from tests.services.front_door import LOGIN, PASSWORD, cheap_desk
from tests.services.test_sign_in import give_login
from tests.worlds import World, build_world
from tui.app import JijiaoApp

ADDRESS = "192.0.2.7"


@pytest.fixture
def both(desk: Desk, world: World, office: Actor) -> Actor:
    """The same with a second role, at the county's bureau."""
    with desk.writing() as work:
        held = AccountRole(account_id=office.account_id, role="bureau", org_id=world.county_bureau)
        work.session.add(held)
        work.commit()
    return office


def ticket(desk: Desk) -> str:
    return prove_password(desk, LOGIN, PASSWORD, ADDRESS).ticket


@asynccontextmanager
async def came_in(desk: Desk, with_ticket: str) -> AsyncIterator[Terminal]:
    """The program as a session of the service opens it."""
    guest = Guest(ADDRESS, None, with_ticket)
    app = JijiaoApp(SharedBackend(desk=desk), guest=guest, start="enter")
    async with app.run_test(size=SMALL) as pilot:
        await app.gate.idle()
        await pilot.pause()
        yield Terminal(app, pilot)


async def test_with_one_role_the_home_page_opens_at_once(desk: Desk, office: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        assert (at.app.frame.route_name, at.app.role) == ("office_home", Role.EMPLOYER)
        assert len(at.app.screen_stack) == 3  # Textual's own, 首页, and home


async def test_with_several_the_digit_chooses(desk: Desk, both: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        assert at.app.frame.route_name == "enter"
        assert "1 用人单位" in at.text and "2 人社部门" in at.text
        await at.press("2")
        assert (at.app.frame.route_name, at.app.role) == ("office_home", Role.BUREAU)


async def test_with_several_arrows_and_enter_choose_too(desk: Desk, both: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        await at.press("down", "enter")
        assert at.app.role is Role.BUREAU


async def test_a_digit_beyond_the_list_is_answered(desk: Desk, both: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        await at.press("5")
        assert (at.app.frame.notice.text, at.app.role) == ("请按 1 至 2 选择", None)


async def test_esc_at_the_choice_ends_the_connection_after_a_question(desk: Desk, both: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        assert "Esc 退出" in at.text.splitlines()[-1]
        await at.press("escape")
        assert "退出程序？" in at.text
        await at.press("1")
        assert not at.app.is_running or at.app._exit


async def test_a_role_whose_office_is_disabled_is_refused_and_the_other_still_opens(
    desk: Desk, world: World, both: Actor
) -> None:
    with desk.writing() as work:
        work.session.execute(update(Org).where(Org.id == world.county_bureau).values(active=False))
        work.commit()
    async with came_in(desk, ticket(desk)) as at:
        await at.press("2")
        assert "此帐号已停用" in at.app.frame.notice.text
        await at.press("1")
        assert at.app.role is Role.EMPLOYER


async def test_an_account_without_a_role_is_told_so_at_the_front_door(desk: Desk, office: Actor) -> None:
    proof = ticket(desk)
    with desk.writing() as work:
        # The session of the world's office goes first: it stands for the role.
        for model in (LoginSession, AccountRole):
            work.session.execute(model.__table__.delete().where(model.account_id == office.account_id))  # type: ignore[attr-defined]
        work.commit()
    async with came_in(desk, proof) as at:
        assert at.app.frame.route_name == "front"
        assert "帐号未分配角色，请联系系统管理员" in at.app.frame.notice.text


async def test_a_ticket_that_is_no_longer_good_leads_to_the_login_with_its_words(
    desk: Desk, office: Actor
) -> None:
    used = ticket(desk)
    desk.do(enter_by_ticket, Guest(ADDRESS, None, used), EnterByTicket())
    async with came_in(desk, used) as at:
        assert at.app.frame.route_name == "login"
        assert "登录凭证已用过或已失效，请在这里登录" in at.app.frame.notice.text
        await at.press("escape")
        assert at.app.frame.route_name == "front"


async def test_a_choice_that_was_made_too_late_leads_there_with_the_role_chosen(
    desk: Desk, world: World, both: Actor
) -> None:
    async with came_in(desk, ticket(desk)) as at:
        world.clock.advance(minutes=5)
        await at.press("2")
        assert at.app.frame.route_name == "login" and "人社部门" in at.text


async def test_a_password_that_was_reset_is_changed_first(desk: Desk, office: Actor) -> None:
    with desk.writing() as work:
        work.session.get_one(Account, office.account_id).must_change = True
        work.commit()
    async with came_in(desk, ticket(desk)) as at:
        assert at.app.frame.route_name == "password"


async def test_after_signing_out_one_is_a_guest_at_the_front_door(desk: Desk, office: Actor) -> None:
    async with came_in(desk, ticket(desk)) as at:
        await at.press("escape")
        assert "退出登录？" in at.text
        await at.press("1")
        assert (at.app.frame.route_name, at.app.signed_in) == ("front", None)


async def test_who_has_proved_something_signs_in_again_without_a_challenge(open_new_store: object) -> None:
    world = build_world(open_new_store("sqlite", captcha=True))  # type: ignore[operator]
    desk = cheap_desk(world.store)
    give_login(desk, world.office(world.school), LOGIN)
    async with came_in(desk, ticket(desk)) as at:
        await at.press("escape", "1", "2", "2")
        assert at.app.frame.route_name == "login"
        await at.type(LOGIN)
        await at.press("tab")
        await at.type(PASSWORD)
        assert "验证码" not in at.text
        await at.press("enter")
        assert at.app.frame.route_name == "office_home"


async def test_a_guest_who_proved_nothing_is_asked_for_it(
    sqlite_store: Store, open_new_store: object
) -> None:
    world = build_world(open_new_store("sqlite", captcha=True))  # type: ignore[operator]
    desk = cheap_desk(world.store)
    app = JijiaoApp(SharedBackend(desk=desk), guest=Guest(ADDRESS))
    async with app.run_test(size=SMALL) as pilot:
        at = Terminal(app, pilot)
        await at.press("2", "2")
        await at.type(LOGIN)
        await at.press("tab")
        assert "验证码" in at.text
