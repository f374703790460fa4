"""The bench of the service: its arithmetic, its stations, and its parts, without the service itself."""

from __future__ import annotations

import asyncio
import importlib
import socket
import time
from pathlib import Path

import pytest

from bench.serve import load_rows
from bench.serve_ground import OFFICERS, PEOPLE, County
from bench.serve_line import Proxy
from bench.serve_lines import Line
from bench.serve_load import Load, Share, percentile
from bench.serve_stations import PLACES, signed_in, stations, stock_stations
from bench.serve_typing import Operator, keys_of

MODULES = (
    "serve",
    "bare",
    "ground",
    "line",
    "lines",
    "load",
    "processes",
    "room",
    "stations",
    "stock",
    "typing",
)


def load(echo: float, size: float) -> Load:
    """A hundred keys with one echo."""
    return Load(100, (echo,) * 100, 100, 0, size, 4.0, 0.8, 90.0, 1.0)


def county() -> County:
    """Accounts that nobody has."""
    people = tuple(f"person{number}" for number in range(PEOPLE))
    return County(Path("nowhere"), "", Path("key"), people, tuple(f"officer{n}" for n in range(OFFICERS)))


class Silent(Line):
    """A line that keeps what is typed."""

    typed = b""

    def send(self, data: bytes) -> None:
        self.typed += data

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("module", MODULES)
def test_every_part_of_the_bench_of_the_service_can_be_imported(module: str) -> None:
    name = "bench.serve" if module == "serve" else f"bench.serve_{module}"
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize(("percent", "value"), [(50.0, 50), (95.0, 95), (99.0, 99), (100.0, 100)])
def test_a_percentile_is_the_value_that_so_many_of_100_do_not_exceed(percent: float, value: int) -> None:
    assert percentile(range(100, 0, -1), percent) == value


def test_three_times_better_and_ten_times_fewer_bytes_hold_at_just_that() -> None:
    rows = load_rows("X", Share(20, 100, 0, 9), {"plain": load(30, 10)}, {"plain": load(90, 100)})
    assert all(row.holds for row in rows if row.holds is not None)


@pytest.mark.parametrize(
    ("ours", "words"),
    [(load(31, 10), "beside stock"), (load(61, 10), "echo p99"), (load(30, 11), "bytes a key")],
)
def test_what_is_worse_than_its_limit_stands_out(ours: Load, words: str) -> None:
    rows = load_rows("X", Share(20, 100, 0, 9), {"plain": ours}, {"plain": load(90, 100)})
    assert [row for row in rows if row.holds is False and words in row.what]


def test_a_hundred_operators_sit_half_at_the_form_with_an_account_each() -> None:
    seated = stations(county(), 1, 0, 100)
    logins = [each["line"]["login"] for each in seated if each["station"] != "login"]
    found = ([each["station"] for each in seated].count("form"), len(logins), len(set(logins)))
    assert found == (50, 80, 80)


def test_one_in_five_opens_screens_and_one_in_five_of_the_yardstick_too() -> None:
    ours, stock = stations(county(), 1, 0, 50), stock_stations(0, 50)
    opening = [[bool(each["screens"]) for each in seated] for seated in (ours, stock)]
    assert (opening[0], sum(opening[0])) == (opening[1], 10)


def test_the_yardstick_sits_at_the_same_stations() -> None:
    assert [each["station"] for each in stock_stations(0, 20)] == list(PLACES) * 2


def test_all_who_are_idle_have_signed_in_with_an_account_of_their_own() -> None:
    logins = [each["line"]["login"] for each in signed_in(county(), 1, 50)]
    assert len(set(logins) - {"guest"}) == 50


@pytest.mark.parametrize("station", ["form", "desk", "login"])
def test_what_is_typed_leaves_the_screen_as_it_was(station: str) -> None:
    keys = [key for key, _ in keys_of(station)]
    taken_back = [key for key in keys if key in ("\x7f", "\x1b[A")]
    assert len(taken_back) * 2 == len(keys)


def test_an_echo_is_timed_to_the_byte_that_shows_the_letter() -> None:
    line = Silent()

    async def typed() -> Operator:
        operator = Operator(line, {"station": "form", "way": (), "stands": ""}, 1)
        loop = asyncio.get_running_loop()
        loop.call_later(0.02, line.heard, b"\x1b[3H")  # something else comes first
        loop.call_later(0.06, line.heard, b"v")
        await operator._press("v", "v")
        operator._noted()
        return operator

    operator = asyncio.run(typed())
    assert (line.typed, operator.missed, operator.echoes[0] >= 0.055) == (b"v", 0, True)


def test_a_thin_line_takes_its_time_for_every_byte_and_a_delay_for_the_first() -> None:
    async def fetched() -> float:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"x" * 400)

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Proxy(port, rate=2000, delay=0.05).listening() as proxy:
            begin = time.monotonic()
            with socket.socket() as client:
                client.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_connect(client, ("127.0.0.1", proxy.port))
                came = 0
                while came < 400:
                    came += len(await loop.sock_recv(client, 4096))
            return time.monotonic() - begin

    assert asyncio.run(fetched()) >= 0.2 + 0.05
