"""`python -m bench.serve`: a county at one service, measured beside plain Textual in the same run.

Prints one table and writes the JSON. It reports; it judges nothing. Exits as `python -m bench` does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import table, write_json
from bench.results import LimitOn, Row, Series, Unit
from bench.serve_load import Load, Share

PERCENTS = (50.0, 95.0, 99.0)
P99_LIMITS = {"plain": 60.0, "mixed": 80.0}
"""Milliseconds that 99 of 100 echoes don't exceed."""
BETTER_ECHO, FEWER_BYTES = 3, 10
"""How many times better than the yardstick at p99, and how many times fewer bytes a key."""
SHARE_LIMITS = {"memory": 22.0, "opened": 200.0, "idle": 0.0}
_BESIDE = "plain Textual, a process a session on a pseudo-terminal"
_WORDS = {"plain": "each typing 2 keys/s", "mixed": "one in five opening screens"}


@dataclass(frozen=True)
class Extent:
    """How much is measured: sessions under the mixed and the plain load, seconds of typing and of idleness."""

    sessions: tuple[int, int]
    seconds: float
    idle_seconds: float
    line_rounds: int


FULL = Extent((50, 100), 15.0, 20.0, 2)
QUICK = Extent((10, 20), 6.0, 5.0, 1)


@dataclass
class Measured:
    """What a run has found so far."""

    rows: list[Row] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    def part(self, name: str, measure: Callable[[], list[Row]]) -> None:
        """Measure one part; one that breaks does not take the others with it."""
        print(f"{time.monotonic() - self.begin:4.0f} s  measuring {name} ...", file=sys.stderr, flush=True)
        try:
            self.rows += measure()
        except Exception as error:
            self.failures.append(f"{name}: {type(error).__name__}: {str(error).strip()[:300]}")
            traceback.print_exc()


def main() -> int:
    """Run what was asked for; answers the exit code."""
    chosen = _arguments()
    extent = QUICK if chosen.quick else FULL
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="jj-serve-") as folder:
        _measure(measured, Path(folder), extent, chosen.only)
    seconds = time.monotonic() - measured.begin
    print(table(measured.rows) if measured.rows else "nothing was measured")
    for failure in measured.failures:
        print(f"NOT MEASURED: {failure}")
    write_json(chosen.json, measured.rows, measured.failures, quick=chosen.quick, seconds=seconds)
    print(f"\n{seconds:.0f} s; written to {chosen.json}")
    return 1 if measured.failures else 0


def load_rows(engine: str, share: Share, loads: Mapping[str, Load], beside: Mapping[str, Load]) -> list[Row]:
    """The rows of one database: the echoes and bytes under each load, then what a session takes."""
    rows = []
    for kind, load in loads.items():
        rows += _echo_rows(
            f"{engine}: {load.sessions} sessions, {_WORDS[kind]}", kind, load, beside.get(kind)
        )
    return [*rows, *_share_rows(engine, share)]


def noise_rows(what: str, load: Load) -> list[Row]:
    """The echo where the service itself does nothing, and the machine."""
    rows = [
        _value(f"noise: {what}: echo p{percent:g}", Unit.MILLISECONDS, load.percentile(percent))
        for percent in PERCENTS
    ]
    return [*rows, _value("noise: operators, processor time a key", Unit.MILLISECONDS, load.operators_cpu)]


def _measure(measured: Measured, folder: Path, extent: Extent, only: list[str] | None) -> None:
    from bench.serve_bare import measure_bare
    from bench.serve_ground import County, Service, make_county, postgresql
    from bench.serve_line import measure_line
    from bench.serve_load import measure_load
    from bench.serve_stock import measure_stock

    beside: dict[str, Load] = {}
    counties: dict[str, County] = {}

    def bare() -> list[Row]:
        load = measure_bare(extent.sessions[1], min(extent.seconds, 10.0))
        return noise_rows(f"a bare asyncssh server, {load.sessions} sessions", load)

    def stock() -> list[Row]:
        beside.update(measure_stock(extent.sessions, extent.seconds))
        return [
            _value(f"noise: machine's load after {load.sessions} stock sessions", Unit.COUNT, load.machine)
            for load in beside.values()
        ]

    def loaded(engine: str) -> list[Row]:
        server = postgresql(folder) if engine == "PostgreSQL" else nullcontext("")
        with server as url:
            county = counties[engine] = make_county(folder / engine, url)
            share, loads = measure_load(county, extent.sessions, extent.seconds, extent.idle_seconds)
        return load_rows(engine, share, loads, beside)

    def line() -> list[Row]:
        county = counties.get("SQLite") or make_county(folder / "line")
        with Service(county) as service:
            return measure_line(county, service, extent.line_rounds)

    parts: dict[str, Callable[[], list[Row]]] = {
        "bare": bare,
        "stock": stock,
        "sqlite": lambda: loaded("SQLite"),
        "postgresql": lambda: loaded("PostgreSQL"),
        "line": line,
    }
    for name, part in parts.items():
        if not only or name in only:
            measured.part(name, part)


def _echo_rows(what: str, kind: str, load: Load, beside: Load | None) -> list[Row]:
    rows = [
        Row(
            f"{what}: echo p{percent:g}",
            Unit.MILLISECONDS,
            _one(load.percentile(percent)),
            limit=P99_LIMITS[kind] if percent == 99 else None,
            limit_on=LimitOn.EACH,
        )
        for percent in PERCENTS
    ]
    if beside is not None:
        p99, theirs = load.percentile(99), beside.percentile(99)
        stock = f"{_BESIDE}, {beside.sessions} of them"
        rows.append(
            Row(
                f"{what}: echo p99 beside stock",
                Unit.MILLISECONDS,
                _one(p99),
                stock,
                _one(theirs),
                1 / BETTER_ECHO,
            )
        )
        rows.append(
            Row(
                f"{what}: bytes a key",
                Unit.BYTES,
                _one(load.bytes),
                stock,
                _one(beside.bytes),
                1 / FEWER_BYTES,
            )
        )
        rows.append(
            Row(
                f"{what}: processor time a key",
                Unit.MILLISECONDS,
                _one(load.service_cpu),
                stock,
                _one(beside.service_cpu),
            )
        )
    else:
        rows.append(_value(f"{what}: bytes a key", Unit.BYTES, load.bytes))
        rows.append(_value(f"{what}: processor time a key", Unit.MILLISECONDS, load.service_cpu))
    return [
        *rows,
        _value(f"{what}: keys that showed nothing in 5 s", Unit.COUNT, load.missed),
        _value(f"{what}: of one processor", Unit.PER_CENT, load.busy),
        _value(f"{what}: machine's load at the end", Unit.COUNT, load.machine),
    ]


def _share_rows(engine: str, share: Share) -> list[Row]:
    what = f"{engine}: a session, signed in and idle"
    return [
        _value(f"{what}: memory (PSS)", Unit.MEBIBYTES, share.memory, SHARE_LIMITS["memory"]),
        _value(f"{what}: processor time to open", Unit.MILLISECONDS, share.opened, SHARE_LIMITS["opened"]),
        _value(f"{what}: processor time while idle", Unit.MILLISECONDS, share.idle, SHARE_LIMITS["idle"]),
        _value(f"{what}: descriptors", Unit.COUNT, share.descriptors),
    ]


def _value(what: str, unit: Unit, value: float, limit: float | None = None) -> Row:
    return Row(what, unit, _one(value), limit=limit, limit_on=LimitOn.EACH)


def _one(value: float) -> Series:
    return Series((value,))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.serve", description="A county at one service.")
    parts = ("bare", "stock", "sqlite", "postgresql", "line")
    parser.add_argument(
        "--only", nargs="+", choices=parts, metavar="PART", help=f"some of: {' '.join(parts)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer sessions, less time")
    parser.add_argument("--json", type=Path, default=Path("bench-serve.json"), metavar="PATH")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
