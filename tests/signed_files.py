"""A provider of 公需课 for tests and the demonstration: its key, and files as it would write them."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.rules.provider_files import ProviderHeader, lay_out, with_signature

Course = tuple[str, str, int, str, str, str, str]
"""证件号, 姓名, 年度, 课程名称, 课程编号, 学时, 完成日期."""


class Signer:
    """A provider with a key that follows from its code, so that every run has the same."""

    def __init__(self, code: str = "HNXH") -> None:
        self.code = code
        self._key = Ed25519PrivateKey.from_private_bytes(code.encode().ljust(32, b"."))

    @property
    def public_key(self) -> str:
        """What is registered of it, in base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def file(self, *rows: Course, serial: str = "2026-001") -> bytes:
        """A whole signed file."""
        signed = lay_out(ProviderHeader(self.code, serial, len(rows)), list(rows))
        return with_signature(signed, self._key.sign(signed))

    def write(self, path: Path, *rows: Course, serial: str = "2026-001") -> Path:
        """The same on disk."""
        path.write_bytes(self.file(*rows, serial=serial))
        return path
