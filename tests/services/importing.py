"""What the tests of imports share: files of rows, and an import taken from its check to its end."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from core.rules.imports import SHEETS, ImportKind
from core.rules.roles import Actor
from core.schema.imports import (
    CheckImport,
    ImportKey,
    ImportProblemRow,
    ImportView,
    ProblemQuery,
    StoreImport,
)
from core.services.desk import Desk
from core.services.imports import check_import, import_problems, import_view, store_import
from core.services.jobs import JobRunner

Row = dict[str, object]
PATIENCE = 120.0


def table(
    kind: ImportKind, rows: Sequence[Row], folder: Path, ending: str = "csv", encoding: str = "utf-8"
) -> Path:
    """A file of these rows, by the labels of their columns; what a row doesn't name is blank."""
    labels = list(SHEETS[kind].labels)
    path = folder / f"{kind.value}.{ending}"
    lines: list[list[object]] = [list(labels), *([row.get(label, "") for label in labels] for row in rows)]
    if ending == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, line in enumerate(lines):
                sheet.write_row(at, 0, line)
        return path
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def checked(desk: Desk, actor: Actor, kind: ImportKind, path: Path) -> ImportView:
    """The file, checked to its end."""
    begun = desk.do(check_import, actor, CheckImport(kind=kind, path=str(path)))
    return ended(desk, actor, begun)


def stored(desk: Desk, actor: Actor, view: ImportView, *, good_only: bool = False) -> ImportView:
    """What was checked, stored to its end."""
    return ended(
        desk, actor, desk.do(store_import, actor, StoreImport(job_id=view.job.id, good_only=good_only))
    )


def ended(desk: Desk, actor: Actor, view: ImportView) -> ImportView:
    """The import once nothing works on it any more."""
    assert JobRunner.of(desk).wait(PATIENCE)
    return desk.do(import_view, actor, ImportKey(job_id=view.job.id))


def told(desk: Desk, actor: Actor, view: ImportView, limit: int = 50) -> tuple[ImportProblemRow, ...]:
    """What was found."""
    return desk.do(import_problems, actor, ProblemQuery(job_id=view.job.id, limit=limit)).rows
