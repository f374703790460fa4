"""Runs inside a terminal, without any import of the project, so that it starts at once:

    relay.py ENCODING PORT             shows what comes over a TCP connection; what is typed goes back over it
    relay.py ENCODING FILE COMMAND...  runs a command on a pty of its own; all that it shows is kept in a file

The connection and the file are in UTF-8, the terminal and the command in its encoding. Unlike `script` it ends when its
terminal goes, and its command with it.
"""

import codecs
import fcntl
import os
import pty
import selectors
import socket
import sys
import termios
import tty
from collections.abc import Callable


def relay(source: int, take: Callable[[bytes], None]) -> None:
    """Between this terminal and a descriptor, until either side ends; `take` shows what comes from there."""
    tty.setraw(0)
    ready = selectors.DefaultSelector()
    ready.register(0, selectors.EVENT_READ, lambda typed: _write(source, typed))
    ready.register(source, selectors.EVENT_READ, take)
    while True:
        for key, _ in ready.select():
            try:
                came = os.read(key.fd, 65536)
            except OSError:  # a pty whose command has ended
                came = b""
            if not came:
                return
            key.data(came)


def painted(encoding: str, port: int) -> None:
    """What comes over the connection is shown in the terminal's encoding."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    with socket.create_connection(("127.0.0.1", port)) as line:
        relay(line.fileno(), lambda came: _write(1, decode(came).encode(encoding)))


def recorded(encoding: str, log: int, command: list[str]) -> None:
    """A command on a pty of its own, as large as this terminal; what it shows is kept."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    process, end = pty.fork()
    if process == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(end, termios.TIOCSWINSZ, size)

    def take(came: bytes) -> None:
        _write(1, came)
        _write(log, decode(came).encode())

    relay(end, take)


def _write(place: int, what: bytes) -> None:
    while what:
        what = what[os.write(place, what) :]


if __name__ == "__main__":
    encoding, where, *command = sys.argv[1:]
    if command:
        recorded(encoding, os.open(where, os.O_WRONLY | os.O_APPEND), command)
    else:
        painted(encoding, int(where))
