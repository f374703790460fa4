"""The process of one session: the program, told by the front what is typed, until it ends or the client has gone."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Mapping
from typing import Any, NoReturn

from core.rules.roles import Guest
from tui.app import JijiaoApp
from tui.backend import Backend
from tui.look import Look
from tui.remote.driver import RemoteDriver
from tui.remote.far_desk import FarDesk
from tui.remote.limits import allow_cpu, become, limit_memory
from tui.remote.link import Link
from tui.remote.styles import SharedStylesheet
from tui.serve.packets import END, INPUT, NOTICE, SIZE, Meta, clamped
from tui.wire.caps import caps_from_environment
from tui.wire.grid_driver import HANG_UP_SECONDS

_LAGGING_FROM = 64
"""Presses that wait to be handled from which on the client has to wait."""


class ServedApp(JijiaoApp):
    """The program in a session of a service."""

    def __init__(self, backend: Backend, meta: Meta, *, start: str = "front") -> None:
        self.caps = caps_from_environment(meta.env)
        guest = Guest(meta.address, meta.served_id or None, meta.ticket)
        super().__init__(backend, start=start, driver_class=RemoteDriver, guest=guest)
        self.stylesheet = SharedStylesheet(variables=self.get_css_variables())
        self.link: Link

    def paste_was_cut(self) -> None:
        super().paste_was_cut()
        self.link.count("pastes_cut")

    def _print_error_renderables(self) -> None:
        """The one sentence of a fault goes to the client; its traceback is in the log."""
        for sentence in self._exit_renderables:
            self.link.write(f"{sentence}\r\n".encode(self.caps.encoding, "replace"))
        self._exit_renderables.clear()


class Session:
    """One operator at one link; `told` is what the front asked for."""

    def __init__(self, line: socket.socket, told: Mapping[str, Any], desk: FarDesk) -> None:
        self._meta, self._cpu_seconds = Meta.from_json(told["meta"]), int(told["cpu_seconds"])
        meta, overrides = self._meta, told["overrides"]
        self.app = ServedApp(Backend(overrides, desk), meta, start="enter" if meta.ticket else "front")
        self.link = Link(line, self._packet, self._gone, self._lags)
        self.app.link = self.link
        self.app.gate.paste_limit = int(told["paste_limit"])

    async def run(self) -> int:
        """Until the end; the exit code of the process."""
        self.link.open()
        await self.app.run_async(size=self._meta.size, mouse=False)
        code = self.app.return_code or 0
        self.link.end(code)
        return code

    @property
    def _driver(self) -> RemoteDriver | None:
        driver = self.app._driver
        return driver if isinstance(driver, RemoteDriver) else None

    def _lags(self) -> bool:
        return self._driver is None or self.app.gate.waiting > _LAGGING_FROM

    def _packet(self, packet: bytes) -> None:
        kind, content = packet[:1], packet[1:]
        driver = self._driver
        if kind == INPUT and driver is not None:
            allow_cpu(self._cpu_seconds)
            driver.typed(content)
        elif kind == SIZE and driver is not None:
            driver.resized(clamped(*map(int, content.split())))
        elif kind == NOTICE:
            self.app.frame.tell(content.decode(errors="replace"), Look.WARN)
        elif kind == END:
            signal.alarm(HANG_UP_SECONDS)
            self.app.exit()

    def _gone(self) -> None:
        signal.alarm(HANG_UP_SECONDS)
        self.app.exit(return_code=128 + signal.SIGHUP)


def become_session(line: socket.socket, told: Mapping[str, Any], desk: FarDesk) -> NoReturn:
    """In the forked process: be a session until its end; never returns. The arguments are those of `Session`."""

    def live() -> int:
        limit_memory(int(told["memory_mb"]))
        allow_cpu(int(told["cpu_seconds"]))

        async def led() -> int:  # made inside of the loop that it runs on
            return await Session(line, told, desk).run()

        return asyncio.run(led())

    become("jijiao-session", live, "a session could not be led to its end")
