"""The SSH host key of a service (主机密钥): made once, kept for good. Users know the service by its fingerprint."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.store.settings import Settings
from core.store.whole_files import write_new

FILE_NAME = "ssh_host_ed25519_key"


def host_key_path(settings: Settings) -> Path:
    """The file of the private key, in the form of OpenSSH."""
    return settings.data_dir / "keys" / FILE_NAME


def ensure_host_key(settings: Settings) -> Path:
    """The file of the host key, made (mode 0600) where there is none; of two who make it at once one is the first.

    Raises Refused FILE_UNREADABLE where the folder can't be written to.
    """
    path = host_key_path(settings)
    if path.exists():
        return path
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(fresh, _made())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except OSError as error:
        raise Refused(ErrorCode.FILE_UNREADABLE, path=str(path), reason=error.strerror or "") from error
    return path


def host_key_fingerprint(path: Path) -> str:
    """What `ssh` shows at the first connection: `SHA256:` and 43 characters.

    Raises Refused FILE_UNREADABLE for what is no private key of OpenSSH.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key

    try:
        public = load_ssh_private_key(path.read_bytes(), None).public_key()
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是 OpenSSH 的私钥"
        raise Refused(ErrorCode.FILE_UNREADABLE, path=str(path), reason=reason or "") from error
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return fingerprint_of(base64.b64decode(line.split()[1]))


def fingerprint_of(blob: bytes) -> str:
    """How OpenSSH shows a public key, given in its binary form: `SHA256:` and 43 characters."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _made() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
