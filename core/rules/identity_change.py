"""The change of 姓名 or 证件号 (证件信息修改): its fields, what the guide forbids, and what follows from a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from core.rules.changes import IDENTITY_PAUSE_DAYS
from core.rules.checking import CheckedForm, check_form, in_field_order
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.identity import DOCUMENTS, check_resident_number

NAME = FieldSpec("name", "姓名", FieldKind.NAME, max_length=40, hint="姓名、证件号中必须有一项不变")
ID_NUMBER = FieldSpec("id_number", "证件号", FieldKind.ID_NUMBER, max_length=20, hint="修改后即新的登录账号")
IDENTITY_FIELDS = (NAME, ID_NUMBER)


class IdentityPicture(StrEnum):
    """The three pictures that prove it; the value is the field on the form."""

    FRONT = "front"
    BACK = "back"
    PORTRAIT = "portrait"

    @property
    def label(self) -> str:
        """What it is called on screen, and its 附件说明."""
        return _PICTURE_LABELS[self]


_PICTURE_LABELS = {
    IdentityPicture.FRONT: "身份证正面",
    IdentityPicture.BACK: "身份证反面",
    IdentityPicture.PORTRAIT: "本人照片",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is by their document: 姓名 and 证件号."""

    name: str
    id_number: str


def identity_fields(now: Identity) -> tuple[FieldSpec, ...]:
    """The form, filled with what holds now."""
    return replace(NAME, default=now.name), replace(ID_NUMBER, default=now.id_number)


def check_identity(values: Mapping[str, str], id_type: str, now: Identity, today: date) -> CheckedForm:
    """Check the form: exactly one of the two differs from what holds now (操作指南 4).

    IDENTITY_BOTH_CHANGED and IDENTITY_UNCHANGED stand beside both fields.
    """
    checked = check_form(IDENTITY_FIELDS, {**values, "id_type": id_type}, today)
    errors = list(checked.errors)
    if not errors:
        changed = [checked.clean["name"] != now.name, checked.clean["id_number"] != now.id_number]
        if sum(changed) != 1:
            code = ErrorCode.IDENTITY_BOTH_CHANGED if all(changed) else ErrorCode.IDENTITY_UNCHANGED
            errors = [FieldError(spec.key, code) for spec in IDENTITY_FIELDS]
    return CheckedForm(checked.clean, in_field_order(IDENTITY_FIELDS, errors))


def facts_of_number(id_type: str, id_number: str, today: date) -> tuple[str, date] | None:
    """性别 and 出生日期 by the number; None for a document whose number doesn't tell them."""
    rule = DOCUMENTS.get(id_type)
    if rule is None or not rule.resident:
        return None
    try:
        number = check_resident_number(id_number, today)
    except EntryError:
        return None
    return number.gender, number.birth_date


def not_before(last_completed: date) -> date:
    """The first day (in China) on which it may be changed again."""
    return last_completed + timedelta(days=IDENTITY_PAUSE_DAYS)
