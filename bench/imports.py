"""批量导入: 50,000 rows from a file on disk to rows stored for good, beside a bare executemany of the same rows.

The same rows are those that the import has written, read back and put into a copy of the database as it was
before: one statement a table, one transaction, one commit.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import Ground
from bench.progress import FILE, open_desk_on
from bench.results import LimitOn, Row, Series, Unit, in_turn
from tests.wire.budget_steps import QUIET, sign_in

if TYPE_CHECKING:
    from core.rules.imports import ImportKind
    from core.rules.roles import Actor
    from tests.worlds import World

ROWS = 50_000
_CLASSES = 10
_SURNAMES, _GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅",
)


@dataclass(frozen=True)
class _Case:
    """A kind: its file, who brings it, the database before, and the tables it fills."""

    kind: ImportKind
    file: Path
    actor: Actor
    before: Path
    tables: tuple[str, ...]


def measure(ground: Ground) -> list[Row]:
    """Hours, persons, units, and the wire. Storing hours has a limit: at least 40 % as fast as the bare rows."""
    folder = ground.folder / "imports"
    folder.mkdir(parents=True)
    rows = []
    for case, limit in _cases(folder):
        for what, share in (("from the file on", False), ("storing alone", True)):
            if share and limit is None:
                continue
            run = _Run(case, folder, _worlds[case.before])
            ours, bare = in_turn(ground.rounds(5, 2), partial(run.imported, storing_alone=share), run.bare)
            rows.append(
                Row(
                    f"imports: {ROWS:,} {case.kind.value}, {what}",
                    Unit.MILLISECONDS,
                    ours.scaled(1e3),
                    "a bare executemany of the same rows and its commit",
                    bare.scaled(1e3),
                    limit if share else None,
                )
            )
    return [*rows, _wire(ground, folder / "persons.csv")]


def _wire(ground: Ground, file: Path) -> Row:
    """Bytes a second that reach a terminal while it shows how far 50,000 rows are, checked and then stored."""
    from tests.terminal import Terminal

    def watched(terminal: Terminal, words: str) -> float:
        """Until the words stand there; a second or more of it, the screen of its beginning not counted."""
        begin, size = time.monotonic(), terminal.total_bytes
        terminal.wait(words, timeout=600)
        return (terminal.total_bytes - size) / max(1.0, time.monotonic() - begin)

    rates = []
    with ground.program() as terminal:
        terminal.wait("服务窗口")
        sign_in(terminal, ("2", "2"), "xiaodian")
        terminal.press(":", "p", "l", "Enter", quiet=QUIET)
        terminal.wait("可以导入")
        terminal.press("F6", "1", quiet=QUIET)
        terminal.press(str(file), quiet=QUIET)
        terminal.press("Enter", quiet=0.05)
        terminal.wait("正在检查", timeout=60)
        rates.append(watched(terminal, "检查完成"))
        terminal.settle(quiet=QUIET)
        terminal.press("F8", quiet=0.05)
        terminal.wait("正在入库", timeout=60)
        rates.append(watched(terminal, "已入库"))
    return Row(
        f"imports: bytes a second on the wire, {ROWS:,} persons checked, stored",
        Unit.BYTES,
        Series(tuple(rates)),
        limit=2048,
        limit_on=LimitOn.EACH,
    )


_worlds: dict[Path, World] = {}


class _Run:
    """One kind, imported and written barely, each time into a fresh copy."""

    def __init__(self, case: _Case, folder: Path, world: World) -> None:
        self.case, self.world = case, world
        self.copy = folder / f"run-{case.kind.value}"
        self.rows: dict[str, tuple[str, list[tuple[object, ...]]]] = {}

    def imported(self, storing_alone: bool) -> float:
        """Seconds of an import; what it wrote is kept for the yardstick."""
        from core.schema.imports import CheckImport, ImportKey, StoreImport
        from core.services.imports import check_import, import_view, store_import
        from core.services.jobs import JobRunner

        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.case.before, self.copy)
        desk, actor = open_desk_on(self.copy, self.world.clock), self.case.actor
        try:
            begin = time.perf_counter()
            command = CheckImport(kind=self.case.kind, path=str(self.case.file))
            view = desk.do(check_import, actor, command)
            JobRunner.of(desk).wait(600)
            checked = time.perf_counter()
            desk.do(store_import, actor, StoreImport(job_id=view.job.id))
            JobRunner.of(desk).wait(600)
            end = time.perf_counter()
            done = desk.do(import_view, actor, ImportKey(job_id=view.job.id))
            if done.stored != ROWS:
                raise AssertionError(f"{done.stored} rows were stored")
        finally:
            desk.close()
        if not self.rows:
            self.rows = {table: _written(self.case.before, self.copy, table) for table in self.case.tables}
        return end - (checked if storing_alone else begin)

    def bare(self) -> float:
        """Seconds of the same rows through sqlite3 alone."""
        target = self.copy.with_suffix(".bare")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.case.before, target)
        with sqlite3.connect(target / FILE, isolation_level=None) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
                connection.execute(f"pragma {pragma}")
            begin = time.perf_counter()
            connection.execute("begin immediate")
            for statement, rows in self.rows.values():
                connection.executemany(statement, rows)
            connection.execute("commit")
            taken = time.perf_counter() - begin
        connection.close()
        return taken


def _written(before: Path, after: Path, table: str) -> tuple[str, list[tuple[object, ...]]]:
    """The INSERT of a table and what stands in it since."""
    with sqlite3.connect(before / FILE) as connection:
        try:
            last = connection.execute(f"select coalesce(max(id), 0) from {table}").fetchone()[0]
            wanted = f"select * from {table} where id > {last}"
        except sqlite3.OperationalError:  # org_gram, the only one without an id
            last = connection.execute("select coalesce(max(id), 0) from org").fetchone()[0]
            wanted = f"select * from {table} where org_id > {last}"
    connection.close()
    with sqlite3.connect(after / FILE) as connection:
        found = connection.execute(wanted)
        names = ", ".join(column[0] for column in found.description)
        marks = ", ".join("?" * len(found.description))
        rows = found.fetchall()
    connection.close()
    return f"insert into {table} ({names}) values ({marks})", rows


# ------------------------------------------------------------------------------------------ the files


def _cases(folder: Path) -> Iterable[tuple[_Case, float | None]]:
    from core.rules.imports import ImportKind
    from tests.services.hall import operator

    empty, world = _world(folder / "empty")
    school, boss = world.office(world.school), operator(world)
    persons = _file(folder / "persons.csv", ImportKind.PERSONS, map(_person, range(ROWS)))
    tables = ("account", "person", "account_role")
    units = _file(folder / "units.csv", ImportKind.UNITS, map(_unit, range(ROWS)))
    of_persons = _Case(ImportKind.PERSONS, persons, school, empty, tables)
    staffed = folder / "staffed"
    run = _Run(of_persons, folder, world)
    world.store.close()
    run.imported(False)
    shutil.move(run.copy, staffed)
    _worlds[staffed] = world
    hours = _file(folder / "hours.csv", ImportKind.HOURS, (_learnt(n) for n in range(ROWS)))
    yield _Case(ImportKind.HOURS, hours, school, staffed, ("activity", "declaration", "decision")), 2.5
    yield of_persons, None
    yield _Case(ImportKind.UNITS, units, boss, empty, ("org", "org_gram")), None


def _world(folder: Path) -> tuple[Path, World]:
    from core.services.settings import read_settings
    from core.store.store import create_store
    from tests.worlds import build_world

    store = create_store(read_settings({"data_dir": folder, "captcha": False}))
    world = build_world(store)
    _worlds[folder] = world
    return folder, world


def _file(path: Path, kind: ImportKind, rows: Iterable[Sequence[str]]) -> Path:
    from core.rules.imports import SHEETS

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(SHEETS[kind].labels)
        writer.writerows(rows)
    return path


def _name(n: int) -> str:
    return _SURNAMES[n % 20] + _GIVEN[n // 20 % 28] + _GIVEN[n // 560 % 28]


def _number(n: int) -> str:
    from core.rules.identity import check_digit

    first = f"410099{1960 + n // 12_000 % 40}{n // 1_000 % 12 + 1:02d}{n // 40 % 25 + 1:02d}{n % 40 * 2:03d}"
    return first + check_digit(first)


def _person(n: int) -> Sequence[str]:
    mobile = f"1990{n:07d}"
    return (_name(n), _number(n), "", "", "", "汉族", mobile, f"p{n}@example.cn", "", "", "", "")


def _learnt(n: int) -> Sequence[str]:
    """Everybody of the first 5,000 in each of ten classes."""
    each, number = divmod(n, ROWS // _CLASSES)
    days = (f"2026-{each % 10 + 1:02d}-05", f"2026-{each % 10 + 1:02d}-09")
    title = f"2026年骨干教师培训第{each + 1}期"
    return (_name(number), _number(number), "2026", title, "汝阳县教育局", *days, "40", "", "", "", "")


def _unit(n: int) -> Sequence[str]:
    from stdnum.cn.uscc import calc_check_digit

    body = f"91410099{n:09d}"
    code: Callable[[str], str] = calc_check_digit
    return (
        f"汝阳县{_GIVEN[n % 28]}{_GIVEN[n // 28 % 28]}第{n}中学",
        body + code(body),
        "用人单位",
        "410326",
        "",
        "",
    )
