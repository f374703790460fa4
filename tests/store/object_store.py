"""An S3-like server of the tests' own: a process on 127.0.0.1 with one bucket in its memory, ended by its id."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from obstore.store import S3Store

PATIENCE = 60  # seconds for a server to answer; it answers in two unless the machine is busy
BUCKET = "jijiao-tests"
KEY_ID, SECRET = "tests", "not-a-secret"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ObjectServer:
    """The server, which can be stopped and started; what it kept is lost then."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def settings(self, prefix: str = "evidence") -> dict[str, str]:
        """Settings of an installation that keeps its evidence there."""
        return {
            "evidence_store": f"s3://{BUCKET}/{prefix}",
            "evidence_endpoint": f"http://127.0.0.1:{self.port}",
            "evidence_key_id": KEY_ID,
            "evidence_secret": SECRET,
        }

    def start(self) -> None:
        """Start it and make the bucket."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._make_bucket()
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    @property
    def bucket(self) -> S3Store:
        """The bucket, past the program."""
        return S3Store(
            BUCKET,
            config={
                "endpoint": f"http://127.0.0.1:{self.port}",
                "access_key_id": KEY_ID,
                "secret_access_key": SECRET,
                "region": "us-east-1",
            },
            client_options={"allow_http": True},
        )

    def _make_bucket(self) -> None:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/{BUCKET}", method="PUT")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(asked, timeout=PATIENCE).close()


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """One that runs."""
    server = ObjectServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
