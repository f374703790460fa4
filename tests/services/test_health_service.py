"""What the doctor says of a service over SSH: host key, services that run, ports."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from core.schema.health import Finding
from core.services.desk import Desk
from core.services.health_service import host_key, places_of, ports, services_running
from core.services.processes import this_host
from core.services.served import mark_draining, open_service
from core.store.hostkeys import ensure_host_key, host_key_fingerprint
from core.store.work import UnitOfWork
from tests.worlds import World


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine that is listened on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def found(desk: Desk, look: Callable[[UnitOfWork], Finding]) -> Finding:
    with desk.reading() as work:
        return look(work)


def test_the_doctor_shows_where_the_host_key_lies_and_its_fingerprint(desk: Desk) -> None:
    path = ensure_host_key(desk.settings)
    shown = found(desk, host_key)
    assert shown.ok
    assert (str(path) in shown.text, host_key_fingerprint(path) in shown.text, "0600" in shown.text) == (
        True,
        True,
        True,
    )


def test_a_host_key_that_others_can_read_is_told_with_what_mends_it(desk: Desk) -> None:
    path = ensure_host_key(desk.settings)
    path.chmod(0o644)
    shown = found(desk, host_key)
    assert (shown.ok, shown.mend) == (False, f"运行 chmod 600 {path}")


def test_an_installation_without_a_service_is_sound(desk: Desk) -> None:
    looks = [found(desk, look) for look in (host_key, services_running, ports)]
    assert all(each.ok for each in looks)


def test_a_service_that_runs_is_told_with_its_machine_and_since_when(desk: Desk) -> None:
    open_service(desk, this_host(), os.getpid(), "压缩 127.0.0.1:2222")
    shown = found(desk, services_running)
    assert shown.ok
    assert shown.text == (f"{this_host()} 进程 {os.getpid()}，监听 压缩 127.0.0.1:2222，2026-11-22 09:00 起")


def test_a_service_that_ends_is_told_as_ending(desk: Desk) -> None:
    mark_draining(desk, open_service(desk, this_host(), os.getpid(), ""))
    assert found(desk, services_running).text.endswith("正在停止")


def test_a_service_that_broke_off_is_not_sound(desk: Desk, world: World) -> None:
    open_service(desk, "elsewhere", 7, "")
    world.clock.moment += timedelta(minutes=5)
    shown = found(desk, services_running)
    assert (shown.ok, shown.text.startswith("已中断：elsewhere")) == (False, True)


def test_a_port_that_answers_is_sound(desk: Desk, port: int) -> None:
    open_service(desk, this_host(), os.getpid(), f"压缩 127.0.0.1:{port}")
    assert found(desk, ports) == Finding("端口", True, f"127.0.0.1:{port} 有应答")


def test_a_port_that_does_not_answer_is_told(desk: Desk, port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        silent = taken.getsockname()[1]
    open_service(desk, this_host(), os.getpid(), f"压缩 127.0.0.1:{port}，不压缩 127.0.0.1:{silent}")
    shown = found(desk, ports)
    assert (shown.ok, shown.text) == (False, f"没有应答：127.0.0.1:{silent}")


def test_the_ports_of_another_machine_are_its_own_affair(desk: Desk) -> None:
    open_service(desk, "elsewhere", 7, "压缩 192.0.2.1:2222")
    assert found(desk, ports).text == "本机没有在监听的服务"


def test_places_are_read_out_of_what_is_listened_on() -> None:
    assert places_of("压缩 127.0.0.1:2222，不压缩 ::1:2223，压缩 :2224") == [
        ("127.0.0.1", 2222),
        ("::1", 2223),
        ("", 2224),
    ]
