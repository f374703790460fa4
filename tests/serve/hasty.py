"""The command with faults in it, for tests of limits: `python -m tests.serve.hasty serve ...`.

JIJIAO_TEST_MINUTE says how many seconds a minute of the idle and the absolute time lasts. In a session, F11 takes
memory without end and F12 the processor. Each session writes its process into JIJIAO_TEST_SESSIONS, if that folder is
named: a file called by the number of the session.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TAKES_MEMORY, TAKES_PROCESSOR = b"\x1b[23~", b"\x1b[24~"


def serve() -> int:
    """The command, its zygote being this module too."""
    from tui.cli import main
    from tui.serve import forker, terminal

    forker.ZYGOTE = "tests.serve.hasty"
    terminal.MINUTE_SECONDS = float(os.environ.get("JIJIAO_TEST_MINUTE", "60"))
    return main()


def zygote() -> None:
    """The zygote, its sessions being spoilt by two keys; warm enough without a program that runs before."""
    from tui.remote import session
    from tui.remote import zygote as real

    spoken, become = session.Session._packet, session.become_session
    folder = os.environ.get("JIJIAO_TEST_SESSIONS", "")

    def spoilt(self: Any, packet: bytes) -> None:
        if packet.endswith(TAKES_MEMORY):
            self.app.call_later(_take_memory)
        elif packet.endswith(TAKES_PROCESSOR):
            self.app.call_later(_take_processor)
        else:
            spoken(self, packet)

    def named(line: Any, told: Mapping[str, Any], desk: Any) -> None:
        if folder:
            Path(folder, str(told["meta"]["served_id"])).write_text(str(os.getpid()))
        become(line, told, desk)

    session.Session._packet = spoilt  # type: ignore[method-assign]
    session.become_session = named
    real._WARM_KEYS = ()  # type: ignore[assignment]
    real.main()


def _take_memory() -> None:
    taken = []
    while True:
        taken.append(bytearray(2**20))


def _take_processor() -> None:
    while True:
        pass


if __name__ == "__main__":
    sys.exit(zygote() if sys.argv[1].isdigit() else serve())
