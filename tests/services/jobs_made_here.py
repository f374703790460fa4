"""A kind of job for tests: it opens windows of years, some a part, and does what a test asks of it on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from core.model import Job, YearWindow
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.services import job_kinds
from core.services.jobs import JobKind, start_job
from core.store.store import Store
from core.store.work import UnitOfWork
from tests.worlds import World

PER_PART = 3
ON_THE_WAY: list[Callable[[UnitOfWork, Job], None]] = []
"""What else a part does before it ends, such as failing."""


def _part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    first = int(str(job.place.get("next", 0)))
    numbers = range(first, min(job.total, first + PER_PART))
    for number in numbers:
        work.session.add(
            YearWindow(
                year=2030 + number,
                region_code=actor.region_code,
                state="open",
                reason="",
                changed_by=actor.name,
                changed_at=work.clock.now(),
            )
        )
    job.place = {"next": numbers.stop}
    job.done = numbers.stop
    job.outcome = {"写入": numbers.stop, "_last": numbers.stop}
    for each in ON_THE_WAY:
        each(work, job)
    return numbers.stop >= job.total


def _cancelled(work: UnitOfWork, actor: Actor, job: Job) -> None:
    job.outcome = {**job.outcome, "收尾": 1}


WINDOWS = JobKind("windows", Action.OPEN_YEAR, _part, _cancelled)


@contextmanager
def windows_are_a_kind() -> Iterator[None]:
    """The kind is declared until this ends."""
    with pytest.MonkeyPatch.context() as patch:
        kinds = {**job_kinds.KINDS, "windows": "tests.services.jobs_made_here:WINDOWS"}
        patch.setattr(job_kinds, "KINDS", kinds)
        ON_THE_WAY.clear()
        yield
        ON_THE_WAY.clear()


def begun(world: World, actor: Actor, total: int = 10) -> int:
    """A job written down, not begun; returns its id."""
    with world.store.writing() as work:
        job = start_job(work, actor, "windows", f"打开 {total} 个年度", {}, total=total)
        work.commit()
        return job.id


def written(store: Store) -> list[int]:
    """The years that were written, in order."""
    with store.reading() as work:
        return list(work.session.scalars(select(YearWindow.year).order_by(YearWindow.year)))


def kept(store: Store, job_id: int) -> Job:
    """The row of a job."""
    with store.reading() as work:
        row = work.session.get_one(Job, job_id)
        work.session.expunge(row)
        return row
