"""The queue of changes of offices (单位变更审核), on the review desk of the level above."""

from __future__ import annotations

from core.model import Org, OrgChange
from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.offices import IDENTITY_FIELDS, ORG_CHANGE, OrgChangeState
from core.rules.permissions import Action
from core.rules.roles import Actor, OrgKind
from core.schema.review import (
    Decide,
    Decided,
    DoubtLine,
    ItemKey,
    QueuePage,
    QueueQuery,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.declaration_views import days_since
from core.services.employers import region_name
from core.services.messages import tell_office
from core.services.org_changes import KIND, change_history, change_lines, settle, what_changes
from core.services.org_effect import take_effect
from core.services.queue_offices import no_return, same_name_doubts, waiting_page
from core.services.queues import Queue, Waits, opinion_of, viewers
from core.services.sent_rows import held_here, office_named_here, sent_here
from core.store import pages
from core.store.office_pages import OfficeLine
from core.store.work import UnitOfWork

_LABELS = {spec.key: spec.label for spec in IDENTITY_FIELDS}


def _column(line: OfficeLine) -> str:
    return "、".join(label for key, label in _LABELS.items() if key in line.fields)


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    return waiting_page(work, OrgChange, org_id, command, _column)


def _visible(work: UnitOfWork, actor: Actor, change_id: int) -> OrgChange:
    return sent_here(work, actor, OrgChange, KIND, change_id)


def _held(work: UnitOfWork, actor: Actor, change_id: int, version: int) -> OrgChange:
    """Held with its office, the office first: that is the order in which a change is sent in."""
    work.locked(Org, _visible(work, actor, change_id).org_id)
    return held_here(work, actor, OrgChange, KIND, change_id, version)


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    org = work.session.get_one(Org, row.org_id)
    pending = row.state == OrgChangeState.PENDING
    about = (
        ("单位名称", org.name),
        ("单位类型", OrgKind(org.kind).label),
        ("机构代码", org.code),
        ("所属区域", region_name(work, org.region_code)),
        ("联系人", org.contact_name),
    )
    return ReviewItem(
        subject=Subject.OFFICE_CHANGE,
        id=row.id,
        version=row.version,
        person_name=org.name,
        heading="单位变更",
        lines=(*((label, text) for label, text in about if text), *change_lines(row)),
        claimed=None,
        rule_check="",
        year_line="",
        evidence=(),
        doubts=tuple(map(DoubtLine, _doubts(work, org, row))) if pending else (),
        history=change_history(work, row),
        viewers=viewers(work, actor, KIND, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=pending,
    )


def _doubts(work: UnitOfWork, org: Org, row: OrgChange) -> list[str]:
    """Another office of the new name in the region where it will lie."""
    if "name" not in row.fields and "region" not in row.fields:
        return []
    name, region = row.fields.get("name", org.name), row.fields.get("region", org.region_code)
    return same_name_doubts(work, name, region, but=org.code)


def _decide(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    no_return(command, OrgChangeState.PENDING.label)
    row = _held(work, actor, command.id, command.version)
    org = work.session.get_one(Org, row.org_id)
    move = Move.APPROVE if command.verdict is Verdict.APPROVE else Move.REJECT
    ORG_CHANGE.next(OrgChangeState(row.state), move, actor.role)
    if one_of_many and move is Move.APPROVE and _doubts(work, org, row):
        raise Refused(ErrorCode.FLAGGED_IN_BATCH)
    opinion = opinion_of(command)
    words = f"单位变更（{what_changes(row)}）"
    if move is Move.APPROVE:
        take_effect(work, row)
        login = "，今后请用新的机构代码登录" if "code" in row.fields else ""
        words += f"已由 {actor.org_name} 审核通过，立即生效{login}"
    else:
        words += f"未通过（{actor.org_name}）。原因：{opinion}"
    settle(work, actor, row, move, Action.DECIDE_OFFICE, opinion)
    tell_office(work, row.org_id, MessageKind.OFFICE, words, about=(KIND, row.id))
    return _decided(work, row)


def _undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """What was decided is in force: the machine knows no way back."""
    row = _held(work, actor, command.id, command.version)
    ORG_CHANGE.next(OrgChangeState(row.state), Move.UNDO, actor.role)
    return _decided(work, row)


def _name_of(work: UnitOfWork, actor: Actor, change_id: int) -> str:
    return office_named_here(work, actor, work.session.get(OrgChange, change_id))


def _decided(work: UnitOfWork, row: OrgChange) -> Decided:
    name = work.session.get_one(Org, row.org_id).name
    return Decided(row.id, row.version, name, OrgChangeState(row.state).label, "")


OFFICE_CHANGES = Queue(
    Subject.OFFICE_CHANGE,
    seen=Action.OFFICE_QUEUE,
    decided=Action.DECIDE_OFFICE,
    page=_page,
    visible=_visible,
    item=_item,
    decide=_decide,
    undo=_undo,
    name_of=_name_of,
    waits=Waits(OrgChange.reviewer_id, OrgChange.submitted_at, OrgChange.state == pages.PENDING),
    label="单位变更",
)
