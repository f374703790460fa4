"""年度认定 of a whole region, waited for: what tests need that are about something else."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.jobs import JobKey
from core.services.desk import Desk
from core.services.jobs import JobRunner, job_view
from core.services.recognition import start_recognition

PATIENCE = 60.0


@dataclass(frozen=True)
class Settled:
    """What a run came to."""

    people: int
    passed: int
    failed: int


def settle(desk: Desk, bureau: Actor, year: int) -> Settled:
    """Start it in the background and wait for its end. Raises Refused."""
    job = desk.do(start_recognition, bureau, Number(value=year))
    assert JobRunner.of(desk).wait(PATIENCE)
    view = desk.do(job_view, bureau, JobKey(job_id=job.id))
    assert view.state == "done", view
    counts = [int(str(view.outcome[name])) for name in ("认定", "通过", "不通过")]
    return Settled(*counts)
