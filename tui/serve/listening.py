"""Where a service listens: an address with a port, compressed or plain."""

from __future__ import annotations

from dataclasses import dataclass

_COMPRESSED, _PLAIN = ("zlib@openssh.com",), ("none",)


@dataclass(frozen=True, slots=True)
class Listen:
    """One listening socket. `port` 0 lets the system choose.

    A compressed one offers nothing else, which an OpenSSH client accepts without being asked to compress.
    """

    host: str
    port: int
    compressed: bool = True

    @property
    def compression(self) -> tuple[str, ...]:
        """The compression algorithms that are offered."""
        return _COMPRESSED if self.compressed else _PLAIN

    @property
    def kind(self) -> str:
        """What it is called where it is shown."""
        return "压缩" if self.compressed else "不压缩"


def listen_of(text: str, *, compressed: bool = True) -> Listen:
    """`127.0.0.1:2222`, `[::1]:2222` or `2222` (all addresses). Raises ValueError."""
    host, _, port = text.strip().rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise ValueError(text)
    return Listen(host.strip("[]"), int(port), compressed)
