"""The queue of declarations on the review desk: its pages, and one with everything that helps to decide."""

from __future__ import annotations

from sqlalchemy import update

from core.model import Declaration, Person, PersonYear
from core.rules.chain import SOURCES
from core.rules.doubts import Doubt
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import FORMS, PUBLIC, declaration_fields
from core.rules.hours import ZERO, CreditHours
from core.rules.hours_rules import days_between
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState, Move, declaration_machine
from core.schema.review import (
    Bucket,
    DoubtLine,
    ItemKey,
    QueuePage,
    QueueQuery,
    QueueRow,
    ReviewItem,
    Subject,
)
from core.services.declaration_verdicts import (
    count_approved,
    decide_declaration,
    name_of_declaration,
    undo_verdict,
)
from core.services.declaration_views import (
    KIND,
    days_since,
    evidence_of,
    form_name,
    history_of,
    values_of,
)
from core.services.queues import Queue, Waits, capped, overdue_before, viewers
from core.services.rule_words import clause_of
from core.services.scope import may_see, must_see
from core.services.suspicions import doubts_about, suggestion_for
from core.store import pages
from core.store.work import UnitOfWork


def _page(work: UnitOfWork, actor: Actor, org_id: int, command: QueueQuery) -> QueuePage:
    overdue = overdue_before(work)
    lines, after = pages.queue_page(
        work.session,
        org_id,
        bucket=pages.QueueFilter(command.bucket.value),
        overdue_before=overdue,
        text=command.text.strip(),
        after=command.after,
        limit=command.limit,
    )
    counted = pages.queue_counts(work.session, org_id, overdue)
    counts = {bucket: counted[pages.QueueFilter(bucket.value)] for bucket in Bucket}
    now = work.clock.now()
    rows = tuple(
        QueueRow(
            id=line.id,
            version=line.version,
            person_name=line.person_name,
            form_name=form_name(line.form),
            year=line.year,
            claimed=CreditHours(line.claimed_halves),
            waiting_days=days_since(line.submitted_at, now) or 0,
            flagged=line.flagged,
            returned=line.returned,
            urged=line.urged_at is not None,
        )
        for line in lines
    )
    return QueuePage(rows, counts[Bucket.ALL], capped(counts), after)


def _item(work: UnitOfWork, actor: Actor, command: ItemKey) -> ReviewItem:
    row = _visible(work, actor, command.id)
    doubts = doubts_about(work, row)
    if row.status == DeclarationState.PENDING and row.flagged != bool(doubts):
        # What another declared or took back since then; a statement, so that the version stays.
        same = update(Declaration).where(Declaration.id == row.id)
        work.session.execute(same.values(flagged=bool(doubts)))
    person = work.session.get_one(Person, row.person_id)
    claimed = CreditHours(row.claimed_halves)
    proposed = claimed if row.recognised_halves is None else CreditHours(row.recognised_halves)
    return ReviewItem(
        subject=Subject.DECLARATION,
        id=row.id,
        version=row.version,
        person_name=person.name,
        heading=f"{form_name(row.form)}  {claimed} 学时  {row.year}",
        lines=_declaration_lines(row),
        claimed=claimed,
        rule_check=_rule_check(work, row),
        rule_words=clause_of(work, row),
        year_line=_year_line(work, row, proposed),
        evidence=evidence_of(work.session, row.id),
        doubts=tuple(_doubt_line(work, actor, doubt) for doubt in doubts),
        history=history_of(work.session, KIND, row.id),
        viewers=viewers(work, actor, KIND, row.id) if command.look else (),
        waiting_days=days_since(row.submitted_at, work.clock.now()) or 0,
        submitted_at=row.submitted_at or row.created_at,
        note=row.note,
        proposed=proposed,
        decidable=row.status == DeclarationState.PENDING and row.handler_org_id == actor.org_id,
        no_return=_no_return(row),
    )


def _visible(work: UnitOfWork, actor: Actor, declaration_id: int) -> Declaration:
    row = work.session.get(Declaration, declaration_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_see(work.session, actor, row)
    return row


def _declaration_lines(row: Declaration) -> tuple[tuple[str, str], ...]:
    values = values_of(row)
    source = () if row.activity_id is None else (("申报来源", f"{SOURCES[row.source]} {row.activity_id}"),)
    if row.form not in FORMS:
        return (*source, *values.items())
    form = FORMS[row.form]
    lines = list(source)
    for spec in declaration_fields(form):
        text = values.get(spec.key, "")
        if text and spec.key == form.end_field and row.started_on and row.ended_on:
            text += f"  ({days_between(row.started_on, row.ended_on)} 天)"
        if text:
            lines.append((spec.label, text))
    return tuple(lines)


def _doubt_line(work: UnitOfWork, actor: Actor, doubt: Doubt) -> DoubtLine:
    """The jump is given where the caller may see the other one."""
    other = None if doubt.other_id is None else work.session.get(Declaration, doubt.other_id)
    if other is None or may_see(work.session, actor, other):
        return DoubtLine(doubt.text, doubt.other_id)
    return DoubtLine(f"{doubt.text}（不在您的管理范围，由上级核对）")


def _no_return(row: Declaration) -> str:
    """Why this one can't be sent back to be mended; empty where it can."""
    machine = declaration_machine(row.source)
    if any(each.move is Move.RETURN for each in machine.transitions):
        return ""
    return f"{machine.name}没有退回修改：按 R 写明原因，由单位重新申报"


def _rule_check(work: UnitOfWork, row: Declaration) -> str:
    suggestion = suggestion_for(work, row)
    if suggestion is None:
        return ""
    claimed = CreditHours(row.claimed_halves)
    if suggestion.hours is None:
        return suggestion.explanation
    if suggestion.hours == claimed:
        verdict = "一致"
    elif claimed < suggestion.hours:
        verdict = f"申请 {claimed}，低于规则"
    else:
        verdict = f"申请 {claimed}，高于规则"
    return f"{suggestion.explanation}   {verdict}   [{suggestion.certainty}]"


def _year_line(work: UnitOfWork, row: Declaration, proposed: CreditHours) -> str:
    """该人本年度: what the year holds, and what it would hold once this passes."""
    year = work.session.get(PersonYear, (row.person_id, row.year))
    public = CreditHours(year.public_halves) if year else ZERO
    professional = CreditHours(year.professional_halves) if year else ZERO
    if row.status == DeclarationState.APPROVED:
        return f"公需 {public}  专业 {professional}"
    if row.subject == PUBLIC:
        return f"公需 {public} (通过后 {public + proposed})  专业 {professional}"
    return f"公需 {public}  专业 {professional} (通过后 {professional + proposed})"


DECLARATIONS = Queue(
    Subject.DECLARATION,
    seen=Action.REVIEW_ITEM,
    decided=Action.DECIDE,
    page=_page,
    visible=_visible,
    item=_item,
    decide=decide_declaration,
    undo=undo_verdict,
    name_of=name_of_declaration,
    finish=count_approved,
    waits=Waits(Declaration.handler_org_id, Declaration.submitted_at, Declaration.status == pages.PENDING),
    label="学时申报",
)
