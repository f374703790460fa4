"""The load itself: a hundred operators at one service, what they wait for, and what the service uses for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.serve_ground import County, Service
from bench.serve_processes import cpu_seconds, descriptors, family, load, pss_mib
from bench.serve_room import Rooms
from bench.serve_stations import signed_in, stations

_SETTLED_SECONDS = 4.0
"""After which who came in last is idle, and has let go of the database."""
_GONE_SECONDS = 15.0


@dataclass(frozen=True)
class Load:
    """One time of typing. Echoes in milliseconds; `bytes` are those of one key, before compression; processor times
    in milliseconds of one key; `machine` is the load of the last minute at its end."""

    sessions: int
    echoes: tuple[float, ...]
    keys: int
    missed: int
    bytes: float
    service_cpu: float
    operators_cpu: float
    busy: float
    machine: float

    @classmethod
    def of(
        cls, rooms: Rooms, processes: Callable[[], Sequence[int]], seconds: float, *, mixed: bool = False
    ) -> Load:
        """Have everybody in the rooms type, and see what `processes` use meanwhile."""
        before, begin = cpu_seconds(processes()), time.monotonic()
        came = rooms.type(seconds, mixed=mixed)
        used, lasted = cpu_seconds(processes()) - before, time.monotonic() - begin
        keys = max(int(came["keys"]), 1)
        return cls(
            sessions=rooms.opened,
            echoes=tuple(echo * 1000 for echoes in came["echoes"].values() for echo in echoes),
            keys=int(came["keys"]),
            missed=int(came["missed"]),
            bytes=came["bytes"] / keys,
            service_cpu=used / keys * 1000,
            operators_cpu=came["cpu"] / keys * 1000,
            busy=used / lasted * 100,
            machine=load(),
        )

    def percentile(self, percent: float) -> float:
        """The echo that so many of 100 don't exceed, in milliseconds."""
        return percentile(self.echoes, percent)


@dataclass(frozen=True)
class Share:
    """What one idle session takes: MiB, milliseconds of a processor to open and in all idle seconds, descriptors."""

    memory: float
    opened: float
    idle: float
    descriptors: float


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many of 100 don't exceed. Raises ValueError where there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]


def measure_load(
    county: County, counts: tuple[int, int], seconds: float, idle_seconds: float
) -> tuple[Share, dict[str, Load]]:
    """First so many sessions, idle, then under the mixed load; then as many as the second number, all typing."""
    few, many = counts
    loads: dict[str, Load] = {}
    with Service(county) as service, Rooms() as rooms:

        def processes() -> list[int]:
            return family(service.process.pid)

        share = _share(rooms, service, processes, county, few, idle_seconds)
        rooms.open(stations(county, service.compressed, 0, few))
        rooms.arrive(0)
        loads["mixed"] = Load.of(rooms, processes, seconds, mixed=True)
        rooms.go_back()
        rooms.open(stations(county, service.compressed, few, many - few))
        rooms.arrive(few)
        loads["plain"] = Load.of(rooms, processes, seconds)
    return share, loads


def _share(
    rooms: Rooms,
    service: Service,
    processes: Callable[[], list[int]],
    county: County,
    count: int,
    seconds: float,
) -> Share:
    empty = processes()
    before = pss_mib(empty), cpu_seconds(empty), descriptors(empty)
    rooms.open(signed_in(county, service.compressed, count))
    time.sleep(1.0)
    opened = cpu_seconds(processes()) - before[1]
    time.sleep(_SETTLED_SECONDS)
    begin = {process: cpu_seconds([process]) for process in processes() if process not in empty}
    time.sleep(seconds)
    whole = processes()
    used = sum(cpu_seconds([process]) - begin[process] for process in whole if process in begin)
    share = Share(
        memory=(pss_mib(whole) - before[0]) / count,
        opened=opened / count * 1000,
        idle=used / count * 1000,
        descriptors=(descriptors(whole) - before[2]) / count,
    )
    rooms.close()
    deadline = time.monotonic() + _GONE_SECONDS
    while len(processes()) > len(empty) and time.monotonic() < deadline:
        time.sleep(0.1)
    return share
