"""The annual rule (年度合格标准): what a year asks for, as rows by year, and the judgement of one year."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from core.rules.hours import ZERO, CreditHours

PASSED, NOT_PASSED = "通过", "不通过"


@dataclass(frozen=True, slots=True)
class AnnualRule:
    """The minima of a span of years in 学时, with the basis (依据) and its certainty (来源 or 推定).

    `exemption` is the kind of 减免 that has lightened it for one person's year, empty for the rule of all.
    """

    from_year: int
    to_year: int
    total: CreditHours
    public: CreditHours
    professional: CreditHours
    basis: str
    certainty: str
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class AnnualResult:
    """A judged year (年度认定): the hours that count, the result, and what is missing to each minimum."""

    public: CreditHours
    professional: CreditHours
    total: CreditHours
    passed: bool
    missing_public: CreditHours
    missing_professional: CreditHours
    missing_total: CreditHours

    @property
    def label(self) -> str:
        """认定结果 as the guide prints it."""
        return PASSED if self.passed else NOT_PASSED


@cache
def annual_rules() -> tuple[AnnualRule, ...]:
    """All rows, oldest first; an open end is year 0 or 9999."""
    text = resources.files("core").joinpath("reference/annual_rules.csv").read_text(encoding="utf-8-sig")
    return tuple(
        AnnualRule(
            int(row["from_year"] or 0),
            int(row["to_year"] or 9999),
            CreditHours.parse(row["total"]),
            CreditHours.parse(row["public"]),
            CreditHours.parse(row["professional"]),
            row["basis"],
            row["certainty"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def rule_for(year: int) -> AnnualRule:
    """The rule in force in a year; every year has one."""
    return next(rule for rule in annual_rules() if rule.from_year <= year <= rule.to_year)


def judge(
    rule: AnnualRule, public: CreditHours, professional: CreditHours, completes: bool = False
) -> AnnualResult:
    """Judge a year: all three minima must hold, and one subject does not stand in for the other.

    `completes`: an award or posting that counts as 完成专业科目 lifts 专业 to the minimum if it is lower.
    """
    if completes:
        professional = max(professional, rule.professional)
    total = public + professional
    missing_public = public.short_of(rule.public)
    missing_professional = professional.short_of(rule.professional)
    missing_total = total.short_of(rule.total)
    passed = missing_public == missing_professional == missing_total == ZERO
    return AnnualResult(
        public, professional, total, passed, missing_public, missing_professional, missing_total
    )
