"""The way from the screen to the core: use cases by name, run in one thread, imported when first needed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.rules.lists import Lists
    from core.rules.roles import Caller
    from core.services.desk import UseCase
    from core.services.settings import Settings

C = TypeVar("C")
V = TypeVar("V")


class AnyDesk(Protocol):
    """What is asked of a desk, be it in this process or in another; each call may take its time."""

    @property
    def settings(self) -> Settings:
        """What this installation has chosen."""

    @property
    def clock(self) -> Clock:
        """What time it is here."""

    def do(self, use_case: UseCase[C, V], caller: Caller, command: C) -> V:
        """Run a use case for a caller. Raises Refused, and nothing else."""

    def lists(self) -> Lists:
        """The reference lists in force. Raises Refused."""

    def rest(self) -> None:
        """Nobody asks for anything just now."""

    def close(self) -> None:
        """Nobody will ask any more."""


class Backend:
    """Owns the desk of this program. `overrides` are settings given on the command line."""

    def __init__(self, overrides: Mapping[str, Any] | None = None, desk: AnyDesk | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._desk: AnyDesk | None = desk
        self._thread = ThreadPoolExecutor(1, "core")
        self._lists: Lists | None = None
        self._asked = 0
        self._resting: asyncio.TimerHandle | None = None

    @property
    def opened(self) -> bool:
        """Whether the desk is open already, so that asking costs no start."""
        return self._desk is not None

    async def do(self, use_case: UseCase[C, V], caller: Caller, command: C) -> V:
        """Run a use case off the event loop. Raises Refused."""
        view: V = await self._run(partial(self._do, use_case, caller, command))
        return view

    async def load(self, target: str) -> Any:
        """Import `module:name` off the event loop, the core with it."""
        return await self._run(partial(_imported, target))

    async def prepare(self) -> None:
        """Open the desk and import what the first use case needs, while the operator types."""
        await self._run(self._open)

    async def setting(self, name: str) -> Any:
        """One setting of this installation."""
        return await self._run(lambda: getattr(self._open().settings, name))

    async def lists(self) -> Lists:
        """The reference lists in force: whatever the operator has changed meanwhile is in them."""
        found: Lists = await self._run(lambda: self._open().lists())
        self._lists = found
        return found

    @property
    def known_lists(self) -> Lists:
        """The lists as they were last read, for a name that is shown at once."""
        from core.rules.lists import shipped

        return self._lists or shipped()

    async def today(self) -> Any:
        """The calendar day in China, by the clock of this installation."""
        return await self._run(self._today)

    async def now(self) -> datetime:
        """The moment by the clock of this installation, in UTC."""
        moment: datetime = await self._run(self._now)
        return moment

    def close(self) -> None:
        """Close the database."""
        self._stay_awake()
        if self._desk is not None:
            self._desk.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Any) -> Any:
        loop = asyncio.get_running_loop()
        self._stay_awake()
        self._asked += 1
        try:
            return await loop.run_in_executor(self._thread, call)
        finally:
            self._asked -= 1
            if not self._asked and self._desk is not None:
                # While somebody thinks he holds no connection; one timer, and nothing after it.
                seconds = self._desk.settings.idle_connection_seconds
                self._resting = loop.call_later(seconds, self._rest, self._desk)

    def _stay_awake(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _rest(self, desk: AnyDesk) -> None:
        with suppress(RuntimeError):  # the program has ended meanwhile, and its thread
            self._thread.submit(desk.rest)

    def _do(self, use_case: UseCase[C, V], caller: Caller, command: C) -> V:
        return self._open().do(use_case, caller, command)

    def _open(self) -> AnyDesk:
        if self._desk is None:
            from core.services.desk import open_desk
            from core.services.settings import read_settings

            self._desk = open_desk(read_settings(self._overrides))
        return self._desk

    def _now(self) -> datetime:
        return self._open().clock.now()

    def _today(self) -> Any:
        from core.rules.clock import today

        return today(self._open().clock)


def _imported(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
