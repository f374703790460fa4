"""The zygote: a process with everything imported and one throw-away program run, that forks each session.

It keeps the worker of jobs and the clerks that sessions ask, too.

`python -m tui.remote.zygote FD` talks over the control socket FD; see `main`. A session shares the memory of what
was imported, and is there in a tenth of the time that a start takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from core.rules.errors import Refused
from tui.remote.clerks import Clerks, Ground
from tui.remote.limits import become
from tui.serve.packets import Meta, hear, packet_pair, tell

if TYPE_CHECKING:
    from core.rules.clock import Clock
    from core.services.desk import Desk
    from core.services.settings import Settings

_PDEATHSIG = 1
_IMPORTED_LATE = (
    "textual.pilot",
    "textual.widgets._toast",
    "sqlalchemy.dialects.postgresql.psycopg",
    "cryptography.hazmat.primitives.ciphers.aead",
    "encodings.utf_8_sig",
)
_WARM_SECONDS = 30.0
_ENDING_SECONDS = 8.0
"""Which sessions have to end when the front has gone."""
_WARM_KEYS = (b"1", b"2", b"410099", b"\t", b"\x1bOP", b"\x1b", b":", b"\x1b")
"""Through 首页, a login and its help, so that what every session draws first is drawn already."""


class Zygote:
    """Forks on demand, and tells the front of each session that has ended.

    From the front: {"do": "open", "key", "meta", "memory_mb", "cpu_seconds", "paste_limit"} with the session's end
    of a socket, {"do": "kill", "key"}. To the front: {"ready"}, {"gone", "status"}.
    """

    def __init__(self, control: socket.socket, overrides: Mapping[str, Any], ground: Ground) -> None:
        self._control, self._overrides = control, dict(overrides)
        self._clerks = Clerks(ground, self._forked)
        self._keys: dict[int, int] = {}
        """Which session each child process is."""
        self._worker = 0
        self._wakes, self._wake = os.pipe()

    def run(self) -> None:
        """Until the front has gone."""
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wakes, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._start_worker()
        self._clerks.begin()
        tell(self._control, {"ready": os.getpid()})
        while True:
            waits: list[Any] = [self._control, self._wakes]
            if (patience := self._clerks.waits) is None:
                waits.append(self._clerks.takes)
            ready, _, _ = select.select(waits, [], [], patience)
            if self._wakes in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wakes, 4096)
                self._reap()
            self._clerks.look()
            if self._control in ready and not self._heard():
                break
        self._end()

    def _end(self) -> None:
        """The front has gone: sessions keep what was typed, with the clerks' help, and then these go too."""
        until = time.monotonic() + _ENDING_SECONDS
        while self._keys and time.monotonic() < until:
            self._clerks.look()
            time.sleep(0.02)
            self._reap()
        self._clerks.close()

    def _heard(self) -> bool:
        """Do what the front asks; False when it has gone."""
        message, handed = hear(self._control)
        if message is None:
            return False
        if message["do"] == "open":
            self._open(message, handed)
        elif message["do"] == "kill":
            self._kill(int(message["key"]))
        return True

    def _open(self, message: Mapping[str, Any], handed: int) -> None:
        key = int(message["key"])
        line = socket.socket(fileno=handed)
        process = self._forked()
        if process == 0:
            from tui.remote.session import become_session

            become_session(line, dict(message) | {"overrides": self._overrides}, self._clerks.desk())
        line.close()
        self._keys[process] = key

    def _start_worker(self) -> None:
        process = self._forked()
        if process == 0:
            self._clerks.leave()
            die_with_parent()
            become_worker(self._overrides)
        self._worker = process

    def _forked(self) -> int:
        """Fork; in the child the control socket is closed, and signals are as a fresh process has them."""
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (self._wakes, self._wake, self._control.detach()):
                os.close(descriptor)
        return process

    def _kill(self, key: int) -> None:
        for process, its in self._keys.items():
            if its == key:  # not reaped yet, so the number is still its own
                os.kill(process, signal.SIGKILL)

    def _reap(self) -> None:
        """Children that have ended."""
        for process in [*self._keys, self._worker, *self._clerks.processes]:
            try:
                ended, status = os.waitpid(process, os.WNOHANG)
            except ChildProcessError:
                continue
            if not ended:
                continue
            if process == self._worker:
                self._start_worker()
                continue
            if self._clerks.ended(process, os.waitstatus_to_exitcode(status)):
                continue
            key = self._keys.pop(process)
            with contextlib.suppress(OSError):  # the front has gone
                tell(self._control, {"gone": key, "status": os.waitstatus_to_exitcode(status)})


def become_worker(overrides: Mapping[str, Any]) -> NoReturn:
    """In the forked process: do what waits in the background; never returns."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())

    def live() -> int:
        from core.services.desk import open_desk
        from core.services.job_worker import run_worker
        from core.services.settings import read_settings

        try:
            desk = open_desk(read_settings(overrides))
            try:
                run_worker(desk, stop)
            finally:
                desk.close()
        except BaseException:
            stop.wait(5.0)  # not at once again where the database is gone
            raise
        return 0

    become("jijiao-worker", live, "the worker of the service ended")


def die_with_parent() -> None:
    """SIGTERM comes when the parent has gone; nothing outlives the service."""
    ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(0)


def load_everything() -> None:
    """Import what sessions need, so that they share it: all screens, all use cases, and what these import late."""
    from core.services.desk import all_use_cases
    from tui.routes import ROUTES

    all_use_cases()
    for route in ROUTES.values():
        importlib.import_module(route.target.partition(":")[0])
    for name in _IMPORTED_LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def lay_ground(overrides: Mapping[str, Any]) -> Ground:
    """What clerks and sessions begin with: settings read, keys loaded, statements compiled, no connection open."""
    from core.services.journal import write_log_to
    from core.services.settings import clock_of, read_settings

    settings = read_settings(overrides)
    write_log_to(settings.log_dir)
    clock = clock_of(settings)
    return Ground(settings, clock, _lay_desk(settings, clock))


def _lay_desk(settings: Settings, clock: Clock) -> Desk | None:
    """None where the desk can't be opened now, or where what it holds would not outlive a fork."""
    from core.services.desk import open_desk
    from core.services.rehearsal import rehearse

    if settings.evidence_store:  # its client has threads of its own
        return None
    try:
        desk = open_desk(settings, clock)
    except Refused:
        return None
    rehearse(desk)
    return desk


async def warm_up(overrides: Mapping[str, Any]) -> None:
    """Run the program once with nobody at its end: styles parsed, caches filled. Its first keys are answered."""
    from tui.backend import Backend
    from tui.remote.link import Link
    from tui.remote.session import ServedApp

    far, near = packet_pair()
    app = ServedApp(Backend(overrides), Meta((80, 24), {"TERM": "xterm-256color", "LANG": "zh_CN.UTF-8"}))
    app.link = Link(near, lambda packet: None, app.exit, lambda: False)
    running = asyncio.create_task(app.run_async(size=(80, 24), mouse=False))
    try:
        async with asyncio.timeout(_WARM_SECONDS):
            while not running.done() and not app.gate.is_open:
                await asyncio.sleep(0.02)
            for key in _WARM_KEYS:
                if app._driver is not None:
                    app._driver.typed(key)  # type: ignore[attr-defined]
                await asyncio.sleep(0.35)
                await app.gate.idle()
            app.exit()
            await running
    finally:
        running.cancel()
        app.link.abandon()
        far.close()


def main() -> None:
    """Warm up, then fork until the front has gone. The first message on the control socket has the settings."""
    control = socket.socket(fileno=int(sys.argv[1]))
    first, _ = hear(control)
    if first is None:
        return
    overrides = first["overrides"]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # Sent to all of the service at once, they are the front's to answer: it gives sessions time to end.
        signal.signal(number, signal.SIG_IGN)
    load_everything()
    asyncio.run(warm_up(overrides))
    ground = lay_ground(overrides)
    for thread in threading.enumerate():  # a fork must find nobody at work
        if thread is not threading.current_thread():
            thread.join(5.0)
    gc.collect()
    gc.freeze()
    Zygote(control, overrides, ground).run()


if __name__ == "__main__":
    main()
