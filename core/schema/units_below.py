"""管理账户: the offices below an authority or a bureau, and the accounts that they are given from above."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import OrgKind
from core.schema.accounts import AccountRow
from core.schema.base import Command


class UnitsBelow(Command):
    """One page of them. `text` is a part of the name, pinyin, initials or the beginning of a 机构代码.

    `active` None asks for those in use and for disabled ones.
    """

    text: str = ""
    kind: OrgKind | None = None
    active: bool | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class UnitKey(Command):
    """One office below."""

    org_id: int


class SwitchUnit(UnitKey):
    """停用 or 启用 (`on`) an office, with a reason that stays in its history."""

    on: bool
    reason: str = ""


class MakeUnitAccount(UnitKey):
    """The first account of an office that has none; `login` is its 机构代码 where it is empty."""

    login: str = ""


class ResetUnitAccount(UnitKey):
    """重置密码 of an account of an office below."""

    account_id: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A row of 管理账户."""

    org_id: int
    name: str
    kind_label: str
    code: str
    region_name: str
    active: bool
    state_label: str
    accounts: int


@dataclass(frozen=True, slots=True)
class UnitView:
    """详细 of an office below: (label, text) lines, and its accounts."""

    org_id: int
    name: str
    active: bool
    lines: tuple[tuple[str, str], ...]
    accounts: tuple[AccountRow, ...]
    waiting: int
    """What waits for it to be reviewed: nobody else can do that while it is disabled."""
