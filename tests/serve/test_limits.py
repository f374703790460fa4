"""The limits of a service, each met by real clients: sessions, memory, processor, pastes, time to prove oneself."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from core.rules.roles import Role
from tests.journeys.steps import PERSON, Installation, sign_in_keys
from tests.serve.service import HASTY, NOTHING_HELD, Service, held, until

SESSIONS, OF_ADDRESS, OF_ACCOUNT, LOGIN_SECONDS, PASTED = 5, 3, 2, 5, 100
ELSEWHERE = "BindAddress=127.0.0.2"
FRONT_PAGE, HOME_PAGE = "继续教育服务窗口", "未完成的草稿"


@pytest.fixture(scope="module")
def narrow(house: Installation) -> Iterator[Service]:
    """A service that has little to give."""
    with Service(
        house,
        entry=HASTY,
        serve_sessions=SESSIONS,
        serve_address_sessions=OF_ADDRESS,
        serve_account_sessions=OF_ACCOUNT,
        serve_login_seconds=LOGIN_SECONDS,
        serve_memory_mb=128,
        serve_cpu_seconds=5,
        paste_limit=PASTED,
    ) as service:
        yield service


@pytest.fixture
def service(narrow: Service) -> Iterator[Service]:
    """The same; every session is over before and after."""
    yield narrow
    narrow.hang_up_all()
    until(lambda: held(narrow.home) == NOTHING_HELD and not narrow.sessions(), "sessions are left")


def test_one_session_too_many_from_an_address_is_told_so_and_the_others_go_on(service: Service) -> None:
    seats = [service.front_page() for _ in range(OF_ADDRESS)]
    with service.call() as refused:
        refused.see(f"从您的地址已开着 {OF_ADDRESS} 个会话，请稍后再连")
        assert refused.terminal.wait_exit() == 1
    seats[0].type("12")
    seats[0].see("用户类型")


def test_one_session_too_many_in_all_is_told_so_and_a_place_that_becomes_free_is_given_again(
    service: Service,
) -> None:
    seats = [service.front_page() for _ in range(OF_ADDRESS)]
    seats += [service.front_page(ELSEWHERE) for _ in range(SESSIONS - OF_ADDRESS)]
    with service.call(ELSEWHERE) as refused:
        refused.see(f"同时使用的人已满（{SESSIONS} 个），请稍后再连")
        assert refused.terminal.wait_exit() == 1
    seats.pop().terminal.close()
    until(lambda: held(service.home)["served"] == SESSIONS - 1, "the session that ended is counted still")
    service.front_page(ELSEWHERE)


def test_one_session_too_many_of_an_account_is_told_so(service: Service) -> None:
    seats = [service.call(login=PERSON) for _ in range(OF_ACCOUNT)]
    for seat in seats:
        seat.see(HOME_PAGE)
    with service.call(login=PERSON) as refused:
        refused.see(f"这个帐号已开着 {OF_ACCOUNT} 个会话，请先退出一个再连")
        assert refused.terminal.wait_exit() == 1


def test_whoever_signs_in_on_the_screen_counts_for_the_account_too(service: Service) -> None:
    seats = [service.call(login=PERSON) for _ in range(OF_ACCOUNT)]
    for seat in seats:
        seat.see(HOME_PAGE)
    with service.front_page() as refused:
        refused.type(*sign_in_keys(Role.PERSON, PERSON))
        refused.see(f"这个帐号已开着 {OF_ACCOUNT} 个会话，请先退出一个再连")


def test_who_proves_nothing_in_time_is_disconnected(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.ports["压缩"]), timeout=LOGIN_SECONDS + 20) as silent:
        began = time.monotonic()
        while silent.recv(4096):
            pass
        assert time.monotonic() - began > LOGIN_SECONDS - 1


def test_a_session_that_takes_too_much_memory_ends_alone_with_words(service: Service) -> None:
    with service.front_page() as other, service.front_page() as greedy:
        greedy.type("F11")
        greedy.see("程序出错，已记入日志")
        assert greedy.terminal.wait_exit() == 1
        other.type("12")
        other.see("用户类型")


def test_a_session_that_spins_is_ended_by_the_system_alone_and_counted(service: Service) -> None:
    before = service.crashed()
    with service.front_page() as other, service.front_page() as spinning:
        spinning.type("F12")
        other.type("12")
        other.see("用户类型")
        spinning.see("系统出错，本次会话已结束，请重新登录")
        assert spinning.terminal.wait_exit() == 1
        other.type("4100")
        other.see("4100")
    until(lambda: service.crashed() == before + 1, "the session that crashed is not counted")


def test_a_long_paste_is_cut_with_words_and_what_is_typed_after_it_arrives(service: Service) -> None:
    with service.front_page() as seat:
        seat.type("12")
        seat.see("用户类型")
        seat.terminal.paste("9" * (PASTED * 2000))
        seat.see(f"粘贴的内容太长，只取了前 {PASTED} 个字")
        seat.type("ctrl+u", "4100")
        seat.see("4100")
