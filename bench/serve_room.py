"""The rooms where operators sit: processes that carry out orders side by side, and what their answers come to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

from bench.ground import ROOT
from bench.serve_processes import family

ROOMS = 2
"""One process would wait for itself with a hundred sessions."""


class Rooms:
    """Processes of `bench.serve_typing` (a context manager). Each order goes to all at once."""

    def __init__(self, count: int = ROOMS) -> None:
        self._count = count
        self.opened = 0

    def __enter__(self) -> Self:
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.serve_typing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            )
            for _ in range(self._count)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def processes(self) -> list[int]:
        """The programs that the operators started themselves; not the rooms."""
        rooms = {process.pid for process in self._processes}
        return [each for room in rooms for each in family(room) if each not in rooms]

    def open(self, stations: Sequence[Mapping[str, Any]]) -> list[float]:
        """Open sessions, dealt out like cards; milliseconds of each until its first screen stood."""
        told = [{"do": "open", "stations": stations[at :: self._count]} for at in range(self._count)]
        answers = self._all(told)
        self.opened += len(stations)
        return [value for answer in answers for value in answer["milliseconds"]]

    def arrive(self, first: int) -> None:
        """Lead those from this number on to their screens."""
        self._all([{"do": "arrive", "from": -(-(first - at) // self._count)} for at in range(self._count)])

    def go_back(self) -> None:
        """Lead those who opened screens to their stations again."""
        self._all([{"do": "go_back"}] * self._count)

    def type(self, seconds: float, *, mixed: bool = False) -> dict[str, Any]:
        """All type; what came of it, added up: echoes by station in seconds, keys, missed, bytes, cpu."""
        answers = self._all([{"do": "type", "seconds": seconds, "mixed": mixed}] * self._count)
        whole: dict[str, Any] = {"echoes": {}}
        for answer in answers:
            for station, echoes in answer.pop("echoes").items():
                whole["echoes"].setdefault(station, []).extend(echoes)
            for name, value in answer.items():
                whole[name] = whole.get(name, 0) + value
        return whole

    def close(self, keep: int = 0) -> None:
        """Hang up all but the first so many."""
        self.opened = min(self.opened, keep)
        self._all([{"do": "close", "keep": -(-(keep - at) // self._count)} for at in range(self._count)])

    def _all(self, orders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        for process, order in zip(self._processes, orders, strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        answers = []
        for process in self._processes:
            assert process.stdout is not None
            line = process.stdout.readline()
            answers.append(json.loads(line) if line else {"failed": "the operators' process ended"})
        if failed := [answer["failed"] for answer in answers if "failed" in answer]:
            raise RuntimeError("; ".join(failed))
        return answers
