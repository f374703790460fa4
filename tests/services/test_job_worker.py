"""The worker of a service: jobs go on when the session that began them is gone, and nothing is done twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from core.model import Account, Job, Service
from core.rules.clock import SystemClock
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.jobs import JobKey
from core.services.desk import Desk
from core.services.job_worker import next_job, run_worker
from core.services.jobs import JobRunner, job_view, resume_job
from core.services.processes import this_host
from core.services.served import open_service
from core.store.store import open_store
from core.store.work import UnitOfWork
from tests.conftest import DATA_KEY
from tests.services.jobs_made_here import ON_THE_WAY, PER_PART, begun, kept, windows_are_a_kind, written
from tests.worlds import World

PATIENCE = 30.0
_ALL = list(range(2030, 2040))
_PROCESS = """
import sys, threading, time
from core.services.desk import Desk
from core.services.job_worker import run_worker
from core.services.jobs import JobRunner
from core.store.settings import Settings
from core.store.store import open_store
from tests.services.jobs_made_here import ON_THE_WAY, windows_are_a_kind
url, folder, key, what = sys.argv[1:]
values = {"database_url": url, "data_dir": folder, "data_key": key, "served": True}
desk = Desk(open_store(Settings.model_validate(values)))
with windows_are_a_kind():
    def slow(work, job):
        print(job.done, flush=True)
        if what == "hangs" and job.done > 3:
            time.sleep(600)
        time.sleep(0.05)
    ON_THE_WAY.append(slow)
    if what.isdigit():
        JobRunner.of(desk).hand_over(int(what))
        print("handed over", flush=True)
        time.sleep(600)
    run_worker(desk, threading.Event())
"""


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with windows_are_a_kind():
        yield


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


@pytest.fixture
def process(world: World, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Call it with what a process is to be: a worker (`works`, `hangs`), or the session that began a job."""
    begun_here: list[subprocess.Popen[str]] = []

    def start(what: str) -> subprocess.Popen[str]:
        url = world.store.settings.url
        command = [sys.executable, "-c", _PROCESS, url, str(tmp_path / "home"), DATA_KEY, what]
        begun_here.append(
            subprocess.Popen(
                command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ}, text=True
            )
        )
        return begun_here[-1]

    yield start
    for each in begun_here:
        each.kill()
        each.wait(PATIENCE)
        if each.stdout is not None:
            each.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed(process: subprocess.Popen[str]) -> None:
    """Kill -9, and wait until it is gone."""
    process.kill()
    process.wait(PATIENCE)


def comes_to(world: World, job_id: int, state: str) -> bool:
    """Wait for a state of a job."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if kept(world.store, job_id).state == state:
            return True
        time.sleep(0.05)
    return False


@contextmanager
def working(*desks: Desk) -> Iterator[threading.Event]:
    """A worker on each of these desks, in a thread."""
    stop = threading.Event()
    threads = [threading.Thread(target=run_worker, args=(desk, stop)) for desk in desks]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def served(world: World) -> Desk:
    """A desk as a session of a service has it."""
    return Desk(open_store(world.store.settings.model_copy(update={"served": True}), world.clock))


def test_a_job_begun_in_a_session_of_a_service_is_left_to_the_worker(world: World, bureau: Actor) -> None:
    desk, job = served(world), begun(world, bureau)
    open_service(desk, this_host(), os.getpid(), "")
    JobRunner.of(desk).hand_over(job)
    assert JobRunner.of(desk).wait(PATIENCE)
    assert (kept(world.store, job).state, written(world.store)) == ("waiting", [])


def test_the_worker_of_a_service_on_another_host_will_do(world: World, bureau: Actor) -> None:
    desk, job = served(world), begun(world, bureau)
    open_service(desk, "another.example.cn", 7, "")
    JobRunner.of(desk).hand_over(job)
    assert JobRunner.of(desk).wait(PATIENCE)
    assert kept(world.store, job).state == "waiting"


def test_where_no_service_runs_a_served_session_does_its_jobs_itself(world: World, bureau: Actor) -> None:
    """As under the system's own sshd."""
    desk, job = served(world), begun(world, bureau)
    JobRunner.of(desk).hand_over(job)
    assert JobRunner.of(desk).wait(PATIENCE)
    assert kept(world.store, job).state == "done"


def test_the_worker_does_what_waits(desk: Desk, world: World, bureau: Actor) -> None:
    jobs = [begun(world, bureau, 2), begun(world, world.office(world.city_bureau), 2)]
    with working(desk):
        assert all(comes_to(world, job, "done") for job in jobs)


def test_a_job_goes_on_when_the_session_that_began_it_is_gone(
    world: World, bureau: Actor, process: Callable[[str], subprocess.Popen[str]]
) -> None:
    job = begun(world, bureau)
    open_service(Desk(world.store), this_host(), os.getpid(), "")
    with world.store.writing() as work:  # the other process goes by the time of the day
        work.session.execute(update(Service).values(seen_at=SystemClock().now()))
        work.commit()
    session = process(str(job))
    assert said(session) == "handed over"
    killed(session)
    assert kept(world.store, job).state == "waiting"
    process("works")
    assert comes_to(world, job, "done")
    assert written(world.store) == _ALL


def test_a_job_whose_worker_was_killed_goes_on_from_its_last_part(
    desk: Desk, world: World, bureau: Actor, process: Callable[[str], subprocess.Popen[str]]
) -> None:
    job, worker = begun(world, bureau), process("hangs")
    assert [said(worker), said(worker)] == ["3", "6"]
    killed(worker)
    assert written(world.store) == _ALL[:PER_PART]
    next_one = process("works")
    assert [said(next_one), comes_to(world, job, "done"), written(world.store)] == ["6", True, _ALL]


def test_several_workers_do_a_job_once(
    world: World, bureau: Actor, process: Callable[[str], subprocess.Popen[str]]
) -> None:
    workers = [process("works") for _ in range(2)]
    jobs = [begun(world, bureau)]
    assert comes_to(world, jobs[0], "done")
    for each in workers:
        killed(each)
    told = [line.strip() for each in workers if each.stdout is not None for line in each.stdout]
    assert (sorted(told, key=int), written(world.store)) == (["3", "6", "9", "10"], _ALL)


def test_a_worker_that_is_stopped_leaves_its_job_to_the_next(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    with working(desk) as stop:

        def end(work: UnitOfWork, row: Job) -> None:
            stop.set()

        ON_THE_WAY.append(end)
        assert stop.wait(PATIENCE)
    ON_THE_WAY.clear()
    before = kept(world.store, job).state, written(world.store)
    with working(Desk(world.store)):
        assert comes_to(world, job, "done")
    assert (before, written(world.store)) == (("waiting", _ALL[:PER_PART]), _ALL)


def test_a_screen_that_watches_sees_a_waiting_job_as_under_way(
    desk: Desk, world: World, bureau: Actor
) -> None:
    view = desk.do(job_view, bureau, JobKey(job_id=begun(world, bureau)))
    assert (view.state_label, view.over) == ("等待", False)


def test_a_job_that_a_person_resumes_in_a_session_is_done_by_the_worker(
    desk: Desk, world: World, bureau: Actor
) -> None:
    session, job = served(world), begun(world, bureau)
    open_service(session, this_host(), os.getpid(), "")
    session.do(resume_job, bureau, JobKey(job_id=job))
    assert kept(world.store, job).state == "waiting"
    with working(desk):
        assert comes_to(world, job, "done")


def test_a_job_of_a_disabled_account_stays_paused(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    with world.store.writing() as work:
        work.session.get_one(Account, bureau.account_id).active = False
        work.commit()
    with working(desk):
        assert comes_to(world, job, "paused")
    assert next_job(desk) is None


def test_a_job_that_this_program_does_not_know_is_left_alone(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    with world.store.writing() as work:
        work.session.get_one(Job, job).kind = "of a newer version"
        work.commit()
    assert next_job(desk) is None


def test_a_job_is_left_to_the_next_when_the_database_goes_away_under_it(
    desk: Desk, world: World, bureau: Actor
) -> None:
    job, times = begun(world, bureau), []

    def away(work: UnitOfWork, row: Job) -> None:
        times.append(row.done)
        if len(times) == 2:
            raise Refused(ErrorCode.DATABASE_UNREACHABLE)

    ON_THE_WAY.append(away)
    with working(desk):
        assert comes_to(world, job, "done")
    assert (times, written(world.store)) == ([3, 6, 6, 9, 10], _ALL)
