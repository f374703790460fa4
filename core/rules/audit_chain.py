"""The chain over the audit log (审计链): what a link's hash is made of, so that anyone can prove it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

GENESIS = bytes(32)
"""What the first link names as its previous one."""

AuditFields = Sequence[object]
"""id, at, actor_account_id, actor_name, role, address, action, object_kind, object_id, summary."""


def link_hash(previous: bytes, entry: AuditFields) -> bytes:
    """SHA-256 over the previous hash and the entry as a JSON list; its moment in UTC with microseconds."""
    shown = [_plain(value) for value in entry]
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
