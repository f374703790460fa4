"""Runs inside a terminal, without any import of the project, so that it starts at once:

    relay.py PORT               shows what comes over a TCP connection; what is typed goes back over it
    relay.py FILE COMMAND...    runs a command on a pty of its own and keeps all that it shows in a file

Unlike `script` it ends when its terminal goes, and its command with it.
"""

import fcntl
import os
import pty
import selectors
import socket
import sys
import termios
import tty


def relay(source: int, log: int | None = None) -> None:
    """Between this terminal and a descriptor, until either side ends."""
    tty.setraw(0)
    ready = selectors.DefaultSelector()
    ready.register(0, selectors.EVENT_READ, source)
    ready.register(source, selectors.EVENT_READ, 1)
    while True:
        for key, _ in ready.select():
            try:
                came = os.read(key.fd, 65536)
            except OSError:  # a pty whose command has ended
                came = b""
            if not came:
                return
            _write(key.data, came)
            if log is not None and key.data == 1:
                _write(log, came)


def recorded(command: list[str]) -> int:
    """A command on a pty of its own, as large as this terminal; the other end of the pty."""
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    process, end = pty.fork()
    if process == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(end, termios.TIOCSWINSZ, size)
    return end


def _write(place: int, what: bytes) -> None:
    while what:
        what = what[os.write(place, what) :]


if __name__ == "__main__":
    if sys.argv[2:]:
        kept = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
        relay(recorded(sys.argv[2:]), kept)
    else:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as line:
            relay(line.fileno())
