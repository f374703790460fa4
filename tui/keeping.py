"""Drafts as they come about (草稿, P13): what is typed goes to the database behind the operator's back.

A changed field is saved when the caret leaves it, and no later than a second after the first key that is not
saved yet. One save runs at a time and no key waits for it. While nobody types there is no timer and no byte.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Protocol

from core.rules.errors import Refused
from tui.incident import noted

LATEST = 1.0
"""Seconds after the first unsaved key at which a save begins, whatever is typed meanwhile."""
FLUSH_SECONDS, RETRY_SECONDS = 4.0, 0.25
"""How long the end of the program waits for what is still unsaved; after which what failed is tried again."""
_LETTERS = string.ascii_letters + string.digits


class Keeps(Protocol):
    """What a draft asks of the screen whose form it keeps."""

    @property
    def draft_ready(self) -> bool:
        """Whether there is somebody now whom the draft belongs to."""

    @property
    def draft_changes(self) -> int:
        """A number that grows with each change of what was typed."""

    @property
    def draft_place(self) -> int:
        """Which field has the caret."""

    def draft_text(self) -> str:
        """All that was typed, as JSON; the same while nothing was changed, wherever the caret stands."""

    async def keep(self, key: str, text: str) -> datetime:
        """Save it; answers when. Raises Refused."""

    async def unkeep(self, key: str) -> None:
        """Take it away. Raises Refused."""

    def draft_saved(self, at: datetime) -> None:
        """It was saved."""

    def draft_failed(self, refusal: Refused) -> bool:
        """It could not be saved; answers whether the operator was told."""


class Draft:
    """What one screen keeps, under one key. `stored` says whether the database has a row of it."""

    def __init__(self, screen: Keeps) -> None:
        self.screen = screen
        self.key = new_key()
        self.stored = False
        self.closed = False
        self._first: str | None = None  # the form as it was before anything was typed: not worth a draft
        self._last = ""  # as it was saved last
        self._seen = self._place = 0
        self._unsaved = self._due = self._held = self._told = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is not in the database yet."""
        return not self.closed and (self._unsaved or self._running)

    @property
    def can_be_saved(self) -> bool:
        """Whether there is something unsaved, and somebody it can be saved for."""
        return self.unsaved and self.screen.draft_ready

    def begin(self) -> None:
        """The form stands as the operator finds it."""
        self._first, self._place = self.screen.draft_text(), self.screen.draft_place

    def look(self) -> None:
        """After each key: compares two numbers, and sees to it that a save begins in time."""
        if self.closed:
            return
        changes, place = self.screen.draft_changes, self.screen.draft_place
        moved, self._place = place != self._place, place
        if changes != self._seen:
            self._seen, self._unsaved = changes, True
        elif self._first is None and not self._unsaved:
            self._first = self.screen.draft_text()
        if not self._unsaved or not self.screen.draft_ready:
            return
        if moved:
            self._begin()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATEST, self._begin)

    async def take_over(self, key: str) -> None:
        """Go on under the key of a draft whose content stands in the form now; what this one had kept goes."""
        await self.move(key)
        self.stored = True
        self.renew()

    async def move(self, key: str = "") -> None:
        """Go on under another key, a new one unless one is given; what was kept under the one before goes."""
        async with self.held():
            if self.stored and key != self.key:
                with suppress(Refused):
                    await self.screen.unkeep(self.key)
            self.key, self.stored, self._last = key or new_key(), False, ""
            self._unsaved = True

    def renew(self) -> None:
        """Save it anew: another session goes on with it."""
        if self.stored or self._unsaved:
            self._last, self._unsaved = "", True
            self._begin()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """No save runs inside: what is stored or sent there must not be followed by a late one."""
        self._held = True
        try:
            await self._settled()
            yield
        finally:
            self._held = False
            if self._unsaved and not self.closed and self.screen.draft_ready:
                self._begin()

    def forget(self) -> None:
        """What was typed has been stored or sent, and the row is gone with it; what is typed next is kept again."""
        self._cancel()
        self.stored = self._unsaved = self._due = False
        self._first, self._last = None, ""
        self._seen = self.screen.draft_changes

    async def drop(self) -> None:
        """放弃: nothing is kept any more. A database that can't be reached keeps what it has."""
        self._cancel()
        self.closed = True
        await self._settled()
        if self.stored:
            with suppress(Refused):
                await self.screen.unkeep(self.key)

    async def flush(self) -> None:
        """Save what is unsaved now, and wait for it."""
        if self._unsaved and not self.closed and self.screen.draft_ready:
            self._begin()
        await self._settled()

    @property
    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _settled(self) -> None:
        if self._task is not None and self._running:
            await asyncio.wait({self._task})

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        self._cancel()
        self._due = True
        if not self._running and not self._held:
            self._task = asyncio.get_running_loop().create_task(self._save(), name="draft")

    async def _save(self) -> None:
        while self._due and not self._held and not self.closed:
            self._due = self._unsaved = False
            try:
                await self._save_once(self.screen.draft_text())
            except Refused as refusal:
                self._failed(refusal)
            except Exception as error:  # what was typed stays on screen, whatever went wrong behind it
                self._failed(noted(error, "saving a draft"))

    async def _save_once(self, text: str) -> None:
        if text == self._last:
            return
        if text == self._first:
            if self.stored:
                await self.screen.unkeep(self.key)
            self.stored = False
        else:
            at = await self.screen.keep(self.key, text)
            self.stored = True
            if not self.closed:
                self.screen.draft_saved(at)
        self._last, self._told = text, False

    def _failed(self, refusal: Refused) -> None:
        self._unsaved, self._due = True, False
        if not self._told and not self.closed:
            self._told = self.screen.draft_failed(refusal)


class Keeping:
    """All drafts that are being written in this program."""

    def __init__(self) -> None:
        self._drafts: set[Draft] = set()

    @property
    def keys(self) -> frozenset[str]:
        """Their keys."""
        return frozenset(draft.key for draft in self._drafts if not draft.closed)

    def add(self, draft: Draft) -> None:
        """A form has opened."""
        self._drafts.add(draft)

    def remove(self, draft: Draft) -> None:
        """A form has gone; what of it is still unsaved waits for `flush`."""
        if not draft.unsaved or not draft.screen.draft_ready:
            self._drafts.discard(draft)

    def renew(self) -> None:
        """A new session goes on with what the one before it had begun."""
        for draft in self._drafts:
            if not draft.closed and draft.screen.draft_ready:
                draft.renew()

    async def flush(self, seconds: float = FLUSH_SECONDS) -> None:
        """Save all that is unsaved, within so many seconds: before the session or the program ends.

        A database that is away may be back in time.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while waiting := [draft for draft in self._drafts if draft.can_be_saved]:
                    await asyncio.gather(*(draft.flush() for draft in waiting))
                    if any(draft.can_be_saved for draft in waiting):
                        await asyncio.sleep(RETRY_SECONDS)


def new_key() -> str:
    """The key of a new draft."""
    return "".join(secrets.choice(_LETTERS) for _ in range(24))
