"""An SSH server that carries nothing but inboxes and outboxes: for tests of SFTP without a service around it.

The user name is the number of the account; any password is right. OpenSSH's sftp comes with a key.
"""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import asyncssh

from core.services.desk import Desk
from tui.serve.counters import Counters
from tui.serve.files import Boxes

T = TypeVar("T")


class _Door(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return True


class FilesServer:
    """Runs in a thread of its own on 127.0.0.1 while it is open (a context manager)."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        self.counters = Counters()
        self.port = 0
        self.sessions: list[Boxes] = []
        """All that have begun."""
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.key = self.folder / "key"
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)]
        subprocess.run(make, check=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def sftp(self, account_id: int, *commands: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """OpenSSH's own program with these commands, until the first that fails."""
        done = self._run_here("sftp", "-b", "-", f"{account_id}@127.0.0.1", given="\n".join(commands) + "\n")
        assert not check or done.returncode == 0, done.stderr
        return done

    def scp(self, source: str, target: str) -> subprocess.CompletedProcess[str]:
        """OpenSSH's copy, in its newer way over SFTP."""
        return self._run_here("scp", "-s", source, target)

    def _run_here(self, program: str, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        options = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR"]
        known = [word for option in options for word in ("-o", option)]
        return subprocess.run(
            [program, *known, "-F", "none", "-i", str(self.key), "-P", str(self.port), *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.folder,
        )

    def with_client(self, account_id: int, act: Callable[[asyncssh.SFTPClient, Any], Awaitable[T]]) -> T:
        """Do this with asyncssh's client, that a test may ask for anything at all; it gets its connection too."""

        async def run() -> T:
            options = {"known_hosts": None, "client_keys": None, "config": None}
            connection = await asyncssh.connect(
                "127.0.0.1", self.port, username=str(account_id), password="any", **options
            )
            async with connection:
                client = await connection.start_sftp_client()
                return await act(client, connection)

        return asyncio.run(run())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        self._server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Door,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            sftp_factory=self._boxes,
        )
        self.port = self._server.get_port()

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _boxes(self, channel: Any) -> Boxes:
        account_id = int(channel.get_extra_info("username"))
        self.sessions.append(Boxes(channel, self.desk, account_id, self.counters))
        return self.sessions[-1]
