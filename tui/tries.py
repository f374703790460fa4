"""How many tries of a password remain, said beside it."""

from __future__ import annotations

from core.rules.errors import Refused


def tries_text(refusal: Refused) -> str:
    """The refusal of a wrong password or code, and how often it may still be tried."""
    left = refusal.params.get("left")
    return f"{refusal.text}。还可以再试 {left} 次" if left else refusal.text
