"""Work in the background of a service: watched on screen as ever, and done though whoever began it has hung up."""

from __future__ import annotations

import os
import signal

import pytest

from core.model import Job
from core.rules.roles import Role
from tests.journeys.steps import LOGINS, Installation, Seat
from tests.journeys.years import crowded, learned
from tests.serve.service import Service, until

MANY = 2500


def begin(seat: Seat) -> None:
    """年度认定 of a year, as a bureau begins it."""
    seat.see(Role.BUREAU.label, ":rd")
    seat.type(":rd", "Enter")
    seat.see("已开放")
    seat.type("Down", "r", "Enter")


def job_of(home: Installation) -> Job:
    """The newest job as it stands."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            return work.session.query(Job).order_by(Job.id.desc()).limit(1).one()
    finally:
        desk.close()


def runner(job: Job) -> int:
    """The process that took it up last."""
    return int(job.runner.split(":")[1])


@pytest.fixture
def crowd(home: Installation) -> Installation:
    """An installation with some thousand people whose year is over."""
    learned(home, 2025)
    crowded(home, MANY)
    return home


def test_a_job_is_followed_on_screen_while_the_worker_does_it(home: Installation) -> None:
    learned(home, 2025)
    with Service(home) as service, service.call(login=LOGINS[Role.BUREAU]) as seat:
        begin(seat)
        seat.see("2025年度认定   已完成", "结果：认定 1，通过 1，不通过 0")
        assert runner(job_of(home)) == service.worker()


def test_a_job_goes_on_when_the_session_that_began_it_has_hung_up(crowd: Installation) -> None:
    with Service(crowd) as service:
        with service.call(login=LOGINS[Role.BUREAU]) as seat:
            begin(seat)
            seat.see("2025年度认定   进行中")
        until(lambda: not service.sessions(), "the session is gone")
        until(lambda: job_of(crowd).state == "done", "the job is done")
        assert runner(job_of(crowd)) == service.worker()


def test_a_job_goes_on_when_its_worker_was_killed(crowd: Installation) -> None:
    with Service(crowd) as service, service.call(login=LOGINS[Role.BUREAU]) as seat:
        begin(seat)
        seat.see("2025年度认定   进行中")
        first = runner(job_of(crowd))
        os.kill(first, signal.SIGKILL)
        seat.see("2025年度认定   已完成")
        assert runner(job_of(crowd)) not in (first, service.process)


def test_a_job_goes_on_at_the_next_start_of_the_service(crowd: Installation) -> None:
    with Service(crowd, serve_drain_seconds=1) as service, service.call(login=LOGINS[Role.BUREAU]) as seat:
        begin(seat)
        seat.see("2025年度认定   进行中")
        service.signal(signal.SIGTERM)
        service.wait()
    state = job_of(crowd).state
    with Service(crowd):
        until(lambda: job_of(crowd).state == "done", "the job is done")
    assert state in ("waiting", "done")
