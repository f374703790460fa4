"""减免 of a year for leave, with proof: given, listed and revoked by a bureau."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.rules.hours import CreditHours
from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceRef, EvidenceView


class SuggestExemption(Command):
    """The least hours proposed for a year and so many months of leave."""

    year: int
    months: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """总学时, 公需, 专业 as proposed, and the year's own rule in words."""

    total: CreditHours
    public: CreditHours
    professional: CreditHours
    rule_words: str


class GrantExemption(FromDraft):
    """减免: `values` as typed, by the keys of EXEMPTION_FIELDS; at least one picture proves it."""

    values: Mapping[str, str]
    evidence: tuple[EvidenceRef, ...] = ()


class ExemptionQuery(Command):
    """The exemptions that the caller's office has given, newest first; `year` narrows them."""

    year: int | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """An exemption (减免). `revoked_reason` is empty while it is in force; `version` binds its revocation."""

    id: int
    version: int
    person_name: str
    id_number_masked: str
    year: int
    kind: str
    total: CreditHours
    public: CreditHours
    professional: CreditHours
    reason: str
    granted_at: datetime
    granted_by: str
    revoked_at: datetime | None
    revoked_reason: str
    evidence: tuple[EvidenceView, ...] = ()

    @property
    def state_label(self) -> str:
        """In words."""
        return "有效" if self.revoked_at is None else "已撤销"


class RevokeExemption(Command):
    """撤销减免, with a reason."""

    exemption_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExemptionDone:
    """What was done with an exemption, how the year stands now, and the certificates that were voided with it."""

    id: int
    person_name: str
    year: int
    passed: bool
    recognised: bool
    voided: tuple[str, ...] = ()
