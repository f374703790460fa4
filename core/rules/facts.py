"""What a certificate states (证书内容): the frozen facts that are printed, signed and put in the QR line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.rules.hours import CreditHours


@dataclass(frozen=True, slots=True)
class YearFacts:
    """One recognised year on a certificate (年度): hours by subject and the result."""

    year: int
    public: CreditHours
    professional: CreditHours
    total: CreditHours
    result: str = "通过"


@dataclass(frozen=True, slots=True)
class LearningFacts:
    """One line of the annex 继续教育历程: what was learned and what it counted."""

    year: int
    subject: str
    form: str
    title: str
    period: str
    hours: CreditHours


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that stands on the paper. Signing covers all of it; `learning` is the annex."""

    number: str
    name: str
    gender: str
    id_number: str
    employer: str
    title: str
    issuer: str
    issued_on: date
    years: tuple[YearFacts, ...]
    learning: tuple[LearningFacts, ...] = ()
