"""A form is checked as a whole, and the registration's own cross checks."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules.checking import check_form, choices_of
from core.rules.errors import ErrorCode
from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours import CreditHours
from core.rules.identity import check_digit, check_resident_number
from core.rules.registration import (
    ACCOUNT_FIELDS,
    PERSON_FIELDS,
    REGISTRATION_FIELDS,
    check_registration,
    fill_from_number,
)

TODAY = date(2026, 11, 20)
NUMBER = "41009919850307001" + check_digit("41009919850307001")
PERSON = {
    "id_type": "身份证",
    "id_number": NUMBER,
    "password": "hunan2026x",
    "password_again": "hunan2026x",
    "mobile": "19900001234",
    "email": "zhangsan@example.cn",
    "region": "410099",
    "employer": "17",
    "name": "张三",
    "gender": "男",
    "birth_date": "1985-3-7",
    "ethnic_group": "汉族",
}


def codes(values: dict[str, str]) -> list[tuple[str, ErrorCode]]:
    """The refusals of a registration in their order."""
    return [(error.field, error.code) for error in check_registration(values, TODAY).errors]


def test_a_right_registration_is_understood_by_kind() -> None:
    checked = check_registration(PERSON, TODAY)
    assert checked.ok
    assert checked.clean["birth_date"] == date(1985, 3, 7)
    assert checked.clean["employer"] == 17
    assert "phone" not in checked.clean


@pytest.mark.parametrize(
    "spec", [spec for spec in REGISTRATION_FIELDS if spec.required], ids=lambda spec: spec.key
)
def test_each_required_entry_that_is_missing_gives_exactly_that_refusal(spec: FieldSpec) -> None:
    assert codes({**PERSON, spec.key: " "}) == [(spec.key, ErrorCode.REQUIRED)]


@pytest.mark.parametrize(
    ("key", "typed", "code"),
    [
        ("id_type", "图书证", ErrorCode.NOT_IN_LIST),
        ("id_number", "4100991985030700", ErrorCode.BAD_ID_FORMAT),
        ("password_again", "hunan2026y", ErrorCode.PASSWORDS_DIFFER),
        ("mobile", "0371", ErrorCode.BAD_MOBILE),
        ("email", "zhangsan", ErrorCode.BAD_EMAIL),
        ("phone", "1" * 21, ErrorCode.TOO_LONG),
        ("region", "河南", ErrorCode.NOT_IN_LIST),
        ("region", "999999", ErrorCode.NOT_IN_LIST),
        ("employer", "某单位", ErrorCode.NOT_IN_LIST),
        ("name", "张三（二）", ErrorCode.BAD_NAME),
        ("gender", "女", ErrorCode.MISMATCH_WITH_ID),
        ("birth_date", "1985-03-08", ErrorCode.MISMATCH_WITH_ID),
        ("birth_date", "2026-11-21", ErrorCode.FUTURE_DATE),
        ("ethnic_group", "汉", ErrorCode.NOT_IN_LIST),
        ("school", "a\x00b", ErrorCode.CONTROL_CHARACTERS),
        ("native_place", "河" * 10_000, ErrorCode.TOO_LONG),
        ("major", "炼金术", ErrorCode.NOT_IN_LIST),
    ],
)
def test_each_bad_entry_is_refused_beside_its_field(key: str, typed: str, code: ErrorCode) -> None:
    assert codes({**PERSON, key: typed}) == [(key, code)]


def test_all_refusals_come_at_once_in_the_order_of_the_fields() -> None:
    required = [spec.key for spec in REGISTRATION_FIELDS if spec.required]
    assert [field for field, _ in codes({})] == required


def test_a_mismatch_names_what_the_number_says() -> None:
    error = check_registration({**PERSON, "gender": "女"}, TODAY).errors[0]
    assert error.text == "与身份证号不一致（号码中是 男）"


def test_another_document_asks_for_no_agreement() -> None:
    assert codes({**PERSON, "id_type": "护照", "id_number": "E12345678", "gender": "女"}) == []


def test_the_number_fills_in_gender_and_birth_date() -> None:
    filled = fill_from_number(check_resident_number(NUMBER, TODAY))
    assert filled == {"gender": "男", "birth_date": "1985-03-07"}


def test_brackets_in_free_text_stay_as_typed() -> None:
    assert check_registration({**PERSON, "school": "[/ 测试]"}, TODAY).clean["school"] == "[/ 测试]"


def test_the_labels_are_those_of_the_guide() -> None:
    assert [spec.label for spec in ACCOUNT_FIELDS if spec.required] == [
        "证件类型", "证件号", "密码", "确认密码", "手机号", "电子邮箱",
    ]  # fmt: skip
    assert [spec.label for spec in PERSON_FIELDS if spec.required] == [
        "用人单位所属区域", "所在单位", "姓名", "性别", "出生日期", "民族",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "spec", [s for s in REGISTRATION_FIELDS if s.kind is FieldKind.CHOICE], ids=lambda s: s.key
)
def test_every_choice_offers_something_and_nothing_twice(spec: FieldSpec) -> None:
    offered = choices_of(spec)
    assert offered and len(set(offered)) == len(offered)


def test_a_draft_may_miss_entries_but_not_be_unreadable() -> None:
    specs = (FieldSpec("day", "日期", FieldKind.DATE), FieldSpec("title", "题名"))
    assert check_form(specs, {}, TODAY, complete=False).ok
    assert [e.code for e in check_form(specs, {"day": "明天"}, TODAY, complete=False).errors] == [
        ErrorCode.BAD_DATE
    ]


@pytest.mark.parametrize("typed", ["0", "0.0", "1000"])
def test_hours_of_nothing_and_beyond_measure_are_refused(typed: str) -> None:
    spec = FieldSpec("claimed_hours", "申请学时", FieldKind.HOURS, high=999)
    assert check_form((spec,), {"claimed_hours": typed}, TODAY).errors[0].code is ErrorCode.OUT_OF_RANGE


def test_half_an_hour_is_the_least() -> None:
    spec = FieldSpec("claimed_hours", "申请学时", FieldKind.HOURS, high=999)
    assert check_form((spec,), {"claimed_hours": "0.5"}, TODAY).clean["claimed_hours"] == CreditHours(1)
