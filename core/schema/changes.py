"""Changes of a person that an office decides: transfer (单位调转), position (专业技术职务), identity (证件信息修改)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceRef, EvidenceView
from core.schema.history import DecisionLine


class ChangeKey(Command):
    """One change in the version that was on screen."""

    change_id: int
    version: int


class SubmitTransfer(FromDraft):
    """提交转出申请: everything as typed, by field key of core.rules.transfer; the ids come from the popups."""

    values: dict[str, str]
    employer_id: int | None = None
    department_id: int | None = None


class SubmitPosition(FromDraft):
    """保存 of 专业技术职务: everything as typed, by field key of core.rules.position, with 证书附件."""

    values: dict[str, str]
    evidence: tuple[EvidenceRef, ...] = ()


class SubmitIdentity(FromDraft):
    """证件信息修改: 姓名 and 证件号 as typed (core.rules.identity_change), both sides of the card, a portrait."""

    values: dict[str, str]
    front: EvidenceRef | None = None
    back: EvidenceRef | None = None
    portrait: EvidenceRef | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A row of a list of changes. `moves` are the moves that the state allows the person.

    `before` and `after` are what the list shows: 原调出单位 and 调入单位, the series and the title, ...
    """

    id: int
    version: int
    before: str
    after: str
    state: str
    state_label: str
    submitted_at: datetime
    decided_at: datetime | None
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Everything of one change (详情): its lines as (label, text), pictures, history, the reason of a refusal."""

    id: int
    version: int
    kind: str
    state: str
    state_label: str
    lines: tuple[tuple[str, str], ...]
    handler: str
    reason: str
    submitted_at: datetime
    decided_at: datetime | None
    evidence: tuple[EvidenceView, ...]
    history: tuple[DecisionLine, ...]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferPage:
    """单位调转: the list, newest first; `blocking` names what must be settled first, a line each."""

    employer: str
    rows: tuple[ChangeRow, ...]
    blocking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PositionPage:
    """专业技术职务: the read-only lines, what stands in the form at first, and 变更记录 newest first.

    `pending` is set while one waits for the employer; `in_force` is the one that counts now.
    """

    fixed: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    evidence: tuple[EvidenceView, ...]
    in_force: ChangeView | None
    pending: ChangeView | None
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """证件信息修改: what holds now, when it may be changed again (None: now), and former changes newest first.

    `faces` says whether faces can be compared here; without it the employer decides.
    """

    name: str
    id_type: str
    id_number: str
    not_before: date | None
    pending: ChangeView | None
    rows: tuple[ChangeRow, ...]
    faces: bool
    employer: str


@dataclass(frozen=True, slots=True)
class IdentityDone:
    """What became of 证件信息修改: done at once, or waiting for the employer; `words` says which and why."""

    view: ChangeView
    completed: bool
    words: str
