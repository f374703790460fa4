"""Identity numbers are checked digit by digit and never shown in full."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import identity
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode

TODAY = date(2026, 11, 20)


def numbered(first_17: str) -> str:
    """A number with its check character."""
    return first_17 + identity.check_digit(first_17)


def refusal(text: str) -> ErrorCode:
    """The code with which a resident's number is refused."""
    with pytest.raises(EntryError) as caught:
        identity.check_resident_number(text, TODAY)
    return caught.value.code


valid_numbers = st.builds(
    lambda day, order: numbered(f"410099{day:%Y%m%d}{order:03}"),
    st.dates(date(1930, 1, 1), date(2008, 12, 31)),
    st.integers(0, 999),
)


@given(valid_numbers)
def test_a_valid_number_is_taken_and_says_birth_date_and_gender(number: str) -> None:
    read = identity.check_resident_number(number, TODAY)
    assert (read.number, f"{read.birth_date:%Y%m%d}", read.region_code) == (number, number[6:14], "410099")


@given(valid_numbers, st.integers(0, 17), st.integers(1, 9))
def test_any_single_wrong_digit_is_caught(number: str, at: int, shift: int) -> None:
    digit = 10 if number[at] == "X" else int(number[at])
    altered = number[:at] + str((digit + shift) % 10) + number[at + 1 :]
    if altered != number:
        with pytest.raises(EntryError):
            identity.check_resident_number(altered, TODAY)


@given(valid_numbers, st.integers(0, 16))
def test_two_swapped_neighbours_are_caught(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        with pytest.raises(EntryError):
            identity.check_resident_number(swapped, TODAY)


def test_a_small_x_and_full_width_digits_are_understood() -> None:
    number = next(n for n in (numbered(f"41009919850307{i:03}") for i in range(999)) if n[-1] == "X")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    assert identity.check_resident_number(f" {wide[:6]} {wide[6:]} ", TODAY).number == number


@pytest.mark.parametrize(("order", "gender"), [("001", "男"), ("002", "女"), ("123", "男"), ("980", "女")])
def test_the_seventeenth_digit_says_the_gender(order: str, gender: str) -> None:
    assert identity.check_resident_number(numbered(f"41009919850307{order}"), TODAY).gender == gender


@pytest.mark.parametrize("text", ["", "41009919850307001", "4100991985030700XX", "[/ 测试]", "4" * 10_000])
def test_a_number_of_another_shape_is_refused(text: str) -> None:
    assert refusal(text) is ErrorCode.BAD_ID_FORMAT


@pytest.mark.parametrize("day", ["19850230", "19851301", "18990101", "19850000", "20261121"])
def test_a_birth_date_that_cannot_be_is_refused(day: str) -> None:
    assert refusal(numbered(f"410099{day}001")) is ErrorCode.BAD_ID_DATE


def test_a_person_born_today_is_taken() -> None:
    assert identity.check_resident_number(numbered(f"410099{TODAY:%Y%m%d}001"), TODAY).birth_date == TODAY


def test_a_person_born_tomorrow_is_refused() -> None:
    assert refusal(numbered(f"410099{TODAY + timedelta(1):%Y%m%d}001")) is ErrorCode.BAD_ID_DATE


def test_an_unknown_province_is_refused() -> None:
    assert refusal(numbered("19009919850307001")) is ErrorCode.BAD_ID_PROVINCE


def test_a_wrong_check_character_is_named_as_such() -> None:
    number = numbered("41009919850307001")
    wrong = "0" if number[-1] != "0" else "1"
    assert refusal(number[:17] + wrong) is ErrorCode.BAD_ID_CHECK_DIGIT


@pytest.mark.parametrize("region", ["500112", "320584", "460400", "810000", "820000", "830000", "911000"])
def test_regions_that_exist_but_stand_in_few_tables_are_taken(region: str) -> None:
    assert identity.check_resident_number(numbered(f"{region}19850307001"), TODAY).region_code == region


@pytest.mark.parametrize(
    ("id_type", "typed", "stored"),
    [
        ("护照", " e12345678 ", "E12345678"),
        ("军官证(士兵证)", "南字第01234567号", "南字第01234567号"),
        ("台湾居民来往大陆通行证", "12345678", "12345678"),
        ("港澳居民来往内地通行证", "h1234567890", "H1234567890"),
    ],
)
def test_other_documents_are_checked_by_their_shape(id_type: str, typed: str, stored: str) -> None:
    assert identity.check_id_number(id_type, typed, TODAY) == stored


@pytest.mark.parametrize("text", ["E1", "E12345678[", "E" * 21])
def test_a_passport_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(EntryError) as caught:
        identity.check_id_number("护照", text, TODAY)
    assert caught.value.at("id_number").text == "护照的号码应为 5 至 20 位，只用字母和数字"


def test_every_kind_of_document_of_the_reference_list_has_a_rule() -> None:
    from core.rules.reference import named_list

    assert tuple(identity.DOCUMENTS) == named_list("id_type")


def test_a_masked_number_hides_the_birth_date() -> None:
    assert identity.mask_id_number("410099198503071234") == "410099********1234"


@given(st.text("0123456789X", min_size=1, max_size=30))
def test_no_masked_number_is_the_whole_number(number: str) -> None:
    masked = identity.mask_id_number(number)
    assert len(masked) == len(number) and masked.count("*") >= min(3, len(number))


def test_an_organisation_code_is_taken_in_small_letters() -> None:
    assert identity.check_uscc("91110000600037341l") == "91110000600037341L"


@pytest.mark.parametrize("text", ["91110000600037341M", "", "123", "[/ 测试]", "\u0661" * 18])
def test_a_bad_organisation_code_is_refused(text: str) -> None:
    with pytest.raises(EntryError) as caught:
        identity.check_uscc(text)
    assert caught.value.code is ErrorCode.BAD_USCC
