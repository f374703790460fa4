"""What every driver of the program does: Textual writes into a cell grid, frames leave it as the smallest change.

Frames are merged, the terminal's own cursor stands on what has the focus, keys become events on the loop. Which
end the bytes come from and go to is the affair of `CellDriver` (a terminal) and of the driver of a served session.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from abc import abstractmethod
from typing import Any

from rich.color import ColorSystem
from textual import events
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.geometry import Size

from tui.wire.asking import QUESTION, ROW, Answer, Asking
from tui.wire.caps import caps_from_environment
from tui.wire.caret import Place, caret_of
from tui.wire.grid import CellGrid
from tui.wire.keyboard import Keyboard
from tui.wire.modes import AGAIN, ENTER, LEAVE

FRAME_SECONDS = 0.016
"""Frames closer together than this become one."""
SETTLE_SECONDS = 0.005
"""The wait for a frame after quiet: one key usually makes Textual paint twice."""
CARET_SECONDS = 0.03, 0.25
"""After a key the cursor is looked after at these times even when no cell changed."""
RESIZE_SECONDS = 0.15
HANG_UP_SECONDS = 6
"""A program that has lost its terminal, or its client, and does not come to its end by then is ended by the system."""
HOLD_SECONDS = 0.5
"""A frame waits no longer than this for a picture that is still being made."""

_LOG = logging.getLogger(__name__)
_ASIDE = re.compile(r"\x07|\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
"""The two things besides the picture that reach the terminal: the bell, and text for its clipboard."""


class GridDriver(Driver):
    """Everything the program shows goes through here; see the file's docstring.

    `app.caps`, if there, overrides what the environment says of the terminal.
    """

    def __init__(self, app: App[Any], *, debug: bool, size: tuple[int, int]) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        self._size = size
        self.caps = getattr(app, "caps", None) or caps_from_environment(os.environ)
        # rich keeps the codes of a style for the whole process: always true colour, converted in the grid
        app.console._color_system = ColorSystem.TRUECOLOR
        self.grid = CellGrid(*size, self.caps)
        self.bytes_out = 0
        """Bytes sent to the terminal so far."""
        self.frames_out = 0
        """Frames sent so far."""
        self.painted_at = 0.0
        """When the last frame was sent (seconds, as time.monotonic, and so as `event.time` of a key)."""
        self._open = False
        self._keyboard: Keyboard | None = None
        self._asking: Asking | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._caret_timer: asyncio.TimerHandle | None = None
        self._frame_late = False
        self._resizing = False
        self._held = False
        self._hold_until: float | None = None
        self._caret: Place = (0, size[1] - 1)
        self._thread = threading.get_ident()

    # -- the end that the bytes go to --------------------------------------------------------------

    @property
    @abstractmethod
    def line_busy(self) -> bool:
        """Whether the line has not taken yet what was sent before."""

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Put bytes on the line; returns at once."""

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

    def hold(self) -> None:
        """A key is at work, which may paint several times: its last picture goes out, not each of them."""
        self._held = True

    def release(self) -> None:
        """The key has had its effect."""
        self._held = False
        self.flush()

    def settle(self) -> None:
        """Send the pending frame and put the cursor in its place now.

        For the app to call when only the focus or the caret has moved.  Nothing is sent when nothing differs.
        """
        self._resizing = False
        self._hold_until = None
        self._cancel_frame()
        self._send_frame()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken yet all that is to be seen now."""
        return self._open and (self._frame_late or self.line_busy)

    def repaint(self) -> None:
        """Clear the terminal and paint everything (ctrl+l, or after someone else wrote on it)."""
        self._emit(AGAIN)
        self.grid.invalidate()
        self.settle()

    def _schedule(self, delay: float) -> None:
        """Have a frame sent after this many seconds; the look after the caret never holds back what was painted."""
        if not self._open:
            return
        now = self._loop.time()
        if self._hold_until is None:
            self._hold_until = now + HOLD_SECONDS
        at = max(now + delay, self.painted_at + FRAME_SECONDS)
        if self._frame_timer is not None:
            if self._frame_timer.when() <= at or self._resizing:
                return
            self._frame_timer.cancel()
        self._frame_timer = self._loop.call_at(at, self._frame_due)

    def _frame_due(self) -> None:
        """Send the frame, or wait a little more where the picture is half made."""
        now = self._loop.time()
        if now < (self._hold_until or now) and (self._held or self._painting):
            self._frame_timer = self._loop.call_at(now + SETTLE_SECONDS, self._frame_due)
        else:
            self.settle()

    @property
    def _painting(self) -> bool:
        """Whether Textual is about to write more of the picture."""
        try:
            screen = self._app.screen
        except ScreenStackError:
            return False
        return bool(screen._layout_required or screen._dirty_widgets or screen._repaint_required)

    def _cancel_frame(self) -> None:
        if self._frame_timer is not None:
            self._frame_timer.cancel()
            self._frame_timer = None

    def _send_frame(self) -> None:
        if not self._open:
            return
        if self.line_busy:  # a slow line gets the newest picture once it is free, not each of them
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
        if self._open:
            data = text.encode(self.caps.encoding, "replace")
            self.bytes_out += len(data)
            self.send(data)

    def line_free(self) -> None:
        """The line has taken everything; on the loop. A frame that waited for that leaves now."""
        if self._frame_late:
            self.settle()

    # -- input -----------------------------------------------------------------------------------

    def typed(self, data: bytes) -> None:
        """Take what came from the terminal, in pieces of any size."""
        if self._asking is not None and self._asking.waiting:
            data = self._asking.take(data)
        if self._keyboard is not None and data:
            self._keyboard.feed(data)
            self._look_after_caret()

    def _ask(self) -> None:
        """Ask the terminal what its environment does not tell; once, and nothing waits for the answer."""
        if self.caps.ask and self._asking is None and self._size is not None and self._size[1] >= ROW:
            self._asking = Asking(self._answered)
            self._emit(QUESTION)

    def _answered(self, answer: Answer) -> None:
        self.caps = self.grid.caps = self.caps.told(wide=answer.wide, repeats=answer.repeats)
        if answer.wide and self.frames_out:
            self.repaint()

    def _look_after_caret(self) -> None:
        soon, later = CARET_SECONDS
        self._schedule(soon)
        if self._caret_timer is not None:
            self._caret_timer.cancel()
        self._caret_timer = self._loop.call_later(later, self.flush)

    # -- size ------------------------------------------------------------------------------------

    def resized(self, size: tuple[int, int]) -> None:
        """The terminal has another size (columns, rows)."""
        self._size = size
        self.grid.resize(*size)
        self._post_size()
        self._cancel_frame()
        self._schedule(RESIZE_SECONDS)
        self._resizing = True  # half a layout is not shown meanwhile

    def _post_size(self) -> None:
        size = Size(*self._size) if self._size else Size(80, 24)
        self.process_message(events.Resize(size, size))

    # -- life ------------------------------------------------------------------------------------

    def _begin(self, size: tuple[int, int]) -> None:
        """The line is open: alternate screen, keys, the size to the app."""
        self._emit(ENTER)
        self._ask()
        self._keyboard = Keyboard(self.caps.encoding, self.process_message, self._loop)
        self._size = size
        if size == (self.grid.cols, self.grid.rows):
            self.grid.invalidate()
        else:
            self.grid.resize(*size)
        self._post_size()
        self._schedule(RESIZE_SECONDS)

    def _finish(self) -> None:
        """No more keys and frames; the terminal shows again what it showed before."""
        self._stop_reading()
        for timer in (self._frame_timer, self._caret_timer):
            if timer is not None:
                timer.cancel()
        self._frame_timer = self._caret_timer = None
        self._emit(LEAVE)
        self._open = False

    def send_message(self, message: Any) -> None:
        """Post a message to the app: everything here runs on its loop."""
        self._app.post_message(message)

    def disable_input(self) -> None:
        """Read no more keys."""
        self._stop_reading()

    def close(self) -> None:
        """Textual's last call."""
        self.stop_application_mode()

    def _stop_reading(self) -> None:
        if self._keyboard is not None:
            self._keyboard.close()
            self._keyboard = None
