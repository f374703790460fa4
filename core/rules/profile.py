"""基本信息 (P2): what a person may change of it alone; 姓名, 证件号 and 所在单位 have procedures of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.rules.checking import CheckedForm, check_form
from core.rules.fields import FieldSpec
from core.rules.identity import RESIDENT_CARD
from core.rules.lists import Lists
from core.rules.registration import REGISTRATION_FIELDS

_BY_NUMBER = ("gender", "birth_date")
"""What a resident's number says already (公民身份号码)."""
_CHANGED_HERE = (
    *_BY_NUMBER,
    "ethnic_group",
    "native_place",
    "school",
    "major",
    "mobile",
    "email",
    "phone",
    "department",
)
_SPECS = {spec.key: spec for spec in REGISTRATION_FIELDS}
PROFILE_FIELDS: tuple[FieldSpec, ...] = tuple(_SPECS[key] for key in _CHANGED_HERE)


def profile_fields(id_type: str) -> tuple[FieldSpec, ...]:
    """The fields that a person with this 证件类型 may change: of a resident the number fixes 性别 and 出生日期."""
    if id_type != RESIDENT_CARD:
        return PROFILE_FIELDS
    return tuple(spec for spec in PROFILE_FIELDS if spec.key not in _BY_NUMBER)


def check_profile(
    id_type: str, values: Mapping[str, str], today: date, lists: Lists | None = None
) -> CheckedForm:
    """All fields at once; what is not the person's to change is not looked at."""
    return check_form(profile_fields(id_type), values, today, lists=lists)
