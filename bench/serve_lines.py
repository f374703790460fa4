"""The lines that operators of the bench sit at: a channel of SSH, or a pseudo-terminal with a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import asyncssh

COLS, ROWS = 80, 24


class Line:
    """One terminal. `on_bytes` gets what comes; `received` counts it, before compression."""

    def __init__(self) -> None:
        self.received = 0
        self.on_bytes: Callable[[bytes], None] = lambda data: None

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Type."""

    @abstractmethod
    def close(self) -> None:
        """Hang up."""

    def heard(self, data: bytes) -> None:
        """Something came."""
        self.received += len(data)
        self.on_bytes(data)


class _Channel(asyncssh.SSHClientSession[bytes]):
    def __init__(self, line: SshLine) -> None:
        self._line = line

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._line.heard(data)


class SshLine(Line):
    """A terminal at a service."""

    def __init__(self) -> None:
        super().__init__()
        self.connection: asyncssh.SSHClientConnection
        self.channel: asyncssh.SSHClientChannel[bytes]

    async def open(self, told: Mapping[str, Any]) -> SshLine:
        """Connect, sign in, ask for a terminal."""
        key = told.get("key")
        self.connection = await asyncssh.connect(
            str(told.get("host", "127.0.0.1")),
            int(told["port"]),
            username=str(told["login"]),
            password=told.get("password"),
            client_keys=[_key(key)] if key else None,
            known_hosts=None,
            config=None,
            agent_path=None,
            compression_algs=["zlib@openssh.com", "none"],
            login_timeout=120,
        )
        self.channel, _ = await self.connection.create_session(
            lambda: _Channel(self),
            term_type="xterm-256color",
            term_size=(COLS, ROWS),
            encoding=None,
            env={"LANG": "zh_CN.UTF-8", "COLORTERM": "truecolor"},
        )
        return self

    def send(self, data: bytes) -> None:
        self.channel.write(data)

    def close(self) -> None:
        self.connection.abort()


class PtyLine(Line):
    """A program of its own on a pseudo-terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._master = -1
        self.process: subprocess.Popen[bytes]

    async def open(self, told: Mapping[str, Any]) -> PtyLine:
        """Start it."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        environment = dict(os.environ) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            list(told.get("command") or [sys.executable, *told["arguments"]]),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=environment,
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, 0)  # not that of the operators
        os.close(slave)
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._readable)
        return self

    def _readable(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.heard(data)
        else:
            asyncio.get_running_loop().remove_reader(self._master)

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        self.process.kill()
        self.process.wait()


async def open_line(told: Mapping[str, Any]) -> Line:
    """The line that is asked for: `kind` is ssh or pty."""
    return await (PtyLine() if told["kind"] == "pty" else SshLine()).open(told)


@cache
def _key(path: str) -> asyncssh.SSHKey:
    return asyncssh.read_private_key(path)
