"""The clerks of a service, as the zygote keeps them: so many always, and one more while requests wait too long."""

from __future__ import annotations

import json
import logging
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
_MESSAGE_BYTES = 128
_WAITS_SECONDS = 0.05
"""How long a request may lie there before one more clerk comes."""
_NEXT_SECONDS = 0.2
"""Between one that comes because a request waits and the next."""
_AGAIN_SECONDS = 0.5
"""After which one is replaced, and after which a fork that failed is tried again."""
_ENDING_SECONDS = 4.5
"""Which they have to finish when nobody is left who could ask."""
_log = logging.getLogger("jijiao")


@dataclass(frozen=True, slots=True)
class Ground:
    """What all processes that are forked begin with. `desk` is None where it can't be opened before a fork."""

    settings: Settings
    clock: Clock
    desk: Desk | None


class Clerks:
    """Forks them with `fork`, which answers 0 in the new process.

    Requests lie in a socket that all clerks take from. `waits` says when to look at it again (seconds; None: when it
    can be read), `look` sees how long the first of them has lain there.
    """

    def __init__(self, ground: Ground, fork: Callable[[], int]) -> None:
        self._ground, self._fork = ground, fork
        self._asks, self.takes = packet_pair()
        self._processes: set[int] = set()
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
        """Fork one more where a request has waited too long, and those anew that are always there."""
        now = time.monotonic()
        if self._look_at is not None and now < self._look_at:
            return
        self._look_at = None
        try:
            self.begin()
            waited = self._waited()
            if waited is None:
                return
            self._look_at = now + _WAITS_SECONDS
            if waited >= _WAITS_SECONDS and len(self._processes) < self._ground.settings.serve_clerks:
                self._look_at = now + _NEXT_SECONDS
                self._start(helps=True)
        except OSError as error:
            _log.error("no clerk can be forked", exc_info=error)
            self._look_at = now + _AGAIN_SECONDS

    def ended(self, process: int, code: int) -> bool:
        """Whether the process that has ended was one of them; it is replaced soon. `code` is its exit status."""
        if process not in self._processes:
            return False
        self._processes.discard(process)
        if code:
            _log.error("a clerk ended with %d", code)
        self._look_at = time.monotonic() + _AGAIN_SECONDS
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

    def _waited(self) -> float | None:
        """Seconds for which the first request lies there, which is left where it is; None where there is none."""
        try:
            told = self.takes.recv(_MESSAGE_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            return time.monotonic() - float(json.loads(told)["at"])
        except BlockingIOError:
            return None
        except (ValueError, TypeError, KeyError):  # a clerk will find that it is no request
            return 0.0
