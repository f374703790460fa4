"""忘记登录密码 by keys: the same answer for all, the code read from a real mail, mistakes beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from core.model import Account, Person
from core.rules.roles import Actor
from core.services.desk import Desk
from core.store.store import Store
from tests.screens.office import Terminal, program
from tests.services.front_door import cheap_desk
from tests.services.mailbox import Mailbox
from tests.worlds import World, build_world
from tui.screens.forgotten import ForgottenScreen

EMAIL, MOBILE = "zhangsan@example.cn", "19900000001"
NEW = "newpass123"
ANSWER = "如与注册时一致，验证码已发送到该邮箱，15 分钟内有效"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()


@pytest.fixture
def world(open_new_store: Callable[..., Store], mailbox: Mailbox) -> World:
    return build_world(open_new_store("sqlite", **mailbox.open().settings()))


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    made = cheap_desk(world.store)
    yield made
    made.close()


@pytest.fixture
def me(desk: Desk, world: World) -> Actor:
    """A person who gave e-mail and mobile when registering."""
    actor = world.person()
    with desk.writing() as work:
        person = work.session.get_one(Person, actor.person_id)
        person.email_sealed, person.mobile_sealed = work.vault.seal(EMAIL), work.vault.seal(MOBILE)
        person.email_digest = work.vault.digest("email", EMAIL)
        person.mobile_digest = work.vault.digest("mobile", MOBILE)
        work.commit()
    return actor


def screen_of(at: Terminal) -> ForgottenScreen:
    screen = at.app.screen
    assert isinstance(screen, ForgottenScreen)
    return screen


def errors(at: Terminal) -> dict[str, str]:
    return {field.spec.key: field.error for field in screen_of(at).form.fields if field.error}


async def ask(at: Terminal, email: str = EMAIL, mobile: str = MOBILE) -> None:
    """E-mail and mobile, and the code asked for."""
    await at.type(email)
    await at.press("tab")
    await at.type(mobile)
    await at.press("f8")


async def give(at: Terminal, code: str, password: str = NEW, again: str = NEW) -> None:
    """The code and the new password twice."""
    for text in (code, password, again):
        await at.type(text)
        await at.press("tab")
    await at.press("f8")


async def test_the_front_page_and_the_login_lead_there(desk: Desk) -> None:
    async with program(desk) as at:
        await at.press("8")
        assert screen_of(at)
        await at.press("escape", "1", "2", "f6")
        assert screen_of(at) and "请联系单位管理员重置密码" in at.text


async def test_the_mailed_code_sets_a_new_password_and_leads_to_the_login(
    desk: Desk, me: Actor, mailbox: Mailbox
) -> None:
    async with program(desk, start="forgotten") as at:
        await ask(at)
        assert ANSWER in at.text and screen_of(at).form.current.spec.key == "code"
        await give(at, mailbox.codes(desk)[-1])
        assert at.app.frame.route_name == "login" and "密码已重新设定，请用新密码登录" in at.text
    with desk.reading() as work:
        assert desk.passwords.matches(work.session.get_one(Account, me.account_id).password_hash, NEW)


async def test_nobodys_address_gets_the_same_answer_and_no_mail(
    desk: Desk, me: Actor, mailbox: Mailbox
) -> None:
    async with program(desk, start="forgotten") as at:
        await ask(at, "nobody@example.cn")
        assert ANSWER in at.text
    assert mailbox.received(desk) == []


async def test_a_wrong_code_stands_beside_it_with_the_tries_left_and_all_that_was_typed_stays(
    desk: Desk, me: Actor
) -> None:
    async with program(desk, start="forgotten") as at:
        await ask(at)
        await give(at, "00000000")
        assert errors(at) == {"code": "验证码不对或已失效，请核对，或重新获取。还可以再试 4 次"}
        assert screen_of(at).form.values()["password"] == NEW


async def test_every_mistake_is_shown_beside_its_field(desk: Desk, me: Actor) -> None:
    async with program(desk, start="forgotten") as at:
        await at.press("f8")
        assert errors(at).keys() == {"email", "mobile"}
        await ask(at, "张三", "12")
        assert "邮箱格式不对" in errors(at)["email"] and "手机号应为 11 位" in errors(at)["mobile"]
        screen_of(at).form.stand_on("email")
        await at.press("ctrl+u", "tab", "ctrl+u", "tab")
        await ask(at)
        await give(at, "", "12345678", "x")
        assert errors(at).keys() == {"code", "password"}
        screen_of(at).form.stand_on("password")
        await at.press("ctrl+u")
        await at.type(NEW)
        await at.press("f8")
        assert errors(at)["again"] == "两次输入的密码不一致"


async def test_asking_again_sends_another_code_until_it_is_too_often(
    desk: Desk, me: Actor, mailbox: Mailbox
) -> None:
    async with program(desk, start="forgotten") as at:
        await ask(at)
        await at.press("f5")
        assert ANSWER in at.text and len(mailbox.codes(desk)) == 2
        await at.press(*["f5"] * 5)
        assert "获取验证码过于频繁" in at.app.frame.notice.text


async def test_without_a_mail_server_it_says_who_can_reset_the_password(sqlite_store: Store) -> None:
    desk = cheap_desk(build_world(sqlite_store).store)
    async with program(desk, start="forgotten") as at:
        await ask(at)
        assert "本平台还没有设置邮件，请联系单位管理员重置密码" in at.text


async def test_esc_asks_before_it_drops_what_was_typed(desk: Desk) -> None:
    async with program(desk, start="forgotten") as at:
        await at.press("a", "escape", "2")
        assert screen_of(at).form.values()["email"] == "a"
        await at.press("escape", "1")
        assert at.app.frame.route_name == "front"
