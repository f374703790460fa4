"""What one client can make the service keep and do: less than what would be felt by the others.

The protocol's library trusts whoever is past the key exchange; what it leaves unbounded is bounded here.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import asyncssh
from asyncssh import compression
from asyncssh.kex import get_kex_algs

T = TypeVar("T")

MINUTE_SECONDS = 60.0
TERMINAL_NAMES = ("LANG", "LC_ALL", "LC_CTYPE", "COLORTERM", "NO_COLOR", "JIJIAO_AMBIGUOUS_WIDTH")
"""What a client may say of its terminal."""
LONGEST_VALUE = 64
"""Bytes of it; a longer value is no value."""
MOST_CHANNELS = 10
"""Terminals and transfers on one connection, as OpenSSH's own server has it."""
ACCEPTED_AT_ONCE = 16
"""Connections that are taken before anybody else is answered again: each costs a millisecond."""
LEAST_PACKET = 256
"""Bytes that a client must take in one packet: a page in packets of one byte each keeps everybody waiting."""
LONGEST_PACKET, LONGEST_PROOF = 64 * 1024, 8 * 1024
"""Bytes of a packet, unpacked too; and of one from somebody who has proved nothing yet: the library prepares a
password letter by letter, which takes a second for a quarter of a million."""
_KEX_ALGS = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
)


def kex_algs() -> list[str]:
    """Key exchanges that cost a few milliseconds. A client chooses; those left out cost up to a second, for all."""
    known = {name.decode() for name in get_kex_algs()}
    return [name for name in _KEX_ALGS if name in known]


class Told(dict[bytes, bytes]):
    """What a client says of its terminal, in place of a channel's environment: nothing else is kept."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if name in _NAMES and len(value) <= LONGEST_VALUE:
            super().__setitem__(name, value)


_NAMES = frozenset(name.encode() for name in TERMINAL_NAMES)


def terminal_environment(channel: Any) -> Mapping[str, str]:
    """What a client has said of its terminal (a channel keeps no more of it than `Told` does), and its kind."""
    term = channel.get_terminal_type() or "dumb"
    return dict(channel.get_environment()) | {"TERM": term if len(term) <= LONGEST_VALUE else "dumb"}


def widen_queue(acceptor: asyncssh.SSHAcceptor, length: int) -> None:
    """So many connections may wait to be taken. The event loop takes as many at once as it was told may wait."""
    for listening in acceptor.sockets:
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(length)


def bound_packets(connection: asyncssh.SSHServerConnection, longest: int) -> None:
    """A longer packet than this many bytes ends the connection."""
    connection._max_recv_pktlen = longest


def must_have_room(connection: asyncssh.SSHServerConnection) -> None:
    """One more channel was asked for. Raises ChannelOpenError above MOST_CHANNELS, and for one in crumbs."""
    channels = connection._channels.values()
    if len(channels) > MOST_CHANNELS:
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "too many channels")
    if any(getattr(channel, "_send_pktsize", LEAST_PACKET) < LEAST_PACKET for channel in channels):
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "packets too small")


def has_begun(connection: asyncssh.SSHServerConnection) -> bool:
    """Whether a terminal or a transfer is open on a connection; a channel for which nothing was asked is neither."""
    return any(getattr(channel, "_session_started", False) for channel in connection._channels.values())


class Inflate(compression.Decompressor):
    """zlib for one direction; a packet that unpacks to more than any may have ends the connection."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes | None:
        """None for what is broken or too much."""
        try:
            unpacked = self._zlib.decompress(data, LONGEST_PACKET)
        except zlib.error:
            return None
        return None if self._zlib.unconsumed_tail else unpacked


def bound_inflation() -> None:
    """From now on connections of this process unpack with `Inflate`; the library offers no option for it."""
    compression._cmp_decompressors[b"zlib@openssh.com"] = Inflate


class OnceAMinute:
    """For lines of the log that a crowd could have written by the thousand, until all others are gone from it."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def may(self, key: str) -> bool:
        """Whether it is a minute since this was true for the key, or never was."""
        now = time.monotonic()
        self._last = {each: at for each, at in self._last.items() if now - at < 60}
        return self._last.setdefault(key, now) == now


class Proving:
    """Passwords that are checked: `at_once` in all, one of each address, so that a storm from one leaves room.

    Whoever goes away while waiting gives the place up; a check that has begun keeps it until its work is done,
    though nobody waits for it any more: its processor time is spent all the same.
    """

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, address: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work when it is this address's turn. Raises what the work raises."""
        turn = self._turns.setdefault(address, asyncio.Lock())
        await turn.acquire()
        try:
            await self._slots.acquire()
        except BaseException:
            turn.release()
            raise
        begun = asyncio.ensure_future(work())

        def over(done: asyncio.Future[T]) -> None:
            self._slots.release()
            turn.release()
            if not done.cancelled():
                done.exception()  # looked at: nobody may be there to do it

        begun.add_done_callback(over)
        return await asyncio.shield(begun)
