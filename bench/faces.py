"""Faces: one comparison of a card with a portrait, process and all, as information; nothing without the extra."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.ground import ROOT, Ground
from bench.results import Row, Series, Unit

_ONE = """
import json, resource, time
from core.store.faces import FaceLimits, compare_faces
from tests.photographs import matching
card, portrait = matching()
begin = time.perf_counter()
result = compare_faces(card, portrait, FaceLimits(seconds=60, memory_mb=1024))
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([result.verdict.value, seconds * 1000, peak]))
"""


def measure(ground: Ground) -> list[Row]:
    """Milliseconds and the peak of memory of the process that compares; no rows where it isn't installed."""
    from core.store.faces import faces_available

    if not faces_available():
        print("faces: not measured, the extra `face` is not installed", file=sys.stderr)
        return []
    taken = [_compared() for _round in range(ground.rounds(3, 1) + 1)][1:]
    times, peaks = zip(*taken, strict=True)
    return [
        Row("faces: one comparison", Unit.MILLISECONDS, Series(times)),
        Row("faces: memory of its process", Unit.MEBIBYTES, Series(peaks)),
    ]


def _compared() -> tuple[float, float]:
    """In a process of its own, whose only child is the one that compares."""
    done = subprocess.run(
        [sys.executable, "-c", _ONE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    verdict, milliseconds, peak = json.loads(done.stdout)
    if verdict != "match":
        raise AssertionError(f"the comparison said {verdict}")
    return milliseconds, peak
