"""基础数据管理 (A2): the kinds of lists and rules, their entries, one entry's form, its history, and a change of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.fields import FieldSpec
from core.schema.base import Command


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of entries: how many are in use, how many editions were made, and the last one in words."""

    kind: str
    label: str
    purpose: str
    entries: int
    editions: int
    changed: str


class EntryQuery(Command):
    """One page of the entries of a kind, narrowed by a text (汉字, 拼音, 首字母). `after` is the last row's key."""

    kind: str
    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of a kind as it counts from a year on. `year` is the year it was read for, 0 where none matters;
    `place` orders the rows."""

    kind: str
    entry: str
    year: int
    label: str
    summary: str
    active: bool
    changed: str
    place: int


class EntryKey(Command):
    """An entry of a kind, as a year has it; an empty `entry` is a new one. `edition`: filled with the texts of that
    edition (恢复), 0 with those shipped, None with those in force."""

    kind: str
    entry: str = ""
    year: int | None = None
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """The form of an entry: its fields, what stands in them, and the newest edition of it (`seen`)."""

    kind: str
    kind_label: str
    entry: str
    label: str
    fields: tuple[FieldSpec, ...]
    values: dict[str, str]
    fixed: tuple[str, ...]
    active: bool
    seen: int
    from_year: int | None
    may_edit: bool
    may_retire: bool
    notes: tuple[str, ...]


class SaveEdition(Command):
    """A change of an entry: `values` as typed, or `taken_out`. `seen` is the newest edition that was on screen."""

    kind: str
    entry: str = ""
    values: dict[str, str] = {}
    taken_out: bool = False
    from_year: str = ""
    reason: str = ""
    seen: int = 0


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field before and after, in the words on screen."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class EditionPreview:
    """What a change would do, or has done: the fields that differ, when it begins, and what to think of."""

    kind: str
    entry: str
    label: str
    begins: str
    fields: tuple[ChangedField, ...]
    notes: tuple[str, ...]
    edition: int = 0


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One edition in the history of an entry; number 0 is what was shipped."""

    edition: int
    at: datetime | None
    who: str
    begins: str
    reason: str
    lines: tuple[tuple[str, str], ...]
    taken_out: bool
