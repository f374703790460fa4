"""What a person lists of their own (操作指南 4): 学历及学位情况, 职(执)业资格, 学术技术称号, each declared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from core.rules.checking import (
    HONOURS,
    MAJORS,
    QUALIFICATIONS,
    CheckedForm,
    check_form,
    in_field_order,
)
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.lists import Lists, shipped

MOST_RECORDS = 50
"""Entries in one list of a person: far more than anybody has."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One of the lists. `name` is what one entry is called, `title_field` what names it in a sentence.

    `columns` are the fields that the list shows, `unique` those that no two entries have in common,
    `period` the fields of which the second can't be earlier than the first. `hint` says what to attach,
    `levels` gives the 级别 that goes with an entry of its list.
    """

    key: str
    title: str
    name: str
    fields: tuple[FieldSpec, ...]
    columns: tuple[str, ...]
    title_field: str
    unique: tuple[str, ...]
    period: tuple[str, str] | None
    hint: str
    levels: Callable[[Lists], Mapping[str, str]] = lambda lists: {}

    def label(self, key: str) -> str:
        """The words of a field on screen. Raises KeyError."""
        return {spec.key: spec.label for spec in self.fields}[key]


def _picked(key: str, label: str, source: str, *, required: bool = True) -> FieldSpec:
    return FieldSpec(key, label, FieldKind.CHOICE, required=required, choices_from=source)


def _day(key: str, label: str, *, required: bool = True, past: bool = True, hint: str = "") -> FieldSpec:
    return FieldSpec(key, label, FieldKind.DATE, required=required, past=past, hint=hint or "如 2010-07-01")


def _levels_of_honours(lists: Lists) -> Mapping[str, str]:
    return {each.honour: each.level for each in lists.honours()}


_EDUCATION = RecordKind(
    "education",
    "学历及学位情况",
    "学历",
    (
        _picked("education", "学历", "education"),
        _picked("degree", "学位", "degree", required=False),
        FieldSpec("school", "毕业院校", max_length=60),
        FieldSpec("major", "所学专业", FieldKind.CHOICE, choices_from=MAJORS, open_list=True, max_length=60),
        _day("enrolled_on", "入学时间", required=False),
        _day("graduated_on", "毕业时间"),
        FieldSpec("certificate", "证书编号", max_length=40),
        _picked("study_mode", "学习形式", "study_mode"),
    ),
    ("education", "degree", "school", "major", "graduated_on"),
    "school",
    ("certificate",),
    ("enrolled_on", "graduated_on"),
    "毕业证书、学位证书",
)
_QUALIFICATION = RecordKind(
    "qualification",
    "职(执)业资格",
    "资格",
    (
        FieldSpec(
            "qualification",
            "资格名称",
            FieldKind.CHOICE,
            choices_from=QUALIFICATIONS,
            open_list=True,
            max_length=60,
        ),
        FieldSpec("level", "级别", required=False, max_length=20),
        FieldSpec("speciality", "专业", required=False, max_length=40),
        _day("obtained_on", "取得时间"),
        FieldSpec("certificate", "证书编号", max_length=40),
        FieldSpec("issuer", "发证机关", max_length=60),
        _day("valid_until", "有效期", required=False, past=False, hint="长期有效的不填"),
    ),
    ("qualification", "level", "obtained_on", "certificate", "valid_until"),
    "qualification",
    ("qualification", "certificate"),
    ("obtained_on", "valid_until"),
    "资格证书",
)
_HONOUR = RecordKind(
    "honour",
    "学术技术称号",
    "称号",
    (
        FieldSpec(
            "honour", "称号名称", FieldKind.CHOICE, choices_from=HONOURS, open_list=True, max_length=60
        ),
        FieldSpec("level", "级别", FieldKind.CHOICE, choices=("国家级", "省级", "市级", "其他")),
        _day("granted_on", "授予时间"),
        FieldSpec("grantor", "授予机关", max_length=60),
        FieldSpec("document", "文号", required=False, max_length=40),
    ),
    ("honour", "level", "granted_on", "grantor"),
    "honour",
    ("honour", "granted_on"),
    None,
    "证书或文件",
    _levels_of_honours,
)
RECORD_KINDS: Mapping[str, RecordKind] = {kind.key: kind for kind in (_EDUCATION, _QUALIFICATION, _HONOUR)}


def check_record(
    kind: RecordKind, values: Mapping[str, str], today: date, lists: Lists | None = None
) -> CheckedForm:
    """Every field at once, the order of the dates, and that a listed 称号 has the 级别 of the list."""
    checked = check_form(kind.fields, values, today, lists=lists)
    errors = list(checked.errors)
    if kind.period is not None:
        first, last = (checked.clean.get(key) for key in kind.period)
        if isinstance(first, date) and isinstance(last, date) and last < first:
            errors.append(FieldError(kind.period[1], ErrorCode.DATE_ORDER))
    listed = implied_level(kind, values, lists)
    if "level" in checked.clean and listed and checked.clean["level"] != listed:
        about = {"label": kind.label(kind.title_field)}
        errors.append(FieldError("level", ErrorCode.MISMATCH_WITH_LIST, about))
    return CheckedForm(checked.clean, in_field_order(kind.fields, errors))


def implied_level(kind: RecordKind, values: Mapping[str, str], lists: Lists | None = None) -> str:
    """The 级别 that goes with what was picked from the list; empty for what the list doesn't hold."""
    return kind.levels(lists or shipped()).get(values.get(kind.title_field, "").strip(), "")
