"""Eight processes that write at once: nobody is refused for another's sake, nothing is lost, nothing counts twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Decision, Declaration
from core.services.audit_proof import prove_chain
from core.services.desk import Desk
from tests.conftest import DATA_KEY
from tests.services.races import moves
from tests.services.writing_process import Task, all_at_once
from tests.worlds import World, submitted

PROCESSES, EACH = 8, 12


@pytest.fixture
def tasks(desk: Desk, world: World, tmp_path: Path) -> list[Task]:
    """Eight operators: each declares for a person of his own, and all decide the same declarations."""
    wanted = tuple(submitted(desk, world.person(), tmp_path, 200 + at) for at in range(EACH))
    chosen = world.store.settings
    settings = {
        "database_url": chosen.url,
        "data_dir": chosen.data_dir,
        "data_key": DATA_KEY,
        "captcha": False,
    }
    made = []
    for number in range(PROCESSES):
        folder = tmp_path / f"operator{number}"
        folder.mkdir()
        person, office = world.person(f"教师{number}"), world.office(world.school, f"审核员{number}")
        # Each begins elsewhere, so that they meet.
        turned = wanted[number:] + wanted[:number]
        made.append(Task(settings, folder, person, office, EACH, turned))
    return made


def test_eight_processes_lose_nothing_and_double_nothing(world: World, tasks: list[Task]) -> None:
    with world.store.reading() as work:
        before = work.session.scalar(select(func.count(Audit.id))) or 0
    answers = all_at_once(tasks)
    with world.store.reading() as work:
        proof = prove_chain(work)
        rows = work.session.scalar(select(func.count(Declaration.id)))
        passed = work.session.scalar(select(func.count(Decision.id)).where(Decision.move == "pass_on"))
    declared = Counter(word for each in answers for word in each["declared"])
    decided = Counter(word for each in answers for word in each["decided"])
    assert declared == {"done": PROCESSES * EACH}
    assert (decided["done"], sum(decided.values()), passed) == (EACH, PROCESSES * EACH, EACH)
    assert set(decided) <= {"done", "STALE"}
    assert rows == PROCESSES * EACH + EACH
    assert {tuple(moves(world, view.id)) for view in tasks[0].wanted} == {("submit", "pass_on")}
    # An entry for each scan, each declaration, each verdict that counted.
    assert (proof.whole, proof.entries - before) == (True, 2 * PROCESSES * EACH + EACH), proof.trouble
