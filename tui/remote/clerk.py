"""A clerk (经办进程): a process that runs use cases for sessions, one after the other, and holds the database for them.

The zygote keeps a few, and forks one more where a request waits; see `Clerks`. Whatever a request does to its process
(memory, processor, a crash) reaches the session that asked, as a refusal, and the next request finds another clerk.
"""

from __future__ import annotations

import logging
import os
import resource
import select
import signal
import socket
import time
from typing import TYPE_CHECKING, Any, NoReturn

from core.rules.errors import Refused
from core.rules.lists import shipped
from core.services.desk import all_use_cases
from tui.remote.limits import allow_cpu, become, limit_memory
from tui.remote.passing import packed, receive, send
from tui.serve.packets import has_hung_up, hear

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.services.desk import Desk
    from core.services.settings import Settings

_HELPS_SECONDS = 10.0
"""How long one stays that was forked because a request waited."""
_GROWN = 4
"""One whose memory has grown by the fourth part of what it may take goes, and a fresh one comes."""
_GIVES_WAY = 5
"""Niceness: what somebody types is shown first, what is kept of it comes after."""
_STALLED_SECONDS, _LONGEST_SECONDS = 30.0, 300
"""After which an asker that neither sends nor takes anything is given up; after which the system ends the clerk."""
_log = logging.getLogger("jijiao")


class Clerk:
    """Takes requests from `takes` until nobody is left who could ask. `helps` only for a while where it is set."""

    def __init__(
        self, takes: socket.socket, desk: Desk | None, settings: Settings, clock: Clock, *, helps: bool
    ) -> None:
        self._takes, self._desk, self._settings, self._clock = takes, desk, settings, clock
        self._leaves_at = time.monotonic() + _HELPS_SECONDS if helps else None
        self._peak, self._zygote = _peak_mib(), os.getppid()
        self._use_cases = all_use_cases()

    def run(self) -> None:
        """Until the last session has gone, or it is time to leave."""
        waiting = select.epoll()
        waiting.register(self._takes, select.EPOLLIN | select.EPOLLEXCLUSIVE)  # not all wake for each request
        rested = True
        while self._stays():
            if not waiting.poll(self._patience(rested)):
                if not rested and self._desk is not None:
                    self._desk.rest()
                rested = True
                continue
            try:
                request, handed = hear(self._takes, socket.MSG_DONTWAIT)
                if request is None:
                    return
                line = socket.socket(fileno=handed)
            except BlockingIOError:  # another was faster
                continue
            except (OSError, ValueError) as error:
                _log.error("a message that is no request", exc_info=error)
                continue
            rested = False
            with line:
                self._serve(line)

    def close(self) -> None:
        """Finish what stands on the desk's shelf, and leave the database."""
        if self._desk is not None:
            self._desk.close()

    def _patience(self, rested: bool) -> float | None:
        """Seconds to wait for a request before something else is to be done."""
        waits = [] if rested else [self._settings.idle_connection_seconds]
        if self._leaves_at is not None and self._is_replaced:
            waits.append(max(0.0, self._leaves_at - time.monotonic()))
        return min(waits, default=None)

    @property
    def _is_replaced(self) -> bool:
        """Whether the zygote lives, which forks another. Without it the sessions have those that are there."""
        return os.getppid() == self._zygote

    def _stays(self) -> bool:
        if not self._is_replaced:
            return True
        if self._leaves_at is not None and time.monotonic() >= self._leaves_at:
            return False
        return _peak_mib() - self._peak < self._settings.serve_memory_mb / _GROWN

    def _serve(self, line: socket.socket) -> None:
        """Answer one request. For whoever has gone nothing is begun; what was begun for them stands."""
        line.settimeout(_STALLED_SECONDS)
        signal.alarm(_LONGEST_SECONDS)
        allow_cpu(self._settings.serve_cpu_seconds)
        try:
            name, caller, asked = receive(line, request=True)
            if has_hung_up(line):
                return
            try:
                answer = packed(self._answer(name, caller, asked))
            except Refused as refusal:
                answer = packed(refusal)
            send(line, answer)
        except (OSError, EOFError):
            return
        except Exception as error:  # what can't be read or passed; the asker sees that no answer came
            _log.error("a request could not be answered", exc_info=error)
        finally:
            signal.alarm(0)

    def _answer(self, name: str | None, caller: Any, asked: Any) -> Any:
        desk = self._opened()
        return lists_for(desk, asked) if name is None else desk.do(self._use_cases[name], caller, asked)

    def _opened(self) -> Desk:
        """The desk; where it could not be opened before the clerk began, it is tried again. Raises Refused."""
        if self._desk is None:
            from core.services.desk import open_desk

            self._desk = open_desk(self._settings, self._clock)
        return self._desk


def become_clerk(
    takes: socket.socket, desk: Desk | None, settings: Settings, clock: Clock, *, helps: bool
) -> NoReturn:
    """In the forked process: be a clerk; never returns. The arguments are those of `Clerk`."""

    def live() -> int:
        os.nice(_GIVES_WAY)
        limit_memory(settings.serve_memory_mb)
        clerk = Clerk(takes, desk, settings, clock, helps=helps)
        clerk.run()
        clerk.close()
        return 0

    become("jijiao-clerk", live, "a clerk could not go on")


def lists_for(desk: Desk, known: tuple[int, int] | None) -> tuple[tuple[int, int], Any]:
    """Which edition of the lists is in force, and its tables; None for those as shipped and for what is known."""
    edition, lists = desk.lists_in_force()
    return edition, None if edition == known or lists is shipped() else lists.tables


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
