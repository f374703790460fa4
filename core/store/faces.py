"""The comparison of a card's face with a portrait (人脸比对), done by a process of its own (`face_worker`)."""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from core.rules.faces import (
    FACE_SURE_FROM,
    NOT_COMPARED,
    NOT_INSTALLED,
    UNREADABLE_CARD,
    UNREADABLE_PORTRAIT,
    FaceResult,
    FacesSeen,
    judged,
)
from core.store import face_worker
from core.store.face_worker import LENGTH, MISSING, UNREADABLE, model_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.store.settings import Settings

_log = logging.getLogger("jijiao")
_FAULTS = {MISSING: NOT_INSTALLED, UNREADABLE[0]: UNREADABLE_CARD, UNREADABLE[1]: UNREADABLE_PORTRAIT}
_ANSWER_BYTES = 4096
_MOST_FACES = 256
# What the process may know of our surroundings: how the system's and the arithmetic's libraries are found and chosen.
_PASSED_ON = ("LD_LIBRARY_PATH", "SYSTEMROOT", "APPDATA", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

# Its file by name and nothing else on the path (-P), so that it runs the code that we run, from wherever that came.
WORKER = (sys.executable, "-P", "-B", face_worker.__file__)
"""The command that compares; the limits are put behind it."""


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """What one comparison may use: seconds (of the clock and of the processor), MB of memory."""

    seconds: int
    memory_mb: int

    @classmethod
    def of(cls, settings: Settings) -> FaceLimits:
        """The limits of an installation."""
        return cls(settings.face_seconds, settings.face_memory_mb)


def faces_available() -> bool:
    """Whether the extra `face` is installed. Loads nothing of it."""
    return all(find_spec(name) is not None for name in ("dlib", "numpy")) and model_files() is not None


def compare_faces(
    card: bytes, portrait: bytes, limits: FaceLimits, worker: Sequence[str] = WORKER
) -> FaceResult:
    """Compare the largest face of each picture (jpg, png, gif, bmp). Blocks for about a second.

    Never raises: a process that crashes, is too slow, too large, or talks nonsense gives UNAVAILABLE. On Windows
    there is no limit of memory, only that of time.
    """
    try:
        answer = _ask(card, portrait, limits, worker)
        return NOT_COMPARED if answer is None else _understood(answer)
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        _log.warning("comparison of faces failed: %s", type(error).__name__)
        return NOT_COMPARED


def _ask(card: bytes, portrait: bytes, limits: FaceLimits, worker: Sequence[str]) -> bytes | None:
    question = b"".join(LENGTH.pack(len(picture)) + picture for picture in (card, portrait))
    command = (*worker, str(limits.seconds), str(limits.memory_mb), str(FACE_SURE_FROM))
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # More threads would not be faster here, and each takes address space.
    surroundings |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    # The answer goes to a file, whose size the process has bounded: a pipe would let it fill our memory.
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            start_new_session=True,
        )
        try:
            process.communicate(question, timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            _log.warning("comparison of faces ended after %s seconds", limits.seconds)
            return None
        finally:
            _end(process)
        if process.returncode != 0:
            _log.warning("comparison of faces ended with %s", process.returncode)
            return None
        answer.seek(0)
        return answer.read(_ANSWER_BYTES)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, if it still runs, and whatever it has started."""
    if process.returncode is not None:
        return
    if sys.platform != "win32":
        # Not yet waited for, so the number is still its own.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    if process.stdin is not None:
        # What was not yet sent has nobody to go to.
        with suppress(OSError):
            process.stdin.close()
    process.wait()


def _understood(answer: bytes) -> FaceResult:
    """Raises ValueError at anything but what the worker says by its contract."""
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise ValueError("not an object")
    if "fault" in said:
        return _FAULTS.get(str(said["fault"]), NOT_COMPARED)
    card, portrait = (_widths(said.get(name)) for name in UNREADABLE)
    distance = said.get("distance")
    if distance is not None and not (
        isinstance(distance, float) and math.isfinite(distance) and distance >= 0
    ):
        raise ValueError("not a distance")
    return judged(FacesSeen(card, portrait, distance))


def _widths(said: object) -> tuple[int, ...]:
    if not isinstance(said, list) or len(said) > _MOST_FACES:
        raise ValueError("not widths")
    if not all(type(width) is int and width > 0 for width in said):
        raise ValueError("not widths")
    return tuple(said)
