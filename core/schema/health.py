"""What the doctor finds (jijiao doctor)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is right, what was seen, and how to mend it or go on."""

    name: str
    ok: bool
    text: str
    mend: str = ""
