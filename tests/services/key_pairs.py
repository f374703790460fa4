"""Key pairs of OpenSSH for tests: a private key in its PEM, and the line of its .pub file."""

from __future__ import annotations

import asyncssh


def key_pair(algorithm: str = "ssh-ed25519", comment: str = "", **more: int) -> asyncssh.SSHKey:
    """A fresh pair."""
    return asyncssh.generate_private_key(algorithm, comment or None, **more)


def line_of(pair: asyncssh.SSHKey) -> str:
    """What stands in the .pub file."""
    return pair.export_public_key().decode().strip()


def public_line(comment: str = "zhangsan@laptop") -> str:
    """The .pub line of a fresh pair."""
    return line_of(key_pair(comment=comment))
