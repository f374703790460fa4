"""Accounts made by the operator (帐号)."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class AccountMade:
    """What came of it. `added` says that the account was there and only got the role."""

    account_id: int
    login: str
    role: Role
    org_name: str
    added: bool
