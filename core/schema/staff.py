"""The persons of an employer (直属账户), as its administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass

from core.schema.base import Command


class StaffQuery(Command):
    """One page of the caller's own persons. `text` is a name, pinyin, initials or a whole 证件号."""

    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class StaffKey(Command):
    """One person of the caller's employer."""

    person_id: int


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row of 管理直属账户; the number is masked."""

    person_id: int
    name: str
    id_number_masked: str
    department: str
    position: str
    state_label: str


@dataclass(frozen=True, slots=True)
class InitialPassword:
    """重置密码 is done: whose, and how the initial password is made. The password itself is never shown."""

    name: str
    rule: str
