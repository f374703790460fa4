"""Evidence on disk: a folder of files, each written once and named by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from core.rules.errors import ErrorCode, Refused


class Blobs:
    """A folder keyed by SHA-256 (64 hexadecimal digits), two levels deep. Nothing in it is ever changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie, or would lie. Raises ValueError for what is no hash."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(sha256)
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their hash. Done before the transaction that names it commits."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if target.exists():
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises Refused EVIDENCE_UNREADABLE where they are gone or no longer match their hash."""
        try:
            content = self.path(sha256).read_bytes()
        except OSError as error:
            raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
        return content

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self.path(sha256).exists()


def _sync_folder(folder: Path) -> None:
    """A rename is safe only when the folder itself has reached the disk; Windows can't open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
