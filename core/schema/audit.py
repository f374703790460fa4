"""The audit log (审计日志): search, and the proof of its chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.schema.base import Command


class AuditQuery(Command):
    """One page, newest first.

    `person` is a 证件号 (what was done by and about that person), `actor` a login name or the name of who did it,
    `area` the first part of an action's name, `object_id` the number of the object.
    """

    person: str = ""
    actor: str = ""
    area: str = ""
    object_id: str = ""
    from_day: date | None = None
    to_day: date | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry. `link` is the hash of its link in the chain, in hexadecimal; empty for one that has none."""

    id: int
    at: datetime
    actor: str
    role_label: str
    address: str
    action: str
    action_label: str
    object_kind: str
    object_id: str
    summary: str
    link: str
    office: str = ""
    """The office the account works for in that role; empty for a person, the operator and nobody."""


@dataclass(frozen=True, slots=True)
class AuditProof:
    """What a walk along the whole chain came to: entries, the head in hexadecimal, and the first thing wrong
    ("" where all is as it was written)."""

    entries: int
    head: str
    trouble: str
    anchors: int
    """How many heads, noted outside the database before, were found again in the chain."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, dropped or put in between."""
        return not self.trouble
