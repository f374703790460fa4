"""Offices: their registration (单位注册), their own file (单位资料管理), its changes, and departments (工作部门)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command, FromDraft
from core.schema.history import DecisionLine

Lines = tuple[tuple[str, str], ...]


class WhoReviews(Command):
    """Who will review what is filled in so far: 单位类型 as shown, 机构代码 as typed, the ids from the popups."""

    kind: str = ""
    code: str = ""
    region_code: str = ""
    superior_id: int | None = None
    authority_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewerView:
    """The office that reviews, "" while it can't be said; `note` is what there is to know besides."""

    name: str
    note: str = ""


class RegisterOffice(Command):
    """注册 of an office: everything as typed, by field key of core.rules.offices; the ids come from the popups."""

    values: dict[str, str]
    superior_id: int | None = None
    authority_id: int | None = None


class LookUpOffice(Command):
    """注册审核进度查询 of an office: 机构代码 and password."""

    code: str
    password: str


class WithdrawOffice(LookUpOffice):
    """撤回申请: frees the code."""

    registration_id: int
    version: int


class ResubmitOffice(LookUpOffice):
    """修改重提: a refused registration, corrected and sent again; with no new password the old one stays."""

    registration_id: int
    version: int
    values: dict[str, str]
    superior_id: int | None = None
    authority_id: int | None = None


@dataclass(frozen=True, slots=True)
class OfficeView:
    """The registration of an office as its applicant sees it; `values` as typed, without passwords.

    `superior` and `authority` are (id, name) of the offices above that were chosen.
    """

    id: int
    version: int
    kind: str
    kind_label: str
    state: str
    state_label: str
    name: str
    code: str
    region_code: str
    reviewer: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    values: Mapping[str, str]
    superior: tuple[int, str] | None
    authority: tuple[int, str] | None
    history: tuple[DecisionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class OrgChangeRow:
    """A row of 变更记录: what was to change, from what to what. `moves` are what its own office may do now."""

    id: int
    version: int
    what: str
    before: str
    after: str
    state: str
    state_label: str
    reviewer: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrgProfile:
    """单位资料管理: what is fixed as (label, text), what is kept by the office itself, and its changes newest first.

    `change_values` is what the form of 单位变更 begins with; `chief` says whether the caller may change anything.
    """

    org_id: int
    version: int
    kind: str
    fixed: Lines
    values: Mapping[str, str]
    change_values: Mapping[str, str]
    superior: tuple[int, str] | None
    authority: tuple[int, str] | None
    reviewer: str
    chief: bool
    rows: tuple[OrgChangeRow, ...]


class EditOrg(FromDraft):
    """保存 of what an office keeps by itself, in force at once."""

    version: int
    values: dict[str, str]


class SubmitOrgChange(FromDraft):
    """提交变更: the whole form as typed; what is as it was is no part of the change."""

    values: dict[str, str]
    superior_id: int | None = None
    authority_id: int | None = None


class OrgChangeKey(Command):
    """One change in the version that was on screen."""

    change_id: int
    version: int


@dataclass(frozen=True, slots=True)
class OrgChangeView:
    """Everything of one change (详情)."""

    row: OrgChangeRow
    lines: Lines
    history: tuple[DecisionLine, ...]


@dataclass(frozen=True, slots=True)
class DepartmentNode:
    """A department in its tree: how deep it lies (0 at the top), and how many persons are in it."""

    id: int
    name: str
    parent_id: int | None
    depth: int
    people: int


class SaveDepartment(Command):
    """Add a department under a parent (None: at the top), or with an id rename and move it."""

    department_id: int | None = None
    name: str
    parent_id: int | None = None


class DepartmentKey(Command):
    """One department."""

    department_id: int
