"""A session's end of the socket to the front: what the program paints goes out, what is typed comes in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from tui.serve.packets import CHUNK, CLEAN, COUNTED, OUTPUT, has_hung_up

_BURST = 1 << 17


class Link:
    """Non-blocking, on the running loop. `on_packet` gets each packet, `on_gone` is called once at the other end's end.

    Where `is_lagging` says that more was typed than could be handled, nothing is read: so the client waits, and no
    key is dropped.
    """

    def __init__(
        self,
        line: socket.socket,
        on_packet: Callable[[bytes], None],
        on_gone: Callable[[], None],
        is_lagging: Callable[[], bool],
    ) -> None:
        self._line = line
        self._on_packet, self._on_gone, self._is_lagging = on_packet, on_gone, is_lagging
        self._loop = asyncio.get_running_loop()
        self._waiting = bytearray()
        self._blocked = self._gone = False
        self.on_free: Callable[[], None] = lambda: None
        """Called when the line has taken everything after it was busy."""
        line.setblocking(False)

    def open(self) -> None:
        """Begin to read."""
        self._loop.add_reader(self._line, self._readable)

    @property
    def busy(self) -> bool:
        """Whether the front has not taken everything yet: a slow line gets only the newest picture."""
        return self._blocked

    def write(self, data: bytes) -> None:
        """Send bytes to the client's terminal, in order."""
        if not self._gone:
            self._waiting += data
            self._push()

    def count(self, name: str) -> None:
        """Have the service count something."""
        if not self._gone:
            with contextlib.suppress(OSError):
                self._line.send(COUNTED + name.encode())

    def end(self, code: int = 0) -> None:
        """Say that the session is over, with its exit code, and close."""
        if not self._gone:
            self._line.setblocking(True)
            self._line.settimeout(1.0)
            with contextlib.suppress(OSError):
                while self._waiting:
                    self._line.send(OUTPUT + self._waiting[:CHUNK])
                    del self._waiting[:CHUNK]
                self._line.send(CLEAN + b"%d" % code)
        self.abandon()

    def abandon(self) -> None:
        """Nobody is there any more."""
        if not self._gone:
            self._gone = True
            self._loop.remove_reader(self._line)
            self._loop.remove_writer(self._line)
            self._waiting.clear()
            self._line.close()

    def _readable(self) -> None:
        if self._is_lagging():
            if has_hung_up(self._line):  # what waits to be read is nobody's any more
                self._lost()
                return
            self._loop.remove_reader(self._line)
            self._loop.call_later(0.03, self._read_again)
            return
        try:
            packet = self._line.recv(_BURST)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if packet:
            self._on_packet(packet)
        else:
            self._lost()

    def _lost(self) -> None:
        self.abandon()
        self._on_gone()

    def _read_again(self) -> None:
        if not self._gone:
            self._loop.add_reader(self._line, self._readable)

    def _push(self) -> None:
        try:
            while self._waiting:
                self._line.send(OUTPUT + self._waiting[:CHUNK])
                del self._waiting[:CHUNK]
        except BlockingIOError:
            if not self._blocked:
                self._blocked = True
                self._loop.add_writer(self._line, self._push)
            return
        except OSError:
            self._waiting.clear()
        if self._blocked:
            self._blocked = False
            self._loop.remove_writer(self._line)
            self.on_free()
