"""A second terminal, tmux: it shows what the cell grid means, as pyte does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import KEYS, Terminal
from tests.wire.screens import Client, Look, picture_of

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).with_name("toy.py")
STEPS = [
    ("张三",),
    ("Tab",),
    ("Tab",),
    ("Down",),
    ("PgDn",),
    ("F3",),
    ("PgDn",),
    ("Tab",),
    ("世界",),
    ("F2",),
    ("ctrl+l",),
]

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed (apt-get install tmux)"
)


class Tmux:
    """The toy in a tmux of its own, on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self._call = ["tmux", "-S", str(folder / "socket"), "-u", "-f", "/dev/null"]
        command = f"env COLORTERM=truecolor TERM=tmux-256color PYTHONPATH={ROOT} {sys.executable} {TOY} cell 2>/dev/tty"
        self.run("new-session", "-d", "-x", "80", "-y", "25", command)
        self.run("set", "-g", "status", "off")
        self.run("resize-window", "-x", "80", "-y", "24")

    def run(self, *words: str) -> str:
        """One tmux command; returns what it prints."""
        env = {name: value for name, value in os.environ.items() if name != "TMUX"} | {"LANG": "C.UTF-8"}
        return subprocess.run(
            [*self._call, *words], capture_output=True, text=True, env=env, check=False
        ).stdout

    def send(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.run("send-keys", "-H", *(f"{byte:02x}" for byte in KEYS.get(key, key).encode()))

    def picture(self) -> list[list[Look]]:
        """What the pane shows."""
        client = Client(80, 25)
        client.feed(self.run("capture-pane", "-e", "-p").replace("\n", "\r\n"))
        return [shown(row) for row in client.picture()[:24]]

    def cursor(self) -> tuple[int, int]:
        """Where the pane's cursor stands."""
        x, y = self.run("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)


def shown(row: list[Look]) -> list[Look]:
    """A row without the blanks at its end, which tmux leaves out when it prints a pane."""
    row = row[:]
    while row and row[-1][0] == " ":
        row.pop()
    return row


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """The toy in tmux."""
    pane = Tmux(tmp_path)
    yield pane
    pane.run("kill-server")


def test_tmux_shows_what_pyte_shows_after_each_step(tmux: Tmux) -> None:
    env = {"PYTHONPATH": str(ROOT), "TERM": "tmux-256color", "TMUX": "x"}
    with Terminal([sys.executable, str(TOY), "cell"], env=env, cwd=ROOT) as terminal:
        terminal.wait("洛阳轴承")
        agree(tmux, terminal, ("start",))
        for keys in STEPS:
            terminal.press(*keys)
            tmux.send(*keys)
            agree(tmux, terminal, keys)


def agree(tmux: Tmux, terminal: Terminal, keys: tuple[str, ...]) -> None:
    """Both show the same picture and cursor, at once or soon."""
    deadline = time.monotonic() + 8.0
    while time.monotonic() < deadline:
        terminal.settle()
        wanted = [shown(row) for row in picture_of(terminal)]
        if tmux.picture() == wanted and tmux.cursor() == terminal.cursor:
            return
        time.sleep(0.1)
    pane = tmux.run("capture-pane", "-p")
    pytest.fail(
        f"after {keys} the pane shows\n{pane}\nwith the cursor at {tmux.cursor()}, {terminal.cursor} wanted"
    )
