"""The doors of a service by asyncssh's client: who gets in, who doesn't, and the words for it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import asyncssh
import pytest
from sqlalchemy import select

from core.model import Audit, Throttle
from core.rules.roles import Actor, Role
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.sign_in import sign_in
from core.store.store import Store
from tests.serve.door_server import DoorFront, called, disable, doors_of, refused, who, with_key
from tests.services.front_door import GUEST, LOGIN, PASSWORD, WRONG, cheap_desk
from tests.services.hall import answer
from tests.services.key_pairs import key_pair
from tests.worlds import World
from tui.serve.doors import KEY_TRIES, NAMES, PASSWORD_TRIES, Doors

# -- who gets in ----------------------------------------------------------------------------------


async def test_guest_comes_in_without_a_proof(desk: Desk) -> None:
    async with doors_of(desk) as front, called(front, "guest") as (connection, _):
        assert await who(connection) == {"account": None, "method": "guest"}


async def test_an_account_comes_in_by_its_password_however_the_login_is_written(
    desk: Desk, office: Actor
) -> None:
    async with doors_of(desk) as front, called(front, "yamen", PASSWORD) as (connection, _):
        assert await who(connection) == {"account": office.account_id, "method": "password"}


async def test_an_account_comes_in_by_a_key_that_it_has_registered(desk: Desk, office: Actor) -> None:
    pair = with_key(desk, office)
    async with doors_of(desk) as front, called(front, LOGIN, keys=(pair,)) as (connection, _):
        assert await who(connection) == {"account": office.account_id, "method": "key"}


async def test_of_several_keys_that_a_client_offers_the_registered_one_counts(
    desk: Desk, office: Actor
) -> None:
    pair = with_key(desk, office)
    offered = (key_pair(), key_pair(), pair)
    async with doors_of(desk) as front, called(front, LOGIN, keys=offered) as (connection, _):
        await who(connection)
        assert (front.visitors[0].method, front.visitors[0].ticket != "") == ("key", True)


async def test_a_wrong_password_may_be_followed_by_the_right_one(desk: Desk, office: Actor) -> None:
    async with doors_of(desk) as front, called(front, LOGIN, WRONG, PASSWORD) as (connection, client):
        await who(connection)
        assert client.banners == ["账户号或密码错误。还可以再试 4 次"]


# -- who does not ---------------------------------------------------------------------------------


async def test_a_connection_has_three_tries_and_each_is_told(desk: Desk, office: Actor) -> None:
    async with doors_of(desk) as front:
        kind, banners = await refused(front, LOGIN, *[WRONG] * 5)
    assert (kind, banners) == (
        asyncssh.PermissionDenied,
        [f"账户号或密码错误。还可以再试 {left} 次" for left in (4, 3, 2)],
    )
    assert len(banners) == PASSWORD_TRIES


async def test_wrong_passwords_at_the_door_lock_the_account_on_the_screen(desk: Desk, office: Actor) -> None:
    async with doors_of(desk) as front:
        await refused(front, LOGIN, *[WRONG] * 3)
        _, banners = await refused(front, LOGIN, *[WRONG] * 3)
    entered = SignIn(role=Role.EMPLOYER, login=LOGIN, password=PASSWORD)
    assert banners == ["账户号或密码错误。还可以再试 1 次", "错误次数过多，请在 15 分钟后再试"]
    assert answer(lambda: desk.do(sign_in, GUEST, entered)) == "LOCKED"


async def test_wrong_passwords_on_the_screen_lock_the_door(desk: Desk, office: Actor) -> None:
    entered = SignIn(role=Role.EMPLOYER, login=LOGIN, password=WRONG)
    for _ in range(5):
        answer(lambda: desk.do(sign_in, GUEST, entered))
    async with doors_of(desk) as front:
        _, banners = await refused(front, LOGIN, PASSWORD)
    assert banners == ["错误次数过多，请在 15 分钟后再试"]


async def test_an_unknown_login_is_treated_as_a_wrong_password_is(desk: Desk, office: Actor) -> None:
    with_key(desk, office)
    async with doors_of(desk) as front:
        unknown = await refused(front, "nobody", WRONG, keys=[key_pair()])
        wrong = await refused(front, LOGIN, WRONG, keys=[key_pair()])
    assert unknown == wrong == (asyncssh.PermissionDenied, ["账户号或密码错误。还可以再试 4 次"])


async def test_a_key_of_another_account_is_refused(desk: Desk, world: World, office: Actor) -> None:
    pair = with_key(desk, world.person())
    async with doors_of(desk) as front:
        kind, _ = await refused(front, LOGIN, keys=[pair])
        assert (kind, front.visitors) == (asyncssh.PermissionDenied, [])


async def test_a_key_that_is_known_but_did_not_sign_opens_nothing(
    desk: Desk, office: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """The public half of somebody's key is no secret."""
    theirs, mine = with_key(desk, office), key_pair()

    loaded = asyncssh.load_keypairs([mine])[0]
    loaded.public_data = theirs.public_data
    async with doors_of(desk) as front:
        with caplog.at_level(logging.DEBUG, "asyncssh"):
            kind, _ = await refused(front, LOGIN, keys=[loaded])
    assert (kind, front.visitors, "Verif" in caplog.text) == (asyncssh.PermissionDenied, [], True)


async def test_a_client_may_offer_a_dozen_keys_and_no_more(desk: Desk, office: Actor) -> None:
    many = [key_pair() for _ in range(KEY_TRIES + 3)]
    async with doors_of(desk) as front:
        kind, banners = await refused(front, LOGIN, keys=many)
    assert (kind, banners) == (asyncssh.PermissionDenied, ["账户号或密码错误"])


async def test_a_client_may_try_five_logins_on_a_connection_and_no_more(desk: Desk) -> None:
    ended: list[str] = []
    connection = SimpleNamespace(
        get_extra_info=lambda name: ("192.0.2.7", 1),
        send_auth_banner=lambda words, language: None,
        disconnect=lambda code, reason: ended.append(reason),
    )
    doors = Doors(DoorFront(desk))  # type: ignore[arg-type]
    doors.connection_made(connection)  # type: ignore[arg-type]
    for number in range(NAMES):
        await doors.begin_auth(f"login{number}")
    before = list(ended)
    await doors.begin_auth("one more")
    assert (before, ended) == ([], ["E101"])


async def test_a_disabled_account_is_told_so_after_its_password(desk: Desk, office: Actor) -> None:
    disable(desk, office)
    async with doors_of(desk) as front:
        kind, banners = await refused(front, LOGIN, PASSWORD)
    assert (kind, banners) == (asyncssh.PermissionDenied, ["此帐号已停用，请联系所在单位管理员"])


async def test_a_disabled_account_with_a_key_gets_no_terminal_but_the_reason(
    desk: Desk, office: Actor
) -> None:
    pair = with_key(desk, office)
    disable(desk, office)
    async with doors_of(desk) as front, called(front, LOGIN, keys=(pair,)) as (connection, _):
        done = await connection.run(term_type="xterm")
        said = (str(done.stderr).strip(), done.exit_status, front.visitors)
        assert said == ("此帐号已停用，请联系所在单位管理员", 1, [])


async def test_a_service_that_ends_lets_nobody_in_and_says_so(desk: Desk, office: Actor) -> None:
    async with doors_of(desk) as front:
        front.draining = True
        _, banners = await refused(front, "guest")
    assert banners == ["服务正在停止，请过几分钟再连"]


async def test_whoever_takes_too_long_is_cut_off(open_new_store: Callable[..., Store]) -> None:
    slow = cheap_desk(open_new_store("sqlite", serve_login_seconds=5))
    async with doors_of(slow) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(b"SSH-2.0-slow\r\n")
        await asyncio.wait_for(reader.read(), 60)  # to the end of the stream
        writer.close()


async def test_whoever_proves_something_and_opens_nothing_is_cut_off(
    open_new_store: Callable[..., Store],
) -> None:
    desk = cheap_desk(open_new_store("sqlite", serve_login_seconds=5))
    async with doors_of(desk) as front, called(front, "guest") as (connection, _):
        await asyncio.wait_for(connection.wait_closed(), 60)


async def test_a_crowd_from_one_address_is_not_let_near_the_door(
    open_new_store: Callable[..., Store],
) -> None:
    desk = cheap_desk(open_new_store("sqlite", serve_address_sessions=1))
    async with doors_of(desk) as front:
        async with called(front, "guest"), called(front, "guest"):
            kind, _ = await refused(front, "guest")
            assert (
                issubclass(kind, (OSError, asyncssh.ConnectionLost)),
                front.counters.refusals["crowd"],
            ) == (True, 1)
        async with called(front, "guest") as (connection, _):
            assert await who(connection) == {"account": None, "method": "guest"}


async def test_a_fault_of_the_database_is_told_in_a_sentence(desk: Desk, office: Actor) -> None:
    def faulty(login: str) -> None:
        raise RuntimeError("gone")

    async with doors_of(desk) as front:
        desk.store.reading = faulty  # type: ignore[method-assign, assignment]
        _, banners = await refused(front, LOGIN, PASSWORD)
    assert len(banners) == 1 and banners[0].startswith("程序出错，已记入日志，编号 ")


# -- what is asked for then -----------------------------------------------------------------------


async def test_no_connection_is_carried_on_to_elsewhere(desk: Desk, tmp_path: Path) -> None:
    async with doors_of(desk) as front, called(front, "guest") as (connection, _):
        for attempt in (
            connection.open_connection("127.0.0.1", front.port),
            connection.open_unix_connection(str(tmp_path / "socket")),
        ):
            with pytest.raises(asyncssh.ChannelOpenError):
                await attempt
        assert front.counters.refusals["forwarding"] == 2


async def test_no_port_is_listened_on_for_a_client(desk: Desk, tmp_path: Path) -> None:
    async with doors_of(desk) as front, called(front, "guest") as (connection, _):
        for attempt in (
            connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", front.port),
            connection.forward_remote_path(str(tmp_path / "far"), str(tmp_path / "near")),
        ):
            with pytest.raises(asyncssh.ChannelListenError):
                await attempt


async def test_neither_agent_nor_x11_is_taken_along(desk: Desk) -> None:
    async with doors_of(desk) as front, called(front, "guest", agent_forwarding=True) as (connection, _):
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process(term_type="xterm", x11_forwarding=True, x11_display="127.0.0.1:9")


# -- what is written down -------------------------------------------------------------------------


async def test_each_way_in_and_each_refusal_is_counted_and_logged_without_names(
    desk: Desk, office: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "jijiao.service")
    async with doors_of(desk) as front:
        async with called(front, LOGIN, WRONG, PASSWORD) as (connection, _):
            await who(connection)
        assert (dict(front.counters.sign_ins), dict(front.counters.refusals)) == (
            {"password": 1},
            {"E101": 1},
        )
    lines = [(record.getMessage(), record.__dict__["fields"]) for record in caplog.records]
    assert lines == [
        ("refused", {"method": "password", "address": "127.0.0.1", "code": "E101"}),
        ("signed_in", {"account": office.account_id, "method": "password", "address": "127.0.0.1"}),
    ]
    text = json.dumps(lines) + caplog.text
    assert not any(secret in text for secret in (LOGIN, "yamen", PASSWORD, WRONG))


def test_the_lock_is_the_one_of_the_screen(desk: Desk, office: Actor) -> None:
    """One counter per account, whichever way the tries came; and its lock stands in the audit log once."""

    async def tried() -> None:
        async with doors_of(desk) as front:
            await refused(front, LOGIN, *[WRONG] * 3)
            await refused(front, LOGIN, *[WRONG] * 3)

    asyncio.run(tried())
    with desk.reading() as work:
        counted = work.session.scalars(select(Throttle.failures).where(Throttle.kind == "account")).all()
        locks = work.session.scalars(select(Audit.id).where(Audit.action == "session.locked")).all()
    assert (list(counted), len(locks)) == ([5], 1)
