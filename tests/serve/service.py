"""A running `jijiao serve` and its clients: OpenSSH's own on a pty, and asyncssh's with the same interface.

with Service(home) as service, service.call() as seat:
    seat.see("继续教育服务窗口")
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, select

from core.model import LoginSession, ServedSession, Viewing
from tests.journeys.steps import PASSWORD, PATIENCE, Installation, Seat
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
PLAIN, HASTY = "tui.cli", "tests.serve.hasty"
"""The command as it is installed, and with faults in it and minutes that last less (see hasty.py)."""
_OPTIONS = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "ControlPath=none")


class Service:
    """One service on one installation; the settings as `serve_sessions=5`. Ends by its own number."""

    def __init__(
        self, home: Installation, *, entry: str = PLAIN, env: dict[str, str] | None = None, **settings: object
    ) -> None:
        self.home, self.entry = home, entry
        given = {f"JIJIAO_{name.upper()}": str(value) for name, value in settings.items()}
        self.environment = {**home.environment, **given, **(env or {})}
        self.ports: dict[str, int] = {}
        self.seats: list[Seat] = []
        """Who called, for `hang_up_all`."""
        self.listens = ("--listen", "127.0.0.1:0", "--listen-plain", "127.0.0.1:0")
        self._process: subprocess.Popen[str] | None = None

    # -- the service -------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(20)
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it says that it runs."""
        self._process = self.begin()
        assert self._process.stdout is not None
        for line in self._process.stdout:
            words = line.split()
            if words[:1] == ["监听"]:
                self.ports[words[1]] = int(words[2].rpartition(":")[2])
            elif words == ["服务已启动"]:
                return
        raise AssertionError(f"the service did not start: {self.log()}")

    def begin(self) -> subprocess.Popen[str]:
        """The process, its words not yet read."""
        self.home.folder.mkdir(exist_ok=True)
        with open(self.home.folder / "serve.stderr", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self.entry, "serve", *self.listens],
                env={**self.environment, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
            )

    def log(self) -> str:
        """What it wrote on its error output."""
        return (self.home.folder / "serve.stderr").read_text(encoding="utf-8", errors="replace")

    @property
    def process(self) -> int:
        """Its number."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it runs still."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the front, if it runs."""
        if self.runs:
            os.kill(self.process, number)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; the exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def kill(self) -> None:
        """kill -9, if it runs still."""
        if self._process is not None:
            if self.runs:
                self._process.kill()
            self._process.wait(10)
            if self._process.stdout is not None:
                self._process.stdout.close()

    # -- its processes -----------------------------------------------------------------------------

    @property
    def zygote(self) -> int:
        """The number of the zygote."""
        (process,) = [
            each
            for each in children(self.process)
            if "tui.remote.zygote" in _command(each) or "hasty" in _command(each)
        ]
        return process

    def offspring(self) -> set[int]:
        """All processes of the service: the front, the zygote, its worker, and one for each session."""
        found, look = {self.process}, [self.process]
        while look:
            below = children(look.pop())
            found.update(below)
            look += below
        return found

    def sessions(self) -> list[int]:
        """The processes of its sessions, the oldest first."""
        return sorted(self._named("jijiao-session"), key=_began)

    def clerks(self) -> set[int]:
        """The processes that run use cases for sessions."""
        return set(self._named("jijiao-clerk"))

    def busy_clerks(self) -> set[int]:
        """Those who are doing something: the others wait for events, as the system tells of a process."""
        return {clerk for clerk in self.clerks() if "poll" not in _read(clerk, "wchan")}

    def worker(self) -> int:
        """The process that does jobs."""
        (process,) = self._named("jijiao-worker")
        return process

    def _named(self, name: str) -> list[int]:
        return [process for process in children(self.zygote) if _read(process, "comm") == name]

    # -- what it counts, and what is in the database -------------------------------------------------

    def counted(self) -> dict[str, Any]:
        """What it wrote of its counters last."""
        found = [
            state
            for path in (self.home.folder / "service").glob("*/status.json")
            if (state := json.loads(path.read_text()))["process"] == self.process
        ]
        return found[-1] if found else {}

    def crashed(self) -> int:
        """Sessions that ended by a fault, as the log of the service has them."""
        logs = (self.home.folder / "log").glob("*")
        return sum(path.read_text(errors="replace").count('"crashed"') for path in logs)

    # -- its clients -------------------------------------------------------------------------------

    def command(
        self, *options: str, login: str = "guest", program: str = "ssh", plain: bool = False
    ) -> list[str]:
        """The client's command line up to the host."""
        port = self.ports["不压缩" if plain else "压缩"]
        given = [word for option in (*options, *_OPTIONS) for word in ("-o", option)]
        return [program, "-F", "none", *given, "-o", f"Port={port}", f"{login}@127.0.0.1"]

    def call(
        self,
        *options: str,
        login: str = "guest",
        password: str = PASSWORD,
        cols: int = 80,
        rows: int = 24,
        **env: str,
    ) -> Seat:
        """An operator who calls with OpenSSH from a terminal of their own; an account's password is typed."""
        argv = self.command("PubkeyAuthentication=no", *options, login=login)
        seat = Seat(Terminal(argv, env=env, cols=cols, rows=rows))
        self.seats.append(seat)
        if login != "guest":
            seat.terminal.wait("assword:", timeout=PATIENCE)
            seat.terminal.send(password, "Enter")
        return seat

    def front_page(self, *options: str, **more: Any) -> Seat:
        """A guest before 首页."""
        seat = self.call(*options, **more)
        seat.see("继续教育服务窗口")
        return seat

    def hang_up_all(self) -> None:
        """Nobody is there any more."""
        while self.seats:
            self.seats.pop().terminal.close()

    def ask(
        self, *words: str, options: tuple[str, ...] = (), given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """`ssh guest@host WORDS` without a terminal on this side."""
        argv = [*self.command(*options), *words]
        return subprocess.run(argv, input=given, capture_output=True, check=False, timeout=60)


# -- the system, looked at from outside --------------------------------------------------------------


def children(process: int) -> list[int]:
    """The processes that another has started and that have not been reaped."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def alive(processes: Iterable[int]) -> set[int]:
    """Those that run still; a zombie does not."""
    return {process for process in processes if _state(process) not in ("", "Z", "X")}


def descriptors(process: int) -> int:
    """How many descriptors a process holds."""
    return len(os.listdir(f"/proc/{process}/fd"))


def until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something holds; AssertionError where it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}, after {seconds} s"
        time.sleep(0.05)


def held(home: Installation) -> dict[str, int]:
    """What sessions hold in the database: their rows, the sign-ins that go on, and who looks at what."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            counts = {
                "served": select(func.count()).select_from(ServedSession),
                "signed in": select(func.count())
                .select_from(LoginSession)
                .where(LoginSession.ended_at.is_(None), LoginSession.served_id.is_not(None)),
                "viewing": select(func.count()).select_from(Viewing),
            }
            return {name: work.session.scalar(query) or 0 for name, query in counts.items()}
    finally:
        desk.close()


NOTHING_HELD = {"served": 0, "signed in": 0, "viewing": 0}


@contextmanager
def free_port() -> Iterator[int]:
    """A port of this machine that is taken while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def _command(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _read(process: int, name: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_text(encoding="ascii").strip()
    return ""


def _stat(process: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return []


def _state(process: int) -> str:
    return (_stat(process) or [""])[0]


def _began(process: int) -> int:
    return int((_stat(process) or ["0"] * 20)[19])
