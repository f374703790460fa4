"""How a terminal calls: OpenSSH's `ssh` inside it, or PuTTY by itself; a log of what comes is kept either way."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from tests.serve.sshd import Sshd
from tests.terminals.kinds import Kind


def call(sshd: Sshd, kind: Kind, log: Path) -> str:
    """The shell command, or PuTTY's options, that connects a terminal to the program."""
    return _putty(sshd, log) if kind.name == "putty" else _ssh(sshd, log)


def _ssh(sshd: Sshd, log: Path) -> str:
    words = ["script", "-q", "-f", "-O", str(log), "-c", shlex.join(sshd.command())]
    return f"exec {shlex.join(words)}"


def _putty(sshd: Sshd, log: Path) -> str:
    key = sshd.folder / "operator.ppk"
    make = ["puttygen", str(sshd.folder / "operator"), "-O", "private", "-o", str(key)]
    subprocess.run(make, check=True, capture_output=True)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(sshd.folder / "host.pub")], check=True, capture_output=True, text=True
    )
    fingerprint = shown.stdout.split()[1]
    words = ["-ssh", "-P", str(sshd.port), "-i", str(key), "-hostkey", fingerprint, "-logappend"]
    return shlex.join([*words, "-sessionlog", str(log), f"{sshd.user}@127.0.0.1"])
