"""Accounts (帐号) that others keep: made, disabled, given a password, roles added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.rules.roles import Role
from core.schema.base import Command


class CreateAccount(Command):
    """An account for an office (by its 机构代码) or for a 系统管理员.

    `login` is the 机构代码 if it is empty. Where the login exists already, the role is added to that account and
    its password stays.
    """

    role: Role
    org_code: str = ""
    login: str = ""
    password: str = ""


class AccountKey(Command):
    """One account."""

    account_id: int


class SwitchAccount(AccountKey):
    """停用 or 启用 (`on`) an account, with a reason that stays in its history."""

    on: bool
    reason: str = ""


class MakeSubAccount(Command):
    """A sub-account (子账户) of the caller's office: its login name, and the name of who works with it."""

    login: str = ""
    name: str = ""


class MakeOperator(Command):
    """A further 系统管理员: the login name, and whose it is."""

    login: str = ""
    name: str = ""


class AddRole(Command):
    """A role for an account that exists (帐号未分配角色), by login name or 证件号; of the office with this 机构代码."""

    login: str = ""
    role: Role = Role.EMPLOYER
    org_code: str = ""


@dataclass(frozen=True, slots=True)
class AccountMade:
    """What came of it. `added` says that the account was there and only got the role."""

    account_id: int
    login: str
    role: Role
    org_name: str
    added: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list. `reason` is why it was disabled; `last_seen` when somebody last worked with it."""

    account_id: int
    login: str
    name: str
    kind_label: str
    chief: bool
    active: bool
    state_label: str
    last_seen: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """An initial password (初始密码), shown this once: it is stored as its hash alone, and holds for one sign-in."""

    account_id: int
    login: str
    name: str
    password: str = field(repr=False)
