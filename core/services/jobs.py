"""Work in the background (后台任务): begun by a use case, listed, cancelled, and resumed where it stopped."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Job
from core.rules.clock import Clock
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Page
from core.schema.jobs import JobKey, JobQuery, JobView
from core.services.desk import Desk, desk_use_case, use_case
from core.services.job_kinds import KINDS, JobKind, kind_of
from core.services.job_runner import ENDED, JobRunner, actor_of_job, end_cancelled, is_dead, run_job
from core.services.scope import not_yours
from core.store.work import UnitOfWork

__all__ = [
    "KINDS",
    "JobKind",
    "JobRunner",
    "actor_of_job",
    "cancel_job",
    "job_page",
    "job_view",
    "job_view_of",
    "kind_of",
    "resume_job",
    "run_job",
    "start_job",
]

KIND = "job"
_LABELS = {
    "waiting": "等待",
    "running": "进行中",
    "paused": "已中断",
    "done": "已完成",
    "cancelled": "已取消",
    "failed": "出错",
}


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
    if job.state in (*ENDED, "failed"):
        raise Refused(ErrorCode.JOB_OVER, what="取消")
    job.cancel_asked = True
    if job.state in ("waiting", "paused") or is_dead(job, work.clock):
        end_cancelled(work, actor, kind_of(job.kind), job)
    work.audit(actor, Action.CANCEL_JOB, KIND, job.id, job.title)
    return job_view_of(job, work.clock)


@desk_use_case(Action.RESUME_JOB)
def resume_job(desk: Desk, actor: Actor, command: JobKey) -> JobView:
    """继续: a job that broke off goes on where it stopped, in this process. Raises JOB_RUNNING, JOB_OVER, NOT_YOURS."""
    with desk.writing() as work:
        _visible(work, actor, command.job_id)
        job = work.locked(Job, command.job_id)
        if job.state in ENDED:
            raise Refused(ErrorCode.JOB_OVER, what="继续")
        if job.state == "running" and not is_dead(job, work.clock):
            raise Refused(ErrorCode.JOB_RUNNING)
        job.state, job.heartbeat_at, job.ended_at, job.trouble = "waiting", None, None, ""
        # It goes on as who resumes it: who began it may have been disabled (停用) since then.
        job.account_id, job.account_name, job.address = actor.account_id, actor.name, actor.address
        work.audit(actor, Action.RESUME_JOB, KIND, job.id, job.title)
        view = job_view_of(job, work.clock)
        work.commit()
    JobRunner.of(desk).hand_over(command.job_id)
    return view


def job_view_of(job: Job, clock: Clock) -> JobView:
    """A row as it is shown."""
    begun, last = job.started_at, job.ended_at or job.heartbeat_at
    seconds = (last - begun).total_seconds() if begun is not None and last is not None else 0.0
    rate = (job.done - job.done_before) / seconds if seconds > 0 else 0.0
    left = int((job.total - job.done) / rate) + 1 if rate > 0 and job.done < job.total else None
    stopped = job.state in ("waiting", "paused", "failed") or is_dead(job, clock)
    return JobView(
        id=job.id,
        kind=job.kind,
        title=job.title,
        state="paused" if is_dead(job, clock) else job.state,
        state_label=_LABELS["paused" if is_dead(job, clock) else job.state],
        total=job.total,
        done=job.done,
        rate=rate,
        seconds_left=left if job.state == "running" and not stopped else None,
        cancel_asked=job.cancel_asked,
        resumable=stopped,
        trouble=job.trouble,
        account_name=job.account_name,
        created_at=job.created_at,
        ended_at=job.ended_at,
        outcome=dict(job.outcome),
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    own = Job.account_id == actor.account_id
    return own & Job.org_id.is_(None) if actor.org_id is None else Job.org_id == actor.org_id


def _visible(work: UnitOfWork, actor: Actor, job_id: int) -> Job:
    job = work.session.get(Job, job_id)
    if job is None:
        raise Refused(ErrorCode.NOT_FOUND)
    mine = actor.org_id is not None or job.account_id == actor.account_id
    if job.org_id != actor.org_id or not mine:
        raise not_yours(KIND, job.id)
    return job
