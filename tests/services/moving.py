"""What the tests of a person's changes share: the forms as typed, and how an office answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.model import Audit, Message, Person
from core.rules.roles import Actor
from core.schema.changes import ChangeKey, ChangeView, SubmitPosition, SubmitTransfer
from core.schema.declarations import EvidenceRef
from core.schema.review import Decide, Decided, Subject, Verdict
from core.services.desk import Desk
from core.services.positions import submit_position
from core.services.review import decide
from core.services.transfers import submit_transfer
from tests.worlds import World

PROFESSOR = {
    "certificate_number": "4119010013109",
    "series": "党校教师 (正高级)",
    "major": "政治",
    "title": "教授",
    "passed_on": "2015-04-01",
    "appointed_on": "",
}
LECTURER = PROFESSOR | {
    "certificate_number": "4119010013110",
    "series": "党校教师 (中级)",
    "title": "讲师",
    "passed_on": "2010-04-01",
}


def moves_to(org_id: int, region: str = "410327", **values: str) -> SubmitTransfer:
    """The form of 提交转出申请."""
    return SubmitTransfer(values={"region": region, **values}, employer_id=org_id)


def transfer(desk: Desk, person: Actor, org_id: int) -> ChangeView:
    """A transfer that waits at a unit."""
    return desk.do(submit_transfer, person, moves_to(org_id))


def position(desk: Desk, person: Actor, evidence: tuple[EvidenceRef, ...] = (), **values: str) -> ChangeView:
    """A position that waits at the employer."""
    return desk.do(submit_position, person, SubmitPosition(values=PROFESSOR | values, evidence=evidence))


def key(view: ChangeView | Decided) -> ChangeKey:
    """A change in the version on screen."""
    return ChangeKey(change_id=view.id, version=view.version)


def said(view: ChangeView, verdict: Verdict, opinion: str = "") -> Decide:
    """A verdict on a change."""
    return Decide(
        subject=Subject(view.kind), id=view.id, version=view.version, verdict=verdict, opinion=opinion
    )


def answered(
    desk: Desk, office: Actor, view: ChangeView, verdict: Verdict = Verdict.APPROVE, opinion: str = ""
) -> Decided:
    """An office decides a change."""
    return desk.do(decide, office, said(view, verdict, opinion))


def as_stored(world: World, person: Actor) -> Person:
    """The person's own row."""
    with world.store.reading() as work:
        return work.session.get_one(Person, person.person_id)


def told(world: World, **addressee: Any) -> list[str]:
    """What an account or an office was told, the oldest first."""
    with world.store.reading() as work:
        query = select(Message.text).filter_by(**addressee).order_by(Message.id)
        return list(work.session.scalars(query))


def entries_about(world: World, kind: str, object_id: int) -> int:
    """How many entries of the log are about an object."""
    with world.store.reading() as work:
        query = select(func.count()).where(Audit.object_kind == kind, Audit.object_id == str(object_id))
        return int(work.session.scalar(query) or 0)
