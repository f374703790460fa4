"""Who is signed in, as the right side of the header says it; and moments as screens print them."""

from __future__ import annotations

from datetime import datetime

from core.rules.clock import CHINA
from core.rules.roles import Actor, Caller


def nameplate(caller: Caller, place: str = "") -> str:
    """Name, role, and the office or `place`; a guest has none."""
    if not isinstance(caller, Actor):
        return ""
    parts = (caller.name, caller.role.label, caller.org_name or place)
    return "  ".join(dict.fromkeys(part for part in parts if part))  # an operator's name is the role's


def moment_text(moment: datetime) -> str:
    """A moment in China time: 2026-11-21 10:42."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
