"""What the tests of the offices' screens share: a desk with work on it, and the program opened for an account."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from textual import events
from textual.pilot import Pilot

from core.model import Decision, Declaration, Person
from core.rules.hours import CreditHours
from core.rules.roles import Actor, Role
from core.schema.sign_in import SignedIn
from core.services.desk import Desk
from tests.worlds import World, submitted
from tui.app import JijiaoApp
from tui.backend import Backend
from tui.look import width

SMALL, LARGE = (80, 24), (120, 30)


class SharedBackend(Backend):
    """A backend that leaves the database open for the next program of the same test."""

    def close(self) -> None:
        """Only the thread ends."""
        self._thread.shutdown(wait=True)


@dataclass
class Terminal:
    """The program at an operator's terminal."""

    app: JijiaoApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Keys one at a time, as someone types who waits for each screen."""
        for key in keys:
            await self.pilot.press(key)
            await self.app.gate.idle()
            await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """Keys that arrive together, before anything is drawn."""
        for key in keys:
            character = key if len(key) == 1 else None
            self.app.gate.put(events.Key(key, character))
        await self.app.gate.idle()
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """A text, as an input method commits it."""
        self.app.gate.put(events.Paste(text))
        await self.app.gate.idle()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what a new size brings about, some frames later on a busy machine."""
        for _ in range(500):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came to hold; the screen:\n{self.text}")

    @property
    def text(self) -> str:
        """Everything on screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def widest(self) -> int:
        """Cells of the widest line on screen."""
        return max(width(row) for row in self.text.splitlines())


@asynccontextmanager
async def program(
    desk: Desk,
    actor: Actor | None = None,
    start: str = "front",
    size: tuple[int, int] = SMALL,
    roles: tuple[Role, ...] = (),
) -> AsyncIterator[Terminal]:
    """The program, signed in as `actor` if one is given, opened on a screen."""
    app = JijiaoApp(SharedBackend(desk=desk))
    if actor is not None:
        app.signed_in = SignedIn(actor, roles or (actor.role,))
    async with app.run_test(size=size) as pilot:
        terminal = Terminal(app, pilot)
        if start != "front":
            await app.go(start)
        await app.gate.idle()
        await pilot.pause()
        yield terminal


def declared(desk: Desk, world: World, folder: Path, count: int, *, flagged: bool = False) -> list[int]:
    """Declarations of as many persons, waiting at the school; `flagged` ones share one scan."""
    made = []
    for number in range(count):
        person = world.person(f"教师{number:02d}" if not flagged else f"疑问{number:02d}")
        view = submitted(desk, person, folder, shade=9 if flagged else 20 + number)
        made.append(view.id)
    return made


def states(desk: Desk) -> dict[str, int]:
    """How many declarations stand where: step or status -> count."""
    with desk.reading() as work:
        rows = work.session.execute(select(Declaration.status, Declaration.step)).all()
    return dict(Counter(step or status for status, step in rows))


def rename(desk: Desk, names: dict[int, tuple[str, str, str]]) -> None:
    """Give the persons of declarations other names: id -> (name, pinyin, initials)."""
    with desk.writing() as work:
        for declaration_id, (name, pinyin, initials) in names.items():
            row: Any = work.session.get_one(Declaration, declaration_id)
            values = {"name": name, "pinyin": pinyin, "initials": initials}
            work.session.execute(update(Person).where(Person.id == row.person_id).values(**values))
        work.commit()


def history(desk: Desk, declaration_id: int) -> list[tuple[str, str]]:
    """The moves of a declaration with their words, the oldest first."""
    with desk.reading() as work:
        query = select(Decision.move, Decision.opinion).where(
            Decision.kind == "declaration", Decision.object_id == declaration_id
        )
        return [(move, opinion) for move, opinion in work.session.execute(query.order_by(Decision.seq))]


def hours(desk: Desk, declaration_id: int) -> str:
    """认定学时 as stored."""
    with desk.reading() as work:
        halves = work.session.get_one(Declaration, declaration_id).recognised_halves
        return str(CreditHours(halves or 0))
