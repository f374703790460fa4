"""Runs inside a terminal: what comes over a TCP connection is shown, what is typed goes back over it. No imports of
the project, so that it starts at once."""

import os
import selectors
import socket
import sys
import tty


def relay(port: int) -> None:
    """Until either side ends."""
    tty.setraw(0)
    line = socket.create_connection(("127.0.0.1", port))
    ready = selectors.DefaultSelector()
    ready.register(0, selectors.EVENT_READ, lambda: line.sendall(os.read(0, 4096)))
    ready.register(line, selectors.EVENT_READ, lambda: show(line.recv(65536)))
    while True:
        for key, _ in ready.select():
            key.data()


def show(sent: bytes) -> None:
    """Write it all; the end of the connection ends the program."""
    if not sent:
        sys.exit()
    while sent:
        sent = sent[os.write(1, sent) :]


if __name__ == "__main__":
    relay(int(sys.argv[1]))
