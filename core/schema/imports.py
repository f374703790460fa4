"""Bringing in a file (批量导入): its check, what was found, and its storing."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.imports import ImportKind
from core.schema.base import Command
from core.schema.jobs import JobView


class ImportTemplate(Command):
    """下载模板 of a kind."""

    kind: ImportKind


class CheckImport(Command):
    """检查 a .xlsx or .csv on this machine; nothing is stored yet."""

    kind: ImportKind
    path: str


class StoreImport(Command):
    """导入 what was checked: all rows, which must all be good, or the good ones only."""

    job_id: int
    good_only: bool = False


class ImportKey(Command):
    """One import, by the job of its check or of its storing."""

    job_id: int


class ProblemQuery(Command):
    """What was found in the rows of an import, in the order of the lines. `after` holds how many come before."""

    job_id: int
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class ExportProblems(Command):
    """导出错误表, as .xlsx or .csv."""

    job_id: int
    ending: str = "xlsx"


@dataclass(frozen=True, slots=True)
class ImportProblemRow:
    """行号, 列, 内容 (masked), 失败原因. One that is no `error` is a 提示: its row is good all the same.

    `number` counts from 1 in the whole list."""

    number: int
    line: int
    column: str
    content: str
    reason: str
    error: bool


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as it stands: the job that works on it now or did so last, and what is known of its rows.

    `rows`, `good` and `bad` count rows, `problems` lines of the list, `stored` rows that were stored, `late`
    those that could be no more although they were good when they were checked. `ready`: it may be stored.
    """

    job: JobView
    kind: ImportKind
    kind_label: str
    counted: str
    file_name: str
    storing: bool
    rows: int
    good: int
    bad: int
    problems: int
    stored: int
    late: int
    ready: bool


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that was written: where, and how many rows it has below the heading."""

    path: str
    rows: int
