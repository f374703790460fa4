"""Files on disk: a folder of evidence and papers, each written once and named by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.store.vault import Vault


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
        self._write(self.path(sha256), content)
        return sha256

    def put_sealed(self, content: bytes, vault: Vault) -> str:
        """The same, encrypted: for papers on which an identity number stands. The hash is that of `content`."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._write(self._sealed_path(sha256), vault.seal_bytes(content))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises Refused EVIDENCE_UNREADABLE where they are gone or no longer match their hash."""
        return _matching(_read(self.path(sha256)), sha256)

    def get_sealed(self, sha256: str, vault: Vault) -> bytes:
        """What `put_sealed` kept. Raises as `get` does, and KEY_WRONG."""
        return _matching(vault.open_bytes(_read(self._sealed_path(sha256))), sha256)

    def _sealed_path(self, sha256: str) -> Path:
        return self.path(sha256).with_name(f"{sha256}.sealed")

    def _write(self, target: Path, content: bytes) -> None:
        if target.exists():
            return
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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error


def _matching(content: bytes, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
    return content


def _sync_folder(folder: Path) -> None:
    """A rename is safe only when the folder itself has reached the disk; Windows can't open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
