"""Clients that mean harm, each at a real service: it costs them their connection, and nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh.channel import SSHClientChannel
from asyncssh.packet import String
from sqlalchemy import delete

from core.model import ServedSession
from core.model import Service as Running
from tests.journeys.steps import Installation
from tests.serve.line import Line
from tests.serve.service import NOTHING_HELD, Service, held, until
from tui.serve.bounds import MOST_CHANNELS

FRONT_PAGE = "继续教育服务窗口"
LOGIN_SECONDS = 5
MB = 1024 * 1024


@pytest.fixture(scope="module")
def running(house: Installation) -> Iterator[Service]:
    """A service that waits five seconds for whoever has nothing open."""
    with Service(house, serve_login_seconds=LOGIN_SECONDS) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Iterator[Service]:
    """The same, with the same zygote before and after; every session is over then."""
    zygote = running.zygote
    yield running
    running.hang_up_all()
    until(lambda: held(running.home) == NOTHING_HELD and not running.sessions(), "sessions are left")
    assert running.zygote == zygote


@asynccontextmanager
async def attacker(service: Service, **options: Any) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A guest's connection, in the hands of somebody who knows the protocol."""
    port = service.ports["压缩" if "compression_algs" in options else "不压缩"]
    asked = {"username": "guest", "known_hosts": None, "client_keys": None, "config": None} | options
    connection = await asyncssh.connect("127.0.0.1", port, agent_path=None, **asked)
    try:
        yield connection
    finally:
        connection.abort()


async def cut_off(connection: asyncssh.SSHClientConnection, seconds: float = 30) -> None:
    """Wait until the service has ended the connection."""
    with contextlib.suppress(asyncssh.Error):
        await asyncio.wait_for(connection.wait_closed(), seconds)


async def bare_channel(
    connection: asyncssh.SSHClientConnection, *, packet: int = 2**15
) -> SSHClientChannel[bytes]:
    """A channel for which nothing was asked yet; its client takes packets of so many bytes."""
    loop = asyncio.get_running_loop()
    channel: Any = SSHClientChannel(connection, loop, False, None, "strict", 2**21, packet)
    await channel._open(b"session")
    return channel


def most_held(process: int) -> int:
    """The most bytes that a process has held so far."""
    words = Path(f"/proc/{process}/status").read_text().split("VmHWM:")[1].split()
    return int(words[0]) * 1024


def still_answers(service: Service) -> None:
    """Somebody else comes, and is served."""
    with service.front_page() as seat:
        seat.type("12")
        seat.see("用户类型")


def test_a_terminal_that_says_a_book_about_itself_is_served_like_any_other(service: Service) -> None:
    long = {"LANG": "x" * 50_000, "LC_ALL": "y" * 20_000, "COLORTERM": "z" * 50_000}
    line = Line(service.ports["不压缩"], env=long)
    try:
        line.wait(FRONT_PAGE, timeout=30)
    finally:
        line.close()
    still_answers(service)


def test_a_terminal_whose_kind_is_a_book_is_served_like_any_other(service: Service) -> None:
    line = Line(service.ports["不压缩"], term="xterm" + "\x1b]0;" * 10_000)
    try:
        line.wait(FRONT_PAGE, timeout=30)
    finally:
        line.close()
    still_answers(service)


async def test_a_packet_that_unpacks_to_hundreds_of_megabytes_ends_its_connection_alone(
    service: Service,
) -> None:
    before = most_held(service.process)
    async with attacker(service, compression_algs=["zlib@openssh.com"]) as connection:
        inside: Any = connection

        class Bomb:
            def __init__(self, packer: Any) -> None:
                self._packer = packer

            def compress(self, data: bytes) -> bytes:
                packed = b"".join(self._packer.compress(bytes(MB)) for _ in range(50))
                return packed + bytes(self._packer.flush(zlib.Z_SYNC_FLUSH))

        inside._compressor = Bomb(inside._compressor._comp)
        inside.send_packet(2)
        await cut_off(connection)
    assert most_held(service.process) < before + 20 * MB
    still_answers(service)


async def test_a_connection_has_ten_channels_and_the_next_is_refused(service: Service) -> None:
    async with attacker(service) as connection:
        for _ in range(MOST_CHANNELS):
            await bare_channel(connection)
        with pytest.raises(asyncssh.ChannelOpenError, match="too many channels"):
            await bare_channel(connection)
    still_answers(service)


async def test_a_client_that_wants_its_screens_byte_by_byte_is_refused(service: Service) -> None:
    async with attacker(service) as connection:
        with pytest.raises(asyncssh.ChannelOpenError, match="packets too small"):
            await bare_channel(connection, packet=1)


async def test_what_a_client_says_without_end_is_not_kept(service: Service) -> None:
    before = most_held(service.process)
    async with attacker(service) as connection:
        channel: Any = await bare_channel(connection)
        for number in range(1000):
            channel._send_request(b"env", String(b"A%d" % number), String(b"x" * 30_000))
        answer = await asyncio.wait_for(channel._make_request(b"shell"), 30)
        assert answer
    assert most_held(service.process) < before + 20 * MB
    still_answers(service)


async def test_who_opens_a_channel_and_asks_for_nothing_is_cut_off(service: Service) -> None:
    async with attacker(service) as connection:
        await bare_channel(connection)
        await cut_off(connection)
        assert connection.is_closed()


async def test_who_has_ended_all_and_opens_nothing_more_is_cut_off(service: Service) -> None:
    async with attacker(service) as connection:
        process = await connection.create_process(term_type="xterm", encoding=None)
        await asyncio.wait_for(process.stdout.read(100), 30)
        process.close()
        await process.wait_closed()
        assert not connection.is_closed()
        await cut_off(connection)
        assert connection.is_closed()


async def test_a_password_of_megabytes_ends_its_connection_before_anybody_looks_at_it(
    service: Service,
) -> None:
    with pytest.raises((asyncssh.ProtocolError, asyncssh.ConnectionLost)):
        async with attacker(service, username="anybody", password="x" * 200_000):
            pass
    still_answers(service)


@pytest.mark.parametrize("costly", ["diffie-hellman-group18-sha512", "rsa2048-sha256"])
async def test_a_key_exchange_that_takes_long_is_not_offered(service: Service, costly: str) -> None:
    with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)):
        async with attacker(service, kex_algs=[costly]):
            pass


async def test_a_flood_of_packets_leaves_the_service_to_others(service: Service) -> None:
    with service.front_page("BindAddress=127.0.0.2") as other:
        async with attacker(service) as connection:
            inside: Any = connection
            for _ in range(20_000):
                inside.send_packet(80, String(b"x"), b"\1")  # a request that wants an answer, never read
            inside._transport.pause_reading()
            other.type("12")
            other.see("用户类型")


def test_many_who_come_and_say_nothing_leave_the_service_to_others(service: Service) -> None:
    with service.front_page("BindAddress=127.0.0.2") as other, contextlib.ExitStack() as all_of_them:
        for _ in range(300):
            coming = socket.create_connection(("127.0.0.1", service.ports["压缩"]))
            all_of_them.enter_context(contextlib.closing(coming))
        other.type("12")
        other.see("用户类型")
    log = (service.home.folder / "log" / "jijiao.log").read_text()
    assert 1 <= log.count('"crowd"') <= 2, "a line for each of them drives all else out of the log"


def test_a_session_holds_no_door_and_nothing_of_its_secrets_is_on_the_command_line(service: Service) -> None:
    with service.front_page(), service.front_page():
        for process in service.sessions():
            inodes = {
                link.split("[")[1].rstrip("]")
                for file in Path(f"/proc/{process}/fd").iterdir()
                if (link := str(file.readlink())).startswith("socket:")
            }
            listening = {
                line.split()[9]
                for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
                if line.split()[3] == "0A"
            }
            assert len(inodes) == 4 and not inodes & listening  # its line, the clerks', two of its event loop
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            assert words[1:3] == [b"-m", b"tui.remote.zygote"]
            assert all(len(word) < 20 for word in words[3:])


def test_no_process_of_the_service_leaves_its_memory_in_a_file(service: Service) -> None:
    with service.front_page():
        for process in service.offspring():
            limits = Path(f"/proc/{process}/limits").read_text().splitlines()
            (cores,) = [line for line in limits if line.startswith("Max core file size")]
            assert cores.split()[4:6] == ["0", "0"]


def test_the_end_of_the_terminal_that_began_the_service_ends_it_in_order(home: Installation) -> None:
    with Service(home, serve_drain_seconds=1) as service:
        with service.front_page() as seat:
            service.signal(signal.SIGHUP)
            seat.see("服务已停止")
        assert service.wait() == 0
        assert held(home) == NOTHING_HELD


def test_a_service_that_others_took_for_dead_ends_in_order_and_says_so_to_whoever_started_it(
    home: Installation,
) -> None:
    with Service(home, serve_drain_seconds=1) as service:
        seat = service.front_page()
        desk = home.desk()
        with desk.writing() as work:
            work.session.execute(delete(ServedSession))
            work.session.execute(delete(Running))
            work.commit()
        desk.close()
        seat.see("服务已停止")
        assert service.wait() == 1


def test_a_session_that_no_longer_listens_is_ended_all_the_same(home: Installation) -> None:
    with Service(home, serve_drain_seconds=1) as service:
        seat = service.front_page()
        (process,) = service.sessions()
        os.kill(process, signal.SIGSTOP)
        began = time.monotonic()
        service.signal(signal.SIGTERM)
        assert service.wait(40) == 0
        assert time.monotonic() - began < 30
        assert not Path(f"/proc/{process}").exists()
        seat.terminal.close()
