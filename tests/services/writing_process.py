"""A process that writes as an operator does, beside others: `python -m tests.services.writing_process`.

On its standard input it gets a pickled `Task`, then a line that lets it begin; it answers with one line of JSON.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.rules.roles import Actor
from core.schema.declarations import DeclarationView
from core.schema.review import Verdict
from core.services.review import decide
from core.store.store import open_store
from tests.services.front_door import cheap_desk
from tests.services.hall import answer
from tests.services.races import verdict
from tests.worlds import SetClock, submitted

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds for all of them; they take ten unless the machine is busy


@dataclass(frozen=True)
class Task:
    """What one process does: declarations of its own person, and verdicts on what all of them want to decide."""

    settings: dict[str, object]
    folder: Path
    person: Actor
    office: Actor
    declarations: int
    wanted: tuple[DeclarationView, ...]


def do(task: Task) -> dict[str, list[str]]:
    """What it was answered, in turn."""
    from core.store.settings import Settings

    store = open_store(Settings.model_validate(task.settings), SetClock())
    desk = cheap_desk(store)
    said: dict[str, list[str]] = {"declared": [], "decided": []}
    try:
        for number in range(max(task.declarations, len(task.wanted))):
            if number < task.declarations:
                own = {"class_name": f"{number}期班", "claimed_hours": "8"}
                day = f"2026-{number % 9 + 1:02d}-{number // 9 + 1:02d}"
                dates = {"started_on": day, "ended_on": day}
                said["declared"].append(
                    answer(
                        lambda own=own, dates=dates, number=number: submitted(  # type: ignore[misc]
                            desk, task.person, task.folder, number, **own, **dates
                        )
                    )
                )
            if number < len(task.wanted):
                one = verdict(task.wanted[number], Verdict.APPROVE)
                said["decided"].append(answer(lambda one=one: desk.do(decide, task.office, one)))  # type: ignore[misc]
    finally:
        store.close()
    return said


def all_at_once(tasks: Sequence[Task]) -> list[dict[str, list[str]]]:
    """A process for each, begun together when all of them are ready."""
    command = [sys.executable, "-m", "tests.services.writing_process"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) for _ in tasks
    ]
    try:
        for process, task in zip(processes, tasks, strict=True):
            assert process.stdin is not None and process.stdout is not None
            pickle.dump(task, process.stdin)
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        return [json.loads(out) for out in _finished(processes)]
    finally:
        for process in processes:
            process.kill()
            process.wait(PATIENCE)


def _finished(processes: Sequence[subprocess.Popen[bytes]]) -> list[bytes]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    return [process.communicate(timeout=PATIENCE)[0] for process in processes]


if __name__ == "__main__":
    given = pickle.load(sys.stdin.buffer)
    print("ready", flush=True)
    sys.stdin.buffer.readline()
    print(json.dumps(do(given)), flush=True)
