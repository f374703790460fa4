"""What a form of learning (学习形式) is made of, and the fields that all of them share."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours import CreditHours
from core.rules.hours_rules import HoursRule, PerDay

PROFESSIONAL, PUBLIC = "专业课", "公需课"


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one form may count in a year, in 学时 (上限)."""

    hours: CreditHours


@dataclass(frozen=True, slots=True)
class RequiredWhen:
    """A field that must be filled once another one has a certain value."""

    key: str
    other: str
    value: str


@dataclass(frozen=True, slots=True)
class LearningForm:
    """A form of learning (学习形式), declared once: screen, checks, suggested hours and tests come from here.

    `source_words` are those of the regulation; `evidence` says what to attach; `clause` is shown beside the
    claim; `certainty` (来源 or 推定) tells how well its hours are known, `basis` (依据) by what. One that isn't
    `active` is no longer declared (停用); old declarations keep it. `spans_years`: the learning may
    begin before the year or go on after it, as long as part of it lies inside.
    """

    key: str
    name: str
    source_words: str
    fields: tuple[FieldSpec, ...]
    evidence: tuple[str, ...]
    clause: str
    rule: HoursRule
    certainty: str
    title_field: str
    start_field: str = ""
    end_field: str = ""
    days_field: str = ""
    result_field: str = ""
    spans_years: bool = False
    cap: Cap | None = None
    requires: tuple[RequiredWhen, ...] = ()
    subject: str = PROFESSIONAL
    basis: str = ""
    active: bool = True

    @property
    def by_days(self) -> bool:
        """Whether its period is time really spent learning: days then bound the hours, and can't overlap."""
        return isinstance(self.rule, PerDay) or bool(self.days_field)

    @property
    def yearly(self) -> bool:
        """Whether the same learning may be declared again in another year: a project, a posting, a study."""
        return self.spans_years or not self.start_field


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rule gives for a declaration: shown beside the claim, and the most that may be claimed."""

    hours: CreditHours | None
    explanation: str
    clause: str
    certainty: str
    completes_professional: bool = False
    basis: str = ""


SUBJECT_FIELD = FieldSpec(
    "subject",
    "计入科目",
    FieldKind.CHOICE,
    choices=(PROFESSIONAL,),
    default=PROFESSIONAL,
    hint="个人只能申报专业课",
)
YEAR_FIELD = FieldSpec("year", "计入年度", FieldKind.YEAR, hint="审核通过后，学时计入这一年度")
CLAIMED_FIELD = FieldSpec(
    "claimed_hours", "申请学时", FieldKind.HOURS, high=999, hint="0.5 的倍数，如 40 或 45.5"
)
REMARK_FIELD = FieldSpec(
    "remark",
    "备注",
    FieldKind.LONG_TEXT,
    required=False,
    max_length=1000,
    hint="申请学时高于规则时，请在此写明理由",
)
