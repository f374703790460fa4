"""单位申报 of the demonstration: the school declares one course for some of its teachers; it waits at the authority."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from core.rules.roles import Actor
from core.schema.activities import SubmitActivity
from core.schema.declarations import AddEvidence, EvidenceRef
from core.services.activities import submit_activity
from core.services.demo_people import DemoPerson
from core.services.demo_scans import draw_scan
from core.services.desk import Desk
from core.services.evidence import add_evidence

TITLE = "2026年校本研修（秋季）"


def make_activity(desk: Desk, school: Actor, people: Sequence[DemoPerson]) -> None:
    """One activity with its list of names as evidence."""
    lines = ("参加 2026年校本研修（秋季）", "全体参训教师考核合格", "2026年9月")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "结业名单.jpg"
        path.write_bytes(draw_scan("结 业 名 单", lines, 9001))
        kept = add_evidence.function(desk, school, AddEvidence(path=str(path)))
    command = SubmitActivity(
        form="post_training",
        values={
            "subject": "专业课",
            "organiser": school.org_name,
            "class_name": TITLE,
            "content": "课堂观察，集体备课",
            "started_on": "2026-09-21",
            "ended_on": "2026-09-22",
            "result": "合格",
            "year": "2026",
            "claimed_hours": "16",
        },
        evidence=(EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="结业名单"),),
        people=tuple(each.actor.person_id or 0 for each in people),
    )
    with desk.writing() as work:
        submit_activity.function(work, school, command)
        work.commit()
