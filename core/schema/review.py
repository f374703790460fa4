"""The review desk (审核台): queue, item, decision, for declarations and registrations alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.rules.hours import CreditHours
from core.schema.base import Command
from core.schema.declarations import EvidenceView
from core.schema.history import DecisionLine


class Subject(StrEnum):
    """What a queue holds."""

    DECLARATION = "declaration"
    REGISTRATION = "registration"
    TRANSFER = "transfer"
    POSITION = "position"
    IDENTITY = "identity"
    OFFICE = "office"
    OFFICE_CHANGE = "office_change"
    PLAN = "plan"
    CLASS_REPORT = "class_report"


class Bucket(StrEnum):
    """The buckets of a queue (超期, 退回后重报, 普通, 有疑点)."""

    ALL = "all"
    OVERDUE = "overdue"
    RETURNED = "returned"
    PLAIN = "plain"
    FLAGGED = "flagged"

    @property
    def label(self) -> str:
        """The words on screen."""
        return {
            "all": "全部",
            "overdue": "超期",
            "returned": "退回后重报",
            "plain": "普通",
            "flagged": "有疑点",
        }[self.value]


class QueueQuery(Command):
    """One page of the caller's own queue, oldest first. `text` filters by the person's name or pinyin."""

    subject: Subject = Subject.DECLARATION
    bucket: Bucket = Bucket.ALL
    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row of a queue; what a kind of subject has not, it leaves out."""

    id: int
    version: int
    person_name: str
    form_name: str
    waiting_days: int
    year: int | None = None
    claimed: CreditHours | None = None
    flagged: bool = False
    returned: bool = False
    urged: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows, how many wait in all (capped at 10,000) and in each bucket (capped at 999)."""

    rows: tuple[QueueRow, ...]
    waiting: int
    counts: Mapping[Bucket, int]
    after: tuple[int | str, ...] | None = None


class ItemKey(Command):
    """One item of a queue. Without `look` it is only fetched ahead: nobody is told that the caller has it open."""

    subject: Subject = Subject.DECLARATION
    id: int
    look: bool = True


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """疑点: a sentence, and the other record to jump to."""

    text: str
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Everything the reviewer needs: the form's lines as (label, text), the rule's own calculation, the person's
    year, evidence, doubts, history, and who else is looking at it. `version` binds the decision.

    `proposed` is what stands in 认定学时 at first: what the level before gave, else the claim. `decidable` is
    false for an item that is only looked at; `no_return` says why there is no 退回修改 for it; `rule_words` is the
    clause it goes by, and which edition of the rules."""

    subject: Subject
    id: int
    version: int
    person_name: str
    heading: str
    lines: tuple[tuple[str, str], ...]
    claimed: CreditHours | None
    rule_check: str
    year_line: str
    evidence: tuple[EvidenceView, ...]
    doubts: tuple[DoubtLine, ...]
    history: tuple[DecisionLine, ...]
    viewers: tuple[str, ...]
    waiting_days: int
    submitted_at: datetime
    note: str = ""
    proposed: CreditHours | None = None
    decidable: bool = True
    no_return: str = ""
    rule_words: str = ""


class Verdict(StrEnum):
    """What a reviewer may say (通过, 不通过, 退回修改)."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"


class Decide(Command):
    """One verdict on one item in the version that was on screen. `recognised` None means the claim as it is."""

    subject: Subject = Subject.DECLARATION
    id: int
    version: int
    verdict: Verdict
    recognised: str | None = None
    opinion: str = ""


class DecideMany(Command):
    """批量: the same verdict on many items, each with its version. Flagged ones are left out and named."""

    subject: Subject = Subject.DECLARATION
    items: tuple[tuple[int, int], ...]
    verdict: Verdict = Verdict.APPROVE
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decision did. `next_handler` says where it went ("" when it ended here)."""

    id: int
    version: int
    person_name: str
    status_label: str
    next_handler: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did, and what was left out with the reason: (id, name, reason)."""

    decided: tuple[Decided, ...]
    left_out: tuple[tuple[int, str, str], ...] = field(default=())


class UndoDecision(Command):
    """收回: takes back the caller's own decision while the next level has not acted."""

    subject: Subject = Subject.DECLARATION
    id: int
    version: int
