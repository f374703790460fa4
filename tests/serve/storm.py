"""Operators who work at a service while everything breaks, and what must be in the database after each of them.

An operator calls, does what chance says, and is cut off at a moment that chance says: its line breaks, its client or
its session process is killed, the front dies, the database goes away. What the screen had said was done must be
stored, the last move wholly or not at all, each of them once; what was typed and seen must be offered the next time.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import delete, select

from core.model import Draft, ServedSession
from core.services.desk import Desk
from tests.journeys.steps import PASSWORD, PATIENCE, Installation
from tests.serve.service import HASTY, Service, alive, until
from tests.terminal import Terminal

OPENING, WORKING = 1.0, 2.0
"""Seconds within which an operator is cut off: of one call in four after it began, of the others after 首页."""
PROMISED = 2.0
"""Seconds after which what was typed may not be lost any more, whatever happens."""
HANG_UP, CLIENT_KILLED, SESSION_KILLED = "hang-up", "client killed", "session killed"
CONFIRMED, DECIDED, OFFERED = "moves confirmed", "decisions confirmed", "drafts offered"


class Storm:
    """One service, its operators, and a count of what was done to them. Faults of operators are in `faults`."""

    def __init__(self, desk: Desk, home: Installation, seed: int) -> None:
        self.desk, self.chance = desk, random.Random(seed)
        self.sessions = home.folder / "sessions"
        """The process of each session, in a file called by its number."""
        self.sessions.mkdir()
        told = {"JIJIAO_TEST_SESSIONS": str(self.sessions)}
        self.service = Service(home, entry=HASTY, env=told, serve_address_sessions=100)
        self.done: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self.calm = threading.Lock()
        """Held while the front or the database is away: nobody judges what is stored."""
        self.outages = 0
        """How often either went away or came back."""
        self.blackouts = 0
        """How often the database did."""
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._wanted: dict[str, int] = {}

    def begin(self, operators: list[Operator], wanted: dict[str, int]) -> None:
        """Let all work until each way to be cut off was met as often as wanted."""
        self._wanted = wanted
        for operator in operators:
            thread = threading.Thread(target=self._work, args=(operator,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def is_over(self) -> bool:
        """Whether everything was met often enough, or something is wrong."""
        return bool(self.faults) or all(self.done[way] >= count for way, count in self._wanted.items())

    def wait_for(self, count: int) -> None:
        """Let them work until so many were cut off."""
        ways = (HANG_UP, CLIENT_KILLED, SESSION_KILLED)
        self._wait(lambda: sum(self.done[way] for way in ways) >= count, 120.0)

    def wait_for_all(self) -> None:
        """Let them work until each way to be cut off was met often enough."""
        self._wait(self.is_over, 240.0)

    def _wait(self, holds: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not holds() and not self.faults:
            assert time.monotonic() < deadline, f"after {seconds} s: {self.done}"
            time.sleep(0.05)

    def end(self) -> None:
        """Let nobody begin again, and raise what went wrong."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        if self.faults:
            raise self.faults[0]

    def way(self) -> str:
        """How the next operator is cut off: what is missing most."""
        left = {way: count - self.done[way] for way, count in self._wanted.items()}
        ways = [way for way, count in left.items() for _ in range(max(0, count))]
        return self.chance.choice(ways or [HANG_UP])

    @contextlib.contextmanager
    def outage(self) -> Iterator[None]:
        """Something that everybody needs is away."""
        with self.calm:
            self.outages += 1
            yield
            self.outages += 1

    @contextlib.contextmanager
    def blackout(self) -> Iterator[None]:
        """The database is: who is cut off meanwhile has nowhere to keep what was typed last."""
        with self.outage():
            self.blackouts += 1
            yield

    def kill_front(self) -> None:
        """kill -9; all its processes must go with it. Then it is started again."""
        with self.outage():
            processes = self.service.offspring()
            os.kill(self.service.process, signal.SIGKILL)
            until(lambda: not alive(processes), "processes outlive their service", 15.0)
            self.service.kill()
            self.service.start()

    def _work(self, operator: Operator) -> None:
        try:
            while not self._over.is_set() and not self.is_over():
                operator.play()
        except BaseException as fault:
            self.faults.append(fault)


class Operator(ABC):
    """Somebody with an account who calls again and again."""

    home_page = "未完成的草稿"

    def __init__(self, storm: Storm, login: str, account_id: int, seed: int) -> None:
        self.storm, self.login, self.account_id = storm, login, account_id
        self.chance = random.Random(seed)
        self.mark, self.plays = seed, 0
        self.owed: tuple[str, ...] = ()
        """Words that the home page must show at the next login: of a draft."""
        self.terminal: Terminal
        self.moment = 0.0
        self.seen_at: float | None = None
        self.cut_at = 0.0

    # -- one call ----------------------------------------------------------------------------------

    def play(self) -> None:
        """Call, work, be cut off; then look into the database."""
        self.plays += 1
        way = self.storm.way()
        argv = self.storm.service.command("PubkeyAuthentication=no", login=self.login)
        self.terminal = Terminal(argv)
        early = self.chance.random() < 0.25
        self.moment = time.monotonic() + (self.chance.uniform(0.05, OPENING) if early else PATIENCE)
        self.seen_at = None
        blackouts = self.storm.blackouts
        try:
            if self.reached("assword:"):
                self.terminal.send(PASSWORD, "Enter")
                if self.reached(self.home_page) and self.is_offered():
                    if not early:
                        self.moment = time.monotonic() + self.chance.uniform(0.05, WORKING)
                    self.forgive()
                    self.work()
            while self.terminal.alive and (left := self.moment - time.monotonic()) > 0:
                self.terminal.settle(quiet=left, timeout=left)
            self.last_look()
            self.cut_at = time.monotonic()
            was_cut = self.cut(way)
        finally:
            self.terminal.close()
        self.wait_for_end()
        with self.storm.calm:
            self.wait_for_clerks()
            there = self.storm.blackouts == blackouts
            self.judge(gently=was_cut and there and way != SESSION_KILLED)
        if was_cut:
            self.storm.done[way] += 1

    def is_offered(self) -> bool:
        """Whether what is owed stands there; False where the end came before. Raises AssertionError."""
        outages = self.storm.outages
        for words in self.owed:
            try:
                self.terminal.wait(words, timeout=PATIENCE)
            except AssertionError:
                if self.terminal.alive and self.storm.outages == outages:
                    raise
                return False
            self.storm.done[OFFERED] += 1
        return True

    def cut(self, way: str) -> bool:
        """Be cut off; whether the line stood until then."""
        if not self.terminal.alive:
            return False
        if way == HANG_UP:
            self.terminal.hang_up()
        elif way == CLIENT_KILLED:
            self.terminal.signal(signal.SIGKILL)
        else:
            return self.kill_session()
        return True

    def kill_session(self) -> bool:
        """Its own session process, not another operator's; False where there is none."""
        query = select(ServedSession.id).where(ServedSession.account_id == self.account_id)
        try:
            with self.storm.desk.reading() as work:
                named = self.storm.sessions / str(work.session.scalar(query))
            os.kill(int(named.read_text()), signal.SIGKILL)
        except Exception:  # there is none, or the database is away
            return False
        return True

    def collect(self) -> None:
        """After the storm: what is still owed stands on the home page."""
        with Terminal(self.storm.service.command("PubkeyAuthentication=no", login=self.login)) as terminal:
            terminal.wait("assword:", timeout=PATIENCE)
            terminal.send(PASSWORD, "Enter")
            for words in (self.home_page, *self.owed):
                terminal.wait(words, timeout=PATIENCE)
        self.storm.done[OFFERED] += len(self.owed)
        self.wait_for_end()

    def reached(self, *words: str) -> bool:
        """Wait until these stand on the screen; False where the end came before."""
        for word in words:
            try:
                self.terminal.wait(word, timeout=self.moment - time.monotonic())
            except AssertionError:
                return False
        return True

    def wait_for_end(self) -> None:
        """Until the service holds nothing of this account any more."""

        def is_over() -> bool:
            query = select(ServedSession.id).where(ServedSession.account_id == self.account_id)
            return not self.look(lambda work: work.session.scalars(query).all())

        until(is_over, f"a session of {self.login} goes on", 60.0)

    def wait_for_clerks(self) -> None:
        """Until those who had something to do by now have done it: it may have been asked for in the last call."""
        asked = self.storm.service.busy_clerks()

        def is_done() -> bool:
            asked.intersection_update(self.storm.service.busy_clerks())
            return not asked

        until(is_done, "a clerk does not come to an end", 60.0)

    def look(self, read: Callable[[Any], Any]) -> Any:
        """Look into the database, however long it takes until it is there."""
        for again in range(60):
            try:
                with self.storm.desk.reading() as work:
                    return read(work)
            except Exception:
                if again == 59:
                    raise
                time.sleep(0.25)
        return None

    def forgive(self) -> None:
        """The drafts were offered; they go, that the next form opens as it is."""
        self.owed = ()

        # The database may be away just now: then they are offered again.
        with contextlib.suppress(Exception), self.storm.desk.writing() as work:
            work.session.execute(delete(Draft).where(Draft.account_id == self.account_id))
            work.commit()

    def drafts(self) -> int:
        """How many there are of this account."""
        query = select(Draft.key).where(Draft.account_id == self.account_id)
        return len(self.look(lambda work: work.session.scalars(query).all()))

    # -- what differs ------------------------------------------------------------------------------

    @abstractmethod
    def work(self) -> None:
        """From 首页 on."""

    def last_look(self) -> None:
        """At the last picture before the cut."""
        self.terminal.settle(quiet=0.01)

    @abstractmethod
    def judge(self, *, gently: bool) -> None:
        """What must be stored. `gently`: the process had time and a database to keep what was typed."""
