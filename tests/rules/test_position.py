"""专业技术职务: what the form understands, and how 系列 and 任职资格 depend on each other."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules import reference
from core.rules.checking import choices_of
from core.rules.position import (
    POSITION_FIELDS,
    check_position,
    series_of,
    series_value,
    titles_for,
)

TODAY = date(2026, 11, 22)
GUIDE = {
    "certificate_number": "4119010013109",
    "series": "党校教师 (正高级)",
    "major": "政治",
    "title": "教授",
    "passed_on": "2015-04-01",
}


def errors(**changes: str) -> dict[str, str]:
    """The refusals of the guide's form with some entries changed."""
    checked = check_position(GUIDE | changes, TODAY)
    return {error.field: error.code.name for error in checked.errors}


def test_the_form_of_the_guide_is_understood_as_it_stands() -> None:
    checked = check_position(GUIDE, TODAY)
    assert (checked.errors, checked.clean["passed_on"]) == ((), date(2015, 4, 1))


def test_all_but_the_day_of_appointment_must_be_filled_in() -> None:
    checked = check_position({}, TODAY)
    wanted = ["certificate_number", "series", "major", "title", "passed_on"]
    assert [(error.field, error.code.name) for error in checked.errors] == [
        (field, "REQUIRED") for field in wanted
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("4119010013109", "4119010013109"),
        ("豫12345678", None),
        ("b 0041 9012", "B00419012"),
        ("1234567", None),
    ],
)
def test_the_number_is_eight_to_twenty_letters_or_digits(typed: str, kept: str | None) -> None:
    checked = check_position(GUIDE | {"certificate_number": typed}, TODAY)
    found = checked.clean["certificate_number"] if checked.ok else None
    assert found == kept


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "工程师"}, {"title": "NOT_IN_SERIES"}),
        ({"title": "讲师"}, {"title": "NOT_IN_SERIES"}),
        ({"title": "大师"}, {"title": "NOT_IN_LIST"}),
        ({"series": "党校教师"}, {"series": "NOT_IN_LIST"}),
        ({"passed_on": "2026-11-23"}, {"passed_on": "FUTURE_DATE"}),
        ({"appointed_on": "2015-03-31"}, {"appointed_on": "DATE_ORDER"}),
        ({"appointed_on": "2015-04-01"}, {}),
        ({"appointed_on": "2027-01-01"}, {}),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    changes: dict[str, str], expected: dict[str, str]
) -> None:
    assert errors(**changes) == expected


def test_every_title_is_offered_under_its_series_and_level_and_nowhere_else() -> None:
    series = next(spec for spec in POSITION_FIELDS if spec.key == "series")
    offered = {(value, title) for value in choices_of(series) for title in titles_for(value)}
    assert offered == {(f"{each.series} ({each.level})", each.title) for each in reference.titles()}


def test_nothing_is_offered_under_a_series_that_no_list_has() -> None:
    assert (titles_for("炼金术士 (正高级)"), titles_for(""), titles_for("党校教师")) == ((), (), ())


def test_series_and_level_are_told_apart_again() -> None:
    value = series_value("党校教师", "讲师")
    assert (value, series_of(value), series_value("党校教师", "工程师")) == (
        "党校教师 (中级)",
        "党校教师",
        "",
    )
