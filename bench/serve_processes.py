"""What a family of processes uses, as Linux tells it: memory that is its own, processor time, descriptors."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


def family(ancestor: int) -> list[int]:
    """A process and all that stem from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                children[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found = [ancestor]
    for process in found:
        found += children[process]
    return found


def pss_mib(processes: Iterable[int]) -> float:
    """MiB in memory, what is shared counted in parts (PSS)."""
    total = 0
    for process in processes:
        with suppress(OSError):
            for line in (_PROC / str(process) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def cpu_seconds(processes: Iterable[int]) -> float:
    """Seconds of a processor used so far, those of children that have ended included."""
    total = 0.0
    for process in processes:
        with suppress(OSError, IndexError):
            total += sum(map(int, _stat(process)[11:15])) / _TICK
    return total


def descriptors(processes: Iterable[int]) -> int:
    """Open descriptors."""
    total = 0
    for process in processes:
        with suppress(OSError):
            total += len(os.listdir(_PROC / str(process) / "fd"))
    return total


def load() -> float:
    """The machine's load of the last minute."""
    return os.getloadavg()[0]


def _stat(process: int) -> list[str]:
    """The fields after the name: state, parent, ..., 11 utime, 12 stime, 13 and 14 those of ended children."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
