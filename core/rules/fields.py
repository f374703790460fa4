"""What a form asks for: one declaration per field, from which screen, check, help and tests are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """How a field is typed, checked and shown."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    DATE = "date"
    INTEGER = "integer"
    HOURS = "hours"
    YEAR = "year"
    PASSWORD = "password"
    ID_NUMBER = "id_number"
    MOBILE = "mobile"
    EMAIL = "email"
    NAME = "name"
    REGION = "region"
    EMPLOYER = "employer"
    DEPARTMENT = "department"
    TICK = "tick"
    ORG_CODE = "org_code"


TICKED = "x"
"""What a ticked box holds; an empty one holds nothing."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One entry of a form.

    `key` is its name in stored values; `label` the words on screen; a choice takes its values from `choices`
    or from the reference list named `choices_from`. `max_length` counts characters, `low` and `high` bound
    integers, `past` refuses dates after today. An `open_list` can't be complete: other words are taken as well.
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    max_length: int = 100
    low: int = 1
    high: int = 9999
    hint: str = ""
    past: bool = False
    default: str = ""
    open_list: bool = False
