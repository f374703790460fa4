"""What an import keeps between its parts: a folder of sealed pieces, since every row of it holds a 证件号.

A piece is written before the transaction that counts on it, under a name that follows from the job and its
part: a part that is done again writes the same piece again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.store.vault import Vault

_TOKEN = re.compile(r"[0-9a-f]{80}")
_NAME = re.compile(r"[a-z]+(-[0-9]+)?")


class ImportFiles:
    """The imports folder of an installation. A folder in it is named by the SHA-256 of the file and a chance part,
    so that two who bring in the same file don't meet."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder, self._vault = folder, vault

    def open_for(self, content: bytes) -> str:
        """A folder for the pieces of a file; returns the token that finds them."""
        token = hashlib.sha256(content).hexdigest() + secrets.token_hex(8)
        self._place(token).mkdir(parents=True, mode=0o700)
        return token

    def has(self, token: str) -> bool:
        """Whether the pieces of a file lie on this machine."""
        return self._place(token).is_dir()

    def write(self, token: str, name: str, rows: object) -> None:
        """Keep a piece: anything that JSON can hold."""
        self._write(self._path(token, name), json.dumps(rows, ensure_ascii=False).encode())

    def read(self, token: str, name: str) -> Any:
        """A piece again. Raises Refused FILE_UNREADABLE where it is gone."""
        return json.loads(self._read(token, name))

    def drop(self, token: str) -> None:
        """Delete all of it."""
        shutil.rmtree(self._place(token), ignore_errors=True)

    def forget_rows(self, token: str) -> None:
        """Delete the rows; what was found in them stays."""
        for name in ("rows", "good", "ready"):
            for piece in self._place(token).glob(f"{name}-*.sealed"):
                piece.unlink(missing_ok=True)

    def sweep(self, days: float) -> int:
        """Delete the folders that nobody has written to for so many days; returns how many."""
        oldest, gone = time.time() - days * 86_400, 0
        for place in self.folder.glob("*"):
            if _TOKEN.fullmatch(place.name) and place.stat().st_mtime < oldest:
                shutil.rmtree(place, ignore_errors=True)
                gone += 1
        return gone

    def _place(self, token: str) -> Path:
        if _TOKEN.fullmatch(token) is None:
            raise ValueError(token)
        return self.folder / token

    def _path(self, token: str, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ValueError(name)
        return self._place(token) / f"{name}.sealed"

    def _read(self, token: str, name: str) -> bytes:
        try:
            return self._vault.open_bytes(self._path(token, name).read_bytes())
        except OSError as error:
            reason = "保存的内容已清除，或在另一台主机上"
            raise Refused(ErrorCode.FILE_UNREADABLE, path=token[:12], reason=reason) from error

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all; not forced to the disk: what a power cut takes, a new check makes again."""
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(self._vault.seal_bytes(content))
        os.replace(fresh, path)
