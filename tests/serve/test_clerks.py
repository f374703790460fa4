"""Sessions have their use cases done by clerks: processes of the service that hold the database for all of them."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from core.rules.roles import Guest, Role
from core.schema.sign_in import SignIn
from core.services.sign_in import sign_in
from tests.journeys.steps import LOGINS, OFFICE, PASSWORD, PERSON, PERSON_NAME, Installation
from tests.serve.service import HASTY, Service, alive, until
from tests.worlds import submitted
from tui.remote.clerks import KEPT

HOME_PAGE = "未完成的草稿"
MOST = 3


@pytest.fixture
def service(home: Installation) -> Iterator[Service]:
    """A service with few clerks."""
    with Service(home, entry=HASTY, serve_clerks=MOST) as running:
        yield running
        running.hang_up_all()


@contextlib.contextmanager
def stopped(processes: Iterable[int]) -> Iterator[None]:
    """These processes do nothing meanwhile."""
    held = list(processes)
    for process in held:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in alive(held):
            os.kill(process, signal.SIGCONT)


def stuck(service: Service) -> set[int]:
    """The clerks that have something to do for longer than any read takes."""
    busy = service.busy_clerks()
    time.sleep(0.5)
    return busy & service.busy_clerks()


# -- what sessions are spared ------------------------------------------------------------------------


def test_a_session_has_no_file_of_the_database_open(service: Service) -> None:
    seat = service.call(login=PERSON)
    seat.see(HOME_PAGE)
    (session,) = service.sessions()
    files = {os.readlink(each) for each in Path(f"/proc/{session}/fd").iterdir()}
    assert not [name for name in files if "sqlite" in name]


def test_when_nobody_asks_no_clerk_holds_a_connection(service: Service) -> None:
    service.call(login=PERSON).see(HOME_PAGE)

    def held() -> list[str]:
        links = (link for clerk in service.clerks() for link in Path(f"/proc/{clerk}/fd").iterdir())
        return [name for link in links if "sqlite" in (name := os.readlink(link))]

    until(lambda: not held(), "a clerk holds on to the database")


# -- how many there are ------------------------------------------------------------------------------


def test_where_a_request_waits_one_more_clerk_comes(service: Service) -> None:
    until(lambda: len(service.clerks()) == KEPT, "the clerks are there")
    with stopped(service.clerks()):
        seat = service.call(login=PERSON)
        seat.see(HOME_PAGE)
        assert len(service.clerks()) == KEPT + 1


def test_there_are_never_more_clerks_than_the_setting_allows(service: Service) -> None:
    seat = service.front_page()
    seat.type("12")
    seat.see("用户类型")
    with stopped(service.clerks()):
        seat.type(PERSON, "Tab", PASSWORD, "F8")
        until(lambda: len(service.clerks()) == MOST, "one more comes")
        with stopped(service.clerks()):
            seat.type("F8")
            seat.terminal.settle(quiet=1.0)
            assert len(service.clerks()) == MOST
    seat.see(HOME_PAGE)


def test_clerks_that_died_are_replaced_and_nobody_notices(service: Service) -> None:
    seat = service.call(login=PERSON)
    seat.see(HOME_PAGE)
    for clerk in (before := service.clerks()):
        os.kill(clerk, signal.SIGKILL)
    seat.type(":cx", "Enter")
    seat.see("进度查询", "共 0 条")
    until(lambda: len(service.clerks() - before) == len(service.clerks()) == KEPT, "they are replaced")


def test_a_clerk_that_dies_over_a_request_is_told_of_and_the_request_can_be_made_again(
    service: Service,
) -> None:
    desk = service.home.desk()
    wanted = SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)
    submitted(desk, desk.do(sign_in, Guest(), wanted).actor, service.home.scans)
    desk.close()
    seat = service.call(login=LOGINS[Role.EMPLOYER])
    seat.see("学时初审")
    seat.type("1")
    seat.see("待审 1 ", PERSON_NAME)
    seat.terminal.settle(quiet=0.5)
    until(lambda: not service.busy_clerks(), "something else is asked for")
    with contextlib.closing(sqlite3.connect(service.home.folder / "jijiao.sqlite3")) as database:
        database.execute("begin immediate")  # so that the decision takes its time
        seat.type("a")
        until(lambda: stuck(service), "a clerk takes the decision")
        for clerk in stuck(service):
            os.kill(clerk, signal.SIGKILL)
        seat.see("程序出错")
    seat.pass_one(PERSON_NAME, went_to=OFFICE)


def test_a_clerk_whose_memory_has_grown_leaves_and_another_comes(home: Installation) -> None:
    with Service(home, entry=HASTY, serve_memory_mb=128) as service:
        before = service.clerks()
        seat = service.front_page()
        seat.type("12")
        seat.see("用户类型")
        seat.type(PERSON, "Tab", PASSWORD, "F8")  # a password costs tens of megabytes to compare
        seat.see(HOME_PAGE)
        until(lambda: service.clerks() - before, "none has left")
        until(lambda: len(service.clerks()) == KEPT, "none has come")
        seat.type(":cx", "Enter")
        seat.see("进度查询", "共 0 条")
        seat.terminal.close()


def test_without_the_zygote_the_clerks_that_are_there_stay(home: Installation) -> None:
    with Service(home, entry=HASTY, serve_memory_mb=128) as service:
        seat = service.front_page()
        seat.type("12")
        seat.see("用户类型")
        clerks = service.clerks()
        os.kill(service.zygote, signal.SIGKILL)
        seat.type(PERSON, "Tab", PASSWORD, "F8")  # at other times one would leave after that
        seat.see(HOME_PAGE)
        seat.type(":cx", "Enter")
        seat.see("进度查询", "共 0 条")
        assert alive(clerks) == clerks
        seat.terminal.close()
