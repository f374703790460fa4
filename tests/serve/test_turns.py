"""One thread serves all connections: how its time, and the checking of passwords, are shared out."""

from __future__ import annotations

import asyncio
import errno
import time
from typing import Any

import pytest

from tui.serve.bounds import Proving
from tui.serve.packets import packet_pair, tell
from tui.serve.turns import BURST, DEAF_BYTES, Turns

FLOOD, KEY = b"f" * 400_000, b"k"
HERE, THERE = "192.0.2.1", "192.0.2.2"


class Wire:
    """The transport under a connection."""

    def __init__(self) -> None:
        self.unread, self.is_paused = 0, False

    def get_write_buffer_size(self) -> int:
        return self.unread

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


class Costly:
    """A connection whose every piece costs two milliseconds of the processor."""

    def __init__(self) -> None:
        self._transport: Any = Wire()
        self.taken = bytearray()

    def data_received(self, data: bytes) -> None:
        until = time.thread_time() + 0.002
        while time.thread_time() < until:
            pass
        self.taken += data


def attached(turns: Turns, address: str) -> Costly:
    connection = Costly()
    turns.attach(connection, address)  # type: ignore[arg-type]
    return connection


async def worked_off(connection: Costly, size: int) -> None:
    async with asyncio.timeout(60):
        while len(connection.taken) < size:
            await asyncio.sleep(0.01)


async def test_a_key_from_another_address_is_taken_at_once_while_a_flood_waits() -> None:
    turns = Turns()
    flooding, other = attached(turns, HERE), attached(turns, THERE)
    flooding.data_received(FLOOD)
    other.data_received(KEY)
    assert bytes(other.taken) == KEY
    assert len(flooding.taken) < len(FLOOD)


async def test_all_of_a_flood_arrives_in_the_end_and_in_order() -> None:
    flooding = attached(Turns(), HERE)
    sent = bytes(range(256)) * 800
    for start in range(0, len(sent), 50_000):
        flooding.data_received(sent[start : start + 50_000])
    assert flooding._transport.is_paused
    await worked_off(flooding, len(sent))
    assert bytes(flooding.taken) == sent
    assert not flooding._transport.is_paused


async def test_who_has_cost_too_much_waits_on_a_new_connection_too() -> None:
    turns = Turns()
    turns.spend(HERE, BURST * 2)
    again, other = attached(turns, HERE), attached(turns, THERE)
    again.data_received(KEY)
    other.data_received(KEY)
    assert bytes(again.taken) == b"" and bytes(other.taken) == KEY
    await worked_off(again, 1)


async def test_of_a_client_that_reads_nothing_nothing_is_read_until_it_does() -> None:
    deaf = attached(Turns(), HERE)
    deaf._transport.unread = DEAF_BYTES + 1
    deaf.data_received(KEY)
    await asyncio.sleep(0.2)
    assert bytes(deaf.taken) == b"" and deaf._transport.is_paused
    deaf._transport.unread = 0
    await worked_off(deaf, 1)
    assert not deaf._transport.is_paused


async def test_what_a_closed_connection_had_sent_is_dropped() -> None:
    turns = Turns()
    turns.spend(HERE, BURST * 2)
    gone = attached(turns, HERE)
    gone.data_received(FLOOD)
    gone._transport = None
    await asyncio.sleep(0.1)
    assert bytes(gone.taken) == b""


async def test_passwords_from_one_address_are_checked_one_after_the_other_and_another_comes_between() -> None:
    proving, begun, go_on = Proving(2), [], asyncio.Event()

    async def check(name: str) -> None:
        begun.append(name)
        await go_on.wait()

    from_here = [asyncio.create_task(proving.check(HERE, lambda: check("here"))) for _ in range(20)]
    await asyncio.sleep(0)
    from_there = asyncio.create_task(proving.check(THERE, lambda: check("there")))
    await asyncio.sleep(0.05)
    assert begun == ["here", "there"]
    go_on.set()
    await asyncio.gather(*from_here, from_there)
    assert len(begun) == 21


async def test_who_goes_away_while_waiting_gives_the_place_up_and_a_check_that_has_begun_keeps_it() -> None:
    proving, begun, go_on = Proving(1), [], asyncio.Event()

    async def check(name: str) -> None:
        begun.append(name)
        await go_on.wait()

    checked = asyncio.create_task(proving.check(HERE, lambda: check("gone")))
    await asyncio.sleep(0.01)
    waits = asyncio.create_task(proving.check(HERE, lambda: check("impatient")))
    last = asyncio.create_task(proving.check(THERE, lambda: check("last")))
    await asyncio.sleep(0.01)
    checked.cancel()
    waits.cancel()
    await asyncio.sleep(0.05)
    assert begun == ["gone"]
    go_on.set()
    await last
    assert begun == ["gone", "last"]


def test_an_order_to_the_zygote_that_would_not_arrive_whole_is_not_sent() -> None:
    near, far = packet_pair()
    with near, far:
        with pytest.raises(OSError) as refused:
            tell(near, {"meta": "x" * 100_000})
        assert refused.value.errno == errno.EMSGSIZE
        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(1)
