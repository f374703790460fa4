"""What front, zygote and session processes say to each other, over sockets that keep packets whole."""

from __future__ import annotations

import array
import errno
import json
import select
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CHUNK = 4096
"""Bytes of one packet at most, without its first byte."""

# The first byte of a packet between the front and a session. To the session:
INPUT = b"D"
SIZE = b"R"
"""Columns and rows, as text."""
NOTICE = b"N"
"""Words to show (UTF-8)."""
END = b"E"
"""Keep what was typed, and end."""
# From the session:
OUTPUT = b"D"
COUNTED = b"C"
"""Something that the service counts happened; its name in the counters."""
CLEAN = b"Q"
"""It has come to its end by itself; its exit code, as text."""

MIN_SIZE, MAX_SIZE = (20, 5), (400, 150)
"""Columns and rows that a session is opened with, whatever the client says."""

_CONTROL_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Meta:
    """What a session is told at its birth: columns and rows, the client's environment, who comes in from where."""

    size: tuple[int, int]
    env: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    served_id: int = 0
    ticket: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the control socket carries it."""
        return asdict(self) | {"env": dict(self.env)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Meta:
        """The way back."""
        return cls(**(dict(told) | {"size": (int(told["size"][0]), int(told["size"][1]))}))


def clamped(cols: int, rows: int) -> tuple[int, int]:
    """A size that a screen can be laid out in; nothing said is 80x24."""
    wide = min(max(cols or 80, MIN_SIZE[0]), MAX_SIZE[0])
    return wide, min(max(rows or 24, MIN_SIZE[1]), MAX_SIZE[1])


def packet_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a socket that keeps packets whole."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def has_hung_up(line: socket.socket) -> bool:
    """Whether the other end has gone, though something of it may wait to be read."""
    poll = select.poll()
    poll.register(line, select.POLLHUP)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def tell(control: socket.socket, message: Mapping[str, Any], handed: socket.socket | None = None) -> None:
    """Send one message over the control socket, with an open socket if need be. Raises OSError."""
    data = json.dumps(message).encode()
    if len(data) > _CONTROL_BYTES:  # the other end would get a part of it
        raise OSError(errno.EMSGSIZE, "the message is too long")
    if handed is None:
        control.send(data)
        return
    rights = array.array("i", [handed.fileno()])
    control.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def hear(control: socket.socket, flags: int = 0) -> tuple[dict[str, Any] | None, int]:
    """The next message and the descriptor that came with it (-1: none); None when the other end has gone."""
    data, ancillary, _, _ = control.recvmsg(_CONTROL_BYTES, socket.CMSG_LEN(4), flags)  # one, no more
    if not data:
        return None, -1
    handed = array.array("i", ancillary[0][2])[0] if ancillary else -1
    return json.loads(data), handed
