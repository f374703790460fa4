"""The driver between Textual and the operator's terminal: `App(driver_class=CellDriver)`.

Textual writes into a cell grid; frames leave it merged, as the smallest change found, with the terminal's
own cursor on what has the focus.  No mouse, no questions to the terminal, no byte while nothing changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from rich.color import ColorSystem
from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size

from tui.wire.caps import caps_from_environment
from tui.wire.caret import Place, caret_of
from tui.wire.grid import CellGrid
from tui.wire.keyboard import Keyboard
from tui.wire.line import Settings, make_raw, restore, settings_of, size_of, terminal_among
from tui.wire.outlet import Outlet

ENTER = "\x1b[?1049h\x1b[?2004h\x1b[?7l"
"""Alternate screen, bracketed paste, no wrapping at the right edge."""
LEAVE = "\x1b[m\x1b[2J\x1b[H\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
AGAIN = "\x1b[?2004h\x1b[?7l\x1b(B\x0f"
"""Before a repaint: the modes again, and out of any line-drawing character set."""

FRAME_SECONDS = 0.016
"""Frames closer together than this become one."""
SETTLE_SECONDS = 0.005
"""The wait for a frame after quiet: one key usually makes Textual paint twice."""
CARET_SECONDS = 0.03, 0.25
"""After a key the cursor is looked after at these times even when no cell changed."""
RESIZE_SECONDS = 0.15
HANG_UP_SECONDS = 5
"""A program that has lost its terminal and does not come to its end by then is ended by the system."""

_LOG = logging.getLogger(__name__)
_ASIDE = re.compile(r"\x07|\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
"""The two things besides the picture that reach the terminal: the bell, and text for its clipboard."""
_READ_SIZE = 1 << 16


class CellDriver(Driver):
    """Everything the program shows goes through here; see the file's docstring."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = False, size: tuple[int, int] | None = None
    ) -> None:
        """As Textual calls it; `mouse` is not looked at.  `app.caps`, if there, overrides the environment."""
        super().__init__(app, debug=debug, mouse=False, size=size)
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._output = terminal_among(sys.__stderr__, sys.__stdout__)
        self._fixed_size = size
        self._size = size or size_of(self._output)
        self.caps = getattr(app, "caps", None) or caps_from_environment(os.environ)
        # rich keeps the codes of a style for the whole process: always true colour, converted in the grid
        app.console._color_system = ColorSystem.TRUECOLOR
        self.grid = CellGrid(*self._size, self.caps)
        self.bytes_out = 0
        """Bytes sent to the terminal so far."""
        self.frames_out = 0
        """Frames sent so far."""
        self.painted_at = 0.0
        """When the last frame was sent (seconds, as time.monotonic, and so as `event.time` of a key)."""
        self._open = False
        self._outlet: Outlet | None = None
        self._keyboard: Keyboard | None = None
        self._cooked: Settings | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._caret_timer: asyncio.TimerHandle | None = None
        self._frame_late = False
        self._resizing = False
        self._caret: Place = (0, self._size[1] - 1)
        self._was_suspended = False
        self._thread = threading.get_ident()

    @property
    def can_suspend(self) -> bool:
        """Whether the program can be put to sleep and give the terminal back meanwhile."""
        return True

    # -- output ----------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Take Textual's output into the grid; nothing else that it may contain reaches the terminal."""
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self.write, data)
        elif _ASIDE.fullmatch(data):
            self._emit(data)
        else:
            self.grid.feed(data)

    def flush(self) -> None:
        """Have a frame sent soon; Textual calls this after each update."""
        self._schedule(SETTLE_SECONDS)

    def settle(self) -> None:
        """Send the pending frame and put the cursor in its place now.

        For the app to call when only the focus or the caret has moved.  Nothing is sent when nothing differs.
        """
        self._resizing = False
        self._cancel_frame()
        self._send_frame()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken yet all that is to be seen now."""
        return self._outlet is not None and (self._frame_late or self._outlet.busy)

    def repaint(self) -> None:
        """Clear the terminal and paint everything (ctrl+l, or after someone else wrote on it)."""
        self._emit(AGAIN)
        self.grid.invalidate()
        self.settle()

    def _schedule(self, delay: float) -> None:
        """Have a frame sent after this many seconds; the look after the caret never holds back what was painted."""
        if not self._open:
            return
        at = max(self._loop.time() + delay, self.painted_at + FRAME_SECONDS)
        if self._frame_timer is not None:
            if self._frame_timer.when() <= at or self._resizing:
                return
            self._frame_timer.cancel()
        self._frame_timer = self._loop.call_at(at, self.settle)

    def _cancel_frame(self) -> None:
        if self._frame_timer is not None:
            self._frame_timer.cancel()
            self._frame_timer = None

    def _send_frame(self) -> None:
        if not self._open or self._outlet is None:
            return
        if self._outlet.busy:  # a slow line gets the newest picture once it is free, not each of them
            self._frame_late = True
            return
        self._frame_late = False
        text = self.grid.frame(self._find_caret())
        if text:
            self.painted_at = self._loop.time()
            self.frames_out += 1
            self._emit(text)

    def _find_caret(self) -> Place:
        try:
            self._caret = caret_of(self._app) or self._caret
        except Exception:  # a widget that is not laid out yet may fail here; the picture must go out
            _LOG.exception("the cursor stays where it was")
        return self._caret

    def _emit(self, text: str) -> None:
        if self._open and self._outlet is not None:
            data = text.encode(self.caps.encoding, "replace")
            self.bytes_out += len(data)
            self._outlet.send(data)

    def _drained(self) -> None:
        """In the outlet's thread: the terminal has taken everything."""
        if self._frame_late:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self.settle)

    # -- input -----------------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = os.read(self._input, _READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        elif self._keyboard is not None:
            self._keyboard.feed(data)
            self._look_after_caret()

    def _look_after_caret(self) -> None:
        soon, later = CARET_SECONDS
        self._schedule(soon)
        if self._caret_timer is not None:
            self._caret_timer.cancel()
        self._caret_timer = self._loop.call_later(later, self.flush)

    # -- size and signals ------------------------------------------------------------------------

    def _resized(self) -> None:
        size = self._fixed_size or size_of(self._output)
        self._size = size
        self.grid.resize(*size)
        self._post_size()
        self._cancel_frame()
        self._schedule(RESIZE_SECONDS)
        self._resizing = True  # half a layout is not shown meanwhile

    def _post_size(self) -> None:
        size = Size(*self._size) if self._size else Size(80, 24)
        self.process_message(events.Resize(size, size))

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
            signal.SIGWINCH: self._resized,
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
        self._emit(ENTER)
        for number, handler in self._signal_handlers().items():
            self._loop.add_signal_handler(number, handler)
        self._keyboard = Keyboard(self.caps.encoding, self.process_message, self._loop)
        with contextlib.suppress(PermissionError):  # a file instead of a terminal cannot be waited for
            self._loop.add_reader(self._input, self._readable)
        size = self._fixed_size or size_of(self._output)
        self._size = size
        if size == (self.grid.cols, self.grid.rows):
            self.grid.invalidate()
        else:
            self.grid.resize(*size)
        self._post_size()
        self._schedule(RESIZE_SECONDS)

    def send_message(self, message: Any) -> None:
        """Post a message to the app: everything here runs on its loop."""
        self._app.post_message(message)

    def disable_input(self) -> None:
        """Read no more keys."""
        self._stop_reading()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was found."""
        if not self._open:
            return
        self._stop_reading()
        for timer in (self._frame_timer, self._caret_timer):
            if timer is not None:
                timer.cancel()
        self._frame_timer = self._caret_timer = None
        for number in self._signal_handlers():
            if number != signal.SIGCONT:  # wakes a suspended program
                self._loop.remove_signal_handler(number)
        self._emit(LEAVE)
        self._open = False
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None
        restore(self._input, self._cooked)

    def close(self) -> None:
        """Textual's last call."""
        self.stop_application_mode()

    def _stop_reading(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed already
            self._loop.remove_reader(self._input)
        if self._keyboard is not None:
            self._keyboard.close()
            self._keyboard = None
