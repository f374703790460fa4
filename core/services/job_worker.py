"""The worker of a service (后台任务): does what waits in the background, one job at a time, whoever began it.

Several workers on one database never do a job twice: who takes one up holds its row for that moment, and its token
afterwards (see `job_runner`).
"""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import select

from core.model import Job
from core.rules.errors import Refused
from core.services import job_kinds
from core.services.desk import Desk
from core.services.job_runner import is_dead, run_job

LOOK_EVERY = 1.0
"""Seconds between two looks for what waits."""
LOOK_FOR_DEAD_EVERY = 60.0
"""And for what is run by nobody any more."""
AFTER_FAULT = 2.0
_AT_ONCE = 50
_log = logging.getLogger("jijiao")


def run_worker(desk: Desk, stop: threading.Event) -> None:
    """Do jobs until `stop` is set: the job at hand is then left as waiting, after its part, for the next worker."""
    looked_for_dead, last_told = float("-inf"), ""
    while not stop.is_set():
        for_dead = time.monotonic() - looked_for_dead >= LOOK_FOR_DEAD_EVERY
        if for_dead:
            looked_for_dead = time.monotonic()
        try:
            job_id = next_job(desk, for_dead=for_dead)
            if job_id is None:
                stop.wait(LOOK_EVERY)
            elif (
                run_job(desk, job_id, stop=stop.is_set, leaves="waiting") == "waiting"
            ):  # the database was away
                stop.wait(AFTER_FAULT)
            last_told = ""
        except Refused as refusal:  # another took it, or the database is away
            if refusal.code != last_told:
                _log.info("a job was not taken up: %s", refusal.code)
            last_told = refusal.code
            stop.wait(LOOK_EVERY)
        except Exception as error:
            _log.error("the jobs in the background could not be done", exc_info=error)
            stop.wait(AFTER_FAULT)


def next_job(desk: Desk, *, for_dead: bool = True) -> int | None:
    """The oldest job that waits, and with `for_dead` one whose runner is gone, of a kind that this program knows."""
    states = ("waiting", "running") if for_dead else ("waiting",)
    known = Job.kind.in_(job_kinds.KINDS)  # what a newer version of the program began is left to that
    query = select(Job).where(Job.state.in_(states), known).order_by(Job.id).limit(_AT_ONCE)
    after = 0
    with desk.reading() as work:
        while rows := work.session.scalars(query.where(Job.id > after)).all():
            for job in rows:
                if job.state == "waiting" or is_dead(job, work.clock):
                    return job.id
            after = rows[-1].id
    return None
