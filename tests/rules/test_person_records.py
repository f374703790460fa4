"""What each of a person's lists asks for, and when an entry of it is refused."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules.checking import choices_of
from core.rules.fields import FieldKind
from core.rules.person_records import RECORD_KINDS, check_record, implied_level
from tests.rules.record_samples import SAMPLES

TODAY = date(2026, 11, 22)


def wrong(kind: str, **changed: str) -> dict[str, str]:
    checked = check_record(RECORD_KINDS[kind], {**SAMPLES[kind], **changed}, TODAY)
    return {error.field: error.code.name for error in checked.errors}


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_complete_entry_is_right(kind: str) -> None:
    assert wrong(kind) == {}


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_an_empty_form_misses_just_the_fields_with_a_star(kind: str) -> None:
    checked = check_record(RECORD_KINDS[kind], {}, TODAY)
    required = [spec.key for spec in RECORD_KINDS[kind].fields if spec.required]
    assert [error.field for error in checked.errors] == required


@pytest.mark.parametrize("kind", RECORD_KINDS.values(), ids=lambda kind: kind.key)
def test_what_a_list_shows_and_compares_are_fields_of_it(kind: object) -> None:
    assert hasattr(kind, "fields")
    known = {spec.key for spec in kind.fields}
    named = {*kind.columns, kind.title_field, *kind.unique, *(kind.period or ())}  # type: ignore[attr-defined]
    assert named <= known


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_every_picked_field_offers_something(kind: str) -> None:
    picked = [spec for spec in RECORD_KINDS[kind].fields if spec.kind is FieldKind.CHOICE]
    assert all(choices_of(spec) for spec in picked)


def test_words_outside_a_list_that_cannot_be_complete_are_taken() -> None:
    assert wrong("education", major="数学与应用数学（师范）") == {}


def test_words_outside_a_closed_list_are_refused() -> None:
    assert wrong("education", education="幼儿园", study_mode="函授班") == {
        "education": "NOT_IN_LIST",
        "study_mode": "NOT_IN_LIST",
    }


def test_nobody_graduates_before_entering() -> None:
    assert wrong("education", enrolled_on="2008-09-01") == {"graduated_on": "DATE_ORDER"}


def test_a_qualification_does_not_end_before_it_was_obtained() -> None:
    assert wrong("qualification", valid_until="2007-09-30") == {"valid_until": "DATE_ORDER"}


@pytest.mark.parametrize(
    ("kind", "key"),
    [("education", "graduated_on"), ("qualification", "obtained_on"), ("honour", "granted_on")],
)
def test_what_was_given_was_given_by_today(kind: str, key: str) -> None:
    assert wrong(kind, **{key: "2026-11-23"})[key] == "FUTURE_DATE"


def test_a_qualification_may_run_into_the_future() -> None:
    assert wrong("qualification", valid_until="2040-01-01") == {}


def test_a_listed_honour_has_the_level_of_the_list() -> None:
    assert wrong("honour", level="国家级") == {"level": "MISMATCH_WITH_LIST"}


def test_an_honour_that_is_not_listed_has_any_level() -> None:
    assert wrong("honour", honour="汝阳县优秀教师", level="其他") == {}


def test_the_level_of_a_listed_honour_is_known() -> None:
    assert (implied_level(RECORD_KINDS["honour"], {"honour": "全国模范教师"}), "国家级") == (
        "国家级",
        "国家级",
    )


def test_full_width_digits_of_a_date_are_read() -> None:
    assert wrong("honour", granted_on="２０２０年９月１０日") == {}
