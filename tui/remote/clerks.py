"""The clerks of a service, as the zygote keeps them: so many always, and one more for each request that waits."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.remote.clerk import become_clerk
from tui.remote.far_desk import FarDesk
from tui.serve.packets import packet_pair

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.services.desk import Desk
    from core.services.settings import Settings

KEPT = 2
"""Clerks that are always there."""
_WAITS_SECONDS = 0.05
"""How long a request may lie there before one more clerk comes."""
_AGAIN_SECONDS = 0.5
"""After which one is replaced that has failed."""
_ENDING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What all processes that are forked begin with. `desk` is None where it can't be opened before a fork."""

    settings: Settings
    clock: Clock
    desk: Desk | None


class Clerks:
    """Forks them with `fork`, which answers 0 in the new process.

    Requests lie in a socket that all clerks take from. `waits` says when to look at it again (seconds; None: when it
    can be read), `look` sees whether the request that lay there before lies there still.
    """

    def __init__(self, ground: Ground, fork: Callable[[], int]) -> None:
        self._ground, self._fork = ground, fork
        self._asks, self.takes = packet_pair()
        self._processes: set[int] = set()
        self._first = b""  # of the requests that waited when it was looked last
        self._look_at: float | None = None

    def begin(self) -> None:
        """Fork those who are always there."""
        while len(self._processes) < KEPT:
            self._start(helps=False)

    def desk(self) -> FarDesk:
        """In the process of a session: the desk that asks them."""
        self.takes.close()
        return FarDesk(self._asks, self._ground.settings, self._ground.clock)

    def leave(self) -> None:
        """In a process that neither asks nor is asked."""
        self._asks.close()
        self.takes.close()

    @property
    def waits(self) -> float | None:
        """Seconds until `look` should be called, whatever comes; None: not before a request comes."""
        return None if self._look_at is None else max(0.0, self._look_at - time.monotonic())

    def look(self) -> None:
        """Fork one more where the same request has waited too long, and those that failed anew."""
        if self._look_at is not None and time.monotonic() < self._look_at:
            return
        self._look_at = None
        first = self._peek()
        if first and first == self._first and len(self._processes) < self._ground.settings.serve_clerks:
            self._start(helps=len(self._processes) >= KEPT)
        self._first = first
        if first:
            self._look_at = time.monotonic() + _WAITS_SECONDS
        elif len(self._processes) < KEPT:
            self.begin()

    def ended(self, process: int, code: int) -> bool:
        """Whether the process that has ended was one of them; it is replaced, not at once where it has failed."""
        if process not in self._processes:
            return False
        self._processes.discard(process)
        self._look_at = time.monotonic() + (_AGAIN_SECONDS if code else 0.0)
        return True

    @property
    def processes(self) -> frozenset[int]:
        """Those that run."""
        return frozenset(self._processes)

    def close(self) -> None:
        """No session is left: they end by themselves, those that are still busy are ended."""
        self.leave()
        until = time.monotonic() + _ENDING_SECONDS
        while self._processes and time.monotonic() < until:
            self._reap(os.WNOHANG)
            time.sleep(0.01)
        for process in self._processes:
            os.kill(process, signal.SIGKILL)
        self._reap(0)

    def _reap(self, options: int) -> None:
        for process in self.processes:
            with suppress(ChildProcessError):
                if os.waitpid(process, options)[0] == 0:
                    continue
            self._processes.discard(process)

    def _start(self, *, helps: bool) -> None:
        process = self._fork()
        if process == 0:
            self._asks.close()
            ground = self._ground
            become_clerk(self.takes, ground.desk, ground.settings, ground.clock, helps=helps)
        self._processes.add(process)

    def _peek(self) -> bytes:
        """The request that lies there first, left where it is; nothing where there is none."""
        try:
            return self.takes.recv(128, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return b""
