"""The front process of `jijiao serve`: it listens, admits, has session processes made, and ends with no key lost."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncssh

from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Guest
from core.services import served
from core.services.desk import Desk, open_desk
from core.services.door import must_stand, prove_again
from core.services.hostkeys import ensure_host_key
from core.services.processes import this_host
from core.services.settings import Settings
from tui.serve.bounds import ACCEPTED_AT_ONCE, OnceAMinute, Proving, bound_inflation, widen_queue
from tui.serve.counters import Counters, keep_written, service_log
from tui.serve.doors import DOOR_OPTIONS, Doors
from tui.serve.forker import Forker
from tui.serve.listening import Listen
from tui.serve.terminal import KILL_SECONDS, Terminal
from tui.serve.turns import Turns
from tui.serve.visitor import Visitor

_log = logging.getLogger("jijiao.service")

ALIVE_SECONDS = 20
DRAINING = "服务将在 {seconds} 秒后停止，请尽快保存；填写的内容会存为草稿"
DRAINED = "服务已停止，填写的内容已存为草稿，请过几分钟再连"
_CANNOT_LISTEN = {errno.EADDRINUSE: "端口已被占用", errno.EACCES: "没有权限在此端口监听"}
_THREADS = 4
PROVING = 2
"""Passwords that are checked at once: a storm of them leaves threads for whoever is past the door."""
_AGAIN_SECONDS = 3.0
_KEEPALIVE_SECONDS, _KEEPALIVES = 30, 3
_BACKLOG = 512
_STRANGERS = 100
"""Connections beyond twice the sessions at which no more are taken."""
_TOO_MANY = "too many connections, try again later"


class Front:
    """One service: what its doors, channels and files share. `overrides` are settings of the command line."""

    def __init__(self, desk: Desk, listens: Sequence[Listen], overrides: Mapping[str, Any]) -> None:
        self.desk, self.settings = desk, desk.settings
        self._listens, self._overrides = tuple(listens), dict(overrides) | {"served": True}
        self.counters = Counters()
        self.terminals: dict[int, Terminal] = {}
        """The terminals that are open, by their served session."""
        self._kinds: dict[int, str] = {}
        """The served sessions that are open, with their kind."""
        self.draining = False
        self.service_id = ""
        self.zygote: Forker
        self._threads = ThreadPoolExecutor(_THREADS, "front")
        self._tasks: set[asyncio.Task[None]] = set()
        self._acceptors: list[asyncssh.SSHAcceptor] = []
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self.callers: Counter[str] = Counter()
        """Connections that are there, proved or not, by their address."""
        self.proving = Proving(PROVING)
        self.crowds = OnceAMinute()
        self._turns = Turns()
        self._code = 0
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._written: asyncio.Task[None] | None = None

    async def run(self, *arguments: Any) -> Any:
        """Run a function of the core in a thread: `await front.run(function, *arguments)`. Raises Refused alone."""
        function, *rest = arguments
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*rest))
        except Refused:
            raise
        except Exception as error:
            raise self.desk.faulted(error, getattr(function, "__name__", "the front"), Guest()) from error

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the side; a fault of it goes to the log."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def serve(self, tell_ready: Callable[[list[str]], None]) -> int:
        """Listen until SIGTERM, SIGINT or SIGHUP; the exit code, 1 where others took it for dead.

        `tell_ready` gets the lines of what is listened on.

        Raises Refused where the database can't be reached, OSError where a port is taken.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        self.zygote = Forker(self.settings, self._overrides, self._session_gone)
        try:
            await self.zygote.start()
            await self._listen()
            listens = [f"{kind} {place}" for kind, place in self._ports()]
            self.counters.listens = " ".join(place for _, place in self._ports())
            self.service_id = await self.run(
                served.open_service, self.desk, this_host(), os.getpid(), "，".join(listens)
            )
            self.counters.service_id = self.service_id
            self.start(self._tell_alive())
            self._written = asyncio.create_task(
                keep_written(self.counters, self.settings.service_dir / self.service_id)
            )
            service_log("started")
            tell_ready(listens)
            await self._stop.wait()
            await self._drain()
        finally:
            await self._close()
        return self._code

    async def admit(self, visitor: Visitor, kind: str) -> int:
        """Let a visitor's channel in; its served session. Raises Refused."""
        try:
            key = await self._admitted(visitor, kind)
        except Refused as refusal:
            self.refused(visitor, refusal.code, kind)
            raise
        self._kinds[key] = kind
        self.counters.opened(kind)
        service_log(
            "opened",
            account_id=visitor.account_id,
            method=visitor.method,
            address=visitor.address,
            kind=kind,
            served_id=key,
        )
        return key

    async def _admitted(self, visitor: Visitor, kind: str) -> int:
        if self.draining or not self.service_id:
            raise Refused(ErrorCode.SERVICE_ENDING)
        await self.zygote.ready()
        if visitor.account_id is not None:
            await self.run(must_stand, self.desk, visitor.ticket, visitor.address)
        key: int = await self.run(
            lambda: served.admit(
                self.desk,
                self.service_id,
                account_id=visitor.account_id,
                address=visitor.address,
                kind=kind,
                method=visitor.method,
            )
        )
        return key

    def refused(self, visitor: Visitor, code: str, kind: str = "") -> None:
        """Count and write down that a visitor was refused something: by the error's code, or what was asked for."""
        self.counters.refused(code)
        service_log(
            "refused",
            account_id=visitor.account_id,
            method=visitor.method,
            address=visitor.address,
            code=code,
            kind=kind,
        )

    async def ticket(self, visitor: Visitor) -> str:
        """What leads a terminal of this visitor past the login; nothing for a guest. Raises Refused."""
        first = visitor.take_ticket()
        if first or visitor.account_id is None:
            return first
        renewed: str = await self.run(prove_again, self.desk, visitor.ticket, visitor.address)
        return renewed

    def let_go_later(self, key: int) -> None:
        """A terminal's client has gone: its process gets time to keep what was typed, then the session is over."""
        if key in self.zygote.keys:
            asyncio.get_running_loop().call_later(KILL_SECONDS, self.zygote.kill, key)
        else:
            self.start(self._let_go(key))

    def let_go_files(self, key: int) -> None:
        """A transfer of files is over."""
        self.start(self._let_go(key))

    def terminal_session(self, visitor: Visitor) -> Terminal:
        """The channel that a client asked for."""
        return Terminal(self, visitor)

    def connected(self, connection: asyncssh.SSHServerConnection, counted: str) -> None:
        """A client is there; `counted` is its address as it counts.

        Those who have proved nothing yet take room too: there is an end to it.
        """
        self._connections.add(connection)
        self._turns.attach(connection, counted)
        if len(self._connections) > self.settings.serve_sessions * 2 + _STRANGERS:
            connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, _TOO_MANY)

    def disconnected(self, connection: asyncssh.SSHServerConnection) -> None:
        """It has gone."""
        self._connections.discard(connection)

    # -- inside -----------------------------------------------------------------------------------

    async def _listen(self) -> None:
        key = ensure_host_key(self.settings)
        for listen in self._listens:
            try:
                acceptor = await asyncssh.create_server(
                    lambda: Doors(self),
                    listen.host,
                    listen.port,
                    server_host_keys=[str(key)],
                    compression_algs=listen.compression,
                    server_version="jijiao",
                    keepalive_interval=_KEEPALIVE_SECONDS,
                    keepalive_count_max=_KEEPALIVES,
                    login_timeout=self.settings.serve_login_seconds,
                    backlog=ACCEPTED_AT_ONCE,
                    **DOOR_OPTIONS,
                )
            except OSError as error:
                words = _CANNOT_LISTEN.get(error.errno or 0, "不能在此监听")
                raise OSError(error.errno, words, f"{listen.host}:{listen.port}") from error
            widen_queue(acceptor, _BACKLOG)
            self._acceptors.append(acceptor)

    def _ports(self) -> list[tuple[str, str]]:
        return [
            (listen.kind, f"{listen.host}:{acceptor.get_port()}")
            for listen, acceptor in zip(self._listens, self._acceptors, strict=True)
        ]

    def _session_gone(self, key: int, status: int | None) -> None:
        """A session process has ended; None: nobody knows when it will, since the zygote has died."""
        if status is None:
            if key not in self.terminals:
                self.start(self._let_go(key, after=KILL_SECONDS))
            return
        if status < 0 or status == 1:
            service_log("crashed", code=str(status), served_id=key)
        self.start(self._let_go(key))

    async def _let_go(self, key: int, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        if kind := self._kinds.pop(key, ""):  # both the channel and the process tell their end
            self.counters.closed(kind)
            service_log("closed", kind=kind, served_id=key)
        while not self._ended.is_set():  # a row that stayed while the database was away would count for good
            with contextlib.suppress(Refused):
                await self.run(served.let_go, self.desk, key)
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _tell_alive(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), ALIVE_SECONDS)
                return
            try:
                await self.run(served.tell_alive, self.desk, self.service_id)
            except Refused as refusal:
                _log.error("the service could not tell that it runs: %s", refusal.code)
                if (
                    refusal.code is ErrorCode.SERVICE_ENDING
                ):  # taken for dead: its sessions are signed out already
                    self._code = 1
                    self._asked_to_stop()
            except Exception as error:
                _log.error("the service could not tell that it runs", exc_info=error)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as error:
            _log.error("a part of the service failed", exc_info=error)

    # -- the end ----------------------------------------------------------------------------------

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():  # asked twice: at once
            for terminal in list(self.terminals.values()):
                terminal.end(DRAINED)
        self._stop.set()

    async def _drain(self) -> None:
        """No new sessions, a word on each screen, then the end of each; bounded in time."""
        self.draining = True
        self.counters.draining = 1
        for acceptor in self._acceptors:
            acceptor.close()
        with contextlib.suppress(Exception):
            await self.run(served.mark_draining, self.desk, self.service_id)
        seconds = self.settings.serve_drain_seconds
        for terminal in list(self.terminals.values()):
            terminal.tell_words(DRAINING.format(seconds=seconds))
        await self._until_quiet(seconds)
        for terminal in list(self.terminals.values()):
            terminal.end(DRAINED)
        await self._until_quiet(KILL_SECONDS)
        for key in list(self.zygote.keys):
            self.zygote.kill(key)
        await self._until_quiet(1.0)

    async def _until_quiet(self, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while (self.terminals or self.zygote.keys) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)

    async def _close(self) -> None:
        for acceptor in self._acceptors:
            acceptor.close()
        for connection in list(self._connections):
            connection.abort()
        await self.zygote.close()
        self._ended.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5.0)
        if self._written is not None:
            self._written.cancel()
            await asyncio.wait({self._written})
        if self.service_id:
            with contextlib.suppress(Exception):
                await self.run(served.close_service, self.desk, self.service_id)
            service_log("stopped")
        self._threads.shutdown(wait=False, cancel_futures=True)


def run_front(
    settings: Settings,
    listens: Sequence[Listen],
    overrides: Mapping[str, Any],
    tell_ready: Callable[[list[str]], None],
) -> int:
    """Open the desk and serve until the end; the exit code. Raises Refused, and OSError where a port is taken."""
    os.umask(0o077)
    resource.setrlimit(
        resource.RLIMIT_CORE, (0, 0)
    )  # passwords and keys are in the memory of all its processes
    bound_inflation()
    desk = open_desk(settings)
    try:
        return asyncio.run(Front(desk, listens, overrides).serve(tell_ready))
    finally:
        desk.close()
