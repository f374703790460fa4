"""The history of an object, level by level (审核记录)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.hours import CreditHours


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision: who, where, when, what, why."""

    at: datetime
    step_label: str
    move_label: str
    actor_name: str
    org_name: str
    opinion: str
    recognised: CreditHours | None = None
