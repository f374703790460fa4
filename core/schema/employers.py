"""Employers as the popup 所在单位 lists them, and import of the registry."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import OrgKind
from core.schema.base import Command


class FindEmployers(Command):
    """Search by Chinese, pinyin, initials or code inside a region and below ("" = the whole province).

    `kind` is what is looked for: employers, unless an office above is chosen (上级单位, 主管部门).
    """

    text: str = ""
    kind: OrgKind = OrgKind.EMPLOYER
    region_code: str = ""
    exact: bool = False
    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class EmployerRow:
    """名称, 单位类型, 机构代码."""

    id: int
    name: str
    kind_label: str
    code: str
    region_code: str
    region_name: str


@dataclass(frozen=True, slots=True)
class EmployerPage:
    """One page of employers; `elsewhere` says how many the whole province has besides (capped at 99)."""

    rows: tuple[EmployerRow, ...]
    after: tuple[int | str, ...] | None = None
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """工作部门; `path` names those above it as well."""

    id: int
    name: str
    path: str = ""


class ImportUnits(Command):
    """导入单位: a .xlsx or .csv on this machine."""

    path: str


class ImportPublicHours(Command):
    """导入公需课学时: a .xlsx or .csv on this machine."""

    path: str


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A row that can't be imported: 行号, 列, 失败原因."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: all rows or none."""

    imported: int
    problems: tuple[ImportProblem, ...] = ()
