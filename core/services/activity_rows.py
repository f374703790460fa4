"""The rows of a 单位申报: one activity of a unit and a declaration for each of its persons, written in bulk.

Shared by the form (core/services/activities.py) and by the import of hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.model import Activity, Decision, Declaration, Org
from core.rules.chain import DECLARATION_CHAIN, Step, next_step
from core.rules.forms import PROFESSIONAL
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState, Move
from core.services.declaration_views import KIND
from core.services.scope import handler_at, has_authority
from core.store.bulk import insert_rows, reserve_ids
from core.store.work import UnitOfWork

SOURCE = "unit"


@dataclass(frozen=True, slots=True)
class Learning:
    """What the persons of an activity learnt: the clean values of the form, and what the list shows of it.

    `subject` is 专业课 or 公需课; `fields` are as text, without the common ones (科目, 年度, 申请学时, 备注).
    """

    year: int
    form: str
    title: str
    fields: Mapping[str, str]
    started_on: date | None = None
    ended_on: date | None = None
    subject: str = PROFESSIONAL
    completes_professional: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """One person of an activity. `halves` are the claimed hours times two; `source_key` names a row of a file."""

    person_id: int
    region_code: str
    halves: int
    note: str = ""
    source_key: str | None = None
    flagged: bool = False


def add_activity(
    work: UnitOfWork, actor: Actor, learning: Learning, *, halves: int, note: str = "", origin: str = "form"
) -> Activity:
    """A new activity of the caller's unit, nobody in it yet."""
    assert actor.org_id is not None
    activity = Activity(
        org_id=actor.org_id,
        year=learning.year,
        form=learning.form,
        title=learning.title,
        fields=dict(learning.fields),
        claimed_halves=halves,
        started_on=learning.started_on,
        ended_on=learning.ended_on,
        note=note,
        origin=origin,
        created_at=work.clock.now(),
        created_by_name=actor.name,
    )
    work.session.add(activity)
    work.session.flush()
    return activity


def declare_for(
    work: UnitOfWork, actor: Actor, activity: Activity, learning: Learning, people: Sequence[Declared]
) -> Sequence[int]:
    """A pending declaration at the next level (主管部门, else 人社部门) for each person; returns their ids.

    The caller has checked the form, the year and the persons, and holds them. Raises Refused NO_BUREAU.
    """
    if not people:
        return ()
    session, now = work.session, work.clock.now()
    employer = session.get_one(Org, activity.org_id)
    step = next_step(DECLARATION_CHAIN, Step.EMPLOYER, has_authority(employer))
    assert step is not None
    handlers = {
        region: handler_at(session, step, employer, region).id
        for region in {each.region_code for each in people}
    }
    ids = reserve_ids(session, Declaration, len(people))
    rows = [
        (
            number,
            each.person_id,
            each.region_code,
            handlers[each.region_code],
            each.halves,
            each.note,
            each.source_key,
            each.flagged,
        )
        for number, each in zip(ids, people, strict=True)
    ]
    columns = (
        "id",
        "person_id",
        "region_code",
        "handler_org_id",
        "claimed_halves",
        "note",
        "source_key",
        "flagged",
    )
    shared = _shared(activity, learning, step) | _moments(now) | {"rules_edition": work.rulebook.edition}
    insert_rows(session, Declaration, columns, rows, shared)
    decisions = {
        "kind": KIND,
        "seq": 1,
        "move": Move.SUBMIT.value,
        "actor_account_id": actor.account_id or None,
        "actor_name": actor.name,
        "org_id": actor.org_id,
        "org_name": actor.org_name,
        "at": now,
        "object_version": 0,
    }
    insert_rows(session, Decision, ("object_id",), [(number,) for number in ids], decisions)
    activity.people += len(people)
    return ids


def _shared(activity: Activity, learning: Learning, step: Step) -> dict[str, object]:
    return {
        "employer_id": activity.org_id,
        "activity_id": activity.id,
        "source": SOURCE,
        "year": learning.year,
        "subject": learning.subject,
        "form": learning.form,
        "title": learning.title,
        "fields": dict(learning.fields),
        "completes_professional": learning.completes_professional,
        "started_on": learning.started_on,
        "ended_on": learning.ended_on,
        "status": DeclarationState.PENDING.value,
        "step": step.value,
    }


def _moments(now: object) -> dict[str, object]:
    return {"submitted_at": now, "created_at": now, "updated_at": now}
