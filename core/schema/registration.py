"""Registration of a person (注册) and its review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command
from core.schema.history import DecisionLine


class Register(Command):
    """注册: everything as typed, by field key of core.rules.registration. A pending one answers 已提交.

    `employer_id` and `department_id` come from the popups. With `existing_user` (如果已是本系统用户,请勾选复选框)
    `password` is that of the account that exists, `password_again` may be empty, and `existing_login` is the
    account's login name where that is not the 证件号.
    """

    values: dict[str, str]
    employer_id: int | None = None
    department_id: int | None = None
    existing_user: bool = False
    existing_login: str = ""


class LookUpRegistration(Command):
    """注册审核进度查询: 证件号 and password."""

    id_number: str
    password: str


class WithdrawRegistration(Command):
    """撤回申请: frees the number."""

    registration_id: int
    version: int
    id_number: str
    password: str


class ResubmitRegistration(Command):
    """修改重提: a refused registration, corrected and sent again."""

    registration_id: int
    version: int
    id_number: str
    password: str
    values: dict[str, str]
    employer_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration as its owner or its reviewer sees it. `values` holds what was typed, without passwords.

    For a reviewer's list the number is masked; the detail gives it in full in `values`.
    """

    id: int
    version: int
    state: str
    state_label: str
    name: str
    id_number_masked: str
    employer_id: int
    employer_name: str
    department_name: str
    reviewer: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    values: Mapping[str, str]
    history: tuple[DecisionLine, ...] = ()
