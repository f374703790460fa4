"""A pooler of transactions before the tests' PostgreSQL: Debian's pgbouncer, started by hand, ended by its id."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

PATIENCE = 30  # seconds for it to answer; it answers at once unless the machine is busy
PORT = 6432  # in the name of its socket; the folder is each pooler's own


@contextmanager
def pooler(server: str, connections: int, wait: int = 10) -> Iterator[str]:
    """One before a server (a URL to be formatted with a database), with so many connections to a database at most.

    Yields a URL of the same form. Who waits more than `wait` seconds for a connection is told so.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("needs Debian's program pgbouncer, which is not here")
    folder = Path(tempfile.mkdtemp(prefix="jj-pool-"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    query = make_url(server.format("postgres")).query
    (folder / "pgbouncer.ini").write_text(
        "\n".join(
            (
                "[databases]",
                f"* = host={query['host']} user=postgres",
                "[pgbouncer]",
                "pool_mode = transaction",
                f"default_pool_size = {connections}",
                "max_client_conn = 200",
                f"query_wait_timeout = {wait}",
                "server_login_retry = 1",
                "auth_type = any",
                "listen_addr =",
                f"listen_port = {PORT}",
                f"unix_socket_dir = {folder}",
                "unix_socket_mode = 0777",
                f"pidfile = {folder}/pid",
                f"logfile = {folder}/log",
            )
        )
    )
    folder.chmod(0o755)
    process = subprocess.Popen(
        [*prefix, program, "-q", str(folder / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql+psycopg://postgres@/{{}}?host={folder}&port={PORT}"
    try:
        _wait_for(folder, process)
        yield url
    finally:
        # To the program itself: runuser would wait two seconds before it passes a signal on.
        if (folder / "pid").exists():
            os.kill(int((folder / "pid").read_text()), 15)
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(host=str(folder), port=PORT, dbname="postgres", user="postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
