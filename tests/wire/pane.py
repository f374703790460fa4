"""A pane of tmux, a terminal that is not ours: a program in it, keys to it, and what it shows."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.terminal import KEYS
from tests.wire.screens import Client, Look


class Pane:
    """A program in a tmux of its own, on a socket of its own."""

    def __init__(
        self, socket: Path, command: Sequence[str], env: Mapping[str, str], cols: int = 80, rows: int = 24
    ) -> None:
        self._call = ["tmux", "-S", str(socket), "-u", "-f", "/dev/null"]
        self.cols, self.rows = cols, rows
        settings = {"COLORTERM": "truecolor", "TERM": "tmux-256color", **env}
        words = ["env", *(f"{name}={value}" for name, value in settings.items()), *command]
        self.run("new-session", "-d", "-x", str(cols), "-y", str(rows + 1), f"{shlex.join(words)} 2>/dev/tty")
        self.run("set", "-g", "status", "off")
        self.resize(cols, rows)

    def run(self, *words: str) -> str:
        """One tmux command; returns what it prints."""
        env = {name: value for name, value in os.environ.items() if name != "TMUX"} | {"LANG": "C.UTF-8"}
        return subprocess.run(
            [*self._call, *words], capture_output=True, text=True, env=env, check=False
        ).stdout

    def send(self, *keys: str) -> None:
        """Press keys, all at once."""
        data = "".join(KEYS.get(key, key) for key in keys).encode()
        if data:
            self.run("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def resize(self, cols: int, rows: int) -> None:
        """Give the window another size."""
        self.cols, self.rows = cols, rows
        self.run("resize-window", "-x", str(cols), "-y", str(rows))

    def text(self) -> str:
        """What the pane shows, without looks."""
        return self.run("capture-pane", "-p")

    def picture(self) -> list[list[Look]]:
        """What the pane shows, cell by cell, without the blanks at the ends of rows."""
        client = Client(self.cols, self.rows + 1)
        client.feed(self.run("capture-pane", "-e", "-p").replace("\n", "\r\n"))
        return [shown(row) for row in client.picture()[: self.rows]]

    def cursor(self) -> tuple[int, int]:
        """Where the pane's cursor stands."""
        x, y = self.run("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)

    def close(self) -> None:
        """End the program and tmux."""
        self.run("kill-server")


def shown(row: list[Look]) -> list[Look]:
    """A row without the blanks at its end, which tmux leaves out when it prints a pane."""
    row = row[:]
    while row and row[-1][0] == " ":
        row.pop()
    return row
