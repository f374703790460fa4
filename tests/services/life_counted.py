"""The part of a life that is counted up: urged, drawn by lot, looked at again, exported, rebuilt, printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.schema.base import Nothing
from core.schema.print_many import PrintMany
from core.schema.spot_checks import DrawSpotCheck, PrepareSpotCheck, SpotCheckFinding
from core.schema.statistics import StatisticsQuery
from core.schema.waiting import UrgeOffice, UrgeOverdue
from core.services.jobs import JobRunner
from core.services.spot_checks import prepare_spot_check
from tests.services.hall import PASSED
from tests.services.moving import position

if TYPE_CHECKING:
    from tests.services.life import Life, Step


class NoRunner(JobRunner):
    """Leaves a job where it is: what it does is no part of the step that starts it."""

    def hand_over(self, job_id: int) -> None:
        pass


def counted_steps(life: Life) -> Iterator[Step]:
    """After one declaration was approved by the bureau, and a year was recognised."""
    world, bureau, person = life.world, life.made["bureau"], life.made["person"]
    asked = PrepareSpotCheck(year="2026", wanted="5", seed="2026-11-22")
    made = life.desk.do(prepare_spot_check, bureau, asked)
    kept = ("year", "wanted", "seed", "up_to_id", "population_sha256")
    draw = DrawSpotCheck(**{name: getattr(made, name) for name in kept})
    yield life.does("draw_spot_check", "check", lambda: draw, bureau)
    note = f"电话 {person.account_id} 打不通"
    yield life.does(
        "find_spot_check",
        "finding",
        lambda: SpotCheckFinding(check_id=life.made["check"].id, place=1, finding="bad", note=note),
        bureau,
    )
    yield life.does("export_statistics", "file", StatisticsQuery, bureau)
    yield life.does("rebuild_statistics", "rebuilt", Nothing, life.made["boss"])
    waiting = world.person("赵九", world.garden)
    position(life.desk, waiting)  # waits though the year is closed
    world.wait(8)
    yield life.does("urge_office", "urged", lambda: UrgeOffice(org_id=world.garden), bureau)
    world.wait(1)
    yield life.does("urge_overdue", "urged", UrgeOverdue, bureau)
    life.desk.shelf["job_runner"] = NoRunner(life.desk)
    mine = (person.person_id,)
    yield life.does("print_many", "job", lambda: PrintMany(year=PASSED, people=mine), bureau)
    del life.desk.shelf["job_runner"]
