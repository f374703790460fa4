"""What a unit declares for many of its persons at once (单位申报): commands and views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.rules.hours import CreditHours
from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceRef, EvidenceView

MOST_PEOPLE = 5000
"""Persons of one activity that is typed; more than that comes as a file."""


class ClaimantQuery(Command):
    """Persons of the caller's unit to pick from. `text` is a name, pinyin or initials; department 0 is none."""

    text: str = ""
    department_id: int | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class Claimant:
    """Somebody who may be picked (被申报人)."""

    person_id: int
    name: str
    id_number_masked: str
    department: str
    position: str
    active: bool


@dataclass(frozen=True, slots=True)
class ClaimantGroup:
    """A 工作部门 with how many of the unit's persons stand in it; None is who stands in none."""

    department_id: int | None
    name: str
    people: int


class SubmitActivity(FromDraft):
    """提交单位申报: `values` as typed by field key, for each of `people` (ids).

    `leave_out` are those of them who may be left out where something stands against them; whoever else can't be
    declared refuses the whole.
    """

    form: str
    values: dict[str, str]
    evidence: tuple[EvidenceRef, ...] = ()
    people: tuple[int, ...] = ()
    leave_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivitySent:
    """What came of it: how many were declared, whose turn it is, and (name, reason) of each who was left out."""

    activity_id: int
    declared: int
    handler: str
    left_out: tuple[tuple[str, str], ...] = ()


class ActivityQuery(Command):
    """One page of 单位申报记录, newest first."""

    year: int | None = None
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class ActivityKey(Command):
    """One activity in the version that was on screen."""

    activity_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """A row of 单位申报记录. `counts` says how many of its declarations stand in each state."""

    id: int
    version: int
    year: int
    form_name: str
    title: str
    claimed: CreditHours
    people: int
    origin_label: str
    state: str
    counts: Mapping[str, int]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class ActivityView:
    """Everything of one activity: its line, the form's lines as (label, text), its evidence.

    `reviewed` is how many a level has decided on: with any the whole can't be taken back.
    """

    line: ActivityLine
    lines: tuple[tuple[str, str], ...]
    evidence: tuple[EvidenceView, ...]
    reviewed: int
    chain: tuple[str, ...]


class ActivityPeopleQuery(Command):
    """One page of the persons of an activity."""

    activity_id: int
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class ActivityPerson:
    """One person of an activity and how the declaration stands; `reason` is why it was refused."""

    declaration_id: int
    person_name: str
    department: str
    claimed: CreditHours
    recognised: CreditHours | None
    handler: str
    status: str
    status_label: str
    reason: str
