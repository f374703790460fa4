"""A terminal at the end of asyncssh's client, with the interface of `tests.terminal.Terminal`.

What it counts is what the channel carries: the bytes before compression. Whatever a client may ask for can be asked
for here: terminals of no size, of a kind that nobody knows, or none.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import asyncssh

from tests.journeys.steps import PASSWORD
from tests.terminal import Terminal

_UTF8 = {"LANG": "C.UTF-8", "COLORTERM": "truecolor"}


class Line(Terminal):
    """One terminal on a connection of its own; `asked` is the size that is told, if it isn't the true one."""

    def __init__(
        self,
        port: int,
        *,
        login: str = "guest",
        password: str = PASSWORD,
        cols: int = 80,
        rows: int = 24,
        term: str = "xterm-256color",
        asked: tuple[int, int] | None = None,
        env: Mapping[str, str] = _UTF8,
        encoding: str = "utf-8",
    ) -> None:
        self._port, self._login, self._password = port, login, password
        self._term, self._asked, self._told = term, asked or (cols, rows), dict(env)
        self._ended = threading.Event()
        self._opened = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._connection: asyncssh.SSHClientConnection | None = None
        self._channel: asyncssh.SSHClientChannel[bytes]
        self.exit_status: int | None = None
        super().__init__((), cols=cols, rows=rows, encoding=encoding)

    def _start(
        self, argv: Sequence[str], env: dict[str, str], cwd: str | os.PathLike[str] | None
    ) -> tuple[int, int]:
        near, self._far = socket.socketpair()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._opened.wait(30)
        return 0, near.detach()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            self._connection = await asyncssh.connect(
                "127.0.0.1",
                self._port,
                username=self._login,
                password=self._password,
                known_hosts=None,
                client_keys=None,
                config=None,
                agent_path=None,
            )
            async with self._connection:
                self._channel, _ = await self._connection.create_session(
                    lambda: _Carrier(self._far),
                    term_type=self._term,
                    term_size=self._asked,
                    encoding=None,
                    env=self._told,
                )
                self._loop.add_reader(self._far, self._typed)
                self._opened.set()
                await self._channel.wait_closed()
                self.exit_status = self._channel.get_exit_status()
        except (OSError, asyncssh.Error):
            pass
        finally:
            self._far.close()
            self._opened.set()
            self._ended.set()

    def _typed(self) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = self._far.recv(65536)
        if data:
            self._channel.write(data)
        else:
            self._loop.remove_reader(self._far)
            self._channel.write_eof()

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return not self._ended.is_set()

    def wait_exit(self, *, timeout: float = 10.0) -> int:
        """Read until the channel has closed; the exit status that was told (-1: none)."""
        self.settle(quiet=timeout, timeout=timeout)
        assert self._ended.wait(timeout)
        return -1 if self.exit_status is None else self.exit_status

    def resize(self, cols: int, rows: int) -> None:
        """Give the window another size."""
        self.cols, self.rows = cols, rows
        self.screen.resize(rows, cols)
        self._on_loop(lambda: self._channel.change_terminal_size(cols, rows))

    @property
    def unsent(self) -> int:
        """Bytes that were typed and that the service does not take yet."""
        return self._channel.get_write_buffer_size()

    def ask(self, request: str, *more: bytes) -> bool:
        """Ask something of the open channel; whether it was granted."""
        channel: Any = self._channel
        asked = asyncio.run_coroutine_threadsafe(channel._make_request(request.encode(), *more), self._loop)
        return bool(asked.result(10))

    def hang_up(self) -> None:
        """The line breaks, without a word."""
        connection = self._connection
        if connection is not None:
            self._on_loop(connection.abort)
        if self.fd >= 0:
            os.close(self.fd)
            self.fd, self._eof = -1, True

    def close(self, *, grace: float = 2.0) -> None:
        """The end of the line and of this terminal."""
        self.hang_up()
        self._thread.join(10)

    def _on_loop(self, act: Any) -> None:
        with contextlib.suppress(RuntimeError):  # closed already
            self._loop.call_soon_threadsafe(act)


class _Carrier(asyncssh.SSHClientSession[bytes]):
    """Carries what comes to the terminal's side."""

    def __init__(self, far: socket.socket) -> None:
        self._far = far

    def data_received(self, data: bytes, datatype: Any) -> None:
        with contextlib.suppress(OSError):
            self._far.sendall(data)
