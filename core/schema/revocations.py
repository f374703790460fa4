"""撤销认定: approved declarations that a bureau finds, one revoked with a reason, and the list of the revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.hours import CreditHours
from core.schema.base import Command


class ApprovedQuery(Command):
    """Approved declarations of people found by name, pinyin or 证件号; `year` narrows them. Newest year first."""

    text: str
    year: int | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class ApprovedRow:
    """An approved declaration; `version` binds its revocation."""

    declaration_id: int
    version: int
    person_name: str
    id_number_masked: str
    employer: str
    year: int
    subject: str
    form_name: str
    title: str
    period: str
    hours: CreditHours
    source_label: str


class RevokeDeclaration(Command):
    """撤销认定 of one declaration in the version that was on screen."""

    declaration_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a revocation has done: the year as it stands now, and the certificates that were voided with it."""

    declaration_id: int
    person_name: str
    year: int
    passed_before: bool
    passed: bool
    recognised: bool
    voided: tuple[str, ...]


class RevokedQuery(Command):
    """失信记录 of the caller's region and below, newest first."""

    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class RevokedRow:
    """A revocation as it was decided."""

    id: int
    at: datetime
    declaration_id: int
    person_name: str
    id_number_masked: str
    year: int
    title: str
    hours: CreditHours
    reason: str
    by: str
