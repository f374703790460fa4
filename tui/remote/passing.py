"""What sessions and clerks say to each other: a request one way, an answer the other, over a socket of their own."""

from __future__ import annotations

import importlib
import io
import pickle
import socket
from enum import Enum
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


def _shared(module: str, name: str) -> type:
    """A type that screens and use cases share; no function, and nothing under a name with a dot in it."""
    if (module, name) in _PLAIN or (module.startswith(_OURS) and "." not in name):
        found = getattr(importlib.import_module(module), name, None)
        if isinstance(found, type) and found.__module__ == module:
            return found
    raise NotPassed(f"{module}.{name}")


class _Answers(pickle.Unpickler):
    """Makes only what screens and use cases share."""

    def find_class(self, module: str, name: str) -> Any:
        return _shared(module, name)


class _Requests(pickle._Unpickler):
    """The same, in Python, which can be told more: what is there already isn't changed, neither a type nor a member of
    an enumeration. So a session that was taken over can't have a clerk take it, or the next, for somebody else."""

    def find_class(self, module: str, name: str) -> Any:
        return _shared(module, name)

    def load_build(self) -> None:
        if isinstance(self.stack[-2], type | Enum):  # type: ignore[attr-defined]
            raise NotPassed("a change of what is there already")
        super().load_build()  # type: ignore[misc]

    dispatch = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: load_build}  # type: ignore[dict-item]


def packed(whole: object) -> bytes:
    """The bytes that stand for an object."""
    return pickle.dumps(whole, protocol=5)


def send(line: socket.socket, data: bytes) -> None:
    """Send the bytes of one object. Raises OSError where nobody is there to take them."""
    line.sendall(len(data).to_bytes(_LENGTH_BYTES, "big"))
    line.sendall(data)


def receive(line: socket.socket, *, request: bool = False) -> Any:
    """The object that was sent. Raises EOFError where the other end has gone before it was whole, NotPassed."""
    length = int.from_bytes(_exactly(line, _LENGTH_BYTES), "big")
    return read(_exactly(line, length), request=request)


def read(data: bytes | bytearray, *, request: bool = False) -> Any:
    """What an object's bytes stand for, those of a `request` read with more care. Raises NotPassed."""
    try:
        return (_Requests if request else _Answers)(io.BytesIO(data)).load()
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
