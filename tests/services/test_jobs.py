"""Work in the background: part by part, each kept with its place; cancelled, broken off, resumed, never doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, Audit, Job
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.jobs import JobKey, JobQuery
from core.services.desk import Desk
from core.services.job_runner import STALE
from core.services.jobs import JobRunner, cancel_job, job_page, job_view, resume_job, run_job
from core.store.work import UnitOfWork
from tests.conftest import DATA_KEY
from tests.services.jobs_made_here import ON_THE_WAY, PER_PART, begun, kept, windows_are_a_kind, written
from tests.worlds import World

PATIENCE = 30.0
_ALL = list(range(2030, 2040))
_SLOW_PROCESS = """
import sys, time
from core.rules.clock import SystemClock
from core.services.desk import Desk
from core.services.jobs import run_job
from core.store.settings import Settings
from core.store.store import open_store
from tests.services.jobs_made_here import ON_THE_WAY, windows_are_a_kind
url, folder, key, job = sys.argv[1:]
desk = Desk(open_store(Settings.model_validate({"database_url": url, "data_dir": folder, "data_key": key})))
with windows_are_a_kind():
    def slow(work, job):
        print(job.done, flush=True)
        if job.done > 3:
            time.sleep(600)
    ON_THE_WAY.append(slow)
    run_job(desk, int(job))
"""


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with windows_are_a_kind():
        yield


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


def refused(call: object) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def fail(work: UnitOfWork, job: Job) -> None:
    if job.done > PER_PART:
        raise RuntimeError("the disk is full")


def test_a_job_is_done_part_by_part_to_its_end(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    assert (run_job(desk, job), written(world.store)) == ("done", _ALL)


def test_what_a_job_has_done_is_shown_with_its_outcome(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    run_job(desk, job)
    view = desk.do(job_view, bureau, JobKey(job_id=job))
    assert (view.state_label, view.done, view.total, view.outcome["写入"]) == ("已完成", 10, 10, 10)


def test_each_part_is_kept_with_the_place_it_came_to(desk: Desk, world: World, bureau: Actor) -> None:
    seen: list[tuple[int, int]] = []

    def stop() -> bool:
        seen.append((len(written(world.store)), int(str(kept(world.store, job).place.get("next", 0)))))
        return False

    job = begun(world, bureau)
    run_job(desk, job, stop=stop)
    assert seen == [(0, 0), (3, 3), (6, 6), (9, 9)]


def test_a_cancelled_job_ends_after_its_part_and_keeps_what_is_done(
    desk: Desk, world: World, bureau: Actor
) -> None:
    job = begun(world, bureau)

    def stop() -> bool:
        if len(written(world.store)) == PER_PART:
            desk.do(cancel_job, bureau, JobKey(job_id=job))
        return False

    assert (run_job(desk, job, stop=stop), written(world.store)) == ("cancelled", _ALL[:PER_PART])


def test_a_kind_tidies_up_after_a_cancelled_job(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    desk.do(cancel_job, bureau, JobKey(job_id=job))
    assert kept(world.store, job).outcome == {"收尾": 1}


def test_a_job_that_was_never_begun_is_cancelled_at_once(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    view = desk.do(cancel_job, bureau, JobKey(job_id=job))
    assert (view.state, refused(lambda: run_job(desk, job))) == ("cancelled", ErrorCode.JOB_OVER)


def test_cancelling_is_in_the_audit_log_once(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    desk.do(cancel_job, bureau, JobKey(job_id=job))
    assert refused(lambda: desk.do(cancel_job, bureau, JobKey(job_id=job))) is ErrorCode.JOB_OVER
    with world.store.reading() as work:
        found = work.session.scalars(select(Audit).where(Audit.action == "job.cancel")).all()
    assert [each.object_id for each in found] == [str(job)]


def test_a_part_that_fails_leaves_nothing_and_the_job_says_where_to_look(
    desk: Desk, world: World, bureau: Actor
) -> None:
    ON_THE_WAY.append(fail)
    job = begun(world, bureau)
    state = run_job(desk, job)
    view = desk.do(job_view, bureau, JobKey(job_id=job))
    assert (state, written(world.store), view.done) == ("failed", _ALL[:PER_PART], PER_PART)
    assert "程序出错，已记入日志，编号" in view.trouble


def test_a_refusal_of_a_part_is_told_in_its_own_words(desk: Desk, world: World, bureau: Actor) -> None:
    def refuse(work: UnitOfWork, job: Job) -> None:
        raise Refused(ErrorCode.YEAR_OPEN, year=2025)

    ON_THE_WAY.append(refuse)
    job = begun(world, bureau)
    run_job(desk, job)
    view = desk.do(job_view, bureau, JobKey(job_id=job))
    assert view.trouble == "2025年度尚未截止，请先关闭该年度"


def test_a_job_that_failed_goes_on_once_the_cause_is_mended(desk: Desk, world: World, bureau: Actor) -> None:
    ON_THE_WAY.append(fail)
    job = begun(world, bureau)
    run_job(desk, job)
    ON_THE_WAY.clear()
    desk.do(resume_job, bureau, JobKey(job_id=job))
    assert JobRunner.of(desk).wait(PATIENCE)
    assert (kept(world.store, job).state, written(world.store)) == ("done", _ALL)


def test_a_part_that_met_a_lock_is_tried_again(desk: Desk, world: World, bureau: Actor) -> None:
    met: list[int] = []

    def busy(work: UnitOfWork, job: Job) -> None:
        if len(met) < 2:
            met.append(job.done)
            raise Refused(ErrorCode.STALE)

    ON_THE_WAY.append(busy)
    job = begun(world, bureau)
    assert (run_job(desk, job), written(world.store)) == ("done", _ALL)


def test_a_job_told_to_stop_is_left_paused_and_goes_on_later(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    state = run_job(desk, job, stop=lambda: len(written(world.store)) >= PER_PART)
    before = written(world.store)
    assert (state, before, run_job(desk, job), written(world.store)) == ("paused", _ALL[:3], "done", _ALL)


def test_closing_the_desk_pauses_the_job_of_its_runner(world: World, bureau: Actor) -> None:
    desk, in_a_part, go_on = Desk(world.store), threading.Event(), threading.Event()

    def slow(work: UnitOfWork, job: Job) -> None:
        in_a_part.set()
        go_on.wait(PATIENCE)

    ON_THE_WAY.append(slow)
    job = begun(world, bureau)
    JobRunner.of(desk).hand_over(job)
    assert in_a_part.wait(PATIENCE)
    closing = threading.Thread(target=JobRunner.of(desk).close)
    closing.start()
    time.sleep(0.05)
    go_on.set()
    closing.join(PATIENCE)
    assert (kept(world.store, job).state, written(world.store)) == ("paused", _ALL[:PER_PART])


def test_two_runners_on_one_job_do_it_once(desk: Desk, world: World, bureau: Actor) -> None:
    job, answers = begun(world, bureau), []

    def run() -> None:
        try:
            answers.append(run_job(desk, job))
        except Refused as refusal:
            answers.append(refusal.code.name)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert (sorted(answers)[-1], written(world.store)) == ("done", _ALL)
    assert set(answers) <= {"done", "JOB_RUNNING", "JOB_OVER"}


def test_a_runner_that_was_taken_for_dead_does_nothing_more(desk: Desk, world: World, bureau: Actor) -> None:
    job, other = begun(world, bureau), Desk(world.store)

    def stop() -> bool:
        if len(written(world.store)) == PER_PART and kept(world.store, job).state == "running":
            world.clock.advance(seconds=STALE.total_seconds() + 1)
            assert run_job(other, job) == "done"
        return False

    assert (run_job(desk, job, stop=stop), written(world.store)) == ("done", _ALL)


def test_a_job_that_runs_is_not_resumed_by_another(desk: Desk, world: World, bureau: Actor) -> None:
    job, codes = begun(world, bureau), []

    def stop() -> bool:
        codes.append(refused(lambda: desk.do(resume_job, bureau, JobKey(job_id=job))))
        return True

    run_job(desk, job, stop=stop)
    assert codes == [ErrorCode.JOB_RUNNING]


def test_a_job_whose_process_was_killed_is_resumed_without_doubling(
    desk: Desk, world: World, bureau: Actor, tmp_path: Path
) -> None:
    job = begun(world, bureau)
    url = world.store.settings.url
    command = [sys.executable, "-c", _SLOW_PROCESS, str(url), str(tmp_path / "home"), DATA_KEY, str(job)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ}, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(2)]
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    process.stdout.close()
    broken_off = desk.do(job_view, bureau, JobKey(job_id=job))
    desk.do(resume_job, bureau, JobKey(job_id=job))
    assert JobRunner.of(desk).wait(PATIENCE)
    assert (said, broken_off.state_label, broken_off.done) == (["3", "6"], "已中断", 3)
    assert (kept(world.store, job).state, written(world.store)) == ("done", _ALL)


def test_the_rate_is_counted_since_the_job_was_taken_up_last(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    run_job(desk, job, stop=lambda: len(written(world.store)) >= PER_PART)
    world.wait(1)
    views = []

    def a_second(work: UnitOfWork, row: Job) -> None:
        world.clock.advance(seconds=1)

    def stop() -> bool:
        views.append(desk.do(job_view, bureau, JobKey(job_id=job)))
        return False

    ON_THE_WAY.append(a_second)
    run_job(desk, job, stop=stop)
    assert [(view.done, view.rate, view.seconds_left) for view in views] == [
        (3, 0.0, None),
        (6, 3.0, 2),
        (9, 3.0, 1),
    ]


def test_an_office_sees_the_jobs_of_its_own_accounts_only(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    mate, stranger = world.office(world.county_bureau), world.office(world.city_bureau)
    pages = [[row.id for row in desk.do(job_page, each, JobQuery()).rows] for each in (mate, stranger)]
    assert pages == [[job], []]


def test_jobs_are_listed_newest_first_a_page_at_a_time(desk: Desk, world: World, bureau: Actor) -> None:
    jobs = [begun(world, bureau) for _ in range(5)]
    first = desk.do(job_page, bureau, JobQuery(limit=3))
    second = desk.do(job_page, bureau, JobQuery(limit=3, after=first.after))
    shown = [row.id for row in (*first.rows, *second.rows)]
    assert (shown, second.after) == (jobs[::-1], None)


@pytest.mark.parametrize("use_case", [job_view, cancel_job, resume_job], ids=lambda each: each.name)
def test_a_job_of_another_office_is_out_of_reach(
    desk: Desk, world: World, bureau: Actor, use_case: object
) -> None:
    job, stranger = begun(world, bureau), world.office(world.city_bureau)
    code = refused(lambda: desk.do(use_case, stranger, JobKey(job_id=job)))  # type: ignore[type-var]
    assert code is ErrorCode.NOT_YOURS


def test_a_job_stops_once_its_account_is_disabled_and_a_colleague_goes_on_with_it(
    desk: Desk, world: World, bureau: Actor
) -> None:
    colleague = world.office(world.county_bureau)
    job = begun(world, bureau)

    def disabled(work: UnitOfWork, job: Job) -> None:
        work.session.get_one(Account, bureau.account_id).active = False

    ON_THE_WAY.append(disabled)
    stopped = run_job(desk, job), written(world.store)
    ON_THE_WAY.clear()
    desk.do(resume_job, colleague, JobKey(job_id=job))
    assert JobRunner.of(desk).wait(PATIENCE)
    assert (stopped, written(world.store)) == (("paused", _ALL[:PER_PART]), _ALL)
    assert kept(world.store, job).account_id == colleague.account_id
