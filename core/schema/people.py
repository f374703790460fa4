"""管理专业技术人员, 综合查询: the people in an office's reach, and the file of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.rules.hours import CreditHours
from core.schema.annual import AnnualRow
from core.schema.base import Command


class YearResult(StrEnum):
    """How somebody stands in a year (认定结果)."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"

    @property
    def label(self) -> str:
        """As shown."""
        return {"passed": "通过", "failed": "不通过", "none": "没有学时"}[self.value]


class PeopleQuery(Command):
    """One page of people. `text` is the beginning of a name, its pinyin or initials, or a whole 证件号.

    Inside one unit (`employer_id`) any part of a name finds it. `year` is this year where it is None.
    """

    text: str = ""
    employer_id: int | None = None
    year: int | None = None
    result: YearResult | None = None
    series: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class PersonKey(Command):
    """One person in the caller's reach."""

    person_id: int


class PersonYearKey(PersonKey):
    """One year of a person in the caller's reach."""

    year: int


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """A person in a list with one year's hours; the number is masked."""

    person_id: int
    name: str
    id_number_masked: str
    employer: str
    series: str
    title: str
    public: CreditHours
    professional: CreditHours
    total: CreditHours
    result: YearResult
    recognised: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people, and the year that their hours are of."""

    rows: tuple[PeopleRow, ...]
    year: int
    after: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """A declaration in a person's file."""

    declaration_id: int
    year: int
    subject: str
    form_name: str
    title: str
    claimed: CreditHours
    recognised: CreditHours | None
    status_label: str
    handler: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A certificate in a person's file."""

    number: str
    years: str
    state_label: str
    issued_at: datetime
    print_count: int
    reason: str


@dataclass(frozen=True, slots=True)
class PersonFile:
    """One person as an office sees them: facts masked, years, declarations that the office may open, papers."""

    person_id: int
    name: str
    lines: tuple[tuple[str, str], ...]
    years: tuple[AnnualRow, ...]
    declarations: tuple[DeclaredLine, ...]
    certificates: tuple[PaperLine, ...]
