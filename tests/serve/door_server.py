"""A front for the tests of the doors: the real doors before a session that only tells who came in, and how."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncssh

from core.model import Account
from core.rules.errors import Refused
from core.rules.roles import Actor, Guest
from core.schema.account_keys import AddKey
from core.services.account_keys import add_key
from core.services.desk import Desk
from tests.services.key_pairs import key_pair, line_of
from tui.serve.bounds import OnceAMinute, Proving
from tui.serve.counters import Counters
from tui.serve.doors import DOOR_OPTIONS, Doors
from tui.serve.visitor import Visitor


class Telling(asyncssh.SSHServerSession[bytes]):
    """Says who came in, as JSON, and ends."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def connection_made(self, chan: Any) -> None:
        self._channel = chan

    def pty_requested(self, *asked: Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        said = {"account": self._visitor.account_id, "method": self._visitor.method}
        self._channel.write(json.dumps(said).encode())
        self._channel.exit(0)


class DoorFront:
    """What the doors ask of a front."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.counters, self.draining = desk, Counters(), False
        self.visitors: list[Visitor] = []
        self.callers: Counter[str] = Counter()
        self.proving = Proving(2)
        self.crowds = OnceAMinute()
        self.port = 0

    async def run(self, function: Any, *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(partial(function, *arguments))
        except Refused:
            raise
        except Exception as error:
            raise self.desk.faulted(error, function.__name__, Guest()) from error

    def connected(self, connection: Any, counted: str) -> None:
        """A client is there."""

    def disconnected(self, connection: Any) -> None:
        """It has gone."""

    def terminal_session(self, visitor: Visitor) -> Telling:
        self.visitors.append(visitor)
        return Telling(visitor)


@asynccontextmanager
async def doors_of(desk: Desk) -> AsyncIterator[DoorFront]:
    """Doors on a port of 127.0.0.1, with the options of the service."""
    front = DoorFront(desk)
    acceptor = await asyncssh.create_server(
        lambda: Doors(front),  # type: ignore[arg-type]
        "127.0.0.1",
        0,
        server_host_keys=[key_pair()],
        login_timeout=desk.settings.serve_login_seconds,
        **DOOR_OPTIONS,
    )
    front.port = acceptor.get_port()
    try:
        yield front
    finally:
        acceptor.close()
        await acceptor.wait_closed()


class Client(asyncssh.SSHClient):
    """A client that notes the banners, and gives these passwords in turn."""

    def __init__(self, passwords: list[str]) -> None:
        self.passwords = list(passwords)
        self.banners: list[str] = []

    def auth_banner_received(self, msg: str, lang: str) -> None:
        self.banners.append(msg.strip())

    def password_auth_requested(self) -> str | None:
        return self.passwords.pop(0) if self.passwords else None


@asynccontextmanager
async def called(
    front: DoorFront, login: str, *passwords: str, keys: tuple[asyncssh.SSHKey, ...] = (), **options: Any
) -> AsyncIterator[tuple[asyncssh.SSHClientConnection, Client]]:
    """A connection by asyncssh's client. Raises asyncssh.Error where the doors refuse."""
    client = Client(list(passwords))
    connection, _ = await asyncssh.create_connection(
        lambda: client,
        "127.0.0.1",
        front.port,
        username=login,
        known_hosts=None,
        client_keys=list(keys) or None,
        agent_path=None,
        config=None,
        **options,
    )
    try:
        yield connection, client
    finally:
        connection.close()
        with contextlib.suppress(asyncssh.Error):
            await connection.wait_closed()


async def who(connection: asyncssh.SSHClientConnection) -> dict[str, Any]:
    """Whom a terminal on this connection belongs to."""
    process = await connection.create_process(term_type="xterm")
    said: dict[str, Any] = json.loads(await process.stdout.read())
    return said


async def refused(front: DoorFront, login: str, *passwords: str, **options: Any) -> tuple[type, list[str]]:
    """The kind of the client's error, and the words that the doors told before it."""
    client = Client(list(passwords))
    try:
        connection, _ = await asyncssh.create_connection(
            lambda: client,
            "127.0.0.1",
            front.port,
            username=login,
            known_hosts=None,
            agent_path=None,
            config=None,
            client_keys=options.pop("keys", None),
            **options,
        )
    except (asyncssh.Error, OSError) as error:
        return type(error), client.banners
    connection.close()
    await connection.wait_closed()
    raise AssertionError("the doors let somebody in")


def with_key(desk: Desk, actor: Actor) -> asyncssh.SSHKey:
    """A key that the account has registered."""
    pair = key_pair()
    desk.do(add_key, actor, AddKey(text=line_of(pair)))
    return pair


def disable(desk: Desk, actor: Actor) -> None:
    with desk.writing() as work:
        work.session.get_one(Account, actor.account_id).active = False
        work.commit()
