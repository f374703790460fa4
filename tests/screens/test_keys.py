"""SSH 公钥 by keys: under 账号 of every home page, registered by pasting, looked at and removed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.model import AccountKey, Draft
from core.rules.roles import Actor, Role
from core.schema.account_keys import AddKey
from core.services.account_keys import add_key
from core.services.desk import Desk
from tests.screens.office import LARGE, SMALL, Terminal, program
from tests.services.hall import everybody
from tests.services.key_pairs import key_pair, line_of, public_line
from tests.worlds import World
from tui.routes import HOMES


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def stored(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return list(work.session.scalars(select(AccountKey.name).order_by(AccountKey.id)))


async def paste(at: Terminal, text: str, *keys: str) -> None:
    await at.press("n")
    await at.type(text)
    await at.press(*keys)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
async def test_the_page_is_under_the_account_of_every_home(desk: Desk, world: World, role: Role) -> None:
    async with program(desk, everybody(world)[role], HOMES[role]) as at:
        await at.press("f9", "9")
        assert at.app.frame.route_name == "keys" and "还没有公钥，N 登记" in at.text


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_key_is_registered_by_pasting_its_line(desk: Desk, me: Actor, size: tuple[int, int]) -> None:
    pair = key_pair(comment="zhangsan@laptop")
    async with program(desk, me, "keys", size) as at:
        await paste(at, line_of(pair) + "\n", "f8")
        assert "已登记公钥“zhangsan@laptop”" in at.text and "Ed25519" in at.text
        await at.press("enter")
        assert pair.get_fingerprint("sha256") in at.text
        assert at.widest <= size[0]
    assert stored(desk) == ["zhangsan@laptop"]


async def test_a_name_of_ones_own_may_be_typed_below(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "keys") as at:
        await paste(at, public_line(), "tab")
        await at.type("办公室电脑")
        await at.press("enter")
    assert stored(desk) == ["办公室电脑"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ssh-ed25519 AAAA", "看不懂这把公钥"),
        (line_of(key_pair("ssh-rsa", key_size=2048)), "不接受这种公钥"),
        ("", "必填，请填写"),
    ],
)
async def test_what_is_wrong_with_it_stands_beside_it(desk: Desk, me: Actor, text: str, words: str) -> None:
    async with program(desk, me, "keys") as at:
        await paste(at, text, "f8")
        assert words in at.text
    assert stored(desk) == []


async def test_a_private_key_is_taken_off_the_screen_and_kept_nowhere(desk: Desk, me: Actor) -> None:
    private = key_pair().export_private_key().decode()
    async with program(desk, me, "keys") as at:
        await paste(at, private, "f8")
        assert "这是私钥，没有存下" in at.text
        assert "BEGIN" not in at.text and at.app.frame.top.values()["text"] == ""  # type: ignore[attr-defined]
        await at.app.keeping.flush()
    with desk.reading() as work:
        assert (stored(desk), work.session.scalars(select(Draft.key)).all()) == ([], [])


async def test_a_key_is_removed_after_a_question(desk: Desk, me: Actor) -> None:
    desk.do(add_key, me, AddKey(text=public_line(), name="旧电脑"))
    desk.do(add_key, me, AddKey(text=public_line(), name="新电脑"))
    async with program(desk, me, "keys") as at:
        await at.press("x")
        assert "删去公钥“旧电脑”？" in at.text
        await at.press("2")
        assert len(stored(desk)) == 2
        await at.press("x", "1")
        assert "已删去公钥“旧电脑”，它不能再登录" in at.text
    assert stored(desk) == ["新电脑"]


async def test_without_a_key_there_is_nothing_to_look_at_or_remove(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "keys") as at:
        for key in ("enter", "x"):
            await at.press(key)
            assert "还没有公钥，N 登记" in at.app.frame.notice.text


async def test_the_eleventh_is_refused_in_words(desk: Desk, me: Actor) -> None:
    for number in range(10):
        desk.do(add_key, me, AddKey(text=public_line(), name=f"电脑{number}"))
    async with program(desk, me, "keys") as at:
        await paste(at, public_line(), "f8")
        assert "最多登记 10 把公钥，请先删去不用的" in at.text
        await at.press("escape", "1")
        assert len(at.app.frame.rows) == 10
