"""The driver between Textual and the operator's terminal: `App(driver_class=CellDriver)`.

A terminal of this machine: raw keys, signals, a thread that writes, so that a slow line holds up nothing.  No
mouse, no byte while nothing changes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from textual.app import App

from tui.wire.grid_driver import HANG_UP_SECONDS, GridDriver
from tui.wire.line import Settings, make_raw, restore, settings_of, size_of, terminal_among
from tui.wire.modes import ENTER
from tui.wire.outlet import Outlet

_READ_SIZE = 1 << 16


class CellDriver(GridDriver):
    """The program on a terminal of this machine."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = False, size: tuple[int, int] | None = None
    ) -> None:
        """As Textual calls it; `mouse` is not looked at."""
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._output = terminal_among(sys.__stderr__, sys.__stdout__)
        self._fixed_size = size
        super().__init__(app, debug=debug, size=size or size_of(self._output))
        self._outlet: Outlet | None = None
        self._cooked: Settings | None = None
        self._was_suspended = False

    @property
    def can_suspend(self) -> bool:
        """Whether the program can be put to sleep and give the terminal back meanwhile."""
        return True

    # -- the line ----------------------------------------------------------------------------------

    @property
    def line_busy(self) -> bool:
        return self._outlet is not None and self._outlet.busy

    def send(self, data: bytes) -> None:
        if self._outlet is not None:
            self._outlet.send(data)

    def _drained(self) -> None:
        """In the outlet's thread: the terminal has taken everything."""
        if self._frame_late:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self.line_free)

    def _readable(self) -> None:
        try:
            data = os.read(self._input, _READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.typed(data)
        else:
            self._hang_up()

    # -- size and signals ------------------------------------------------------------------------

    def _window_changed(self) -> None:
        self.resized(self._fixed_size or size_of(self._output))

    def _hang_up(self) -> None:
        """The terminal has gone: end through the loop, as if the operator had left."""
        self._stop_reading()
        if self._outlet is not None:
            self._outlet.abandon()
        signal.alarm(HANG_UP_SECONDS)
        self._app.exit(return_code=128 + signal.SIGHUP)

    def _terminate(self) -> None:
        self._app.exit(return_code=128 + signal.SIGTERM)

    def _suspended(self) -> None:
        if self._auto_restart and self._open:
            self.suspend_application_mode()
            self._was_suspended = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self) -> None:
        if self._open:
            make_raw(self._input)
            self._emit(ENTER)
            self.repaint()
        elif self._was_suspended:
            self._was_suspended = False
            self.resume_application_mode()
            self._app.post_message(self.SignalResume())

    def _signal_handlers(self) -> dict[int, Callable[[], None]]:
        return {
            signal.SIGWINCH: self._window_changed,
            signal.SIGHUP: self._hang_up,
            signal.SIGTERM: self._terminate,
            signal.SIGTSTP: self._suspended,
            signal.SIGCONT: self._continued,
        }

    # -- life ------------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal: raw keys, alternate screen; the size goes to the app."""
        if self._open:
            return
        self._open = True
        self._outlet = Outlet(self._output, self._drained)
        self._cooked = settings_of(self._input)
        make_raw(self._input)
        for number, handler in self._signal_handlers().items():
            self._loop.add_signal_handler(number, handler)
        with contextlib.suppress(PermissionError):  # a file instead of a terminal cannot be waited for
            self._loop.add_reader(self._input, self._readable)
        self._begin(self._fixed_size or size_of(self._output))

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was found."""
        if not self._open:
            return
        self._finish()
        for number in self._signal_handlers():
            if number != signal.SIGCONT:  # wakes a suspended program
                self._loop.remove_signal_handler(number)
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None
        restore(self._input, self._cooked)

    def _stop_reading(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed already
            self._loop.remove_reader(self._input)
        super()._stop_reading()
