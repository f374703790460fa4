"""The outlet: a thread that writes to the terminal, so that a slow line never holds up the program."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from threading import Condition, Thread

_CHUNK = 4096


class Outlet:
    """Bytes in order to one file descriptor.  A line that is gone swallows them; it is never an error."""

    def __init__(self, fileno: int, on_drained: Callable[[], None]) -> None:
        """Write to `fileno`; `on_drained` is called, in this thread, each time all has been written."""
        self._fileno = fileno
        self._on_drained = on_drained
        self._waiting = bytearray()
        self._change = Condition()
        self._writing = False
        self._closed = False
        self._broken = False
        self._thread = Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the terminal has not taken everything yet."""
        return self._writing or bool(self._waiting)

    def send(self, data: bytes) -> None:
        """Have `data` written; returns at once."""
        with self._change:
            if not self._closed and not self._broken:
                self._waiting += data
                self._change.notify_all()

    def abandon(self) -> None:
        """Nobody reads at the other end any more: drop what waits and all that comes."""
        with self._change:
            self._broken = True
            self._waiting.clear()
            self._change.notify_all()

    def close(self, timeout: float = 1.0) -> None:
        """Write what waits, for at most `timeout` seconds, then end."""
        with self._change:
            self._change.wait_for(lambda: self._broken or not self.busy, timeout)
            self._closed = True
            self._change.notify_all()
        self._thread.join(0.2)

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                data = bytes(self._waiting)
                self._waiting.clear()
                self._writing = True
            written = self._write(data)
            with self._change:
                self._writing = False
                if not written:
                    self._broken = True
                    self._waiting.clear()
                self._change.notify_all()
                drained = not self._waiting
            if drained:
                self._on_drained()

    def _write(self, data: bytes) -> bool:
        """Write all of `data`; False when the terminal has gone."""
        view = memoryview(data)
        while view and not self._broken:
            try:
                view = view[os.write(self._fileno, view[:_CHUNK]) :]
            except BlockingIOError:  # someone who shares the terminal made it non-blocking
                select.select([], [self._fileno], [], 0.1)
            except OSError:
                return False
        return not self._broken
