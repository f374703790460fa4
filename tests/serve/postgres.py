"""A PostgreSQL server that a test may stop and start again; what it has confirmed is on disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.conftest import administer, server_programs

_OPTIONS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200", "autovacuum=off")


class Postgres:
    """`url` ends where the database's name goes: `.format(name)` it."""

    def __init__(self) -> None:
        programs = server_programs()
        if programs is None:
            pytest.skip("the PostgreSQL server programs (initdb, postgres) are not installed")
        # Short, since the path of a unix socket may have 107 bytes; not below pytest's folder, which is root's.
        self._folder = Path(tempfile.mkdtemp(prefix="jj-pg-"))
        self._programs = programs
        self._prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._prefix:
            shutil.chown(self._folder, "postgres")
        made = [str(programs / "initdb"), "-D", f"{self._folder}/data", "-U", "postgres"]
        how = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*self._prefix, *made, *how], check=True, capture_output=True, cwd=self._folder)
        self.url = f"postgresql+psycopg://postgres@/{{}}?host={self._folder}"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it answers."""
        options = [word for option in _OPTIONS for word in ("-c", option)]
        place = ["-D", f"{self._folder}/data", "-k", str(self._folder)]
        command = [*self._prefix, str(self._programs / "postgres"), *place, *options]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        for again in range(400):
            try:
                administer(self.url, "select 1")
                return
            except Exception:  # not there yet; what is wrong for good ends the loop
                if again == 399 or self._server.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """At once: whoever is connected is cut off."""
        if self._server is None:
            return
        # To the postmaster itself: runuser would wait two seconds before it passes a signal on.
        os.kill(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        self._server.wait(30)
        self._server = None

    def remove(self) -> None:
        """For good."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
