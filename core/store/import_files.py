"""What an import keeps between its parts: sealed pieces in the evidence store, since every row holds a 证件号.

A piece is written before the transaction that counts on it, under a name that follows from the job and its
part: a part that is done again, on whichever host, writes the same piece again.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.store.blobs import Blobs, is_piece, is_piece_set
from core.store.vault import Vault

_ROWS = ("rows", "good", "ready")
_KEPT, _GONE = "检查时保存的内容", "已清除，请重新检查这个文件"
_FOLDER_BEFORE, _TOKEN_BEFORE = "imports", re.compile(r"[0-9a-f]{80}")


class ImportFiles:
    """The pieces of all imports. Those of one are found by a token, by chance, so that two who bring in the same file
    don't meet; a token of a version that kept them in the data folder (before 0.4) finds nothing.

    Where the evidence store can't be reached, what reads and writes raises Refused EVIDENCE_UNREACHABLE.
    """

    def __init__(self, blobs: Blobs, vault: Vault) -> None:
        self._blobs, self._vault = blobs, vault

    @staticmethod
    def new_token() -> str:
        """For the pieces of another file."""
        return secrets.token_hex(16)

    def write(self, token: str, name: str, rows: object) -> None:
        """Keep a piece: anything that JSON can hold."""
        self._blobs.put_piece(f"{token}/{name}", json.dumps(rows, ensure_ascii=False).encode(), self._vault)

    def read(self, token: str, name: str) -> Any:
        """A piece again. Raises Refused FILE_UNREADABLE where it is gone."""
        piece = f"{token}/{name}"
        try:
            if is_piece(piece):
                return json.loads(self._blobs.get_piece(piece, self._vault))
        except Refused as refusal:
            if refusal.code is not ErrorCode.EVIDENCE_UNREADABLE:
                raise
        raise Refused(ErrorCode.FILE_UNREADABLE, path=_KEPT, reason=_GONE)

    def drop(self, token: str) -> None:
        """Delete all of it; where the store can't be reached now, that is left to the sweep."""
        self._drop(token)

    def forget_rows(self, token: str) -> None:
        """The same for the rows alone; what was found in them stays."""
        self._drop(token, _ROWS)

    def sweep(self, days: float) -> int:
        """Delete the imports that nobody has written to for so many days; returns how many."""
        oldest = datetime.now(UTC) - timedelta(days=days)
        old = [token for token, written in self._blobs.piece_sets().items() if written < oldest]
        for token in old:
            self._blobs.drop_pieces(token)
        return len(old)

    def _drop(self, token: str, kinds: Collection[str] = ()) -> None:
        if is_piece_set(token):
            with suppress(Refused):
                self._blobs.drop_pieces(token, kinds)


def drop_folder_before(data_dir: Path) -> None:
    """Delete what a version before 0.4 kept in the data folder: nobody reads it any more."""
    folder = data_dir / _FOLDER_BEFORE
    for place in folder.glob("*"):
        if _TOKEN_BEFORE.fullmatch(place.name):
            shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):  # somebody else's files lie there
        folder.rmdir()
