"""The desk as a session has it: what is asked of it is done by a clerk, in another process of the service."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from typing import TYPE_CHECKING, Any, TypeVar

from core.rules.errors import ErrorCode, Refused
from core.rules.lists import Lists, shipped
from tui.remote.passing import packed, receive, send
from tui.serve.packets import tell

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.rules.roles import Caller
    from core.services.desk import UseCase
    from core.services.settings import Settings

C = TypeVar("C")
V = TypeVar("V")

_log = logging.getLogger("jijiao")


class FarDesk:
    """Asks a clerk (经办进程), any of them, for each use case. Has the interface of a `Desk` that screens know.

    `asks` is the socket that clerks take requests from: a message on it says since when one waits, and carries an end
    of a socket on which the request goes and the answer comes. A session holds no connection to the database, and
    nothing of what reading one costs in memory.
    """

    def __init__(self, asks: socket.socket, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self._asks = asks
        self._edition: tuple[int, int] | None = None
        self._lists = shipped()

    def do(self, use_case: UseCase[C, V], caller: Caller, command: C) -> V:
        """Have a use case run for a caller; call it in a thread. Raises Refused, and nothing else."""
        view: V = self._ask(use_case.name, caller, command)
        return view

    def lists(self) -> Lists:
        """The reference lists in force; they come only when they have changed. Raises Refused."""
        edition, tables = self._ask(None, None, self._edition)
        if edition != self._edition:
            self._edition, self._lists = edition, shipped() if tables is None else Lists(tables)
        return self._lists

    def rest(self) -> None:
        """There is no connection to be given back."""

    def close(self) -> None:
        """There is none to be closed."""

    def _ask(self, *request: object) -> Any:
        try:
            near, far = socket.socketpair()
            with near:
                with far:
                    tell(self._asks, {"at": time.monotonic()}, far)
                send(near, packed(request))
                answer = receive(near)
        except Exception as error:  # the line, what came on it, and what can't be sent
            incident = secrets.token_hex(3).upper()
            _log.error("incident %s: no clerk has answered %s", incident, request[0], exc_info=error)
            raise Refused(ErrorCode.INTERNAL, incident=incident) from error
        if isinstance(answer, Refused):
            raise answer
        return answer
