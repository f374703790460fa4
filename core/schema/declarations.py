"""Declarations (学时申报): commands of the person, the progress page and the detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.rules.hours import CreditHours
from core.rules.rulebook import Rulebook
from core.schema.base import Command, FromDraft
from core.schema.history import DecisionLine


class EvidenceRef(Command):
    """A stored picture attached to a declaration, with its 附件说明."""

    sha256: str
    file_name: str
    caption: str = ""


class SaveDeclaration(FromDraft):
    """保存暂不提交 and 提交申报 alike: `values` as typed, by field key. `declaration_id` None makes a new one."""

    declaration_id: int | None = None
    version: int = 0
    form: str
    values: dict[str, str]
    evidence: tuple[EvidenceRef, ...] = ()


class DeclarationKey(Command):
    """One declaration in the version that was on screen."""

    declaration_id: int
    version: int


class ProgressTab(StrEnum):
    """The tabs of 申报进度查询."""

    ALL = "all"
    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The words on the tab."""
        return {
            "all": "全部",
            "draft": "待提交",
            "pending": "待审核",
            "approved": "审核通过",
            "rejected": "审核不通过",
        }[self.value]


class ProgressQuery(Command):
    """One page of 申报进度查询, narrowed by whatever is given.

    `words` stand in the name of what was learnt; `learnt_from` and `learnt_until` are days that the learning
    touches; `by_provider` parts 施教机构申报进度 (True) from 学时申报进度 (False), None is both.
    """

    tab: ProgressTab = ProgressTab.ALL
    from_year: int | None = None
    to_year: int | None = None
    subject: str | None = None
    form: str | None = None
    words: str = ""
    learnt_from: date | None = None
    learnt_until: date | None = None
    by_provider: bool | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A row of 申报进度查询. `moves` are the keys of core.rules.workflow moves that the state allows the person.

    `reason` is why it was refused or sent back; `origin_id` is the refused one that this is 重新申报 of, and
    `again_id` the newest 重新申报 of this one; `source_label` is 申报来源.
    """

    id: int
    version: int
    year: int
    subject: str
    form_name: str
    title: str
    claimed: CreditHours
    recognised: CreditHours | None
    handler: str
    status: str
    status_label: str
    waiting_days: int | None
    moves: tuple[str, ...]
    reason: str = ""
    origin_id: int | None = None
    again_id: int | None = None
    source_label: str = ""


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """Rows and the count of each tab."""

    rows: tuple[ProgressRow, ...]
    counts: Mapping[ProgressTab, int]
    after: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """附件 as listed: name, size in bytes, pixels, caption."""

    sha256: str
    file_name: str
    caption: str
    size: int
    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """Everything of one declaration (详细). `values` are the stored entries as text, by field key.

    `origin_id` is the refused one that this is 重新申报 of, `origin_reason` why that was refused; `again_id` is
    the newest 重新申报 of this one; `source_label` is 申报来源; `rule` are the words and numbers of the rule that it
    goes by, as (label, text).
    """

    id: int
    version: int
    person_name: str
    year: int
    subject: str
    form: str
    form_name: str
    title: str
    values: Mapping[str, str]
    note: str
    claimed: CreditHours
    recognised: CreditHours | None
    status: str
    status_label: str
    handler: str
    submitted_at: datetime | None
    evidence: tuple[EvidenceView, ...]
    history: tuple[DecisionLine, ...]
    reason: str
    origin_id: int | None
    moves: tuple[str, ...]
    chain: tuple[str, ...]
    origin_reason: str = ""
    again_id: int | None = None
    source_label: str = ""
    rule: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeclarationContext:
    """What the form needs before it is filled in: the years that are open, the reviewers' names in turn,
    how many hours of each capped form are used up this year (form key -> hours), and the rules in force."""

    open_years: tuple[int, ...]
    default_year: int
    chain: tuple[str, ...]
    used: Mapping[str, CreditHours]
    closes_on: str
    rules: Rulebook


class AddEvidence(Command):
    """A file chosen in the browser: its path on this machine. Checked by content, stored once by SHA-256."""

    path: str


class AddArchive(Command):
    """A file as a person picked it: a .zip of pictures, or a single picture. `room`: how many more may be added."""

    path: str
    room: int


@dataclass(frozen=True, slots=True)
class ArchiveTaken:
    """What came out of an archive; `skipped` names what was left out, each with the reason in brackets."""

    pictures: tuple[EvidenceView, ...]
    skipped: tuple[str, ...] = ()


class Holder(StrEnum):
    """What a picture is attached to."""

    DECLARATION = "declaration"
    POSITION = "position"
    IDENTITY = "identity"
    RECORD = "record"
    ACTIVITY = "activity"
    PLAN = "plan"
    EXEMPTION = "exemption"


class EvidenceKey(Command):
    """One picture, asked for by its SHA-256 through what holds it (`object_id` None: just uploaded by me)."""

    sha256: str
    object_id: int | None = None
    holder: Holder = Holder.DECLARATION


class EvidenceCells(EvidenceKey):
    """A picture as half-block cells: `cols` x `rows` cells, `zoom` >= 1, panned to `x`, `y` (0..1)."""

    cols: int
    rows: int
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5


Rgb = tuple[int, int, int]
CellRows = tuple[tuple[tuple[Rgb, Rgb], ...], ...]
