"""Files of thousands of rows: killed on the way and resumed, cancelled, paged; nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Account, AccountRole, Declaration, Job, Person
from core.rules.imports import ImportKind
from core.rules.roles import Actor
from core.schema.imports import ExportProblems, ProblemQuery, StoreImport
from core.schema.jobs import JobKey
from core.services import imports
from core.services.desk import Desk
from core.services.imports import export_problems, import_problems, import_view, store_import
from core.services.jobs import JobRunner, cancel_job, resume_job
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.importing import PATIENCE, Row, checked, ended, stored, table
from tests.services.test_imports_hours import learnt
from tests.worlds import World, build_world

PERSONS, HOURS = ImportKind.PERSONS, ImportKind.HOURS
_STORING = """
import sys
import time
from core.services import imports
from core.services.desk import Desk
from core.services.jobs import run_job
from core.services.settings import read_settings
from core.store.store import open_store

url, folder, key, job = sys.argv[1:]
store = open_store(read_settings({"database_url": url, "data_dir": folder, "data_key": key}))
imports.PART = 20
run_job(Desk(store), int(job), stop=lambda: time.sleep(0.05))  # asked after each part: there is time to be killed
"""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 20 rows, so that a few hundred rows have many of them."""
    monkeypatch.setattr(imports, "PART", 20)


def people(count: int) -> list[Row]:
    """So many good rows of persons; numbers follow each other by their days."""
    from core.rules.identity import check_digit

    rows: list[Row] = []
    for at in range(count):
        first = f"410099{1950 + at // 300}{at // 25 % 12 + 1:02d}{at % 25 + 1:02d}001"
        rows.append({"姓名": "王小明", "证件号": first + check_digit(first)})
    return rows


def killed_while_storing(desk: Desk, job_id: int, after: int) -> int:
    """Let another process store, and kill it once so many rows are in; answers how many were."""
    settings = desk.settings
    assert settings.data_key is not None
    arguments = [settings.url, str(settings.data_dir), settings.data_key.get_secret_value(), str(job_id)]
    process = subprocess.Popen([sys.executable, "-c", _STORING, *arguments], env=os.environ)
    deadline = time.monotonic() + PATIENCE
    done = 0
    while done < after:
        assert time.monotonic() < deadline and process.poll() is None
        with desk.reading() as work:
            done = work.session.scalar(select(Job.done).where(Job.id == job_id)) or 0
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    return done


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.usefixtures("small_parts")
def test_a_kill_while_storing_loses_no_row_and_doubles_none(
    desk: Desk, school: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    count = 600
    view = checked(desk, school, PERSONS, table(PERSONS, people(count), tmp_path))
    monkeypatch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
    begun = desk.do(store_import, school, StoreImport(job_id=view.job.id))
    done = killed_while_storing(desk, begun.job.id, random.Random(seed).randrange(20, count - 100))
    monkeypatch.undo()
    desk.do(resume_job, school, JobKey(job_id=begun.job.id))
    after = ended(desk, school, begun)
    with desk.reading() as work:
        numbers = work.session.execute(
            select(func.count(), func.count(func.distinct(Person.id_number_digest)))
        ).one()
        beside = [
            work.session.scalar(select(func.count()).select_from(model).where(model.id > 0))
            for model in (Account, AccountRole)
        ]
    assert 0 < done < count
    assert (after.stored, tuple(numbers), after.job.state) == (count, (count, count), "done")
    assert beside == [count + 1, count + 1]


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_storing_keeps_what_it_has_and_the_rest_can_be_brought_in_later(
    desk: Desk, school: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(PERSONS, people(200), tmp_path)
    view = checked(desk, school, PERSONS, path)
    monkeypatch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
    begun = desk.do(store_import, school, StoreImport(job_id=view.job.id))
    done = killed_while_storing(desk, begun.job.id, 20)
    desk.do(cancel_job, school, JobKey(job_id=begun.job.id))
    monkeypatch.undo()
    again = checked(desk, school, PERSONS, path)
    rest = stored(desk, school, again, good_only=True)
    with desk.reading() as work:
        count = work.session.scalar(select(func.count()).select_from(Person))
    assert (count, rest.stored, again.bad) == (200, 200 - again.bad, again.bad)
    assert again.bad >= done


@pytest.mark.usefixtures("small_parts")
def test_hours_of_many_parts_are_one_activity_and_none_is_doubled(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    for _ in range(50):
        world.person("张三")
    serials = range(world.persons - 49, world.persons + 1)
    rows = [learnt(serial) for serial in serials]
    done = stored(desk, school, checked(desk, school, HOURS, table(HOURS, rows, tmp_path)))
    with desk.reading() as work:
        activities = set(work.session.scalars(select(Declaration.activity_id)))
        keys = list(work.session.scalars(select(Declaration.source_key)))
    assert (done.stored, len(activities), len(keys), len(set(keys))) == (50, 1, 50, 50)


def test_five_thousand_errors_are_paged_in_the_order_of_their_lines(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = build_world(sqlite_store)
    desk, school = cheap_desk(world.store), world.office(world.school)
    rows = [{**row, "姓名": "王" if at % 2 else "王小明"} for at, row in enumerate(people(6_000))]
    for row in rows[:4_000:2]:
        row["手机号"] = "123"
    view = checked(desk, school, PERSONS, table(PERSONS, rows, tmp_path))
    lines, after, pages = [], None, 0
    while True:
        page = desk.do(import_problems, school, ProblemQuery(job_id=view.job.id, after=after, limit=500))
        lines += [(row.number, row.line) for row in page.rows]
        pages += 1
        after = page.after
        if after is None:
            break
    assert (view.rows, view.bad, view.problems, pages) == (6_000, 5_000, 5_000, 10)
    assert lines == sorted(lines)
    assert [number for number, _ in lines] == list(range(1, 5_001))
    saved = desk.do(export_problems, school, ExportProblems(job_id=view.job.id, ending="csv"))
    text = Path(saved.path).read_text(encoding="utf-8-sig").splitlines()
    assert (saved.rows, len(text), text[0]) == (5_000, 5_001, "行号,列,内容,失败原因")


def test_a_check_can_be_seen_while_it_goes_on(desk: Desk, school: Actor, tmp_path: Path) -> None:
    view = checked(desk, school, PERSONS, table(PERSONS, [people(1)[0]], tmp_path))
    again = desk.do(import_view, school, imports.ImportKey(job_id=view.job.id))
    assert (again.job.total, again.job.done, again.ready) == (1, 1, True)


def test_two_who_bring_in_the_same_person_get_one(desk: Desk, school: Actor, tmp_path: Path) -> None:
    path = table(PERSONS, people(3), tmp_path)
    views = [checked(desk, school, PERSONS, path) for _ in range(2)]
    results = [stored(desk, school, view) for view in views]
    assert [(each.stored, each.late) for each in results] == [(3, 0), (0, 3)]
