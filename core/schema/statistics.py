"""查询统计 (E7, D4, R8): by what it is counted, of whom, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.rules.hours import CreditHours
from core.schema.base import Command


class GroupBy(StrEnum):
    """By what people are counted (统计口径)."""

    REGION = "region"
    EMPLOYER = "employer"
    DEPARTMENT = "department"
    SERIES = "series"
    LEVEL = "level"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The words on screen."""
        return {
            "region": "区域",
            "employer": "单位",
            "department": "部门",
            "series": "系列",
            "level": "级别",
            "year": "年度",
        }[self.value]


class StatisticsQuery(Command):
    """What is counted. `year` None is the current one, `by` None what the caller begins with; the rest narrows it.

    `region` is the caller's own or one below, with `own_only` without what lies below it. `department_id` 0 stands
    for those in no department, `series` and `level` "" for those without one.
    """

    year: int | None = None
    by: GroupBy | None = None
    region: str = ""
    own_only: bool = False
    employer_id: int | None = None
    department_id: int | None = None
    series: str | None = None
    level: str | None = None


class StatisticsPeople(StatisticsQuery):
    """The people of an employer behind a line. `passed` None for all."""

    passed: bool | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class StatLine:
    """One group: how many people have the year (人数), how many passed, and the sums of their hours.

    `key` is what a narrower query is asked with (a code, an id, a name, a year).
    """

    key: str
    label: str
    people: int
    passed: int
    public: CreditHours
    professional: CreditHours

    @property
    def rate(self) -> float:
        """完成率, from 0 to 1; 0 where there is nobody."""
        return self.passed / self.people if self.people else 0.0

    @property
    def total(self) -> CreditHours:
        """Both subjects together."""
        return self.public + self.professional


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was counted: of whom (`place`, from the widest on), the groups, their sum, and the years beside it.

    `groups` are the ways to count that make sense here; `deeper` is how a group is looked into, "people" where
    that is a list of people, empty where there is nothing below. `years` go from the oldest to the newest.
    """

    year: int
    by: GroupBy
    place: tuple[str, ...]
    lines: tuple[StatLine, ...]
    total: StatLine
    years: tuple[StatLine, ...]
    groups: tuple[GroupBy, ...]
    deeper: str
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class StatPerson:
    """One person's year in a list."""

    person_id: int
    name: str
    id_number_masked: str
    department: str
    series: str
    title: str
    public: CreditHours
    professional: CreditHours
    passed: bool
    recognised: bool

    @property
    def total(self) -> CreditHours:
        """Both subjects together."""
        return self.public + self.professional


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: where, and how many rows it holds."""

    path: str
    rows: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: people who got the row of the current year, rows looked at, rows mended, cells."""

    entered: int
    looked_at: int
    mended: int
    cells: int
