"""How a terminal calls the service: OpenSSH's `ssh` inside it, or PuTTY by itself; both keep a log of what comes."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from tests.serve.service import Service
from tests.terminals.kinds import Kind

_NO_PROOF = ("PubkeyAuthentication=no", "SendEnv=LANG LC_*")
"""As Debian's `ssh` calls, without the keys of whoever runs the tests."""


def call(service: Service, kind: Kind, log: Path) -> str:
    """The shell command, or PuTTY's options, that brings a terminal to 首页 of the service."""
    if kind.name == "putty":
        return shlex.join([*_putty(service), "-logappend", "-sessionlog", str(log)])
    return kind.relaying(str(log), *service.command(*_NO_PROOF))


def _putty(service: Service) -> list[str]:
    """PuTTY knows the service's key from its fingerprint, so that it does not ask."""
    port = str(service.ports["压缩"])
    scanned = subprocess.run(
        ["ssh-keyscan", "-p", port, "-t", "ed25519", "127.0.0.1"], check=True, capture_output=True
    )
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", "-"], input=scanned.stdout, check=True, capture_output=True
    )
    return ["-ssh", "guest@127.0.0.1", "-P", port, "-hostkey", shown.stdout.split()[1].decode()]
