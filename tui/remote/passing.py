"""What sessions and clerks say to each other: a request one way, an answer the other, over a socket of their own."""

from __future__ import annotations

import io
import pickle
import socket
from typing import Any

_LENGTH_BYTES = 8
_OURS = ("core.rules.", "core.schema.")
_PLAIN = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
}


class NotPassed(ValueError):
    """Something came that is neither a plain value nor one of the types that screens and use cases share."""


class _Reader(pickle.Unpickler):
    """Makes only what screens and use cases share: a session that was taken over can't have a clerk do anything else.

    Types alone are found, no functions; and nothing of another module under a name with a dot in it.
    """

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN or (module.startswith(_OURS) and "." not in name):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise NotPassed(f"{module}.{name}")


def packed(whole: object) -> bytes:
    """The bytes that stand for an object."""
    return pickle.dumps(whole, protocol=5)


def send(line: socket.socket, data: bytes) -> None:
    """Send the bytes of one object. Raises OSError where nobody is there to take them."""
    line.sendall(len(data).to_bytes(_LENGTH_BYTES, "big"))
    line.sendall(data)


def receive(line: socket.socket) -> Any:
    """The object that was sent. Raises EOFError where the other end has gone before it was whole, NotPassed."""
    return read(_exactly(line, int.from_bytes(_exactly(line, _LENGTH_BYTES), "big")))


def read(data: bytes | bytearray) -> Any:
    """What an object's bytes stand for. Raises NotPassed."""
    try:
        return _Reader(io.BytesIO(data)).load()
    except NotPassed:
        raise
    except Exception as error:
        raise NotPassed("the bytes of no object") from error


def _exactly(line: socket.socket, count: int) -> bytearray:
    taken = bytearray()
    while len(taken) < count:
        more = line.recv(min(count - len(taken), 1 << 20))
        if not more:
            raise EOFError
        taken += more
    return taken
