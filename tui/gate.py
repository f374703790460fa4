"""The gate of all input: keys go through one at a time, so that type-ahead acts as if typed slowly.

A key waits until everything the key before it set in motion has ended: a use case, a new screen, its first rows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events

from tui.keys import TWINS, Press


class Gate:
    """A queue of presses and the task that feeds them to `handle`, one after the other.

    Of one paste `paste_limit` characters are taken; the press says so where it was longer.
    """

    def __init__(self, handle: Callable[[Press], Awaitable[None]]) -> None:
        self._handle = handle
        self.paste_limit = 64_000
        self._waiting: deque[Press] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to feed."""
        self._task = asyncio.create_task(self._pump(), name="gate")

    def close(self) -> None:
        """End; what still waits is dropped."""
        if self._task is not None:
            self._task.cancel()

    def put(self, event: events.Key | events.Paste) -> None:
        """Take in a key or a paste."""
        if isinstance(event, events.Paste):
            text, limit = event.text, self.paste_limit
            press = Press("paste", None, event.time, text[:limit], is_cut=len(text) > limit)
        else:
            character = event.character if event.is_printable else None
            press = Press(TWINS.get(event.key, event.key), character, event.time)
        self.feed(press)

    def feed(self, press: Press) -> None:
        """Take in a press that is ready made."""
        self._waiting.append(press)
        self._idle.clear()
        self._wake.set()

    @property
    def is_open(self) -> bool:
        """Whether keys are fed already."""
        return self._task is not None

    @property
    def waiting(self) -> int:
        """Presses that nobody has begun to handle."""
        return len(self._waiting)

    async def idle(self) -> None:
        """Wait until every key that came in has had its full effect."""
        await self._idle.wait()

    async def _pump(self) -> None:
        while True:
            while self._waiting:
                await self._handle(self._waiting.popleft())
            self._idle.set()
            self._wake.clear()
            await self._wake.wait()
