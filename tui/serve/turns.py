"""The event loop shared out: what comes from one address keeps the others waiting for milliseconds at most.

All connections are served by one thread. A client that sends nothing but small packets can have any number of them
worked off there, faster than anybody types.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import asyncssh

SHARE, BURST = 0.2, 0.1
"""Of the event loop's time an address has this part without waiting, and so many seconds at once."""
SLICE_SECONDS = 0.004
"""What is worked off in one piece. In the queue as long a rest follows each."""
DEAF_BYTES = 4 * 1024 * 1024
"""Of a client that leaves so much unread nothing more is read: each request may want an answer."""
_DEAF_SECONDS = 0.05
_PIECE = 2048
_MANY = 1000


class Turns:
    """Who has cost more than its share waits in a queue; everybody else is answered at once."""

    def __init__(self) -> None:
        self._owed: dict[str, tuple[float, float]] = {}
        """Seconds of an address above its share, and when that was."""
        self._queue: deque[_Inlet] = deque()
        self._is_turning = False

    def attach(self, connection: asyncssh.SSHServerConnection, address: str) -> None:
        """From now on what comes on this connection is taken in turns."""
        _Inlet(self, connection, address)

    def owes(self, address: str) -> bool:
        """Whether an address has to wait."""
        return self._left(address) > BURST

    def spend(self, address: str, seconds: float) -> None:
        """So much was worked for an address."""
        self._owed[address] = self._left(address) + seconds, time.monotonic()
        if len(self._owed) > _MANY:
            self._owed = {each: owed for each, owed in self._owed.items() if self._left(each) > 0}

    def wait(self, inlet: _Inlet) -> None:
        """Queue up."""
        self._queue.append(inlet)
        if not self._is_turning:
            self._is_turning = True
            asyncio.get_running_loop().call_later(SLICE_SECONDS, self._turn)

    def _left(self, address: str) -> float:
        seconds, at = self._owed.get(address, (0.0, 0.0))
        return max(0.0, seconds - (time.monotonic() - at) * SHARE)

    def _turn(self) -> None:
        used = self._queue.popleft().take_turn()
        self._is_turning = bool(self._queue)
        if self._is_turning:
            asyncio.get_running_loop().call_later(max(used, 0.0005), self._turn)


class _Inlet:
    """What comes on one connection, on its way to the protocol. Where it has to wait, nothing more is read."""

    def __init__(self, turns: Turns, connection: asyncssh.SSHServerConnection, address: str) -> None:
        self._turns, self._connection, self._address = turns, connection, address
        self._work_off = connection.data_received
        self._transport: Any = connection._transport
        self._waiting = bytearray()
        self._is_queued = False
        connection.data_received = self._received  # type: ignore[method-assign]

    def take_turn(self) -> float:
        """Work off a slice, and read on; the seconds it took."""
        self._is_queued = False
        if self._is_deaf:
            asyncio.get_running_loop().call_later(_DEAF_SECONDS, self._queue_up)
            self._is_queued = True
            return 0.0
        used = self._work()
        if not self._is_queued:
            self._transport.resume_reading()
        return used

    @property
    def _is_deaf(self) -> bool:
        return bool(self._transport.get_write_buffer_size() > DEAF_BYTES)

    def _received(self, data: bytes, datatype: Any = None) -> None:
        self._waiting += data
        if self._is_queued:
            return
        if self._turns.owes(self._address) or self._is_deaf:
            self._queue_up()
        else:
            self._work()

    def _work(self) -> float:
        begun, used = time.thread_time(), 0.0
        while self._waiting and used < SLICE_SECONDS:
            if self._connection._transport is None:  # it has been closed
                self._waiting.clear()
                break
            piece = bytes(self._waiting[:_PIECE])
            del self._waiting[:_PIECE]
            self._work_off(piece)
            used = time.thread_time() - begun
        self._turns.spend(self._address, used)
        if self._waiting:
            self._queue_up()
        return used

    def _queue_up(self) -> None:
        self._is_queued = True
        self._transport.pause_reading()
        self._turns.wait(self)
