"""What a person lists of their own (学历及学位情况, 职(执)业资格, 学术技术称号), and their basic facts (基本信息)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceRef, EvidenceView


class RecordList(Command):
    """One of the three lists, by its kind in core.rules.person_records."""

    kind: str


class SaveRecord(FromDraft):
    """保存: everything as typed, by field key of the kind. `record_id` None adds a new one."""

    kind: str
    record_id: int | None = None
    version: int = 0
    values: dict[str, str]
    evidence: tuple[EvidenceRef, ...] = ()


class RecordKey(Command):
    """One entry in the version that was on screen."""

    record_id: int
    version: int


@dataclass(frozen=True, slots=True)
class RecordRow:
    """An entry: what its list's columns show, and everything of it for the form."""

    id: int
    version: int
    cells: tuple[str, ...]
    values: Mapping[str, str]
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One of the three lists, in the order it was filled in."""

    kind: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[RecordRow, ...]


class EditProfile(FromDraft):
    """保存 of 基本信息修改: everything as typed, by field key of core.rules.profile; the department by its popup."""

    version: int
    values: dict[str, str]
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileView:
    """基本信息: the lines that can't be changed here, and the values of the form as text."""

    version: int
    fixed: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    employer_id: int
    department_id: int | None
