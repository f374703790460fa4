"""What doors and channels may ask of the service that they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine
from typing import Any, Protocol

import asyncssh

from core.services.desk import Desk
from core.services.settings import Settings
from tui.serve.bounds import OnceAMinute, Proving
from tui.serve.counters import Counters
from tui.serve.forker import Forker
from tui.serve.visitor import Visitor


class Service(Protocol):
    """The front of `jijiao serve` (服务), as its parts see it."""

    desk: Desk
    settings: Settings
    counters: Counters
    zygote: Forker
    terminals: dict[int, Any]
    callers: Counter[str]
    proving: Proving
    crowds: OnceAMinute
    draining: bool

    async def run(self, *arguments: Any) -> Any:
        """Run a function of the core in a thread."""

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the side."""

    async def admit(self, visitor: Visitor, kind: str) -> int:
        """Let a visitor's channel in. Raises Refused."""

    def refused(self, visitor: Visitor, code: str, kind: str = "") -> None:
        """Count and write down that a visitor was refused something."""

    async def ticket(self, visitor: Visitor) -> str:
        """What leads a terminal of this visitor past the login. Raises Refused."""

    def let_go_later(self, key: int) -> None:
        """A terminal's client has gone."""

    def let_go_files(self, key: int) -> None:
        """A transfer of files is over."""

    def terminal_session(self, visitor: Visitor) -> Any:
        """The channel that a client asked for."""

    def connected(self, connection: asyncssh.SSHServerConnection, counted: str) -> None:
        """A client is there; `counted` is its address as it counts."""

    def disconnected(self, connection: asyncssh.SSHServerConnection) -> None:
        """It has gone."""
