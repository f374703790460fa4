"""The machine's noise: a bare asyncssh server that answers each key itself, under the same operators.

`python -m bench.serve_bare` listens on a free port of 127.0.0.1 and prints it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

import asyncssh

from bench.ground import ROOT
from bench.serve_load import Load
from bench.serve_processes import family
from bench.serve_room import Rooms


class _Door(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Echo()


class _Echo(asyncssh.SSHServerSession[bytes]):
    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self._channel.write(b"ready" * 80)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._channel.write(data.replace(b"\x7f", b"\b \b"))


def measure_bare(count: int, seconds: float) -> Load:
    """So many operators who type letters at it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.serve_bare"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert server.stdout is not None
        line = {"kind": "ssh", "port": int(server.stdout.readline()), "login": "guest"}
        told = {"line": line, "station": "login", "way": (), "stands": ""}
        with Rooms() as rooms:
            rooms.open([told] * count)
            return Load.of(rooms, lambda: family(server.pid), seconds)
    finally:
        server.kill()
        server.wait()


async def _serve() -> None:
    acceptor = await asyncssh.create_server(
        _Door,
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        encoding=None,
        line_editor=False,
        compression_algs=["zlib@openssh.com"],
        backlog=512,
    )
    print(acceptor.get_port(), flush=True)
    await acceptor.wait_closed()


if __name__ == "__main__":
    asyncio.run(_serve())
