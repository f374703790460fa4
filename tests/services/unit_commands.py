"""How the use cases of 单位申报 are called by whoever may not."""

from __future__ import annotations

from collections.abc import Mapping

from core.schema.activities import (
    ActivityKey,
    ActivityPeopleQuery,
    ActivityQuery,
    ClaimantQuery,
    SubmitActivity,
)
from core.schema.base import Command, Nothing, Number
from core.schema.declarations import EvidenceCells, Holder
from tests.services.hall import Hall
from tests.worlds import training

UNIT_SAMPLES: Mapping[str, Command] = {
    "activity_context": Nothing(),
    "submit_activity": SubmitActivity(form="post_training", values={}),
    "withdraw_activity": ActivityKey(activity_id=1, version=1),
    "activity_page": ActivityQuery(),
    "activity_view": Number(value=1),
    "activity_people": ActivityPeopleQuery(activity_id=1),
    "claimant_page": ClaimantQuery(),
    "claimant_ids": ClaimantQuery(),
    "claimant_groups": Nothing(),
}


def foreign_activities(hall: Hall) -> dict[tuple[str, str], Command]:
    """An activity of the garden firm, and its person picked by another."""
    key, scan = hall.activity_id, hall.declaration.evidence[0].sha256
    mine = SubmitActivity(form="post_training", values=training(), people=(hall.person.person_id or 0,))
    return {
        ("submit_activity", "person"): mine,
        ("withdraw_activity", "activity"): ActivityKey(activity_id=key, version=1),
        ("activity_view", "activity"): Number(value=key),
        ("activity_people", "activity"): ActivityPeopleQuery(activity_id=key),
        ("evidence_cells", "activity"): EvidenceCells(
            sha256=scan, holder=Holder.ACTIVITY, object_id=key, cols=10, rows=5
        ),
    }
