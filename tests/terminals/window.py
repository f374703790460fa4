"""A window of a real terminal that is connected to the program, and one beside it that shows what it must look like.

What was sent to the terminal is in a log (that of relay.py, or PuTTY's own), from which pyte keeps the screen. The
window beside it, of the same terminal with the same settings, is painted with that screen plainly, cell by cell. Where
both pictures are the same, the terminal has understood every short way that the program took.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops
from pyte.screens import Char

from tests.terminal import ESC_PAUSE, Terminal
from tests.terminals.display import PATIENCE, Display
from tests.terminals.kinds import COLS, ROWS, Kind
from tests.terminals.painting import Easel, plainly

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels, the last two not in it."""
APART = 900
"""Pixels from the left edge of one window to that of the other."""
OVERHANG = 2
"""Pixels by which the letter under the cursor may stand out of its cell."""
OUT_OF_SIGHT = 2000
"""Pixels down: below the display."""


class Window:
    """One window of a terminal on a display, its upper left corner at `left`, 0."""

    def __init__(self, display: Display, kind: Kind, home: Path, argv: list[str], left: int) -> None:
        known = set(display.xdotool("search", "--onlyvisible", "--class", kind.window).split())
        with open(home / f"{kind.name}.log", "ab") as log:
            self._process = subprocess.Popen(
                argv, env=_environment(display, home), stdout=log, stderr=log, start_new_session=True
            )
        self._display = display
        self.id = display.window_of(kind.window, self._process, known)
        display.xdotool("windowmove", self.id, str(left), "0")
        width, height = display.size_of(self.id)
        self.box: Box = (left, 0, left + width, height)

    def picture(self) -> Image.Image:
        """What it shows now."""
        return self._display.picture(self.box)

    def focus(self) -> None:
        """Give it the keys."""
        self._display.xdotool("windowfocus", self.id)

    def redraw(self) -> None:
        """Have it draw everything anew, by moving it out of sight and back.

        A letter may stand out of its cell by a shade; how much of that remains depends on what was drawn after it.
        """
        self._display.xdotool("windowmove", self.id, "0", str(OUT_OF_SIGHT))
        self._display.xdotool("windowmove", self.id, str(self.box[0]), "0")

    def close(self) -> None:
        """End it, and what it has started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGHUP)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)


class Operator:
    """Somebody at a real terminal: presses keys, and sees in pixels."""

    def __init__(self, display: Display, kind: Kind, folder: Path, connect: Callable[[Path], str]) -> None:
        """`connect` says what the terminal is to run (PuTTY: with which options) so that a file has all it is sent."""
        self.kind, self._display = kind, display
        home, log = folder / "user", folder / "sent.log"
        home.mkdir()
        log.touch()
        kind.write_files(home)
        self._easel = Easel()
        self._model: Window | None = None
        self._live = Window(display, kind, home, kind.start(connect(log)), 0)
        try:
            self._model = Window(display, kind, home, kind.start(self._easel.shown_in(kind)), APART)
            self._easel.wait()
            self._live.focus()
            follow = f"stty raw -echo; exec tail -c +1 -f {shlex.quote(str(log))}"
            self.screen = Terminal(["sh", "-c", follow], cols=COLS, rows=ROWS)
            self.cell, self._corner = self._measure()
        except BaseException:
            self._end_windows()
            raise

    # -- keys --------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys by name, type text; after an Esc is waited, as a person does."""
        for key in keys:
            self._display.press(key)
            if key == "Esc":
                time.sleep(ESC_PAUSE)

    def write(self, text: str) -> None:
        """Type text, each character when the one before is on the screen.

        For a character that is on no key, xdotool changes the keyboard for a moment: a terminal that is late then
        finds nothing on the key, and it is typed again.
        """
        for end in range(1, len(text) + 1):
            for _ in range(5):
                self._display.press(text[end - 1])
                with contextlib.suppress(AssertionError):
                    self.screen.wait(text[:end], timeout=5)
                    break
            else:
                raise AssertionError(f"{text[end - 1]} can't be typed")

    def see(self, *texts: str) -> None:
        """Wait until all of these were sent to the terminal, and nothing more comes."""
        for text in texts:
            self.screen.wait(text, timeout=PATIENCE)
        self.screen.settle(quiet=0.3, timeout=PATIENCE)

    # -- pictures ------------------------------------------------------------------------------------

    def picture(self) -> Image.Image:
        """What the terminal shows now."""
        return self._live.picture()

    def differs(self, patience: float = PATIENCE) -> str:
        """What is shown in other pixels than it must be, "" if nothing; waited for, since terminals draw late.

        The cursor must be seen in its cell, and nowhere else may anything differ from the plain picture.
        """
        assert self._model is not None
        self._easel.paint(plainly(self.screen))
        deadline = time.monotonic() + patience
        while True:
            for window in (self._live, self._model):
                window.redraw()
            time.sleep(0.15)
            found = self._difference(self._model.picture())
            if not found or time.monotonic() > deadline:
                return found

    def _difference(self, model: Image.Image) -> str:
        found = ImageChops.difference(self.picture(), model)
        x, y = self.screen.cursor
        left, top, right, bottom = self.box_of(x, y)
        seen = found.crop((left, top, right, bottom)).getbbox() is not None
        found.paste((0, 0, 0), (left - OVERHANG, top, right + OVERHANG, bottom))
        if (box := found.getbbox()) is not None:
            rows = [row for row in range(ROWS) if found.crop(self.box_of(0, row, COLS)).getbbox()]
            return f"pixels {box} differ, in rows {rows}: {[self.screen.lines()[row] for row in rows]}"
        if seen != self.screen.cursor_shown:
            return f"the cursor is {'' if seen else 'not '}seen in column {x} of row {y}"
        return ""

    def box_of(self, x: int, y: int, columns: int = 0) -> Box:
        """The pixels of cells of one row; of the character there where `columns` is not given."""
        wide = x + 1 < COLS and not self.screen.cell(x + 1, y).data
        left, top = self._corner[0] + x * self.cell[0], self._corner[1] + y * self.cell[1]
        return left, top, left + self.cell[0] * (columns or 1 + wide), top + self.cell[1]

    def _measure(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The size of a cell and the first cell's corner in pixels: from the first and the last cell, coloured."""
        assert self._model is not None
        ends = f"\x1b[?25l\x1b[m\x1b[2J\x1b[?7l\x1b[H\x1b[41m \x1b[{ROWS};{COLS}H\x1b[44m \x1b[m"
        self._easel.paint(ends)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            red, _, blue = self._model.picture().split()
            first, last = (
                ImageChops.subtract(*pair).point(_strong).getbbox() for pair in ((red, blue), (blue, red))
            )
            if first and last and first[1] < last[1]:
                return (first[2] - first[0], first[3] - first[1]), (first[0], first[1])
            time.sleep(0.1)
        raise AssertionError("the first and the last cell never were painted")

    # -- the end ---------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close both windows; the program loses its line."""
        self.screen.close()
        self._end_windows()

    def _end_windows(self) -> None:
        self._live.close()
        if self._model is not None:
            self._model.close()
        self._easel.close()

    def __enter__(self) -> Operator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cells_of(screen: Terminal) -> list[tuple[int, int, Char]]:
    """Every cell with something in it: column, row, character."""
    rows = ((x, y, screen.cell(x, y)) for y in range(screen.rows) for x in range(screen.cols))
    return [(x, y, char) for x, y, char in rows if char.data.strip()]


def _strong(value: int) -> int:
    return 255 if value > 100 else 0


def _environment(display: Display, home: Path) -> dict[str, str]:
    """A user's, without what the machine that runs the tests has of its own."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "DISPLAY": display.name,
        "LANG": "C.UTF-8",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",  # else one is started for the display
        "NO_AT_BRIDGE": "1",
        "GSETTINGS_BACKEND": "memory",
        "SHELL": "/bin/sh",
    }
