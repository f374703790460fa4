"""How a service and its sessions come to an end, each part of it, and what is there afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from core.rules.roles import Guest, Role
from core.schema.sign_in import SignIn
from core.services.sign_in import sign_in
from tests.journeys.records import drafts
from tests.journeys.steps import PASSWORD, PATIENCE, PERSON, Installation, Seat
from tests.serve.service import HASTY, NOTHING_HELD, Service, alive, descriptors, free_port, held, until
from tests.worlds import submitted

FRONT_PAGE, HOME_PAGE = "继续教育服务窗口", "未完成的草稿"
OFFERED = "未完成的草稿 1 件"
DRAIN = 3


@pytest.fixture
def service(home: Installation) -> Iterator[Service]:
    """A service of this test's own, quickly there."""
    with Service(home, entry=HASTY, serve_drain_seconds=DRAIN) as service:
        yield service
        service.hang_up_all()


@pytest.fixture(scope="module")
def running(house: Installation) -> Iterator[Service]:
    """One for the tests that leave it running."""
    with Service(house) as service:
        yield service


@pytest.fixture
def lasting(running: Service) -> Iterator[Service]:
    """The same; every session is over afterwards."""
    yield running
    running.hang_up_all()
    until(lambda: held(running.home) == NOTHING_HELD and not running.sessions(), "sessions are left")


def at_a_form(service: Service) -> Seat:
    """Somebody who has begun a declaration; the last words are on the screen and nowhere else."""
    seat = service.call(login=PERSON)
    seat.see(HOME_PAGE)
    seat.type("2", "gwpx", "Enter", "Tab", "Tab", "organiser", "Tab", "新课标")
    seat.see("新课标")
    return seat


def offered(service: Service) -> None:
    """At the next login the form is offered again. (One that is still being kept is told as such.)"""
    seat = service.call(login=PERSON)
    seat.see(OFFERED)
    seat.terminal.close()


# -- one session -------------------------------------------------------------------------------------


def test_f10_ends_a_session_and_the_client_answers_0(lasting: Service) -> None:
    seat = lasting.front_page()
    seat.type("F10", "1")
    assert seat.terminal.wait_exit(timeout=PATIENCE) == 0


def test_a_hang_up_ends_the_process_and_the_sign_in_and_keeps_the_draft(home: Installation) -> None:
    with Service(home, entry=HASTY) as service:
        seat = at_a_form(service)
        (session,) = service.sessions()
        seat.terminal.hang_up()
        until(lambda: not alive([session]), "the session goes on")
        until(lambda: held(home) == NOTHING_HELD, "something is held")
        assert drafts(home) == 1
        offered(service)


def test_a_reviewer_who_hangs_up_is_looking_at_nothing_any_more(lasting: Service) -> None:
    desk = lasting.home.desk()
    wanted = SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)
    submitted(desk, desk.do(sign_in, Guest(), wanted).actor, lasting.home.scans)
    desk.close()
    seat = lasting.call(login="xiaodian")
    seat.see("继续教育公共服务平台", Role.EMPLOYER.label)
    seat.type(":sh", "Enter")
    until(lambda: held(lasting.home)["viewing"] == 1, "nobody looks at what waits")
    seat.terminal.hang_up()
    until(lambda: held(lasting.home) == NOTHING_HELD, "something is held")


def test_a_session_process_that_is_killed_says_so_and_the_others_go_on(lasting: Service) -> None:
    other = lasting.front_page()
    (first,) = lasting.sessions()
    seat = lasting.front_page()
    (process,) = set(lasting.sessions()) - {first}
    os.kill(process, signal.SIGKILL)
    seat.see("系统出错，本次会话已结束，请重新登录；已填写的内容在草稿里")
    assert seat.terminal.wait_exit() == 1
    other.type("12")
    other.see("用户类型")


def test_a_client_that_is_gone_without_a_word_leaves_nothing(lasting: Service) -> None:
    before = {process: descriptors(process) for process in (lasting.process, lasting.zygote)}
    for _ in range(5):
        seat = lasting.front_page()
        seat.terminal.signal(signal.SIGKILL)
        seat.terminal.wait_exit()
    until(lambda: held(lasting.home) == NOTHING_HELD and not lasting.sessions(), "sessions are left")
    until(
        lambda: {process: descriptors(process) for process in before} == before,
        "descriptors are left",
    )


# -- times -------------------------------------------------------------------------------------------


def test_a_session_at_rest_is_told_and_ended_and_one_in_use_is_not(home: Installation) -> None:
    """Sixty minutes of four seconds in all; the draft is kept."""
    with Service(home, entry=HASTY, env={"JIJIAO_TEST_MINUTE": "0.06"}) as service:
        busy = service.front_page()
        seat = at_a_form(service)
        deadline = time.monotonic() + 10.0
        while seat.terminal.alive and time.monotonic() < deadline:
            busy.type("x")
            seat.terminal.settle(quiet=0.5, timeout=0.5)
        assert "60 分钟没有按键，已断开；已填写的内容在草稿里" in seat.screen
        assert busy.terminal.alive
        until(lambda: drafts(home) == 1, "the draft is not kept")


def test_a_session_lasts_no_longer_than_it_may(home: Installation) -> None:
    """An hour of four seconds, in which keys come all the time."""
    with Service(home, entry=HASTY, env={"JIJIAO_TEST_MINUTE": "0.06"}, serve_hours=1) as service:
        seat = service.front_page()
        deadline = time.monotonic() + 20.0
        while seat.terminal.alive and time.monotonic() < deadline:
            seat.type("x")
            seat.terminal.settle(quiet=0.2, timeout=0.2)
        assert "会话已满 1 小时，已断开" in seat.screen


# -- the service -------------------------------------------------------------------------------------


def test_a_front_that_is_killed_takes_everything_with_it_and_the_draft_is_offered_by_the_next(
    service: Service,
) -> None:
    at_a_form(service)
    service.front_page()
    processes = service.offspring()
    assert len(service.sessions()) == 2
    os.kill(service.process, signal.SIGKILL)
    until(lambda: not alive(processes), "processes outlive their service", 12.0)
    service.kill()
    assert drafts(service.home) == 1
    service.start()
    assert held(service.home) == NOTHING_HELD
    offered(service)


def test_sigterm_lets_people_finish_and_keeps_what_they_typed(service: Service) -> None:
    seats = [at_a_form(service), service.front_page()]
    processes = service.offspring()
    began = time.monotonic()
    service.signal(signal.SIGTERM)
    seats[0].see(f"服务将在 {DRAIN} 秒后停止，请尽快保存")
    with service.call() as late:
        late.terminal.wait_exit(timeout=PATIENCE)
        assert FRONT_PAGE not in late.screen
    seats[0].type("实施")
    for seat in seats:
        seat.see("服务已停止，填写的内容已存为草稿，请过几分钟再连")
        seat.terminal.wait_exit(timeout=PATIENCE)
    assert service.wait() == 0
    assert time.monotonic() - began < DRAIN + 15
    assert not alive(processes)
    assert held(service.home) == NOTHING_HELD
    assert drafts(service.home) == 1


def test_sigterm_with_nobody_there_ends_at_once(home: Installation) -> None:
    with Service(home, entry=HASTY, serve_drain_seconds=600) as service:
        service.signal(signal.SIGTERM)
        assert service.wait() == 0


def test_a_second_sigterm_waits_for_nobody(home: Installation) -> None:
    with Service(home, entry=HASTY, serve_drain_seconds=600) as service:
        seat = at_a_form(service)
        service.signal(signal.SIGTERM)
        seat.see("服务将在 600 秒后停止")
        service.signal(signal.SIGTERM)
        seat.see("服务已停止")
        assert service.wait() == 0
        assert drafts(home) == 1


def test_without_its_zygote_sessions_go_on_and_new_ones_come_again(service: Service) -> None:
    seat = at_a_form(service)
    zygote, clerks = service.zygote, service.clerks()
    (session,) = service.sessions()
    os.kill(zygote, signal.SIGKILL)
    seat.type("实施")
    seat.see("新课标实施")
    with service.call() as new:
        new.see(FRONT_PAGE)
    assert service.zygote != zygote
    seat.terminal.hang_up()
    until(lambda: not alive([session]), "the session of the zygote that died goes on")
    until(
        lambda: not alive(clerks),
        "the clerks of the zygote that died go on though nobody is left to ask them",
    )
    until(lambda: held(service.home) == NOTHING_HELD, "something is held")
    assert drafts(service.home) == 1


def test_the_host_key_stays_the_same(home: Installation) -> None:
    found = set()
    for _ in range(2):
        with Service(home, entry=HASTY) as service:
            argv = ["ssh-keyscan", "-p", str(service.ports["不压缩"]), "127.0.0.1"]
            said = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
            found |= {tuple(line.split()[1:]) for line in said.splitlines() if not line.startswith("#")}
    assert len(found) == 1


def test_a_port_that_is_taken_is_one_sentence(home: Installation) -> None:
    service = Service(home, entry=HASTY)
    with free_port() as taken:
        service.listens = ("--listen", f"127.0.0.1:{taken}")
        process = service.begin()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert not said
    (line,) = service.log().splitlines()
    assert str(taken) in line
