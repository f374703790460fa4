"""Operators at their keyboards: many sessions in one process, over SSH or on pseudo-terminals, told what to do by JSON.

`python -m bench.serve_typing` reads one order a line and answers each with one line: `open` opens sessions,
`arrive` leads those from a number on to their screens, `type` has all of them type, `go_back` leads those who opened
screens to their stations again, `close` ends all but the first so many. It is a process of its own, so that its
share of the processors can be told from that of the service.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from bench.serve_lines import Line, open_line

EVERY_SECONDS = 0.5
"""Two keys a second."""
SCREEN_SECONDS = 2.0
"""How often one who opens screens opens one."""
LOST_SECONDS = 5.0
"""A key that has shown nothing by then counts as so long."""
BURST_SECONDS = 0.03
"""What follows sooner than this belongs to the same echo."""
QUIET_SECONDS, MOVING_SECONDS, STANDS_SECONDS = 0.4, 4.0, 40.0
FIRST_SCREEN = 300
"""Bytes that no first screen does without."""
_LETTERS = "vwxyzkjo"
"""None of them ends an escape sequence, so a byte that is one of them shows it."""
_AT_ONCE = 8


def keys_of(station: str) -> Sequence[tuple[str, str]]:
    """What is typed there over and over: each key with what shows it ("": whatever comes)."""
    if station == "desk":
        return (("\x1b[B", ""),) * 5 + (("\x1b[A", ""),) * 5
    typed = [*_LETTERS, "继"] if station == "form" else list(_LETTERS)
    return tuple((letter, letter) for letter in typed) + (("\x7f", ""),) * len(typed)


class Operator:
    """One session. Echoes in seconds; `missed` are keys that showed nothing in time."""

    def __init__(self, line: Line, told: Mapping[str, Any], seed: int) -> None:
        self.line, self.station = line, str(told["station"])
        self._way: Sequence[str] = told["way"]
        self._stands = str(told["stands"]).encode()
        self.opens: Sequence[Sequence[str]] = told.get("screens", ())
        self._chance = random.Random(seed)
        self.echoes: list[float] = []
        self.keys = self.missed = self.screens = 0
        self._sent = self._echo = self.heard_at = 0.0
        self._at = 0  # goes on where the last time of typing ended
        self._expected, self._tail = b"", b""
        self._shown = asyncio.Event()
        self._kept = bytearray()
        self._keeps = False
        line.on_bytes = self._heard

    async def opened(self) -> None:
        """Until the first screen stands. Raises TimeoutError."""
        async with asyncio.timeout(STANDS_SECONDS):
            while self.line.received < FIRST_SCREEN:
                await asyncio.sleep(0.02)
        await self.quiet()

    async def arrive(self) -> None:
        """Walk to the screen where the work is done. LookupError where it never stands."""
        self._keeps = True
        for keys in self._way:
            self.line.send(keys.encode())
            await self.quiet()
        begin = time.perf_counter()
        while self._stands not in self._kept:
            if time.perf_counter() - begin > STANDS_SECONDS:
                shown = bytes(self._kept)[-1500:].decode(errors="replace")
                raise LookupError(f"{self.station}: {self._stands.decode()} is not in {shown!r}")
            await asyncio.sleep(0.1)
        self._keeps = False
        self._kept.clear()
        await self.quiet()

    async def quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Until nothing has come for so long; no longer than MOVING_SECONDS, for what never rests."""
        begin = time.perf_counter()
        while (now := time.perf_counter()) - max(
            self.heard_at, begin
        ) < seconds and now - begin < MOVING_SECONDS:
            await asyncio.sleep(0.05)

    async def type(self, seconds: float) -> None:
        """Type until the time is over; the next key is not pressed before the last one has shown."""
        chance, keys = self._chance, keys_of(self.station)
        await asyncio.sleep(chance.random() * EVERY_SECONDS)
        end = time.perf_counter() + seconds
        while (begin := time.perf_counter()) < end:
            await self._press(*keys[self._at % len(keys)])
            self._at += 1
            rest = EVERY_SECONDS * chance.uniform(0.9, 1.1) - (time.perf_counter() - begin)
            await asyncio.sleep(max(rest, 0.0))
            self._noted()

    async def open_screens(self, seconds: float) -> None:
        """Open one screen after the other."""
        await asyncio.sleep(self._chance.random() * SCREEN_SECONDS)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for keys in self.opens[self.screens % len(self.opens)]:
                self.line.send(keys.encode())
            self.screens += 1
            await asyncio.sleep(SCREEN_SECONDS)

    async def go_back(self) -> None:
        """From the screens that were opened to the one where the work is done."""
        self.line.send("".join(self.opens[0]).encode())
        await self.quiet()
        await self.arrive()

    def begin(self) -> None:
        """Count anew."""
        self.echoes.clear()
        self.keys = self.missed = self.screens = 0
        self.line.received = 0

    async def _press(self, key: str, shows: str) -> None:
        self._expected, self._tail, self._sent, self._echo = shows.encode(), b"", 0.0, 0.0
        self._shown.clear()
        self._sent = time.perf_counter()
        self.line.send(key.encode())
        self.keys += 1
        try:
            await asyncio.wait_for(self._shown.wait(), LOST_SECONDS)
        except TimeoutError:
            self.missed += 1
            self._echo = LOST_SECONDS

    def _noted(self) -> None:
        if self._sent:
            self.echoes.append(self._echo)
            self._sent = 0.0

    def _heard(self, data: bytes) -> None:
        now = time.perf_counter()
        if self._keeps:
            self._kept += data
        if self._sent:
            if not self._shown.is_set():
                both = self._tail + data
                if self._expected in both:
                    self._echo = now - self._sent
                    self._shown.set()
                self._tail = both[-3:]
            elif not self._expected and now - self.heard_at < BURST_SECONDS:
                self._echo = now - self._sent
        self.heard_at = now


class Room:
    """All operators of this process."""

    def __init__(self) -> None:
        self.operators: list[Operator] = []

    async def do(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one order; the answer."""
        begin = time.process_time()
        answer: dict[str, Any] = await getattr(self, f"do_{order['do']}")(order)
        return answer | {"cpu": time.process_time() - begin}

    async def do_open(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Open sessions; the milliseconds that each took until its first screen stood."""
        gate = asyncio.Semaphore(_AT_ONCE)
        taken: list[float] = []

        async def one(number: int, told: Mapping[str, Any]) -> Operator:
            async with gate:
                begin = time.perf_counter()
                operator = Operator(await open_line(told["line"]), told, number)
                await operator.opened()
                taken.append((operator.heard_at - begin) * 1000)
                return operator

        opened = await asyncio.gather(*(one(at, told) for at, told in enumerate(order["stations"])))
        self.operators += opened
        return {"opened": len(opened), "milliseconds": taken}

    async def do_arrive(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Lead those opened last to their screens."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(operator: Operator) -> None:
            async with gate:
                await operator.arrive()

        await asyncio.gather(*(one(each) for each in self.operators[int(order["from"]) :]))
        return {}

    async def do_type(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """All type; with "mixed" each fifth opens screens instead."""
        seconds = float(order["seconds"])
        opening = [each for each in self.operators if each.opens] if order.get("mixed") else []
        for each in self.operators:
            each.begin()
        begin = time.perf_counter()
        await asyncio.gather(
            *(
                each.open_screens(seconds) if each in opening else each.type(seconds)
                for each in self.operators
            )
        )
        typing = [each for each in self.operators if each not in opening]
        return {
            "echoes": {
                station: [echo for each in typing if each.station == station for echo in each.echoes]
                for station in {each.station for each in typing}
            },
            "keys": sum(each.keys for each in typing),
            "missed": sum(each.missed for each in typing),
            "bytes": sum(each.line.received for each in typing),
            "screens": sum(each.screens for each in opening),
            "screen_bytes": sum(each.line.received for each in opening),
            "seconds": time.perf_counter() - begin,
        }

    async def do_go_back(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Who has opened screens goes back to his station."""
        for each in self.operators:
            if each.opens:
                await each.go_back()
        return {}

    async def do_close(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Hang up all but the first so many."""
        keep = int(order.get("keep", 0))
        for each in self.operators[keep:]:
            each.line.close()
        del self.operators[keep:]
        return {}


async def _serve_orders() -> None:
    room, loop = Room(), asyncio.get_running_loop()
    while order := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            answer = await room.do(json.loads(order))
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    await room.do_close({})


if __name__ == "__main__":
    with contextlib.suppress(OSError):  # a machine of its own would not wait for the service's
        os.nice(-5)
    asyncio.run(_serve_orders())
