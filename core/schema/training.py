"""Plans (培训计划), classes (培训班), their students (学员) and what a base has given (综合查询)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.rules.errors import FieldError
from core.rules.hours import CreditHours
from core.rules.training import PlanKind
from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceRef, EvidenceView
from core.schema.history import DecisionLine

# ------------------------------------------------------------------------------------------- plans


class PlanQuery(Command):
    """One page of the caller's plans, newest first. `text` is found in the name."""

    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in a list. `allowed` is what a student may earn, None while it isn't filed."""

    id: int
    version: int
    title: str
    year: int
    subject: str
    started_on: date | None
    ended_on: date | None
    planned: CreditHours
    allowed: CreditHours | None
    people: int
    state: str
    state_label: str
    moves: tuple[str, ...]
    reason: str = ""


class SavePlan(FromDraft):
    """A plan as typed; a row of the 课程表 has `course`, `teacher` and `hours`. Without an id it is a new one."""

    plan_id: int | None = None
    version: int = 0
    values: Mapping[str, str]
    courses: tuple[Mapping[str, str], ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()


class PlanKey(Command):
    """A plan in the version that was on screen."""

    plan_id: int
    version: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything of a plan: the form's values as text, its 课程表 and 培训通知, and what can be done with it."""

    id: int
    version: int
    kind: PlanKind
    title: str
    org_name: str
    values: Mapping[str, str]
    courses: tuple[Mapping[str, str], ...]
    lines: tuple[tuple[str, str], ...]
    allowed: CreditHours | None
    state: str
    state_label: str
    handler: str
    reason: str
    evidence: tuple[EvidenceView, ...]
    history: tuple[DecisionLine, ...]
    moves: tuple[str, ...]


class FiledQuery(Command):
    """备案 plans and classes to choose from in a declaration: of a kind and a year, found by a text."""

    kind: PlanKind
    year: int | None = None
    text: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class FiledRow:
    """A plan (行业培训) or a class (岗位培训(基地)) that was filed, with the office it belongs to."""

    name: str
    org_name: str
    plan_title: str
    started_on: date | None
    ended_on: date | None
    allowed: CreditHours


# ----------------------------------------------------------------------------------------- classes


class ClassQuery(Command):
    """One page of the caller's classes, newest first; of one plan, or whose name holds `text`."""

    plan_id: int | None = None
    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class in a list."""

    id: int
    version: int
    name: str
    place: str
    plan_title: str
    year: int
    started_on: date
    ended_on: date
    people: int
    allowed: CreditHours
    state: str
    state_label: str
    moves: tuple[str, ...]
    reason: str = ""


class SaveClass(FromDraft):
    """A class as typed; without an id a new one of the plan."""

    class_id: int | None = None
    version: int = 0
    plan_id: int | None = None
    values: Mapping[str, str]


class ClassKey(Command):
    """A class in the version that was on screen."""

    class_id: int
    version: int


class ClassPageQuery(Command):
    """A class and one page of its students, in the order they were entered; `text` is a name or a whole 证件号."""

    class_id: int
    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student. `hours` is what is or would be given; `note` says what is odd (未匹配, 时间重叠...)."""

    id: int
    name: str
    id_number_masked: str
    unit_name: str
    result: str
    hours: CreditHours
    matched: bool
    note: str
    refused_reason: str = ""


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class with one page of its students. `hours` is the sum of all, `unmatched` how many nobody is known for."""

    id: int
    version: int
    name: str
    place: str
    plan_id: int
    plan_title: str
    year: int
    subject: str
    started_on: date
    ended_on: date
    allowed: CreditHours
    people: int
    unmatched: int
    hours: CreditHours
    state: str
    state_label: str
    handler: str
    reason: str
    moves: tuple[str, ...]
    history: tuple[DecisionLine, ...]
    students: tuple[StudentRow, ...]
    after: tuple[int | str, ...] | None = None


# ---------------------------------------------------------------------------------------- students


@dataclass(frozen=True, slots=True)
class NewStudent:
    """A student to be entered: the 证件号 in its clean form. Without a name the person's own is taken."""

    id_number: str
    name: str = ""
    unit_name: str = ""
    result: str = ""
    earned: CreditHours | None = None


@dataclass(frozen=True, slots=True)
class StudentRefusal:
    """Why a row was not entered: its place among the rows (from 0), and the field that must be mended."""

    index: int
    error: FieldError


@dataclass(frozen=True, slots=True)
class StudentsAdded:
    """What came of rows of students: how many were entered, how many of them are known persons, what was not."""

    added: int
    matched: int
    refused: tuple[StudentRefusal, ...] = ()


class AddStudents(Command):
    """Rows of students as typed (`id_number`, `name`, `unit_name`). The good ones are entered."""

    class_id: int
    version: int
    rows: tuple[Mapping[str, str], ...]


class RemoveStudents(Command):
    """Take students out of a class."""

    class_id: int
    version: int
    student_ids: tuple[int, ...]


class GradeStudents(Command):
    """成绩 and 实得学时 as typed, of these students or of all (`student_ids` None)."""

    class_id: int
    version: int
    student_ids: tuple[int, ...] | None = None
    result: str = ""
    earned: str = ""


class PersonQuery(Command):
    """A 证件号 as typed, to fill in the name."""

    class_id: int
    id_number: str


class RefuseStudent(Command):
    """Leave one student out of a report that waits, with the reason; without a reason take that back."""

    class_id: int
    version: int
    student_id: int
    reason: str = ""


# ------------------------------------------------------------------------------------ what was given


class StudentState(StrEnum):
    """How a student's hours stand, as the base and the person see them."""

    OPEN = "open"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNMATCHED = "unmatched"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """The words on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    StudentState.OPEN: "待上报",
    StudentState.PENDING: "待审核",
    StudentState.APPROVED: "审核通过",
    StudentState.REJECTED: "审核不通过",
    StudentState.UNMATCHED: "未匹配",
    StudentState.REVOKED: "已撤销",
}


class StudentQuery(Command):
    """综合查询: the students of all classes of the caller, by name or whole 证件号, year and state."""

    text: str = ""
    year: int | None = None
    state: StudentState | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student in 综合查询: the class, what was given, how it stands."""

    id: int
    name: str
    id_number_masked: str
    unit_name: str
    class_name: str
    plan_title: str
    year: int
    subject: str
    result: str
    hours: CreditHours
    state: StudentState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StudentPage:
    """A page of 综合查询, with what all that is asked for comes to."""

    rows: tuple[StudentLine, ...]
    people: int
    given: CreditHours
    after: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """Where it was written, and how many rows."""

    path: str
    rows: int
