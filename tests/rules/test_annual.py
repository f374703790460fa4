"""The annual rule reproduces the guide's sample, and judges every year by three minima."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.annual import AnnualRule, annual_rules, judge, rule_for
from core.rules.hours import ZERO, CreditHours

SAMPLE = list(csv.DictReader(Path(__file__).with_name("annual_sample.csv").read_text("utf-8").splitlines()))
hours = st.integers(0, 400).map(CreditHours)


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: row["year"])
def test_the_guide_s_sample_is_reproduced_exactly(row: dict[str, str]) -> None:
    result = judge(
        rule_for(int(row["year"])), CreditHours.parse(row["public"]), CreditHours.parse(row["professional"])
    )
    printed = [str(amount) for amount in (result.public, result.professional, result.total)]
    assert [*printed, result.label] == [row["public"], row["professional"], row["total"], row["result"]]


def test_the_sample_has_its_seven_years() -> None:
    assert [row["year"] for row in SAMPLE] == ["2019", "2018", "2017", "2016", "2015", "2014", "2013"]


@given(st.integers(1990, 2099))
def test_every_year_has_exactly_one_rule(year: int) -> None:
    assert [rule_for(year)] == [rule for rule in annual_rules() if rule.from_year <= year <= rule.to_year]


@pytest.mark.parametrize(
    ("year", "total", "public", "professional"),
    [(2015, "72", "24", "48"), (2016, "90", "24", "60"), (2020, "90", "24", "60"), (2021, "90", "30", "60")],
)
def test_the_minima_by_year(year: int, total: str, public: str, professional: str) -> None:
    rule = rule_for(year)
    assert [str(each) for each in (rule.total, rule.public, rule.professional)] == [
        total,
        public,
        professional,
    ]


@given(st.sampled_from(annual_rules()), hours, hours)
def test_a_year_passes_exactly_when_nothing_is_missing(
    rule: AnnualRule, public: CreditHours, prof: CreditHours
) -> None:
    result = judge(rule, public, prof)
    missing = (result.missing_public, result.missing_professional, result.missing_total)
    assert result.passed is all(each == ZERO for each in missing)


def test_enough_in_total_does_not_make_up_for_too_little_of_one_subject() -> None:
    result = judge(rule_for(2026), CreditHours.of(29), CreditHours.of(100))
    assert (result.passed, str(result.missing_public)) == (False, "1")


def test_a_completing_award_lifts_the_professional_hours_to_the_minimum() -> None:
    result = judge(rule_for(2026), CreditHours.of(30), CreditHours.of(10), completes=True)
    assert (result.label, str(result.professional), str(result.total)) == ("通过", "60", "90")


def test_a_completing_award_never_lowers_the_hours() -> None:
    result = judge(rule_for(2026), CreditHours.of(30), CreditHours(141), completes=True)
    assert str(result.professional) == "70.5"
