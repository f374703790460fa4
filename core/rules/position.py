"""专业技术职务 (P5): the form of the guide (4), in which 系列 with its level and 任职资格 depend on each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.rules.checking import SERIES_GRADES, TITLES, CheckedForm, check_form, in_field_order
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.lists import Lists, shipped

NUMBER_LOW, NUMBER_HIGH = 8, 20
"""Letters and digits of an 电子证书号: the guide's sample has 13 digits, older certificates differ."""

POSITION_FIELDS = (
    FieldSpec(
        "certificate_number",
        "电子证书号",
        max_length=NUMBER_HIGH,
        hint="电子证书为 13 位数字，如 4119010013109",
    ),
    FieldSpec("series", "专业技术职务系列", FieldKind.CHOICE, choices_from=SERIES_GRADES),
    FieldSpec("major", "从事专业", max_length=60),
    FieldSpec("title", "专业技术职务任职资格", FieldKind.CHOICE, choices_from=TITLES, hint="先选系列"),
    FieldSpec("passed_on", "评审通过时间", FieldKind.DATE, past=True, hint="如 2015-04-01"),
    FieldSpec("appointed_on", "聘任日期", FieldKind.DATE, required=False, hint="没有聘任的不用填"),
)


def series_value(series: str, title: str, lists: Lists | None = None) -> str:
    """What stands in 系列 for a title of a series: `党校教师 (正高级)`; empty for what no list has."""
    level = (lists or shipped()).level_of(series, title)
    return f"{series} ({level})" if level else ""


def series_of(value: str) -> str:
    """The series alone, of what stands in 系列."""
    return value.rpartition(" (")[0]


def titles_for(value: str, lists: Lists | None = None) -> tuple[str, ...]:
    """The 任职资格 that go with what stands in 系列: those of its level; none for what is not in the list."""
    series, _, level = value.rpartition(" (")
    listed = (lists or shipped()).titles_of(series)
    return tuple(item.title for item in listed if f"{item.level})" == level)


def check_position(values: Mapping[str, str], today: date, lists: Lists | None = None) -> CheckedForm:
    """Every field, that the title belongs to its series, and that nobody is appointed before the review."""
    checked = check_form(POSITION_FIELDS, values, today, lists=lists)
    clean, errors = dict(checked.clean), list(checked.errors)
    number, series, title = (str(clean.get(key, "")) for key in ("certificate_number", "series", "title"))
    if number:
        plain = number.replace(" ", "").upper()
        clean["certificate_number"] = plain
        if not (NUMBER_LOW <= len(plain) <= NUMBER_HIGH and plain.isascii() and plain.isalnum()):
            params = {"id_type": "电子证书", "low": NUMBER_LOW, "high": NUMBER_HIGH}
            errors.append(FieldError("certificate_number", ErrorCode.BAD_DOCUMENT_NUMBER, params))
    if series and title and title not in titles_for(series, lists):
        errors.append(FieldError("title", ErrorCode.NOT_IN_SERIES, {"series": series}))
    passed, appointed = clean.get("passed_on"), clean.get("appointed_on")
    if isinstance(passed, date) and isinstance(appointed, date) and appointed < passed:
        errors.append(FieldError("appointed_on", ErrorCode.DATE_ORDER))
    return CheckedForm(clean, in_field_order(POSITION_FIELDS, errors))
