"""The persons of an employer (直属账户), as its administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.schema.base import Command


class StaffState(StrEnum):
    """How the account of a person stands (状态)."""

    ACTIVE = "active"
    INITIAL = "initial"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        """As shown."""
        return {"active": "正常", "initial": "待改密码", "disabled": "停用"}[self.value]


class StaffQuery(Command):
    """One page of the caller's own persons. `text` is a name, pinyin, initials or a whole 证件号.

    `department_id` 0 asks for those without a department.
    """

    text: str = ""
    department_id: int | None = None
    state: StaffState | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class StaffKey(Command):
    """One person of the caller's employer."""

    person_id: int


class SwitchStaff(StaffKey):
    """停用 or 启用 (`on`) a person's account, with a reason."""

    on: bool
    reason: str = ""


class MoveStaff(StaffKey):
    """编辑部门: the department, None for no department."""

    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row of 管理直属账户; the number is masked."""

    person_id: int
    name: str
    id_number_masked: str
    department: str
    position: str
    state: StaffState
    department_id: int | None = None

    @property
    def state_label(self) -> str:
        """As shown."""
        return self.state.label

    @property
    def active(self) -> bool:
        """Whether the account lets its person in."""
        return self.state is not StaffState.DISABLED


@dataclass(frozen=True, slots=True)
class StaffView:
    """详细 of one person: (label, text) lines with the number masked."""

    name: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class InitialPassword:
    """重置密码 is done: whose, and how the initial password is made. The password itself is never shown."""

    name: str
    rule: str
