"""Public keys as people paste them: one line of a .pub file, read and judged.

The format is that of OpenSSH (sshd(8), AUTHORIZED_KEYS FILE FORMAT), without options: what an account may do is
said by the program, never by the key's line.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.rules.errors import ErrorCode, Refused
from core.store.hostkeys import fingerprint_of

KINDS: Final[Mapping[str, str]] = {
    "ssh-ed25519": "Ed25519",
    "ecdsa-sha2-nistp256": "ECDSA P-256",
    "ecdsa-sha2-nistp384": "ECDSA P-384",
    "ecdsa-sha2-nistp521": "ECDSA P-521",
    "ssh-rsa": "RSA",
    "sk-ssh-ed25519@openssh.com": "安全密钥 Ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com": "安全密钥 ECDSA",
}
"""The kinds that are taken, with their words."""
RSA_BITS: Final = 3072
LINE_LENGTH: Final = 8192
_KNOWN_WEAK = ("ssh-dss", "-cert-v01@openssh.com")
_PRIVATE = ("PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that was read: its type, the base64 of its blob, its comment, and OpenSSH's fingerprint of it."""

    algorithm: str
    public: str
    comment: str
    fingerprint: str


def read_public_key(text: str) -> PublicKey:
    """The key of one line. Raises Refused KEY_PRIVATE, KEY_UNREADABLE, KEY_WEAK."""
    if any(mark in text for mark in _PRIVATE):
        raise Refused(ErrorCode.KEY_PRIVATE)
    algorithm, _, rest = text.strip().partition(" ")
    public, _, comment = rest.strip().partition(" ")
    if algorithm.startswith(_KNOWN_WEAK[0]) or algorithm.endswith(_KNOWN_WEAK[1]):
        raise Refused(ErrorCode.KEY_WEAK)
    if algorithm not in KINDS or len(text) > LINE_LENGTH or "\n" in text.strip():
        raise Refused(ErrorCode.KEY_UNREADABLE)
    try:
        blob = base64.b64decode(public, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(ErrorCode.KEY_UNREADABLE) from None
    _judge(algorithm, public, blob)
    # Encoded anew: base64 may be written in several ways, and a key is known by this text.
    return PublicKey(algorithm, base64.b64encode(blob).decode(), comment.strip(), fingerprint_of(blob))


def kind_of(algorithm: str, public: str) -> str:
    """The type of a stored key in words, of RSA with its size."""
    bits = f" {_rsa_bits(base64.b64decode(public))} 位" if algorithm == "ssh-rsa" else ""
    return KINDS.get(algorithm, algorithm) + bits


def _judge(algorithm: str, public: str, blob: bytes) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        key = load_ssh_public_key(f"{algorithm} {public}".encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(ErrorCode.KEY_UNREADABLE) from None
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS:
        raise Refused(ErrorCode.KEY_WEAK)


def _rsa_bits(blob: bytes) -> int:
    """The length of the modulus: the third string of the blob (RFC 4253, 6.6)."""
    at = 0
    for _ in range(2):
        at += 4 + struct.unpack_from(">I", blob, at)[0]
    (length,) = struct.unpack_from(">I", blob, at)
    return int.from_bytes(blob[at + 4 : at + 4 + length], "big").bit_length()
