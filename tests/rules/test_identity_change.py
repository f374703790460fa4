"""证件信息修改 by its rules: one of the two stays, and what a new number says of its owner."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.errors import ErrorCode
from core.rules.identity import RESIDENT_CARD, check_digit
from core.rules.identity_change import (
    Identity,
    IdentityPicture,
    check_identity,
    facts_of_number,
    identity_fields,
    not_before,
)

TODAY = date(2026, 11, 20)


def number(first_17: str) -> str:
    return first_17 + check_digit(first_17)


HIS, HERS = number("41009919850307111"), number("41009919900615222")
NOW = Identity("张三", HIS)


def codes(name: str, id_number: str) -> set[ErrorCode]:
    checked = check_identity({"name": name, "id_number": id_number}, RESIDENT_CARD, NOW, TODAY)
    return {error.code for error in checked.errors}


@given(st.booleans(), st.booleans())
def test_one_of_the_two_is_changed_and_the_other_is_not(new_name: bool, new_number: bool) -> None:
    found = codes("张珊" if new_name else "张三", HERS if new_number else HIS)
    expected = {
        (False, False): {ErrorCode.IDENTITY_UNCHANGED},
        (True, True): {ErrorCode.IDENTITY_BOTH_CHANGED},
    }
    assert found == expected.get((new_name, new_number), set())


def test_the_same_number_typed_otherwise_is_the_same_number() -> None:
    wide = HIS.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789X"})
    assert codes("张三", f" {wide} ") == {ErrorCode.IDENTITY_UNCHANGED}


def test_what_can_not_be_read_is_told_before_what_is_forbidden() -> None:
    assert codes("张珊", HERS[:-1] + ("0" if HERS[-1] != "0" else "1")) == {ErrorCode.BAD_ID_CHECK_DIGIT}


def test_the_form_begins_with_what_holds_now() -> None:
    assert [spec.default for spec in identity_fields(NOW)] == ["张三", HIS]


@pytest.mark.parametrize(
    ("id_type", "typed", "facts"),
    [
        (RESIDENT_CARD, HERS, ("女", date(1990, 6, 15))),
        ("港澳居民居住证", number("81000019900615333"), ("男", date(1990, 6, 15))),
        ("护照", "E12345678", None),
        (RESIDENT_CARD, "410099", None),
        ("学生证", HERS, None),
    ],
)
def test_sex_and_day_of_birth_are_read_from_a_residents_number_only(
    id_type: str, typed: str, facts: tuple[str, date] | None
) -> None:
    assert facts_of_number(id_type, typed, TODAY) == facts


def test_thirty_days_have_to_go_by() -> None:
    assert not_before(date(2026, 11, 20)) == date(2026, 12, 20)


def test_the_pictures_are_called_as_in_the_guide() -> None:
    assert [each.label for each in IdentityPicture] == ["身份证正面", "身份证反面", "本人照片"]
