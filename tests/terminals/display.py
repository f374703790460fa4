"""An X display of our own, without a screen and without a window manager: Xvfb, and keys pressed in it."""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path

from PIL import Image, ImageGrab

from tests.terminal import KEYS

PATIENCE = 30.0
"""Seconds to wait for what a terminal draws: far more than it takes, for machines that do much else."""
SIZE = 1800, 600
"""Of the display in pixels: two windows of 80x24 cells of 10x22 pixels side by side."""
DOTS_PER_INCH = 96
"""At which 12 points are 16 pixels."""
X_NAMES = {
    **{"Enter": "Return", "Esc": "Escape", "PgDn": "Next", "PgUp": "Prior", "S-Tab": "shift+Tab"},
    **{"BS": "BackSpace", "Del": "Delete", "Ins": "Insert", "Space": "space"},
}
"""What X calls the keys whose names differ from those of tests.terminal."""


class Display:
    """A running Xvfb on a number that was free."""

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        geometry = f"{SIZE[0]}x{SIZE[1]}x24"
        argv = ["Xvfb", "-displayfd", str(writing), "-screen", "0", geometry, "-dpi", str(DOTS_PER_INCH)]
        with open(folder / "xvfb.log", "wb") as log:
            self._server = subprocess.Popen(
                [*argv, "-nolisten", "tcp", "-noreset"], pass_fds=[writing], stdout=log, stderr=log
            )
        os.close(writing)
        number = _line_from(reading)
        if not number:
            self.close()
            raise RuntimeError(f"Xvfb did not start: {(folder / 'xvfb.log').read_text()}")
        self.name = f":{number}"

    def close(self) -> None:
        """End the server."""
        self._server.terminate()
        self._server.wait(PATIENCE)

    def window_of(self, kind: str, alive: subprocess.Popen[bytes], known: set[str]) -> str:
        """Wait for a window of this class that is not known yet; its id."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and alive.poll() is None:
            found = set(self.xdotool("search", "--onlyvisible", "--class", kind).split()) - known
            if found:
                return max(found, key=int)
            time.sleep(0.05)
        raise AssertionError(f"no window of {kind} came; it ended with {alive.poll()}")

    def size_of(self, window: str) -> tuple[int, int]:
        """Width and height in pixels."""
        lines = self.xdotool("getwindowgeometry", "--shell", window).splitlines()
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        return int(values["WIDTH"]), int(values["HEIGHT"])

    def press(self, *keys: str) -> None:
        """Press keys by the names of tests.terminal; what is no name is typed as text."""
        for key in keys:
            if key in KEYS:
                self.xdotool("key", "--clearmodifiers", X_NAMES.get(key, key))
            else:
                self.xdotool("type", "--clearmodifiers", "--delay", "40", key)

    def picture(self, box: tuple[int, int, int, int]) -> Image.Image:
        """What is drawn in a part of the display now."""
        return ImageGrab.grab(bbox=box, xdisplay=self.name).convert("RGB")

    def xdotool(self, *words: str) -> str:
        """One order to xdotool; what it prints."""
        env = {"PATH": os.environ.get("PATH", ""), "DISPLAY": self.name, "LANG": "C.UTF-8"}
        done = subprocess.run(
            ["xdotool", *words], env=env, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        return done.stdout


def _line_from(pipe: int) -> str:
    """The first line that is written into a pipe; "" where none comes."""
    text = b""
    while not text.endswith(b"\n") and select.select([pipe], [], [], PATIENCE)[0]:
        if not (more := os.read(pipe, 16)):
            break
        text += more
    os.close(pipe)
    return text.decode().strip()
