"""The queue of offices that have registered (单位审核), on the review desk of the level above."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from core.model import Org, OrgRegistration
from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.offices import OFFICE_FIELDS, OFFICE_REGISTRATION, OfficeState
from core.rules.permissions import Action
from core.rules.readings import matches
from core.rules.roles import Actor, OrgKind
from core.schema.review import (
    Bucket,
    Decide,
    Decided,
    DoubtLine,
    ItemKey,
    QueuePage,
    QueueQuery,
    QueueRow,
    ReviewItem,
    Subject,
    UndoDecision,
    Verdict,
)
from core.services.declaration_views import days_since
from core.services.employers import region_name
from core.services.messages import addressed, mail, tell_office
from core.services.office_admission import (
    KIND,
    admit,
    chosen,
    named,
    office_history,
    registered_org,
    typed_values,
)
from core.services.queues import Queue, Waits, capped, opinion_of, overdue_before, plain_counts, viewers
from core.services.scope import covers
from core.services.sent_rows import OVERDUE_OF, held_here, sent_here
from core.store import pages
from core.store.office_pages import OfficeLine, Waiting, office_counts, office_page
from core.store.search import find_employers
from core.store.work import UnitOfWork

READ_THROUGH = 500
Column = Callable[[OfficeLine], str]


def waiting_page(
    work: UnitOfWork, model: Waiting, org_id: int, command: QueueQuery, column: Column
) -> QueuePage:
    """A page of offices that wait for the caller's. By name, pinyin and initials here: those that wait for one
    office can be read through."""
    overdue, now = overdue_before(work), work.clock.now()
    waiting, late = office_counts(work.session, model, org_id, overdue)
    counts = capped(plain_counts(waiting, late))
    if command.bucket in (Bucket.RETURNED, Bucket.FLAGGED):
        return QueuePage((), waiting, counts)
    text, found, after = command.text.strip(), [], command.after
    while True:
        lines, after = office_page(
            work.session,
            model,
            org_id,
            overdue_before=overdue,
            overdue=OVERDUE_OF.get(command.bucket),
            after=after,
            limit=READ_THROUGH if text else command.limit,
        )
        found += [line for line in lines if not text or text in line.name or matches(text, line.name)]
        if not text or after is None or len(found) >= command.limit:
            break
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.name,
            form_name=column(line),
            waiting_days=days_since(line.submitted_at, now) or 0,
        )
        for line in found
    )
    return QueuePage(rows, waiting, counts, after)


def no_return(command: Decide, pending: str) -> None:
    """Raises MOVE_NOT_ALLOWED for 退回修改: what was refused is corrected and sent again."""
    if command.verdict is Verdict.RETURN:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=pending, move=Move.RETURN.label)


def same_name_doubts(work: UnitOfWork, name: str, region_code: str, but: str = "") -> list[str]:
    """Offices of the same name in the region: they may be one, registered twice."""
    found = find_employers(work.connection, name, region_code, exact=True, kinds=tuple(OrgKind), limit=6)
    return [
        f"所属区域已有同名的{OrgKind(each.kind).label}：{each.name}（{each.code}）"
        for each in found.rows
        if each.code != but
    ]


def _column(line: OfficeLine) -> str:
    return OrgKind(line.kind).label


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    return waiting_page(work, OrgRegistration, org_id, command, _column)


def _visible(work: UnitOfWork, actor: Actor, registration_id: int) -> OrgRegistration:
    return sent_here(work, actor, OrgRegistration, KIND, registration_id)


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    return ReviewItem(
        subject=Subject.OFFICE,
        id=row.id,
        version=row.version,
        person_name=row.name,
        heading=f"{OrgKind(row.kind).label}注册",
        lines=_lines(work, row),
        claimed=None,
        rule_check=_register_says(work, row),
        year_line="",
        evidence=(),
        doubts=tuple(map(DoubtLine, _doubts(work, row))) if row.state == OfficeState.PENDING else (),
        history=office_history(work, row),
        viewers=viewers(work, actor, KIND, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at,
        decidable=row.state == OfficeState.PENDING,
    )


def _lines(work: UnitOfWork, row: OrgRegistration) -> tuple[tuple[str, str], ...]:
    """The form as filled in, offices and regions by name."""
    values = typed_values(work, row)
    shown = {**values, "region": region_name(work, row.region_code)}
    for key in ("superior", "authority"):
        office = named(work, chosen(row, key))
        shown[key] = office[1] if office is not None else ""
    return tuple((spec.label, shown[spec.key]) for spec in OFFICE_FIELDS if shown.get(spec.key))


def _register_says(work: UnitOfWork, row: OrgRegistration) -> str:
    """What the register holds under this code."""
    org = registered_org(work, row.code)
    if org is None:
        return "登记册中没有这个机构代码，通过后新增单位并开设账号"
    if row.state != OfficeState.PENDING:
        return f"登记册：{org.name}，{region_name(work, org.region_code)}"
    return (
        f"登记册中已有：{org.name}，{OrgKind(org.kind).label}，{region_name(work, org.region_code)}，还没有账号；"
        "通过后账号归这个单位"
    )


def _doubts(work: UnitOfWork, row: OrgRegistration) -> list[str]:
    """What speaks against waving it through: it is no reason to refuse by itself."""
    found = same_name_doubts(work, row.name, row.region_code, but=row.code)
    if registered_org(work, row.code) is not None:
        found.append("认领登记册中已有的单位：请核实申请人确是该单位的")
    twice = select(OrgRegistration.code).where(
        OrgRegistration.name == row.name,
        OrgRegistration.reviewer_id == row.reviewer_id,
        OrgRegistration.state == pages.PENDING,
        OrgRegistration.id != row.id,
    )
    found += [f"同名单位另有一份注册待审核（{code}）" for code in work.session.scalars(twice.limit(3))]
    for key, label in (("superior", "上级单位"), ("authority", "主管部门")):
        office_id = chosen(row, key)
        office = work.session.get(Org, office_id) if office_id is not None else None
        if office is not None and not covers(office.region_code, row.region_code):
            where = region_name(work, office.region_code)
            found.append(f"所填{label} {office.name} 在{where}，不含所属区域")
    return found


def _decide(work: UnitOfWork, actor: Actor, command: Decide, one_of_many: bool) -> Decided:
    no_return(command, OfficeState.PENDING.label)
    row = held_here(work, actor, OrgRegistration, KIND, command.id, command.version)
    move = Move.APPROVE if command.verdict is Verdict.APPROVE else Move.REJECT
    state = OFFICE_REGISTRATION.next(OfficeState(row.state), move, actor.role)
    if one_of_many and move is Move.APPROVE and _doubts(work, row):
        raise Refused(ErrorCode.FLAGGED_IN_BATCH)
    opinion = opinion_of(command)
    email = typed_values(work, row)["email"]
    if move is Move.APPROVE:
        org = admit(work, row)
        words = f"单位注册审核通过：{actor.org_name} 已同意，现在可以用机构代码登录"
        tell_office(work, org.id, MessageKind.OFFICE, words)
    else:
        row.reason = opinion
        words = f"单位注册审核不通过（{actor.org_name}）。原因：{opinion}"
    row.state, row.decided_at, row.decided_by_name = state.value, work.clock.now(), actor.name
    work.session.flush()
    work.decide(actor, KIND, row.id, move, version=command.version, step=actor.role.value, opinion=opinion)
    summary = f"{OFFICE_REGISTRATION.label(move)} {row.name} {row.code}"
    work.audit(actor, Action.DECIDE_OFFICE, KIND, row.id, summary)
    mail(work, email, MessageKind.OFFICE, addressed(row.name, words))
    return _decided(row)


def _undo(work: UnitOfWork, actor: Actor, command: UndoDecision) -> Decided:
    """What was decided is in the applicant's hands: the machine knows no way back."""
    row = held_here(work, actor, OrgRegistration, KIND, command.id, command.version)
    OFFICE_REGISTRATION.next(OfficeState(row.state), Move.UNDO, actor.role)
    return _decided(row)


def _name_of(work: UnitOfWork, actor: Actor, registration_id: int) -> str:
    row = work.session.get(OrgRegistration, registration_id)
    return row.name if row is not None and row.reviewer_id == actor.org_id else ""


def _decided(row: OrgRegistration) -> Decided:
    return Decided(row.id, row.version, row.name, OfficeState(row.state).label, "")


OFFICES = Queue(
    Subject.OFFICE,
    seen=Action.OFFICE_QUEUE,
    decided=Action.DECIDE_OFFICE,
    page=_page,
    visible=_visible,
    item=_item,
    decide=_decide,
    undo=_undo,
    name_of=_name_of,
    waits=Waits(
        OrgRegistration.reviewer_id, OrgRegistration.submitted_at, OrgRegistration.state == pages.PENDING
    ),
    label="单位注册",
)
