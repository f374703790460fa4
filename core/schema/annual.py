"""A person's years (年度完成情况), a person's home, and the years a bureau opens and closes (年度认定)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.rules.hours import CreditHours
from core.schema.base import Command
from core.schema.drafts import DraftRow
from core.schema.review import Subject


class AnnualQuery(Command):
    """年度完成情况, newest first. `result` is None for all, True 通过, False 不通过."""

    from_year: int | None = None
    to_year: int | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class AnnualRow:
    """One year of a person. `certificate_number` is set when one is in force; `shortfall` says what is missing;
    `exemption` is the kind of 减免 that lightens the year."""

    year: int
    public: CreditHours
    professional: CreditHours
    total: CreditHours
    passed: bool
    result_label: str
    printable: bool
    recognised: bool
    shortfall: str
    certificate_number: str = ""
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class LearningLine:
    """A line of 继续教育历程明细."""

    declaration_id: int
    subject: str
    form_name: str
    title: str
    period: str
    hours: CreditHours
    source_label: str


@dataclass(frozen=True, slots=True)
class AnnualDetail:
    """One year in detail with the rule it was judged by."""

    row: AnnualRow
    lines: tuple[LearningLine, ...]
    rule_text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A line on the home page: when, what, and the object it leads to (`declaration_id` where that is one)."""

    at: datetime
    text: str
    declaration_id: int | None = None
    message_id: int | None = None
    unread: bool = False
    object_kind: str = ""
    object_id: int | None = None


@dataclass(frozen=True, slots=True)
class PersonHome:
    """个人首页: this year's state and what is still missing."""

    year: int
    public: CreditHours
    public_wanted: CreditHours
    public_missing: CreditHours
    professional: CreditHours
    professional_wanted: CreditHours
    professional_missing: CreditHours
    total: CreditHours
    total_wanted: CreditHours
    under_review: CreditHours
    closes_on: date
    days_left: int
    employer: str
    drafts: int
    notices: tuple[Notice, ...]
    closed: bool = False
    """Whether this year takes no declarations from the person's region any more."""
    unfinished: tuple[DraftRow, ...] = ()
    """Forms that were not sent, those too that the caller has open now; `drafts` counts the declarations that wait
    saved."""
    unread: int = 0
    """Messages (消息) that were not read yet."""
    refused: int = 0
    """Refused declarations that were not declared again (重新申报) yet."""
    changes: tuple[str, ...] = ()
    """What else of the person waits for an office, such as 单位调转待接收."""
    exemption: str = ""
    """The kind of 减免 that lightens this year."""


@dataclass(frozen=True, slots=True)
class OfficeHome:
    """首页 of an office: what waits in each of its queues by their subject, and how much of it is overdue. The home
    of the operator has neither office nor queues."""

    org_name: str
    region_name: str
    queues: Mapping[Subject, tuple[int, int]]
    unread: int = 0
    """Messages (消息) that nobody here has read yet."""
    of_province: bool = True
    """False for an office of a place below the province."""
    unfinished: tuple[DraftRow, ...] = ()
    """Forms that the caller has not sent."""


@dataclass(frozen=True, slots=True)
class ClosingDay:
    """Until when this year takes declarations in most of the province. `days_left` is 0 on the last day."""

    year: int
    closes_on: date
    days_left: int
    closed: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """个人资料, read-only: (label, text) lines with the number masked."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year as the bureau sees it for its own region."""

    year: int
    version: int
    state: str
    state_label: str
    declare_until: date
    review_until: date
    people: int
    passed: int
    recognised: int
    pending: int
    changed: str


class ChangeYear(Command):
    """Open or close a year for the bureau's own region, with a reason. `version` is that of the row on screen."""

    year: int
    open: bool
    declare_until: date | None = None
    reason: str = ""
    version: int | None = None


class RecogniseYear(Command):
    """年度认定 of one person of the bureau's region, by 证件号."""

    year: int
    id_number: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a recognition ended."""

    year: int
    people: int
    passed: int
    failed: int
