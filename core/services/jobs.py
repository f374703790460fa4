"""Work in the background (后台任务): done in parts by a thread of this process, resumed where it stopped.

A part is one transaction that holds the rows it made and how far the job has come. So a job that breaks off,
by a fault, a lost line or a killed process, goes on from the last part, and makes nothing twice.
"""

from __future__ import annotations

import importlib
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Job, Org
from core.rules.clock import Clock
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.schema.base import Page
from core.schema.jobs import JobKey, JobQuery, JobView
from core.services.desk import Desk, desk_use_case, use_case
from core.services.scope import not_yours
from core.store.work import UnitOfWork

KIND = "job"
STALE = timedelta(seconds=60)
"""Who has not told for so long that it runs is taken for dead."""
_SHELF = "job_runner"
_CLOSING_SECONDS = 5.0
_LABELS = {
    "waiting": "等待",
    "running": "进行中",
    "paused": "已中断",
    "done": "已完成",
    "cancelled": "已取消",
    "failed": "出错",
}
_log = logging.getLogger("jijiao")


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: `part` does the next piece in the unit of work it gets, moves `job.place`, `job.done`
    and `job.total`, and answers whether that was the last. `cancelled` tidies up after a cancelled one."""

    name: str
    action: Action
    part: Callable[[UnitOfWork, Actor, Job], bool]
    cancelled: Callable[[UnitOfWork, Actor, Job], None] | None = None


# Where each kind is declared, so that whoever resumes a job needs to import that alone.
KINDS: Mapping[str, str] = {}


def kind_of(name: str) -> JobKind:
    """The kind by its name. Raises KeyError for what nobody declared."""
    module, _, entry = KINDS[name].partition(":")
    found = getattr(importlib.import_module(module), entry)
    assert isinstance(found, JobKind)
    return found


def start_job(
    work: UnitOfWork, actor: Actor, kind: str, title: str, asked: dict[str, object], *, total: int = 0
) -> Job:
    """Write down a job to be done; once the unit of work is committed, hand its id to the runner of the desk."""
    job = Job(
        kind=kind,
        title=title,
        account_id=actor.account_id,
        account_name=actor.name,
        role=actor.role.value,
        org_id=actor.org_id,
        region_code=actor.region_code,
        address=actor.address,
        asked=asked,
        total=total,
        created_at=work.clock.now(),
    )
    work.session.add(job)
    work.session.flush()
    return job


def run_job(desk: Desk, job_id: int, *, stop: Callable[[], bool] = lambda: False) -> str:
    """Do a job to its end, part by part, in this thread; returns the state that it came to.

    `stop` is asked between parts: the job is then left as paused. Raises Refused JOB_RUNNING where another
    process is at it, JOB_OVER where it has ended.
    """
    token = secrets.token_hex(8)
    kind = kind_of(_claim(desk, job_id, token))
    try:
        while True:
            state = _next_part(desk, kind, job_id, token, stop())
            if state != "running":
                return state
    except Exception as error:
        return _failed(desk, job_id, token, error)


@use_case(Action.JOB_PAGE, writes=False)
def job_page(work: UnitOfWork, actor: Actor, command: JobQuery) -> Page[JobView]:
    """The jobs of the caller's office (or of the caller, where there is none), newest first."""
    query = select(Job).where(_mine(actor)).order_by(Job.id.desc()).limit(command.limit + 1)
    if command.after is not None:
        query = query.where(Job.id < int(command.after[0]))
    rows = list(work.session.scalars(query))
    after = (rows[command.limit - 1].id,) if len(rows) > command.limit else None
    return Page(tuple(job_view_of(row, work.clock) for row in rows[: command.limit]), after)


@use_case(Action.VIEW_JOB, writes=False)
def job_view(work: UnitOfWork, actor: Actor, command: JobKey) -> JobView:
    """How far a job is. Raises NOT_FOUND, NOT_YOURS."""
    return job_view_of(_visible(work, actor, command.job_id), work.clock)


@use_case(Action.CANCEL_JOB, writes=True)
def cancel_job(work: UnitOfWork, actor: Actor, command: JobKey) -> JobView:
    """取消: the job ends after the part it is at; what is done stays done. Raises JOB_OVER, NOT_YOURS."""
    _visible(work, actor, command.job_id)
    job = work.locked(Job, command.job_id)
    if job.state in ("done", "cancelled", "failed"):
        raise Refused(ErrorCode.JOB_OVER, what="取消")
    job.cancel_asked = True
    if job.state in ("waiting", "paused") or _dead(job, work.clock):
        _end_cancelled(work, actor, kind_of(job.kind), job)
    work.audit(actor, Action.CANCEL_JOB, KIND, job.id, job.title)
    return job_view_of(job, work.clock)


@desk_use_case(Action.RESUME_JOB)
def resume_job(desk: Desk, actor: Actor, command: JobKey) -> JobView:
    """继续: a job that broke off goes on where it stopped, in this process. Raises JOB_RUNNING, JOB_OVER, NOT_YOURS."""
    with desk.writing() as work:
        _visible(work, actor, command.job_id)
        job = work.locked(Job, command.job_id)
        if job.state in ("done", "cancelled", "failed"):
            raise Refused(ErrorCode.JOB_OVER, what="继续")
        if job.state == "running" and not _dead(job, work.clock):
            raise Refused(ErrorCode.JOB_RUNNING)
        job.state, job.heartbeat_at = "paused", None
        work.audit(actor, Action.RESUME_JOB, KIND, job.id, job.title)
        view = job_view_of(job, work.clock)
        work.commit()
    JobRunner.of(desk).hand_over(command.job_id)
    return view


def job_view_of(job: Job, clock: Clock) -> JobView:
    """A row as it is shown."""
    begun, last = job.started_at, job.ended_at or job.heartbeat_at
    seconds = (last - begun).total_seconds() if begun is not None and last is not None else 0.0
    rate = job.done / seconds if seconds > 0 else 0.0
    left = int((job.total - job.done) / rate) + 1 if rate and 0 < job.done < job.total else None
    stopped = job.state in ("waiting", "paused") or _dead(job, clock)
    return JobView(
        id=job.id,
        kind=job.kind,
        title=job.title,
        state="paused" if _dead(job, clock) else job.state,
        state_label=_LABELS["paused" if _dead(job, clock) else job.state],
        total=job.total,
        done=job.done,
        rate=rate,
        seconds_left=None if job.ended_at else left,
        cancel_asked=job.cancel_asked,
        resumable=stopped,
        trouble=job.trouble,
        account_name=job.account_name,
        created_at=job.created_at,
        ended_at=job.ended_at,
        outcome=dict(job.outcome),
    )


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
        """Do this job soon; returns at once."""
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
        if job.state in ("done", "cancelled", "failed"):
            raise Refused(ErrorCode.JOB_OVER, what="继续")
        if job.state == "running" and not _dead(job, work.clock):
            raise Refused(ErrorCode.JOB_RUNNING)
        job.state, job.runner, job.trouble = "running", token, ""
        job.started_at, job.heartbeat_at = job.started_at or now, now
        kind = job.kind
        work.commit()
    return kind


def _next_part(desk: Desk, kind: JobKind, job_id: int, token: str, stop: bool) -> str:
    """One part, one transaction; returns the state after it."""
    with desk.writing() as work:
        job = work.locked(Job, job_id)
        if job.runner != token or job.state != "running":
            return job.state  # somebody took it for dead and goes on with it
        actor = actor_of_job(work, job)
        if job.cancel_asked:
            _end_cancelled(work, actor, kind, job)
        elif stop:
            job.state = "paused"
        elif kind.part(work, actor, job):
            job.state, job.ended_at = "done", work.clock.now()
        job.heartbeat_at = work.clock.now()
        state = job.state
        work.commit()
    return state


def _failed(desk: Desk, job_id: int, token: str, error: Exception) -> str:
    """The part that failed left nothing; a refusal is told in its words, a fault by its number in the log."""
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


def _end_cancelled(work: UnitOfWork, actor: Actor, kind: JobKind, job: Job) -> None:
    job.state, job.ended_at = "cancelled", work.clock.now()
    if kind.cancelled is not None:
        kind.cancelled(work, actor, job)


def _dead(job: Job, clock: Clock) -> bool:
    return job.state == "running" and (job.heartbeat_at is None or clock.now() - job.heartbeat_at > STALE)


def _mine(actor: Actor) -> ColumnElement[bool]:
    own = Job.account_id == actor.account_id
    return own & Job.org_id.is_(None) if actor.org_id is None else Job.org_id == actor.org_id


def _visible(work: UnitOfWork, actor: Actor, job_id: int) -> Job:
    job = work.session.get(Job, job_id)
    if job is None:
        raise Refused(ErrorCode.NOT_FOUND)
    mine = job.account_id == actor.account_id if actor.org_id is None else job.org_id == actor.org_id
    if not mine:
        raise not_yours(KIND, job.id)
    return job
