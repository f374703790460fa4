"""OpenSSH's own server and client around the program, by the recipe of docs/sshd.md.

    with Sshd(folder, home) as sshd, sshd.call() as seat:
        seat.see("继续教育服务窗口")

The server listens on 127.0.0.1 with a host key of its own; no file of the system is read or changed, except that
root's sshd wants its empty folder to be there.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from tests.journeys.steps import MORNING, PATIENCE, Installation, Seat
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
PROGRAM = shutil.which("sshd") or "/usr/sbin/sshd"
MISSING = [name for name in (PROGRAM, "ssh", "sftp", "ssh-keygen", "ssh-agent") if shutil.which(name) is None]
"""What of OpenSSH is not installed here."""
_FOLDER_OF_ROOT = Path("/run/sshd")
# Everything that the recipe refuses is allowed here, so that nothing else can be what refused it.
_REST = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
AllowAgentForwarding yes
AllowStreamLocalForwarding yes
X11Forwarding yes
Subsystem sftp internal-sftp
"""


def recipe() -> str:
    """The block for sshd_config as the document gives it."""
    return _block("sshd_config")


def banner() -> str:
    """What the document proposes to tell every client."""
    return _block("text")


def _block(kind: str) -> str:
    pattern = re.compile(rf"^ *```{kind}\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    found = pattern.search((ROOT / "docs" / "sshd.md").read_text(encoding="utf-8"))
    assert found is not None
    return textwrap.dedent(found[1])


class Sshd:
    """A running sshd whose only account for operators is whoever runs the tests."""

    def __init__(self, folder: Path, home: Installation) -> None:
        self.folder, self.home = folder, home
        self.settings_file = folder / "jijiao.toml"
        self.user = getpass.getuser()
        self._process: subprocess.Popen[bytes] | None = None
        self._made_folder = False
        self.port = 0
        self._write_files()

    def _write_files(self) -> None:
        values = {
            "data_dir": str(self.home.folder),
            "captcha": "off",
            "clock": MORNING,
            "evidence_folder": str(self.home.scans),
        }
        self.settings_file.write_text("".join(f"{name} = '{value}'\n" for name, value in values.items()))
        command = self.folder / "jijiao"
        python = f"exec {shlex.quote(sys.executable)} -m tui.cli"
        command.write_text(f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} {python}\n")
        command.chmod(0o755)
        for name in ("host", "operator"):
            make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(make, check=True)
        (self.folder / "banner").write_text(banner(), encoding="utf-8")
        (self.folder / "operators").write_bytes((self.folder / "operator.pub").read_bytes())

    def _config(self) -> str:
        text = recipe()
        for written, here in {
            "User jijiao": f"User {self.user}",
            "/opt/jijiao/.venv/bin/jijiao": str(self.folder / "jijiao"),
            "/etc/jijiao/jijiao.toml": str(self.settings_file),
            "/etc/jijiao/operators": str(self.folder / "operators"),
            "/etc/jijiao/banner": str(self.folder / "banner"),
        }.items():
            assert text.count(written) == 1, f"the recipe has no {written}"
            text = text.replace(written, here)
        return _REST.format(port=self.port, folder=self.folder) + text

    # -- the server --------------------------------------------------------------------------------

    def __enter__(self) -> Sshd:
        if os.geteuid() == 0 and not _FOLDER_OF_ROOT.exists():
            _FOLDER_OF_ROOT.mkdir(mode=0o755)
            self._made_folder = True
        for _ in range(5):  # another program may take the port before sshd does
            if self._listens():
                return self
        log = (self.folder / "sshd.log").read_text(errors="replace")
        self.__exit__()
        raise AssertionError(f"sshd did not start: {log}")

    def _listens(self) -> bool:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        config = self.folder / "sshd_config"
        config.write_text(self._config())
        with open(self.folder / "sshd.log", "wb") as log:
            self._process = subprocess.Popen([PROGRAM, "-D", "-e", "-f", str(config)], stderr=log)
        known = (self.folder / "host.pub").read_text()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {known}")
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True
            time.sleep(0.02)
        return False

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
        if self._made_folder:
            with contextlib.suppress(OSError):  # another sshd may stand in it by now
                _FOLDER_OF_ROOT.rmdir()

    # -- the client --------------------------------------------------------------------------------

    def command(self, *options: str, program: str = "ssh") -> list[str]:
        """The client's command line up to the host; `options` come before what is fixed here."""
        fixed = {
            "Port": str(self.port),
            "IdentityFile": str(self.folder / "operator"),
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": str(self.folder / "known_hosts"),
            "StrictHostKeyChecking": "yes",
            "SendEnv": "LANG LC_* COLORTERM",
        }
        given = [word for name, value in fixed.items() for word in ("-o", f"{name}={value}")]
        return [program, "-F", "none", *options, *given, f"{self.user}@127.0.0.1"]

    def call(self, *options: str, cols: int = 80, rows: int = 24, **env: str) -> Seat:
        """An operator who calls from a terminal of their own."""
        return Seat(Terminal(self.command(*options), env=env, cols=cols, rows=rows))

    def ask(self, *words: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """`ssh host WORDS` without a terminal on this side."""
        return self._run([*self.command(*options), *words])

    def sftp(self, *orders: str) -> subprocess.CompletedProcess[str]:
        """A batch of sftp."""
        return self._run(self.command(program="sftp"), "\n".join(orders) + "\n")

    def _run(self, argv: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return subprocess.run(
            argv, input=given, env=env, capture_output=True, text=True, check=False, timeout=120
        )

    # -- the programs that it started ----------------------------------------------------------------

    def programs(self) -> list[dict[str, str]]:
        """The environments of the programs that run for operators now."""
        mark = f"JIJIAO_CONFIG={self.settings_file}"
        found = []
        for place in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
                pairs = place.read_bytes().decode(errors="replace").split("\0")
                if mark in pairs:
                    found.append(dict(pair.split("=", 1) for pair in pairs if "=" in pair))
        return found

    def wait_for_none(self) -> None:
        """Wait until no program runs for an operator any more."""
        deadline = time.monotonic() + PATIENCE
        while self.programs():
            assert time.monotonic() < deadline, "the program of a line that broke still runs"
            time.sleep(0.05)
