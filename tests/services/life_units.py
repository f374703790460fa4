"""The part of a life that the unit declares: one activity for its person, and the whole of it taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.schema.activities import ActivityKey, SubmitActivity
from core.schema.base import Number
from core.services.activity_views import activity_view
from tests.worlds import scan, training

if TYPE_CHECKING:
    from tests.services.life import Life, Step


def unit_steps(life: Life) -> Iterator[Step]:
    """After a person was admitted to the garden firm."""
    firm, world = life.made["firm"], life.world
    person = world.person("孙九", world.garden)
    life.made["unit_scan"] = scan(life.desk, firm, life.folder, 33)

    def activity() -> SubmitActivity:
        return SubmitActivity(
            form="post_training",
            values=training(class_name="园林施工培训班"),
            evidence=(life.made["unit_scan"],),
            people=(person.person_id or 0,),
        )

    def key() -> ActivityKey:
        sent = life.made["activity"]
        line = life.desk.do(activity_view, firm, Number(value=sent.activity_id)).line
        return ActivityKey(activity_id=line.id, version=line.version)

    yield life.does("submit_activity", "activity", activity, firm)
    yield life.does("withdraw_activity", "withdrawn", key, firm)
