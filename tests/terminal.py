"""A real pseudo-terminal for the journeys and the bench: start a program, press keys, read its screen.

    with Terminal(["jijiao", "--database", url], cols=80, rows=24) as terminal:
        terminal.wait("登录")
        terminal.press("Tab", "410099...", "Enter")
        assert "首页" in terminal.screen_text()

The screen is kept by pyte, a terminal emulator; what pyte does not know (repeat, private modes) is
expanded or taken out before.  Bytes are counted as they come from the program.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte
from pyte.screens import Char

KEYS: dict[str, str] = {
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "F5": "\x1b[15~",
    "F6": "\x1b[17~",
    "F7": "\x1b[18~",
    "F8": "\x1b[19~",
    "F9": "\x1b[20~",
    "F10": "\x1b[21~",
    "F11": "\x1b[23~",
    "F12": "\x1b[24~",
    "Tab": "\t",
    "S-Tab": "\x1b[Z",
    "Enter": "\r",
    "Esc": "\x1b",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "PgUp": "\x1b[5~",
    "PgDn": "\x1b[6~",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "Ins": "\x1b[2~",
    "Del": "\x1b[3~",
    "BS": "\x7f",
    "Space": " ",
} | {f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"}
"""Names that `send` turns into what a plain xterm sends."""

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
ESC_PAUSE = 0.35
"""Seconds to wait after an Esc that is followed by more keys: only a pause tells it from Alt."""

_TOKEN = re.compile(
    r"\x1b\[(?P<repeat>\d*)b"
    r"|\x1b\[(?P<rows>\d*)(?P<way>[ST])"
    r"|(?P<private>\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b\[[\d;?]*\$[a-zA-Z]|\x1b\[[\d;]* q)"
    r"|(?P<control>\x1b\[[\d;?!]*[a-zA-Z@`~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][\w]|\x1b[^\[\]()])"
    r"|(?P<text>[^\x1b]+)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[\d;?<>=!$ ]*|\][^\x07\x1b]*\x1b?|[()])?\Z")


class Terminal:
    """One program on one pseudo-terminal; nothing is shared, so many may run at once.

    Times are in seconds, sizes in cells, memory in MiB.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str | None] | None = None,
        cols: int = 80,
        rows: int = 24,
        cwd: str | os.PathLike[str] | None = None,
        encoding: str = "utf-8",
    ) -> None:
        """Start `argv`.  `env` is laid over a small fixed environment; a value of None takes a name out.

        `encoding` is a Python codec's name: what is typed and what is shown are written in it.
        """
        self.cols, self.rows = cols, rows
        self.screen = pyte.Screen(cols, rows)
        self._stream = pyte.Stream(self.screen)
        self._encoding = encoding
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._held = ""
        self._last_char = " "
        self.raw = bytearray()
        """Everything the program has written."""
        self.action_bytes = 0
        """Bytes the program has written since the last `send`."""
        self.last_byte_at = time.monotonic()
        self._eof = False
        self._status: int | None = None
        self.started_at = time.monotonic()
        self.pid, self.fd = self._start(argv, _environment(env or {}), cwd)

    def _start(
        self, argv: Sequence[str], env: dict[str, str], cwd: str | os.PathLike[str] | None
    ) -> tuple[int, int]:
        """The process, and the descriptor that its terminal is read from and written to."""
        pid, fd = pty.fork()
        if pid == 0:
            self._become(argv, env, cwd)
        return pid, fd

    def _become(self, argv: Sequence[str], env: dict[str, str], cwd: str | os.PathLike[str] | None) -> None:
        """In the child: take the window size, then turn into the program."""
        try:
            _set_size(0, self.cols, self.rows)
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(argv[0], list(argv), env)
        finally:
            os._exit(127)

    # -- keys ------------------------------------------------------------------------------------

    def send(self, *keys: str | bytes) -> None:
        """Send keys by name (see KEYS), text as it is and bytes raw, all in ONE write.

        An Esc with more keys after it ends the write there and is followed by a pause.
        """
        self._pump(0)
        self.action_bytes = 0
        burst = b""
        for position, key in enumerate(keys):
            burst += key if isinstance(key, bytes) else KEYS.get(key, key).encode(self._encoding)
            if key == "Esc" and position + 1 < len(keys):
                self._write(burst)
                burst = b""
                self._pump(ESC_PAUSE, whole=True)
        self._write(burst)

    def paste(self, text: str) -> None:
        """Send `text` as a terminal pastes it (bracketed)."""
        self.send(f"{PASTE_START}{text}{PASTE_END}".encode(self._encoding))

    def press(self, *keys: str | bytes, quiet: float = 0.2, timeout: float = 10.0) -> int:
        """Send keys, read until nothing came for `quiet` seconds; returns the bytes that came.

        After a last Esc the wait is longer, since the program itself waits to tell it from Alt.
        """
        self.send(*keys)
        self.settle(quiet=quiet + (ESC_PAUSE if keys and keys[-1] == "Esc" else 0.0), timeout=timeout)
        return self.action_bytes

    def _write(self, data: bytes) -> None:
        while data:
            _, writable, _ = select.select([], [self.fd], [], 0.05)
            if writable:
                # small pieces, and reading in between: a pty with both buffers full blocks for good
                data = data[os.write(self.fd, data[:1024]) :]
            if data:
                self._pump(0)

    # -- reading ---------------------------------------------------------------------------------

    def settle(self, *, quiet: float = 0.2, timeout: float = 10.0) -> str:
        """Read until nothing came for `quiet` seconds (or the program ended); returns the screen."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self._pump(quiet):
                break
        return self.screen_text()

    def wait(self, text: str, *, timeout: float = 10.0) -> str:
        """Read until `text` stands on the screen; returns the screen.  AssertionError after `timeout`."""
        return self._wait(lambda: text in self.screen_text(), f"{text!r} never came", timeout)

    def wait_gone(self, text: str, *, timeout: float = 10.0) -> str:
        """Read until `text` stands on the screen no more; returns the screen."""
        return self._wait(lambda: text not in self.screen_text(), f"{text!r} never went", timeout)

    def wait_exit(self, *, timeout: float = 10.0) -> int:
        """Read until the program has ended; returns its exit code (negative: the signal that ended it)."""
        deadline = time.monotonic() + timeout
        while self.alive and time.monotonic() < deadline:
            if not self._pump(0.02):
                time.sleep(0.005)
        if self._status is None:
            raise AssertionError(
                f"the program still runs after {timeout} s; the screen:\n{self.screen_text()}"
            )
        return os.waitstatus_to_exitcode(self._status)

    def _wait(self, holds: Callable[[], bool], complaint: str, timeout: float) -> str:
        deadline = time.monotonic() + timeout
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0 or (self._eof and not self.alive):
                raise AssertionError(f"{complaint} within {timeout} s; the screen:\n{self.screen_text()}")
            self._pump(min(0.1, left))
        return self.screen_text()

    def _pump(self, timeout: float, *, whole: bool = False) -> bool:
        """Read what is there, waiting up to `timeout` (to its end if `whole`); True if something came."""
        end = time.monotonic() + timeout
        came = False
        while not self._eof:
            left = max(0.0, end - time.monotonic())
            if came and not whole:
                left = 0.0
            readable, _, _ = select.select([self.fd], [], [], left)
            if not readable:
                break
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                self._eof = True
                break
            came = True
            self.last_byte_at = time.monotonic()
            self.raw += data
            self.action_bytes += len(data)
            self._show(self._decode(data))
        if self._eof and timeout and not came:
            time.sleep(min(timeout, 0.01))
        return came

    def _show(self, text: str) -> None:
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        self._held = text[unfinished.start() :] if unfinished else ""
        if unfinished:
            text = text[: unfinished.start()]
        for token in _TOKEN.finditer(text):
            if token["text"] is not None:
                self._last_char = token["text"][-1]
                self._stream.feed(token["text"])
            elif token["repeat"] is not None:
                self._stream.feed(self._last_char * int(token["repeat"] or 1))
            elif token["way"] is not None:
                self._scroll(int(token["rows"] or 1), token["way"] == "S")
            elif token["control"] is not None:
                self._stream.feed(token["control"])

    def _scroll(self, rows: int, up: bool) -> None:
        """Move what stands within the scroll region; the cursor stays."""
        screen = self.screen
        top, bottom = screen.margins or (0, screen.lines - 1)
        kept, screen.cursor.y = screen.cursor.y, bottom if up else top
        for _ in range(rows):
            (screen.index if up else screen.reverse_index)()
        screen.cursor.y = kept

    # -- what is on the screen -------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The screen's rows, blanks at their ends cut."""
        return [self._row_text(y).rstrip() for y in range(self.rows)]

    def screen_text(self) -> str:
        """The screen as text, one line a row; a wide character stands once."""
        return "\n".join(self.lines())

    def _row_text(self, y: int) -> str:
        return "".join(self.screen.buffer[y][x].data for x in range(self.cols))

    def cell(self, x: int, y: int) -> Char:
        """One cell with its colours and attributes; the right half of a wide character has data ''."""
        return self.screen.buffer[y][x]

    def find(self, text: str) -> tuple[int, int] | None:
        """Where `text` begins on the screen, as (column, row) in cells; None if it is not there."""
        for y in range(self.rows):
            before, found, _ = self._row_text(y).partition(text)
            if found:
                x = 0
                while len("".join(self.screen.buffer[y][i].data for i in range(x))) < len(before):
                    x += 1
                while not self.screen.buffer[y][x].data:
                    x += 1
                return x, y
        return None

    @property
    def cursor(self) -> tuple[int, int]:
        """The terminal's own cursor as (column, row) in cells."""
        return min(self.screen.cursor.x, self.cols - 1), self.screen.cursor.y

    @property
    def cursor_shown(self) -> bool:
        """Whether the terminal's own cursor can be seen."""
        return not self.screen.cursor.hidden

    @property
    def total_bytes(self) -> int:
        """Bytes the program has written since it was started."""
        return len(self.raw)

    # -- the process -----------------------------------------------------------------------------

    def resize(self, cols: int, rows: int) -> None:
        """Give the window another size; the program gets SIGWINCH."""
        self.cols, self.rows = cols, rows
        self.screen.resize(rows, cols)
        _set_size(self.fd, cols, rows)

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        if self.alive:
            os.kill(self.pid, number)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
        return self._status is None

    def rss_mib(self) -> float:
        """The program's resident memory now, in MiB."""
        return self._status_kib("VmRSS") / 1024

    def peak_rss_mib(self) -> float:
        """The most resident memory the program ever had, in MiB."""
        return self._status_kib("VmHWM") / 1024

    def _status_kib(self, name: str) -> int:
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1])
        return 0

    def cpu_seconds(self) -> float:
        """Processor time the program has used, in seconds."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def hang_up(self) -> None:
        """Close the line, as when the window is closed: the program gets SIGHUP and then errors."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            self._eof = True

    def close(self, *, grace: float = 2.0) -> None:
        """End the program (SIGHUP, after `grace` seconds SIGKILL) and this terminal."""
        if self.alive:
            os.kill(self.pid, signal.SIGHUP)
            deadline = time.monotonic() + grace
            while self.alive and time.monotonic() < deadline:
                if not self._pump(0.01):
                    time.sleep(0.005)
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        self.hang_up()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _set_size(fd: int, cols: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    base: dict[str, str | None] = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    return {name: value for name, value in (base | dict(changes)).items() if value is not None}
