"""The columns of a person (专业技术人员) that hold what was typed: plain ones as they are, personal ones sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.store.work import UnitOfWork

PLAIN = ("gender", "ethnic_group", "native_place", "school", "major")
CONTACTS = ("mobile", "email", "phone")
FOUND_BY = ("mobile", "email")
"""Contacts that somebody who forgot the password is found by."""


def plain_columns(values: Mapping[str, str]) -> dict[str, object]:
    """性别, 民族, 籍贯, 毕业院校, 所学专业 and 出生日期, the last as a day."""
    columns: dict[str, object] = {key: values.get(key, "") for key in PLAIN}
    columns["birth_date"] = date.fromisoformat(values["birth_date"]) if values.get("birth_date") else None
    return columns


def contact_columns(work: UnitOfWork, values: Mapping[str, str]) -> dict[str, object]:
    """手机号, 电子邮箱 and 固定电话, sealed; the first two with the digest that finds them."""
    columns: dict[str, object] = {}
    for kind in CONTACTS:
        typed = values.get(kind, "")
        columns[f"{kind}_sealed"] = work.vault.seal(typed) if typed else None
        if kind in FOUND_BY:
            columns[f"{kind}_digest"] = work.vault.digest(kind, typed.casefold()) if typed else None
    return columns
