"""批量导入 (E6): a file is checked first, line by line, in the background; then all or its good rows are stored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.model import Job
from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.identity import mask_personal
from core.rules.imports import EXAMPLE, KEPT_DAYS, PART, SHEETS, ImportKind, ImportSheet
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Nothing, Page
from core.schema.imports import (
    CheckImport,
    ExportProblems,
    ImportKey,
    ImportProblemRow,
    ImportTemplate,
    ImportView,
    ProblemQuery,
    SavedFile,
    StoreImport,
)
from core.services.boxes import handed_out, taken_in
from core.services.desk import Desk, desk_use_case, use_case
from core.services.import_jobs import CHECK_JOB, STORE_JOB, files_of, read_problems
from core.services.import_lines import Problem, plain_number
from core.services.jobs import JobRunner, job_view_of, start_job
from core.services.scope import not_yours
from core.store.import_files import ImportFiles
from core.store.sheets import Cell, SheetLine, read_file, read_sheet
from core.store.table_files import write_problems, write_template
from core.store.whole_files import replacing
from core.store.work import UnitOfWork

KIND = "job"
RECENT = 8
"""Imports that are listed."""


@desk_use_case(Action.IMPORT_TEMPLATE)
def import_template(desk: Desk, actor: Actor, command: ImportTemplate) -> SavedFile:
    """下载模板: an .xlsx with headings, an example and notes. Raises NOT_ALLOWED for another role's kind."""
    sheet = _sheet(actor, command.kind)
    with handed_out(desk, actor, f"{sheet.label}导入模板.xlsx") as out, replacing(out.path) as fresh:
        write_template(fresh, sheet)
    return SavedFile(out.shown, 1)


@desk_use_case(Action.CHECK_IMPORT)
def check_import(desk: Desk, actor: Actor, command: CheckImport) -> ImportView:
    """检查: read a file and begin to check it in the background; nothing of it is stored.

    Raises Refused FILE_UNREADABLE, TABLE_COLUMNS, TABLE_EMPTY, EVIDENCE_UNREACHABLE, and NOT_ALLOWED for another
    role's kind.
    """
    sheet = _sheet(actor, command.kind)
    files = ImportFiles(desk.store.blobs, desk.vault)
    files.sweep(KEPT_DAYS)
    with taken_in(desk, actor, command.path) as path:
        content = read_file(path)
    lines = read_lines(sheet, content, path.name)
    token = files.new_token()
    try:
        parts = keep_lines(files, token, sheet, lines)
        name = mask_personal(path.name)
        with desk.writing() as work:
            asked: dict[str, object] = {
                "kind": sheet.kind.value,
                "file": name,
                "token": token,
                "parts": parts,
            }
            job = start_job(work, actor, CHECK_JOB, f"检查{sheet.label} {name}", asked, total=len(lines))
            work.audit(actor, Action.CHECK_IMPORT, KIND, job.id, f"{job.title} {len(lines)} 行")
            work.commit()
            view = _view(work, job, None)
    except BaseException:
        files.drop(token)
        raise
    JobRunner.of(desk).hand_over(job.id)
    return view


@desk_use_case(Action.STORE_IMPORT)
def store_import(desk: Desk, actor: Actor, command: StoreImport) -> ImportView:
    """导入 in the background: all rows (refused while one of them has an error), or the good ones only.

    Raises NOT_FOUND, NOT_YOURS, JOB_RUNNING while the check goes on or another storing of the same file is at it,
    JOB_OVER where it was stored, TABLE_EMPTY where no row is good, ROWS_REFUSED.
    """
    with desk.writing() as work:
        _own(work, actor, command.job_id)
        checked = work.locked(Job, command.job_id)
        if checked.kind != CHECK_JOB:
            raise Refused(ErrorCode.JOB_OVER, what="导入")
        if checked.state != "done":
            raise Refused(ErrorCode.JOB_RUNNING)
        if checked.outcome.get("_stored_by"):
            raise Refused(ErrorCode.JOB_OVER, what="再次导入")
        good, bad = _count(checked, "可导入"), _count(checked, "有错")
        if not good:
            raise Refused(ErrorCode.TABLE_EMPTY)
        if bad and not command.good_only:
            raise Refused(ErrorCode.ROWS_REFUSED, count=bad)
        asked = {**checked.asked, "check": checked.id, "good_only": command.good_only}
        sheet = SHEETS[ImportKind(str(asked["kind"]))]
        job = start_job(work, actor, STORE_JOB, f"导入{sheet.label} {asked['file']}", asked, total=good)
        checked.outcome = {**checked.outcome, "_stored_by": job.id}
        work.audit(actor, Action.STORE_IMPORT, KIND, job.id, f"{job.title} {good} {sheet.counted}，开始")
        work.commit()
        view = _view(work, checked, job)
    JobRunner.of(desk).hand_over(job.id)
    return view


@use_case(Action.VIEW_IMPORT, writes=False)
def import_view(work: UnitOfWork, actor: Actor, command: ImportKey) -> ImportView:
    """An import as it stands now. Raises NOT_FOUND, NOT_YOURS."""
    return _view(work, *_pair(work, actor, command.job_id))


@use_case(Action.VIEW_IMPORT, writes=False)
def import_page(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[ImportView]:
    """The newest imports of the caller's office (of the caller, where there is none)."""
    mine = Job.org_id.is_not_distinct_from(actor.org_id)
    if actor.org_id is None:
        mine &= Job.account_id == actor.account_id
    query = select(Job).where(mine, Job.kind == CHECK_JOB).order_by(Job.id.desc()).limit(RECENT)
    checks = list(work.session.scalars(query))
    return Page(tuple(_view(work, job, _store_of(work, job)) for job in checks))


@use_case(Action.VIEW_IMPORT, writes=False)
def import_problems(work: UnitOfWork, actor: Actor, command: ProblemQuery) -> Page[ImportProblemRow]:
    """行号, 列, 内容, 失败原因: what could be stored no more first, then what the check found, by lines.

    Raises NOT_FOUND, NOT_YOURS, FILE_UNREADABLE once it was cleared away.
    """
    checked, stored = _pair(work, actor, command.job_id)
    start = int(command.after[0]) if command.after else 0
    found = _problems(work, checked, stored, start, command.limit + 1)
    after = (start + command.limit,) if len(found) > command.limit else None
    rows = (_row(start + at + 1, each) for at, each in enumerate(found[: command.limit]))
    return Page(tuple(rows), after)


@desk_use_case(Action.VIEW_IMPORT)
def export_problems(desk: Desk, actor: Actor, command: ExportProblems) -> SavedFile:
    """导出错误表: all of it as .xlsx or .csv. Raises as `import_problems`."""
    with desk.reading() as work:
        checked, stored = _pair(work, actor, command.job_id)
        rows = _problems(work, checked, stored, 0, sum(_counts(checked, stored)))
        day = work.clock.now().astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    ending = "csv" if command.ending == "csv" else "xlsx"
    table = [
        (each.line, each.column, each.content, each.reason if each.error else f"{each.reason} (提示)")
        for each in rows
    ]
    name = f"导入错误表-{day}-{checked.id}.{ending}"
    with handed_out(desk, actor, name) as out, replacing(out.path) as fresh:
        write_problems(fresh, table, ending)
    return SavedFile(out.shown, len(table))


def read_lines(sheet: ImportSheet, content: bytes, name: str) -> Sequence[SheetLine]:
    """The lines of a file, the template's example left out. Raises FILE_UNREADABLE, TABLE_COLUMNS, TABLE_EMPTY."""
    read = read_sheet(content, name, sheet.labels, sheet.optional)
    if read.missing:
        raise Refused(ErrorCode.TABLE_COLUMNS, columns="、".join(read.missing))
    lines = [each for each in read.lines if not str(each.cells[0]).startswith(EXAMPLE)]
    if not lines:
        raise Refused(ErrorCode.TABLE_EMPTY)
    return lines


def keep_lines(files: ImportFiles, token: str, sheet: ImportSheet, lines: Sequence[SheetLine]) -> int:
    """Put the lines away in parts, each with the line that says the same before it (0: none); answers how many."""
    from core.services.import_lines import importer_of

    keys = [column.key for column in sheet.columns]
    at = [keys.index(key) for key in importer_of(sheet.kind).doubled_by]
    first: dict[tuple[str, ...], int] = {}
    parts = 0
    for begin in range(0, len(lines), PART):
        piece = []
        for each in lines[begin : begin + PART]:
            said = tuple(_said(each.cells[place]) for place in at)
            before = first.setdefault(said, each.line) if said[0] else each.line
            piece.append((each.line, 0 if before == each.line else before, each.cells))
        files.write(token, f"rows-{parts}", piece)
        parts += 1
    return parts


def _said(cell: Cell) -> str:
    return plain_number("".join(cell.split())) or cell if isinstance(cell, str) else ""


def _sheet(actor: Actor, kind: ImportKind) -> ImportSheet:
    sheet = SHEETS[kind]
    if sheet.role is not actor.role:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return sheet


def _own(work: UnitOfWork, actor: Actor, job_id: int) -> Job:
    job = work.session.get(Job, job_id)
    if job is None or job.kind not in (CHECK_JOB, STORE_JOB):
        raise Refused(ErrorCode.NOT_FOUND)
    if actor.org_id != job.org_id or (actor.org_id is None and actor.account_id != job.account_id):
        raise not_yours(KIND, job_id)
    return job


def _pair(work: UnitOfWork, actor: Actor, job_id: int) -> tuple[Job, Job | None]:
    """The check, and the storing if there was one, whichever of them was named."""
    job = _own(work, actor, job_id)
    if job.kind == STORE_JOB:
        return work.session.get_one(Job, job.asked["check"]), job
    return job, _store_of(work, job)


def _store_of(work: UnitOfWork, checked: Job) -> Job | None:
    stored_by = checked.outcome.get("_stored_by")
    return work.session.get(Job, stored_by) if isinstance(stored_by, int) else None


def _view(work: UnitOfWork, checked: Job, stored: Job | None) -> ImportView:
    sheet = SHEETS[ImportKind(str(checked.asked["kind"]))]
    good = _count(checked, "可导入")
    return ImportView(
        job=job_view_of(stored or checked, work.clock),
        kind=sheet.kind,
        kind_label=sheet.label,
        counted=sheet.counted,
        file_name=str(checked.asked["file"]),
        storing=stored is not None,
        rows=checked.total,
        good=good,
        bad=_count(checked, "有错"),
        problems=sum(_counts(checked, stored)),
        stored=_count(stored, "已导入") if stored else 0,
        late=sum(_numbers(stored, "_late")),
        ready=stored is None and checked.state == "done" and good > 0,
    )


def _problems(work: UnitOfWork, checked: Job, stored: Job | None, start: int, limit: int) -> list[Problem]:
    files, token = files_of(work), str(checked.asked["token"])
    late = _numbers(stored, "_late")
    found = read_problems(files, token, late, start, limit, "late")
    rest = max(0, start - sum(late))
    return found + read_problems(files, token, _numbers(checked, "_counts"), rest, limit - len(found))


def _counts(checked: Job, stored: Job | None) -> list[int]:
    return _numbers(stored, "_late") + _numbers(checked, "_counts")


def _numbers(job: Job | None, key: str) -> list[int]:
    found = job.outcome.get(key) if job is not None else None
    return [int(each) for each in found] if isinstance(found, list) else []


def _count(job: Job, key: str) -> int:
    found = job.outcome.get(key, 0)
    return found if isinstance(found, int) else 0


def _row(number: int, problem: Problem) -> ImportProblemRow:
    return ImportProblemRow(
        number, problem.line, problem.column, problem.content, problem.reason, problem.error
    )
