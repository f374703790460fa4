"""The front's side of the zygote: it asks for session processes, and hears of each one's end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from core.services.settings import Settings
from tui.serve.packets import Meta, hear, packet_pair, tell

_log = logging.getLogger("jijiao.service")
_AGAIN_SECONDS = 1.0
ZYGOTE = "tui.remote.zygote"
"""The program that is started; imported there, since what it imports is not for the front."""
_NOT_FOR_SESSIONS = ("NO_COLOR", "COLUMNS", "LINES", "LC_CTYPE")


class Forker:
    """Starts the zygote, and starts it anew where it dies; sessions that run go on without it.

    `on_gone` gets the key of each session whose process has ended, and its exit status (negative: a signal).
    """

    def __init__(
        self, settings: Settings, overrides: Mapping[str, Any], on_gone: Callable[[int, int | None], None]
    ) -> None:
        self._settings, self._overrides, self._on_gone = settings, dict(overrides), on_gone
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = asyncio.Event()
        self._closed = False
        self.keys: set[int] = set()
        """Sessions whose processes run."""

    async def start(self) -> None:
        """Start the zygote and wait until it is warm. Raises RuntimeError where it ends instead."""
        self._begin()
        assert self._process is not None
        while not self._ready.is_set():
            if self._process.poll() is not None:
                raise RuntimeError("the zygote ended before it was ready")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), 0.2)

    @property
    def process(self) -> int:
        """The zygote's number."""
        return self._process.pid if self._process is not None else 0

    async def ready(self) -> None:
        """Wait until the zygote takes orders."""
        await self._ready.wait()

    def open(self, key: int, meta: Meta, far: socket.socket) -> None:
        """Have a session process made that holds the socket `far`. Raises OSError where no zygote listens."""
        if self._control is None or not self._ready.is_set():
            raise ConnectionError("no zygote")
        order = {
            "do": "open",
            "key": key,
            "meta": meta.to_json(),
            "memory_mb": self._settings.serve_memory_mb,
            "cpu_seconds": self._settings.serve_cpu_seconds,
            "paste_limit": self._settings.paste_limit,
        }
        tell(self._control, order, far)
        self.keys.add(key)

    def kill(self, key: int) -> None:
        """End a session's process that doesn't end by itself."""
        if key in self.keys and self._control is not None:
            with contextlib.suppress(OSError):
                tell(self._control, {"do": "kill", "key": key})

    async def close(self) -> None:
        """End the zygote, and its worker with it."""
        self._closed = True
        self._hang_up()
        process = self._process
        if process is not None:
            try:
                await asyncio.to_thread(process.wait, 5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)

    def _begin(self) -> None:
        near, far = packet_pair()
        near.setblocking(False)
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in _NOT_FOR_SESSIONS and not name.startswith("TEXTUAL")
        }
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", ZYGOTE, str(far.fileno())],
            pass_fds=(far.fileno(),),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
        far.close()
        self._control = near
        tell(near, {"overrides": self._overrides})
        self._loop.add_reader(near, self._heard)

    def _heard(self) -> None:
        assert self._control is not None
        try:
            message, _ = hear(self._control)
        except BlockingIOError:
            return
        except OSError:
            message = None
        if message is None:
            self._lost()
        elif "ready" in message:
            self._ready.set()
        elif "gone" in message:
            self.keys.discard(message["gone"])
            self._on_gone(message["gone"], message["status"])

    def _lost(self) -> None:
        """The zygote has died: nobody tells any more when its sessions end, and a new one is started."""
        self._hang_up()
        self._ready.clear()
        if self._closed:
            return
        _log.error("the zygote died; a new one is started")
        orphans, self.keys = self.keys, set()
        for key in orphans:
            self._on_gone(key, None)
        self._loop.call_later(_AGAIN_SECONDS, self._begin_again)

    def _begin_again(self) -> None:
        if not self._closed:
            if self._process is not None:
                self._process.poll()
            self._begin()

    def _hang_up(self) -> None:
        if self._control is not None:
            self._loop.remove_reader(self._control)
            self._control.close()
            self._control = None
