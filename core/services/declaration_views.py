"""Declarations as screens see them: the detail, its evidence, its history, and what the owner may do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.model import Attachment, Blob, Decision, Declaration, Evidence, Org, Person
from core.rules.chain import SOURCES, Step, chain_of
from core.rules.clock import CHINA
from core.rules.forms import FORMS
from core.rules.hours import CreditHours
from core.rules.roles import Actor, Role
from core.rules.workflow import DeclarationState, Move, declaration_machine
from core.schema.declarations import DeclarationView, EvidenceView, Holder
from core.schema.history import DecisionLine
from core.services.scope import reviewers
from core.store.progress import ProgressLine
from core.store.work import UnitOfWork

KIND = "declaration"
_MEASURES = (Blob.size, Blob.kind, Blob.width, Blob.height)
# Moves that say why it came back to the person.
REFUSALS = (Move.REJECT.value, Move.RETURN.value)


def declaration_detail(work: UnitOfWork, actor: Actor, declaration: Declaration) -> DeclarationView:
    """Everything of one declaration (详细). Who may see it has been asked before."""
    session = work.session
    person = session.get_one(Person, declaration.person_id)
    employer = session.get_one(Org, declaration.employer_id)
    history = history_of(session, KIND, declaration.id)
    origin = declaration.origin_id
    return DeclarationView(
        id=declaration.id,
        version=declaration.version,
        person_name=person.name,
        year=declaration.year,
        subject=declaration.subject,
        form=declaration.form,
        form_name=form_name(declaration.form),
        title=declaration.title,
        values=values_of(declaration),
        note=declaration.note,
        claimed=CreditHours(declaration.claimed_halves),
        recognised=final_hours(declaration.status, declaration.recognised_halves),
        status=declaration.status,
        status_label=DeclarationState(declaration.status).label,
        handler=handler_name(session, declaration),
        submitted_at=declaration.submitted_at,
        evidence=evidence_of(session, declaration.id),
        history=history,
        reason=_reason(session, declaration),
        origin_id=declaration.origin_id,
        moves=moves_of(work, declaration) if actor.role is Role.PERSON else (),
        chain=reviewers(session, employer, declaration.region_code, chain_of(declaration.source)),
        origin_reason=reasons_of(session, [origin]).get(origin, "") if origin is not None else "",
        again_id=copies_of(session, [declaration.id]).get(declaration.id),
        source_label=SOURCES[declaration.source],
    )


def values_of(declaration: Declaration) -> dict[str, str]:
    """The entries as text by field key, the common ones included; what is empty is absent."""
    values = dict(declaration.fields)
    values["subject"] = declaration.subject
    values["year"] = str(declaration.year)
    if declaration.claimed_halves:
        values["claimed_hours"] = str(CreditHours(declaration.claimed_halves))
    if declaration.note:
        values["remark"] = declaration.note
    return values


def form_name(key: str) -> str:
    """学习形式 as shown; an old record may carry a form that is no longer declared."""
    return FORMS[key].name if key in FORMS else key


def final_hours(status: str, recognised_halves: int | None) -> CreditHours | None:
    """认定学时: only an approval fixes them, what a level proposes on the way is not shown to the person."""
    if recognised_halves is None or status not in (DeclarationState.APPROVED, DeclarationState.REVOKED):
        return None
    return CreditHours(recognised_halves)


def handler_name(session: Session, declaration: Declaration) -> str:
    """当前处理人: the office whose turn it is, empty when it is nobody's."""
    if declaration.handler_org_id is None:
        return ""
    return session.get_one(Org, declaration.handler_org_id).name


def evidence_of(session: Session, declaration_id: int) -> tuple[EvidenceView, ...]:
    """The attachments in their order; those of the 单位申报 that it came from after its own."""
    own = (
        select(Evidence.sha256, Evidence.file_name, Evidence.caption, *_MEASURES)
        .join(Blob, Blob.sha256 == Evidence.sha256)
        .where(Evidence.declaration_id == declaration_id)
        .order_by(Evidence.position)
    )
    shared = (
        select(Attachment.sha256, Attachment.file_name, Attachment.caption, *_MEASURES)
        .join(Blob, Blob.sha256 == Attachment.sha256)
        .join(Declaration, Declaration.activity_id == Attachment.object_id)
        .where(Attachment.kind == Holder.ACTIVITY.value, Declaration.id == declaration_id)
        .order_by(Attachment.position)
    )
    return tuple(EvidenceView(*row) for query in (own, shared) for row in session.execute(query))


def history_of(session: Session, kind: str, object_id: int) -> tuple[DecisionLine, ...]:
    """审核记录, the oldest first."""
    query = select(Decision).where(Decision.kind == kind, Decision.object_id == object_id)
    return tuple(_line(row) for row in session.scalars(query.order_by(Decision.seq)))


def moves_of(work: UnitOfWork, row: Declaration | ProgressLine) -> tuple[str, ...]:
    """What the owner may do now, in the order of the key bar."""
    moves = list(declaration_machine(row.source).moves(DeclarationState(row.status), Role.PERSON))
    if Move.WITHDRAW in moves and row.step != Step.EMPLOYER:
        moves.remove(Move.WITHDRAW)
    if Move.URGE in moves and not may_urge(work, row):
        moves.remove(Move.URGE)
    return tuple(move.value for move in moves)


def may_urge(work: UnitOfWork, declaration: Declaration | ProgressLine) -> bool:
    """Whether enough days have gone by since it was submitted, or urged before."""
    last = declaration.urged_at or declaration.submitted_at
    days = timedelta(days=work.settings.urge_days)
    return last is not None and work.clock.now() - last >= days


def days_since(moment: datetime | None, now: datetime) -> int | None:
    """Calendar days in China since a moment."""
    if moment is None:
        return None
    return max(0, (now.astimezone(CHINA).date() - moment.astimezone(CHINA).date()).days)


def reasons_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Why declarations were refused or sent back the last time, by id."""
    query = select(Decision.object_id, Decision.opinion).where(
        Decision.kind == KIND, Decision.object_id.in_(ids), Decision.move.in_(REFUSALS)
    )
    return {int(row[0]): row[1] for row in session.execute(query.order_by(Decision.seq))}


def copies_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """The newest 重新申报 of declarations, by the id of the one that was refused."""
    query = select(Declaration.origin_id, func.max(Declaration.id)).where(Declaration.origin_id.in_(ids))
    found = session.execute(query.group_by(Declaration.origin_id))
    return {origin: newest for origin, newest in found if origin is not None and newest is not None}


def period_text(declaration: Declaration) -> str:
    """起止时间 of the learning."""
    start, end = declaration.started_on, declaration.ended_on
    if start is None or end is None:
        return ""
    return start.isoformat() if start == end else f"{start} 至 {end}"


def _line(row: Decision) -> DecisionLine:
    move = Move(row.move)
    return DecisionLine(
        at=row.at,
        step_label=Step(row.step).label if row.step else "",
        move_label=move.label,
        actor_name=row.actor_name,
        org_name=row.org_name,
        opinion=row.opinion,
        recognised=None if row.recognised_halves is None else CreditHours(row.recognised_halves),
    )


def _reason(session: Session, declaration: Declaration) -> str:
    came_back = declaration.status == DeclarationState.DRAFT and declaration.returned
    if declaration.status != DeclarationState.REJECTED and not came_back:
        return ""
    return reasons_of(session, [declaration.id]).get(declaration.id, "")
