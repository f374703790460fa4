"""A screen painted plainly: every cell in its place with all its attributes, no order but these."""

from __future__ import annotations

import socket

from pyte.screens import Char

from tests.terminal import Terminal
from tests.terminals.display import PATIENCE
from tests.terminals.kinds import Kind

_ASK, _ANSWER = "\x1b[5n", b"\x1b[0n"
"""The question whether a terminal is well, and that it is."""
_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")


def plainly(screen: Terminal) -> str:
    """The orders that paint what stands on `screen`; the cursor is hidden."""
    orders = ["\x1b[?25l\x1b[?7l\x1b[m\x1b[2J"]
    for y in range(screen.rows):
        for x in range(screen.cols):
            char = screen.cell(x, y)
            if char.data and char != screen.screen.default_char:
                orders.append(f"\x1b[{y + 1};{x + 1}H\x1b[{_attributes(char)}m{char.data}")
    return "".join(orders)


def _attributes(char: Char) -> str:
    switches = (char.bold, char.italics, char.underscore, char.blink, char.reverse, char.strikethrough)
    codes = ["0"] + [code for code, on in zip("134579", switches, strict=True) if on]
    return ";".join([*codes, *_colour(char.fg, 30), *_colour(char.bg, 40)])


def _colour(name: str, base: int) -> list[str]:
    """A colour by the name that pyte has for it, or by its red, green and blue in hexadecimal."""
    if name == "default":
        return []
    bright = name.startswith("bright")
    if (plain := name.removeprefix("bright").replace("bfightmagenta", "magenta")) in _NAMES:
        return [str(base + 60 * bright + _NAMES.index(plain))]
    return [f"{base + 8};2;{';'.join(str(part) for part in bytes.fromhex(name))}"]


class Easel:
    """Where a terminal connects that is to be painted, or whose keys are to be known."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(PATIENCE)
        self._line: socket.socket | None = None

    def shown_in(self, kind: Kind) -> str:
        """The shell command (or PuTTY's options: it runs no command) that shows in a terminal what is painted."""
        port = str(self._server.getsockname()[1])
        return f"-raw 127.0.0.1 -P {port}" if kind.name == "putty" else kind.relaying(port)

    def wait(self) -> None:
        """Wait until the terminal is there."""
        self._line, _ = self._server.accept()

    def paint(self, orders: str) -> None:
        """Send orders to the terminal, and wait until it has answered that it has read them."""
        assert self._line is not None
        self._line.sendall(f"{orders}{_ASK}".encode())
        answer = b""
        while not answer.endswith(_ANSWER):
            if not (more := self.typed(PATIENCE)):
                raise AssertionError("the terminal that is painted does not answer")
            answer += more

    def typed(self, seconds: float) -> bytes:
        """What was typed there since it was asked last; waited for."""
        assert self._line is not None
        self._line.settimeout(seconds)
        try:
            return self._line.recv(4096)
        except TimeoutError:
            return b""
        finally:
            self._line.settimeout(None)

    def close(self) -> None:
        """Let the terminal go."""
        if self._line is not None:
            self._line.close()
        self._server.close()
