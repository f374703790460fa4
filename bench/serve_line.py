"""A thin line: a proxy of 4,000 bytes a second and 100 ms each way, and what it is to type there."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bench.results import LimitOn, Row, Series, Unit
from bench.serve_ground import County, Service
from bench.serve_lines import Line, open_line

RATE, DELAY_SECONDS = 4000, 0.1
LETTERS = "vwxyzkjo"
HELD_SECONDS, HELD_EVERY = 4.0, 0.1
_ROWS = {
    "login": ("the login after the TCP connect", 2500.0, LimitOn.MEDIAN),
    "letter": ("a letter's echo", 300.0, LimitOn.P95),
    "held": (f"the last byte after PgDn was held {HELD_SECONDS:g} s", 1000.0, LimitOn.MEDIAN),
}
"""What is timed, its limit in milliseconds, and on what that is."""
_ASYNCSSH, _OPENSSH = "asyncssh", "OpenSSH"
_BUFFER = 4096
"""What a socket of the proxy holds at most: what is on its way shall wait at the sender, as on a real line."""
_AWAIT_SECONDS = 20.0
_PAGE_DOWN = b"\x1b[6~"


class Proxy:
    """Both ways at so many bytes a second, with a delay. `accepted_at` is when the last client was connected."""

    def __init__(self, port: int, rate: int = RATE, delay: float = DELAY_SECONDS) -> None:
        self._target, self._rate, self._delay = port, rate, delay
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.accepted_at = 0.0
        self.down = 0
        """Bytes that went to clients."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Listen on a free port of 127.0.0.1 for as long as this is open."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            listener.setblocking(False)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            self.port = listener.getsockname()[1]
            accepting = asyncio.create_task(self._accept(listener))
            try:
                yield self
            finally:
                for task in (accepting, *self._tasks):
                    task.cancel()
                await asyncio.gather(accepting, *self._tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            self.accepted_at = time.perf_counter()
            task = asyncio.create_task(self._carry(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        with client, server:
            for each in (client, server):
                each.setblocking(False)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(server, ("127.0.0.1", self._target))
            ways = [
                asyncio.create_task(self._pump(client, server)),
                asyncio.create_task(self._pump(server, client)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, source: socket.socket, target: socket.socket) -> None:
        """A piece takes its time on the line, and arrives later; the next one follows at once."""
        loop = asyncio.get_running_loop()
        on_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(self._deliver(on_way, target))
        free_at = 0.0
        try:
            while piece := await loop.sock_recv(source, max(64, self._rate // 50)):
                free_at = max(free_at, loop.time()) + len(piece) / self._rate
                on_way.put_nowait((free_at + self._delay, piece))
                await asyncio.sleep(free_at - loop.time())
        except OSError:
            pass
        finally:
            delivering.cancel()

    async def _deliver(self, on_way: asyncio.Queue[tuple[float, bytes]], target: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, piece = await on_way.get()
            await asyncio.sleep(at - loop.time())
            await loop.sock_sendall(target, piece)
            self.down += len(piece)


def measure_line(county: County, service: Service, rounds: int) -> list[Row]:
    """The three limits with each client that is here, on the compressed port."""
    clients = [_ASYNCSSH] + ([_OPENSSH] if shutil.which("ssh") else [])
    rows = []
    for client in clients:
        taken: dict[str, list[float]] = {"login": [], "letter": [], "held": [], "bytes": []}
        for _round in range(rounds):
            asyncio.run(_one_round(county, service, client, taken))
        shown = f"line of {RATE:,} B/s, 100 ms each way, {client}"
        for name, (words, limit, limit_on) in _ROWS.items():
            held_to = None if name == "login" and client != clients[-1] else limit
            series = Series(tuple(taken[name]))
            rows.append(Row(f"{shown}: {words}", Unit.MILLISECONDS, series, limit=held_to, limit_on=limit_on))
        rows.append(Row(f"{shown}: bytes until the login", Unit.BYTES, Series(tuple(taken["bytes"]))))
    return rows


async def _one_round(county: County, service: Service, client: str, taken: dict[str, list[float]]) -> None:
    async with Proxy(service.compressed).listening() as proxy:
        watched = await _Watched.open(_told(client, proxy.port, "guest", county))
        watched.send(b"12")  # typed ahead
        seconds = await watched.shows("用户类型") - proxy.accepted_at
        taken["login"].append(seconds * 1000)
        taken["bytes"].append(proxy.down)
        await watched.quiet(1.0)
        for letter in LETTERS:
            begin = time.perf_counter()
            watched.send(letter.encode())
            taken["letter"].append((await watched.shows(letter) - begin) * 1000)
            await asyncio.sleep(0.3)
        watched.line.close()
    async with Proxy(service.compressed).listening() as proxy:
        watched = await _Watched.open(_told(client, proxy.port, county.officers[-1], county))
        await watched.quiet(2.0)
        watched.send(b":gl\r")  # 管理直属账户: thousands, turned page by page
        await watched.shows("下页")
        await watched.quiet(1.0)
        last, end = 0.0, time.perf_counter() + HELD_SECONDS
        while time.perf_counter() < end:
            last = time.perf_counter()
            watched.send(_PAGE_DOWN)
            await asyncio.sleep(HELD_EVERY)
        await watched.quiet(2.0)
        if watched.heard_at <= last:
            raise LookupError("there was nothing to turn over any more")
        taken["held"].append((watched.heard_at - last) * 1000)
        watched.line.close()


def _told(client: str, port: int, login: str, county: County) -> Mapping[str, Any]:
    if client == _ASYNCSSH:
        return {"kind": "ssh", "port": port, "login": login, "key": str(county.key)}
    options = [
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "LogLevel=ERROR",
        "IdentitiesOnly=yes",
    ]
    words = [word for option in options for word in ("-o", option)]
    command = [
        "ssh",
        "-F",
        "none",
        "-tt",
        *words,
        "-i",
        str(county.key),
        "-p",
        str(port),
        f"{login}@127.0.0.1",
    ]
    return {"kind": "pty", "command": command}


class _Watched:
    """A line and what came over it since it was last asked."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.heard_at = 0.0
        self._wanted, self._kept = b"", b""
        self._seen = asyncio.Event()
        line.on_bytes = self._heard

    @classmethod
    async def open(cls, told: Mapping[str, Any]) -> _Watched:
        """Connect and sign in."""
        return cls(await open_line(told))

    def send(self, keys: bytes) -> None:
        """Press keys; what is looked for must come after them."""
        self._kept = b""
        self.line.send(keys)

    async def shows(self, words: str) -> float:
        """When these words came, by the clock of `time.perf_counter`. LookupError where they never come."""
        self._wanted = words.encode()
        self._seen.clear()
        if self._wanted not in self._kept:
            try:
                await asyncio.wait_for(self._seen.wait(), _AWAIT_SECONDS)
            except TimeoutError:
                shown = self._kept[-1500:].decode(errors="replace")
                raise LookupError(f"{words} is not in {shown!r}") from None
        return self.heard_at

    async def quiet(self, seconds: float) -> None:
        """Until nothing has come for so long."""
        begin = time.perf_counter()
        while time.perf_counter() - max(self.heard_at, begin) < seconds:
            await asyncio.sleep(0.02)

    def _heard(self, data: bytes) -> None:
        self.heard_at = time.perf_counter()
        self._kept = (self._kept + data)[-65536:]
        if self._wanted and self._wanted in self._kept:
            self._seen.set()
