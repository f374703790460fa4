"""A line of 4,000 bytes a second, 100 ms each way: what is typed is seen, and what nobody would see is not sent."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import bindparam, update

from bench.serve_line import Proxy
from core.model import Person
from core.rules.roles import Guest, Role
from core.schema.employers import FindEmployers
from core.services.employers import find_employers
from tests.crowds import crowd_of_people
from tests.journeys.steps import LOGINS, PATIENCE, PERSON_NAME, SCHOOL, Installation, Seat
from tests.serve.service import Service

STAFF, ROWS = 2000, 60
"""Persons of the school, and the rows of a window that shows 53 of them: 38 pages, each heavy for such a line."""
KEYS, KEYS_A_SECOND = 40, 20
"""A key that is held, longer than there are pages, repeats slower than most keyboards do."""
PATIENT = 3 * PATIENCE
"""Seconds to wait for a screen on such a line."""


@pytest.fixture(scope="module")
def service(house: Installation) -> Iterator[Service]:
    """A service of a school with very many."""
    desk = house.desk()
    try:
        (school,) = desk.do(find_employers, Guest(), FindEmployers(text=SCHOOL)).rows
        people = crowd_of_people(desk.store, school.id, "410326", STAFF)
        chance = random.Random(1)
        named = [{"owner": person, "called": name_in_full(chance)} for person in people]
        with desk.writing() as work:
            named_so = update(Person).where(Person.id == bindparam("owner")).values(name=bindparam("called"))
            work.session.connection().execute(named_so, named)
            work.commit()
    finally:
        desk.close()
    with Service(house) as running:
        yield running
        running.hang_up_all()


def name_in_full(chance: random.Random) -> str:
    """Six characters out of all: no compression makes a page of such names light."""
    return "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(6))


@pytest.fixture
def line(service: Service) -> Iterator[Proxy]:
    """The thin line before the compressed port."""
    with carried(Proxy(service.ports["压缩"])) as proxy:
        yield proxy


@contextmanager
def carried(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy listens on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = proxy.listening()
    asyncio.run_coroutine_threadsafe(listening.__aenter__(), loop).result(PATIENCE)
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(listening.__aexit__(None, None, None), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def test_the_login_comes_and_what_is_typed_is_seen(service: Service, line: Proxy) -> None:
    seat = service.call(f"Port={line.port}")
    seat.type("12")  # before the first page is there
    seat.terminal.wait("用户类型", timeout=PATIENT)
    for typed in ("4", "41", "410"):
        seat.type(typed[-1])
        seat.terminal.wait(f"[{typed} ", timeout=PATIENT)
    assert line.down > 0


def test_of_pages_that_are_turned_over_faster_than_the_line_carries_most_are_never_sent(
    service: Service, line: Proxy
) -> None:
    """PgDn is held: the last page comes, and of those before it what the line could carry meanwhile, no more."""
    seat = service.call(f"Port={line.port}", login=LOGINS[Role.EMPLOYER], rows=ROWS)
    seat.terminal.wait("继续教育公共服务平台", timeout=PATIENT)
    seat.type(":gl", "Enter")
    seat.terminal.wait("第 1 页", timeout=PATIENT)
    page = bytes_of_a_page(seat, line)
    before, begin = line.down, time.monotonic()
    for number in range(1, KEYS + 1):
        seat.type("PgDn")
        while (left := begin + number / KEYS_A_SECOND - time.monotonic()) > 0:
            seat.terminal.settle(quiet=left, timeout=left)
    seat.terminal.wait("已是最后一页", timeout=PATIENT)
    seat.terminal.settle(quiet=1.5, timeout=PATIENT)
    assert PERSON_NAME in seat.screen
    assert line.down - before < 0.6 * KEYS * page


def bytes_of_a_page(seat: Seat, line: Proxy) -> float:
    """What a page costs on the line that is turned over to by itself."""
    before = line.down
    for page in (2, 3, 4):
        seat.type("PgDn")
        seat.terminal.wait(f"第 {page} 页", timeout=PATIENT)
        seat.terminal.settle(quiet=0.5, timeout=PATIENT)
    return (line.down - before) / 3
