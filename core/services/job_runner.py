"""Work in the background (后台任务): done in parts by a thread of this process, resumed where it stopped.

A part is one transaction that holds the rows it made and how far the job has come. So a job that breaks off,
by a fault, a lost line or a killed process, goes on from the last part, and makes nothing twice. Whoever takes
a job up holds its token: one that was wrongly taken for dead finds another's there and does nothing more.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from core.model import Account, Job, Org
from core.rules.clock import Clock
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.services.desk import Desk, is_unreachable
from core.services.job_kinds import JobKind, kind_of
from core.services.processes import is_gone, this_host
from core.services.served import has_worker
from core.store.work import UnitOfWork

STALE = timedelta(seconds=60)
"""Who has not told for so long that it runs is taken for dead."""
ENDED = ("done", "cancelled")
"""What nothing follows. One that failed may be taken up again, once its cause is mended."""
_SHELF = "job_runner"
_CLOSING_SECONDS = 5.0
_TRIES = 5
# SQLite lets one write at a time and wakes nobody who waits: between two parts there must be time to get in.
_REST_SHARE, _LEAST_REST, _LONGEST_REST = 0.15, 0.003, 0.1
_log = logging.getLogger("jijiao")


def run_job(
    desk: Desk, job_id: int, *, stop: Callable[[], bool] = lambda: False, leaves: str = "paused"
) -> str:
    """Do a job to its end, part by part, in this thread; returns the state that it came to.

    `stop` is asked between parts: the job is then left as `leaves` says, `paused` for a person to go on with, or
    `waiting` for the worker of a service. So it is where the database is away. Raises Refused JOB_RUNNING where
    another process is at it, JOB_OVER where it has ended.
    """
    token = f"{this_host()}:{os.getpid()}:{secrets.token_hex(8)}"
    kind = kind_of(_claim(desk, job_id, token))
    try:
        while True:
            begun = time.monotonic()
            state = _patiently(desk, kind, job_id, token, leaves if stop() else "")
            if state != "running":
                return state
            if desk.store.engines.name == "sqlite":
                spent = time.monotonic() - begun
                time.sleep(min(_LONGEST_REST, max(_LEAST_REST, spent * _REST_SHARE)))
    except Exception as error:
        return _failed(desk, job_id, token, error, leaves)


class JobRunner:
    """The thread of this process that does jobs, one after the other; a desk that is closed pauses its job."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._waiting: list[int] = []
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @classmethod
    def of(cls, desk: Desk) -> JobRunner:
        """That of this desk."""
        found = desk.shelf.setdefault(_SHELF, cls(desk))
        assert isinstance(found, cls)
        return found

    def hand_over(self, job_id: int) -> None:
        """Do this job soon; returns at once. In a session of a service the worker of the service does it, so that it
        goes on when the session is gone."""
        if self._desk.settings.served and has_worker(self._desk):
            return
        with self._lock:
            self._waiting.append(job_id)
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do, so many seconds at most; answers whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """Pause what runs after its part."""
        self._stop.set()
        self.wait(_CLOSING_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                job_id = self._waiting.pop(0)
            try:
                run_job(self._desk, job_id, stop=self._stop.is_set)
            except Refused as refusal:
                _log.info("job %d was not taken up: %s", job_id, refusal.code)
            except Exception as error:
                _log.error("job %d could not be taken up", job_id, exc_info=error)


def _claim(desk: Desk, job_id: int, token: str) -> str:
    with desk.writing() as work:
        job, now = work.locked(Job, job_id), work.clock.now()
        if job.state in (*ENDED, "failed"):
            raise Refused(ErrorCode.JOB_OVER, what="继续")
        if job.state == "running" and not is_dead(job, work.clock):
            raise Refused(ErrorCode.JOB_RUNNING)
        job.state, job.runner, job.trouble = "running", token, ""
        job.started_at, job.heartbeat_at, job.done_before = now, now, job.done
        kind = job.kind
        work.commit()
    return kind


def _patiently(desk: Desk, kind: JobKind, job_id: int, token: str, leave: str) -> str:
    """The next part; where another was at the same rows, or the database was busy, once more."""
    for left in reversed(range(_TRIES)):
        try:
            return _next_part(desk, kind, job_id, token, leave)
        except Refused as refusal:
            if refusal.code is not ErrorCode.STALE or not left:
                raise
            time.sleep(_LONGEST_REST)
    raise AssertionError("unreachable")


def _next_part(desk: Desk, kind: JobKind, job_id: int, token: str, leave: str) -> str:
    """One part, one transaction; returns the state after it. With `leave` nothing is done: that becomes its state."""
    with desk.writing() as work:
        job = work.locked(Job, job_id)
        if job.runner != token or job.state != "running":
            return job.state  # somebody took it for dead and goes on with it
        actor = actor_of_job(work, job)
        if job.cancel_asked:
            end_cancelled(work, actor, kind, job)
        elif leave or not _in_use(work, job):
            job.state = leave if _in_use(work, job) else "paused"
        elif kind.part(work, actor, job):
            job.state, job.ended_at = "done", work.clock.now()
        job.heartbeat_at = work.clock.now()
        state = job.state
        work.commit()
    return state


def _in_use(work: UnitOfWork, job: Job) -> bool:
    """Whether account and office may still act (停用): a colleague in use may go on with what was begun."""
    account = None if job.account_id is None else work.session.get(Account, job.account_id)
    org = None if job.org_id is None else work.session.get(Org, job.org_id)
    return (account is None or account.active) and (org is None or org.active)


def _failed(desk: Desk, job_id: int, token: str, error: Exception, leaves: str) -> str:
    """The part that failed left nothing; a refusal is told in its words, a fault by its number in the log.

    Whoever mends the cause goes on from there (`resume_job`). Where the database was away the job is left for the
    next; while it is away, as it is.
    """
    is_away = isinstance(error, Refused) and error.code is ErrorCode.DATABASE_UNREACHABLE
    if is_away or is_unreachable(error):
        return _left(desk, job_id, token, leaves)
    incident = secrets.token_hex(3).upper()
    refusal = error if isinstance(error, Refused) else Refused(ErrorCode.INTERNAL, incident=incident)
    if refusal is not error:
        _log.error("incident %s in job %d", incident, job_id, exc_info=error)
    with desk.writing() as work:
        job = work.locked(Job, job_id)
        if job.runner == token and job.state == "running":
            job.state, job.ended_at, job.trouble = "failed", work.clock.now(), refusal.text
        state = job.state
        work.commit()
    return state


def _left(desk: Desk, job_id: int, token: str, state: str) -> str:
    with desk.writing() as work:
        job = work.locked(Job, job_id)
        if job.runner == token and job.state == "running":
            job.state, job.heartbeat_at = state, work.clock.now()
        state = job.state
        work.commit()
    return state


def actor_of_job(work: UnitOfWork, job: Job) -> Actor:
    """Who asked for a job, as who it goes on."""
    org = None if job.org_id is None else work.session.get(Org, job.org_id)
    return Actor(
        account_id=job.account_id or 0,
        session_id="",
        role=Role(job.role),
        name=job.account_name,
        region_code=job.region_code,
        org_id=job.org_id,
        org_name=org.name if org else "",
        address=job.address,
    )


def end_cancelled(work: UnitOfWork, actor: Actor, kind: JobKind, job: Job) -> None:
    job.state, job.ended_at = "cancelled", work.clock.now()
    if kind.cancelled is not None:
        kind.cancelled(work, actor, job)


def is_dead(job: Job, clock: Clock) -> bool:
    """Whether nobody is at a job that runs: for long nothing was heard, or its process on this machine is gone."""
    if job.state != "running":
        return False
    if job.heartbeat_at is None or clock.now() - job.heartbeat_at > STALE:
        return True
    node, _, process = job.runner.rpartition(":")[0].rpartition(":")
    return process.isdigit() and is_gone(node, int(process))
