"""A scripted session that is killed at a random moment, and what must be in the database after it.

The script is drawn from a seed: one to three moves on the declarations of a person, each confirmed by its own
words on the screen. The program is killed (kill -9) a random time after the keys of the last one were sent.
Whatever the screen had confirmed by then must be stored; the last move is stored whole or not at all.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from core.model import Audit, Decision, Declaration
from core.rules.permissions import Action
from core.rules.roles import Actor, Guest, Role
from core.schema.declarations import SaveDeclaration
from core.schema.sign_in import SignIn
from core.services.declarations import save_declaration
from core.services.desk import Desk
from core.services.sign_in import sign_in
from tests.journeys.records import drafts
from tests.journeys.steps import PASSWORD, PERSON, Installation, Seat
from tests.worlds import scan, submitted, training

LONGEST = 0.25
"""Seconds after the keys of the last move within which the program is killed."""
MOST_MOVES = 3


@dataclass(frozen=True)
class Claim:
    """A declaration as the script knows it; `whole` ones can be sent."""

    title: str
    status: str
    content: str = ""
    whole: bool = True


@dataclass(frozen=True)
class State:
    """What the database must hold: the claims, the newest first, and how often each action was done."""

    claims: tuple[Claim, ...]
    done: Counter[str] = field(default_factory=Counter)

    def after(self, action: Action, at: int, claim: Claim | None, *, added: bool = False) -> State:
        """With one action more, and a claim put in its place (None: taken away)."""
        kept = list(self.claims)
        kept[at : at if added else at + 1] = [claim] if claim is not None else []
        return State(tuple(kept), self.done + Counter({action.value: 1}))

    @property
    def stored(self) -> tuple[object, ...]:
        """The same as `stored` reads it."""
        return sorted((c.title, c.status, c.content) for c in self.claims), dict(self.done)


@dataclass(frozen=True)
class Go:
    """A move: its keys from the top of the list, the words that confirm it, the state it leaves, the way back."""

    keys: tuple[str, ...]
    confirmed: tuple[str, ...]
    after: State
    back: tuple[str, ...] = ()


FIRST = State(
    (
        Claim("丁班", "draft"),
        Claim("丙班", "pending"),
        Claim("乙班", "pending"),
        Claim("甲班", "draft"),
    )
)


def prepare(desk: Desk, folder: Path, login: str = PERSON) -> Actor:
    """A person's four declarations, as FIRST has them; the person."""
    person = desk.do(sign_in, Guest(), SignIn(role=Role.PERSON, login=login, password=PASSWORD)).actor
    for month, claim in enumerate(reversed(FIRST.claims), 3):
        values = {
            "class_name": claim.title,
            "started_on": f"2026-0{month}-02",
            "ended_on": f"2026-0{month}-06",
        }
        if claim.status == "pending":
            submitted(desk, person, folder, shade=month, **values)
        else:
            evidence = (scan(desk, person, folder, month),)
            command = SaveDeclaration(form="post_training", values=training(**values), evidence=evidence)
            desk.do(save_declaration, person, command)
    return person


def stored(home: Installation, before: Counter[str]) -> tuple[object, ...]:
    """The claims, and how many entries of the audit log each action has more than `before`."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            rows = work.session.scalars(select(Declaration)).all()
            claims = sorted((row.title, row.status, row.fields.get("content", "")) for row in rows)
            moved = work.session.scalars(select(Decision.move).where(Decision.kind == "declaration")).all()
            noted = actions_among(work.session.scalars(select(Audit.action)).all())
        # A move of the history and its audit entry are one transaction.
        counted = sum(noted[action.value] for action in MOVES)
        assert len(moved) == counted, (sorted(moved), noted)
        return claims, dict(noted - before)
    finally:
        desk.close()


def actions_of(home: Installation) -> Counter[str]:
    """The entries of the audit log about declarations, by action."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            return actions_among(work.session.scalars(select(Audit.action)).all())
    finally:
        desk.close()


def play(home: Installation, seed: int, before: Counter[str]) -> None:
    """One session, one kill, one look into the database."""
    chance = random.Random(seed)
    state, go = FIRST, None
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.type(":cx", "Enter")
        seat.see("共 4 条")
        for number in range(chance.randint(1, MOST_MOVES), 0, -1):
            go = drawn(chance, state, f"{seed}-{number}")
            seat.type("c")
            seat.see("已清空筛选")
            seat.type(*go.keys)
            if number == 1:
                break
            seat.see(*go.confirmed)
            state = go.after
            if go.back:
                seat.type(*go.back)
                seat.see("共 ")
        assert go is not None
        confirmed = _killed(seat, chance.uniform(0, LONGEST), go.confirmed)
    found = stored(home, before)
    if found == go.after.stored:
        assert drafts(home) == 0, (seed, go.keys)  # what was stored or sent has taken its draft with it
    allowed = [go.after.stored] if confirmed else [state.stored, go.after.stored]
    assert found in allowed, (seed, go.keys, "confirmed" if confirmed else "not confirmed")


@dataclass(frozen=True)
class Killed:
    """What all runs of a file start from. `fresh_url` gives each a database of its own ("": the copied file)."""

    template: Path
    before: Counter[str]
    fresh_url: Callable[[], str] = str

    @classmethod
    def of(cls, home: Installation, fresh_url: Callable[[], str] = str) -> Killed:
        """From an installation as the journeys have it; the four declarations are added here."""
        desk = home.desk()
        try:
            prepare(desk, home.folder)
        finally:
            desk.close()
        return cls(home.folder, actions_of(home), fresh_url)

    def home(self, folder: Path) -> Installation:
        """An installation of one run's own."""
        shutil.copytree(self.template, folder / "home")
        return Installation(folder / "home", url=self.fresh_url())


def _killed(seat: Seat, seconds: float, words: tuple[str, ...]) -> bool:
    """Kill the program after so many seconds; whether the words stand on the last picture it sent."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        seat.terminal.settle(quiet=left, timeout=left)
    os.kill(seat.terminal.pid, signal.SIGKILL)
    seat.terminal.wait_exit(timeout=30)
    seat.terminal.settle(quiet=0.01)
    return all(word in seat.screen for word in words)


def drawn(chance: random.Random, state: State, mark: str) -> Go:
    """One of the moves that can be made now."""
    moves: list[Go] = [_new(state, mark)]
    for at, claim in enumerate(state.claims):
        if claim.status == "pending":
            moves.append(_withdraw(state, at))
        else:
            moves += [_delete(state, at), _change(state, at, mark)]
            if claim.whole:
                moves.append(_submit(state, at))
    kinds: dict[tuple[str, ...], list[Go]] = {}
    for move in moves:  # each kind as often as any other, however many rows there are for it
        kinds.setdefault(move.confirmed[:1], []).append(move)
    return chance.choice(chance.choice(list(kinds.values())))


def _at(at: int) -> tuple[str, ...]:
    return ("Down",) * at


def _new(state: State, mark: str) -> Go:
    claim = Claim(f"新班{mark}", "draft", whole=False)
    keys = ("F6", "Tab", "Tab", "Tab", claim.title, "F2")
    after = state.after(Action.SAVE_DECLARATION, 0, claim, added=True)
    return Go(keys, ("已保存，尚未提交", claim.title), after, ("Esc",))


def _change(state: State, at: int, mark: str) -> Go:
    claim = replace(state.claims[at], content=f"内容{mark}")
    keys = (*_at(at), "e", "Tab", "Tab", "Tab", "Tab", "ctrl+u", claim.content, "F2")
    after = state.after(Action.SAVE_DECLARATION, at, claim)
    return Go(keys, ("已保存，尚未提交", claim.content), after, ("Esc",))


def _submit(state: State, at: int) -> Go:
    claim = replace(state.claims[at], status="pending")
    after = state.after(Action.SUBMIT_DECLARATION, at, claim)
    return Go((*_at(at), "e", "F8"), ("已提交申报：岗位培训 40 学时",), after)


def _withdraw(state: State, at: int) -> Go:
    claim = replace(state.claims[at], status="draft")
    return Go((*_at(at), "u"), ("已撤销，回到待提交",), state.after(Action.WITHDRAW_DECLARATION, at, claim))


def _delete(state: State, at: int) -> Go:
    return Go((*_at(at), "x", "1"), ("已删除",), state.after(Action.DELETE_DECLARATION, at, None))


MOVES = (Action.SUBMIT_DECLARATION, Action.WITHDRAW_DECLARATION, Action.DELETE_DECLARATION)


def actions_among(entries: object) -> Counter[str]:
    """How often each action about declarations stands among these entries of the audit log."""
    assert isinstance(entries, list | tuple)
    known = {action.value for action in (*MOVES, Action.SAVE_DECLARATION)}
    return Counter(str(entry) for entry in entries if entry in known)
