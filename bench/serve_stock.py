"""The yardstick of the load: plain Textual on pseudo-terminals, a process a session, no SSH, no database."""

from __future__ import annotations

from bench.serve_load import Load
from bench.serve_room import Rooms
from bench.serve_stations import stock_stations


def measure_stock(counts: tuple[int, int], seconds: float) -> dict[str, Load]:
    """The mixed load with the first of these numbers of sessions, the plain one with the second."""
    loads: dict[str, Load] = {}
    few, many = counts
    with Rooms() as rooms:
        rooms.open(stock_stations(0, few))
        rooms.arrive(0)
        loads["mixed"] = Load.of(rooms, rooms.processes, seconds, mixed=True)
        rooms.go_back()
        rooms.open(stock_stations(few, many - few))
        rooms.arrive(few)
        loads["plain"] = Load.of(rooms, rooms.processes, seconds)
    return loads
