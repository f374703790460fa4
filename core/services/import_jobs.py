"""The two jobs of an import: the check of a file (nothing is stored), and the storing of what was good.

The pieces of a file lie sealed in the evidence store: `rows-N` as read, `good-N` as understood, `problems-N`
what was found, `late-N` what could be stored no more. A part reads one piece and is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import astuple
from typing import Any

from sqlalchemy.exc import DBAPIError

from core.model import Job
from core.rules.imports import ImportKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.services.import_lines import Found, Importer, Problem, importer_of, line_of
from core.services.job_kinds import JobKind
from core.store.bulk import is_taken
from core.store.import_files import ImportFiles
from core.store.work import UnitOfWork

CHECK_JOB, STORE_JOB = "import_check", "import_store"
TIDY = "tidy"
GONE_STALE = "检查以后情况有变，一行也没有导入，请重新检查"


def files_of(work: UnitOfWork) -> ImportFiles:
    """Where the pieces lie."""
    return ImportFiles(work.blobs, work.vault)


def check_part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """Check the next piece; after the last one, the file as a whole."""
    asked, place, files = job.asked, job.place, files_of(work)
    token, parts, part = str(asked["token"]), _number(asked["parts"]), _number(place.get("part", 0))
    importer = importer_of(ImportKind(str(asked["kind"])))
    if part < parts:
        _check(work, actor, job, importer, part)
        job.place = {"part": part + 1}
        return part + 1 == parts and importer.whole is None
    assert importer.whole is not None
    goods = [files.read(token, f"good-{number}") for number in range(parts)]
    found = importer.whole(work, actor, [row for piece in goods for row in piece["rows"]])
    for number in range(parts):
        lines = {row[0] for row in goods[number]["rows"]}
        here = [each for each in found if each.line in lines]
        if here:
            told = [Problem(*each) for each in files.read(token, f"problems-{number}")]
            told += [each for each in here if each not in told]
            _keep(files, token, number, goods[number], told)
    _count(job, files, token, parts)
    return True


def store_part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """Store the next piece, in up to three rounds: look whether all is as it was, write, link."""
    asked, place, files = job.asked, job.place, files_of(work)
    token, parts = str(asked["token"]), _number(asked["parts"])
    importer = importer_of(ImportKind(str(asked["kind"])))
    round_ = str(place.get("round") or ("write" if asked["good_only"] else "look"))
    if round_ == TIDY:
        return _end(work, actor, job, importer)
    part = _number(place.get("part", 0))
    state = dict(_mapping(place.get("state")))
    # Who looked, by the token of the runner: hours or days may lie between a look and a storing that is resumed.
    looked = job.runner if (round_, part) == ("look", 0) else str(place.get("looked", ""))
    if (round_, part) == ("write", 0) and not asked["good_only"] and looked != job.runner:
        job.place = {"round": "look"}
        return False
    piece = files.read(token, f"good-{part}") | {"token": token}
    if round_ == "link":
        assert importer.link is not None
        importer.link(work, actor, piece["rows"])
    elif not _store(work, actor, job, importer, piece, round_, state, looked == job.runner):
        job.place = {"round": TIDY}
        return False
    part += 1
    if part >= parts:
        order = ["look", "write", *(["link"] if importer.link is not None else []), TIDY]
        round_, part = order[order.index(round_) + 1], 0
    job.place = {"round": round_, "part": part, "state": state, "looked": looked}
    return False


def read_problems(
    files: ImportFiles, token: str, counts: Sequence[int], start: int, limit: int, prefix: str = "problems"
) -> list[Problem]:
    """Problems from a place on, in the order of the lines; only the pieces that hold them are opened."""
    found: list[Problem] = []
    before = 0
    for part, count in enumerate(counts):
        if before + count > start and len(found) < limit:
            piece = files.read(token, f"{prefix}-{part}")
            first = max(0, start - before)
            found += [Problem(*each) for each in piece[first : first + limit - len(found)]]
        before += count
    return found


def _check(work: UnitOfWork, actor: Actor, job: Job, importer: Importer, part: int) -> None:
    token, files = str(job.asked["token"]), files_of(work)
    found = Found(importer.sheet)
    lines = []
    read = files.read(token, f"rows-{part}")
    for number, doubled, cells in read:
        line = line_of(importer.sheet, number, cells)
        if doubled:
            found.add(line, importer.doubled_by[0], f"与第 {doubled} 行重复")
        else:
            lines.append(line)
    rows, shared = importer.check(work, actor, lines, found)
    piece = {"rows": rows, "shared": shared}
    _keep(files, token, part, piece, found.problems)
    bad = found.bad_lines()
    good = sum(row[0] not in bad for row in rows)
    counts = [*_list(job.outcome.get("_counts")), len(found.problems)]
    job.done += len(read)
    job.outcome = {
        **job.outcome,
        "可导入": _number(job.outcome.get("可导入", 0)) + good,
        "有错": _number(job.outcome.get("有错", 0)) + len(read) - good,
        "_counts": counts,
    }


def _keep(files: ImportFiles, token: str, part: int, piece: dict[str, Any], found: Sequence[Problem]) -> None:
    """The good rows of a part, and what was found in it in the order of the lines."""
    bad = {each.line for each in found if each.error}
    good = [row for row in piece["rows"] if row[0] not in bad]
    files.write(token, f"good-{part}", {**piece, "rows": good})
    in_order = sorted(found, key=lambda each: each.line)
    files.write(token, f"problems-{part}", [astuple(each) for each in in_order])


def _count(job: Job, files: ImportFiles, token: str, parts: int) -> None:
    """Count again, once the whole file was looked at."""
    good = sum(len(files.read(token, f"good-{part}")["rows"]) for part in range(parts))
    counts = [len(files.read(token, f"problems-{part}")) for part in range(parts)]
    job.outcome = {**job.outcome, "可导入": good, "有错": job.total - good, "_counts": counts}


def _store(
    work: UnitOfWork,
    actor: Actor,
    job: Job,
    importer: Importer,
    piece: dict[str, Any],
    round_: str,
    state: dict[str, Any],
    looked: bool,
) -> bool:
    """One piece: looked at, and written in the second round. False where nothing may be stored any more.

    `looked` is whether this very run has looked at it: then that is not done again.
    """
    rows, shared = piece["rows"], piece["shared"]
    files, token = files_of(work), str(job.asked["token"])
    part = _number(_mapping(job.place).get("part", 0))
    if round_ == "look":
        ready, late = importer.settle(work, actor, rows, shared) if rows else ([], [])
        files.write(token, f"ready-{part}", ready)
        if late:
            job.outcome = {**job.outcome, "已导入": 0, "_late": [len(late)], "_told": GONE_STALE}
            _keep_late(files, token, 0, importer, late)
        return not late
    stored, late = _written(work, actor, importer, piece, part if looked else None, state)
    counts = _list(job.outcome.get("_late"))
    _keep_late(files, token, len(counts), importer, late)
    job.done += len(rows)
    job.outcome = {
        **job.outcome,
        "已导入": _number(job.outcome.get("已导入", 0)) + stored,
        "_late": [*counts, len(late)],
    }
    return True


def _written(
    work: UnitOfWork,
    actor: Actor,
    importer: Importer,
    piece: dict[str, Any],
    looked_at: int | None,
    state: dict[str, Any],
) -> tuple[int, list[Problem]]:
    """Write a piece. What was looked at in the first round is not asked for again, unless the database refuses it:
    somebody was faster in these few seconds."""
    rows, shared = piece["rows"], piece["shared"]
    if not rows:
        return 0, []
    if looked_at is not None:
        ready = files_of(work).read(str(piece["token"]), f"ready-{looked_at}")
        tried = deepcopy(state)
        work.session.flush()
        try:
            with work.session.begin_nested():
                stored = importer.write(work, actor, ready, shared, tried)
        except DBAPIError as error:
            if not is_taken(error):
                raise
        else:
            state |= tried
            return stored, []
    ready, late = importer.settle(work, actor, rows, shared)
    return importer.write(work, actor, ready, shared, state) if ready else 0, late


def _keep_late(
    files: ImportFiles, token: str, number: int, importer: Importer, late: Sequence[Problem]
) -> None:
    told = [Problem(each.line, importer.sheet.label_of(each.column), "", each.reason) for each in late]
    files.write(token, f"late-{number}", [astuple(each) for each in told])


def _end(work: UnitOfWork, actor: Actor, job: Job, importer: Importer) -> bool:
    """The last part, once every row is stored for good: nobody needs the rows any more, what was found is kept."""
    files_of(work).forget_rows(str(job.asked["token"]))
    stored = _number(job.outcome.get("已导入", 0))
    summary = f"导入{importer.sheet.label} {stored} {importer.sheet.counted}（{job.asked['file']}）"
    told = job.outcome.get("_told")
    if told:
        summary = f"导入{importer.sheet.label}（{job.asked['file']}）：{told}"
    work.audit(actor, Action.STORE_IMPORT, "job", job.id, summary)
    return True


def _tidy(work: UnitOfWork, actor: Actor, job: Job) -> None:
    files_of(work).forget_rows(str(job.asked["token"]))


def _forget(work: UnitOfWork, actor: Actor, job: Job) -> None:
    files_of(work).drop(str(job.asked["token"]))


CHECK = JobKind(CHECK_JOB, Action.CHECK_IMPORT, check_part, _forget)
STORE = JobKind(STORE_JOB, Action.STORE_IMPORT, store_part, _tidy)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _list(value: object) -> list[int]:
    return list(value) if isinstance(value, list | tuple) else []


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
