"""Declarations (学时申报): everything a person does with their own, and the detail that reviewers see too."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from core.model import Declaration, Evidence, Org, Person
from core.rules.chain import DECLARATION_CHAIN, SOURCES, Step, next_step
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import DECLARATION, DeclarationState, Move, declaration_machine
from core.schema.base import Nothing, Number
from core.schema.declarations import (
    DeclarationContext,
    DeclarationKey,
    DeclarationView,
    ProgressPage,
    ProgressQuery,
    ProgressRow,
    ProgressTab,
    SaveDeclaration,
)
from core.services.base_progress import of_tab, reported_of
from core.services.changes import held_person, refuse_while_transferring
from core.services.declaration_views import (
    KIND,
    copies_of,
    days_since,
    declaration_detail,
    final_hours,
    form_name,
    may_urge,
    moves_of,
    reasons_of,
)
from core.services.desk import use_case
from core.services.drafting import fill, used_hours
from core.services.rule_words import rule_lines
from core.services.scope import bureau_of, handler_at, has_authority, must_see, not_yours, owner, reviewers
from core.services.suspicions import flag
from core.services.windows import open_years, window_for
from core.store import progress
from core.store.work import UnitOfWork


@use_case(Action.SAVE_DECLARATION, writes=False)
def declaration_context(work: UnitOfWork, actor: Actor, command: Nothing) -> DeclarationContext:
    """What the form needs before it is filled in: open years, the reviewers in turn, caps used up."""
    person = owner(work.session, actor)
    day = today(work.clock)
    years = open_years(work.session, person.region_code, day)
    year = day.year if day.year in years or not years else years[0]
    employer = work.session.get_one(Org, person.employer_id)
    return DeclarationContext(
        open_years=years,
        default_year=year,
        chain=reviewers(work.session, employer, person.region_code),
        used={
            key: used_hours(work.session, person.id, key, year)
            for key, each in work.rulebook.forms(year).items()
            if each.cap is not None
        },
        rules=work.rulebook,
        closes_on=window_for(work.session, year, person.region_code).declarations_until.isoformat(),
    )


@use_case(Action.SAVE_DECLARATION, writes=True)
def save_declaration(work: UnitOfWork, actor: Actor, command: SaveDeclaration) -> DeclarationView:
    """保存暂不提交: keeps what was typed, complete or not. Only what can't be understood is refused."""
    person = owner(work.session, actor)
    row = _draft(work, actor, command, Move.SAVE)
    saved = fill(work, actor, person, command, row, complete=False)
    work.audit(actor, Action.SAVE_DECLARATION, KIND, saved.id, f"{saved.year} {form_name(saved.form)}")
    work.session.flush()
    return declaration_detail(work, actor, saved)


@use_case(Action.SUBMIT_DECLARATION, writes=True)
def submit_declaration(work: UnitOfWork, actor: Actor, command: SaveDeclaration) -> DeclarationView:
    """提交申报: all checks at once, beside their fields; then it waits at the employer.

    Raises Refused FIELDS_REFUSED (attachments under `evidence`, a closed year under `year`), NO_BUREAU, STALE,
    TRANSFER_PENDING.
    """
    # The person's row is held, so that the same claim sent twice at once meets the check for duplicates.
    person = held_person(work, actor)
    row = _draft(work, actor, command, Move.SUBMIT)
    refuse_while_transferring(work, person.id, Move.SUBMIT.label)
    before = row.version if row is not None else 0
    saved = fill(work, actor, person, command, row, complete=True)
    employer = work.session.get_one(Org, saved.employer_id)
    bureau_of(work.session, saved.region_code)  # nobody's claim may end where nobody can decide it
    step = next_step(DECLARATION_CHAIN, None, has_authority(employer))
    assert step is not None
    saved.status = DECLARATION.next(DeclarationState.DRAFT, Move.SUBMIT, actor.role)
    saved.step = step
    saved.handler_org_id = handler_at(work.session, step, employer, saved.region_code).id
    saved.submitted_at = work.clock.now()
    saved.rules_edition = work.rulebook.edition
    saved.decided_at = saved.urged_at = None
    flag(work, saved)
    work.decide(actor, KIND, saved.id, Move.SUBMIT, version=before)
    claimed = CreditHours(saved.claimed_halves)
    summary = f"{saved.year} {form_name(saved.form)} {claimed} 学时"
    work.audit(actor, Action.SUBMIT_DECLARATION, KIND, saved.id, summary)
    work.session.flush()
    return declaration_detail(work, actor, saved)


@use_case(Action.WITHDRAW_DECLARATION, writes=True)
def withdraw_declaration(work: UnitOfWork, actor: Actor, command: DeclarationKey) -> DeclarationView:
    """撤销: back to 待提交, only while the employer has not reviewed. Raises Refused ALREADY_REVIEWED, STALE."""
    row = _own(work, actor, command)
    state = declaration_machine(row.source).next(DeclarationState(row.status), Move.WITHDRAW, actor.role)
    if row.step != Step.EMPLOYER:
        raise Refused(ErrorCode.ALREADY_REVIEWED)
    row.status, row.step, row.handler_org_id = state, None, None
    row.flagged = False
    work.decide(actor, KIND, row.id, Move.WITHDRAW, version=command.version)
    work.audit(actor, Action.WITHDRAW_DECLARATION, KIND, row.id)
    work.session.flush()
    return declaration_detail(work, actor, row)


@use_case(Action.DELETE_DECLARATION, writes=True)
def delete_declaration(work: UnitOfWork, actor: Actor, command: DeclarationKey) -> None:
    """删除: drafts only. The log keeps that there was one."""
    row = _own(work, actor, command)
    declaration_machine(row.source).next(DeclarationState(row.status), Move.DELETE, actor.role)
    work.decide(actor, KIND, row.id, Move.DELETE, version=command.version)
    work.audit(actor, Action.DELETE_DECLARATION, KIND, row.id, f"{row.year} {form_name(row.form)}")
    work.session.delete(row)


@use_case(Action.REDECLARE, writes=True)
def redeclare(work: UnitOfWork, actor: Actor, command: DeclarationKey) -> DeclarationView:
    """重新申报: a draft copied from a refused one and linked to it. Asked twice it gives the same draft."""
    row = _own(work, actor, command)
    declaration_machine(row.source).next(DeclarationState(row.status), Move.REDECLARE, actor.role)
    waiting = select(Declaration).where(
        Declaration.origin_id == row.id, Declaration.status == DeclarationState.DRAFT.value
    )
    copy = work.session.scalars(waiting.order_by(Declaration.id)).first()
    if copy is None:
        copy = _copied(work, row)
        work.decide(actor, KIND, row.id, Move.REDECLARE, version=command.version)
        work.audit(actor, Action.REDECLARE, KIND, copy.id, f"重新申报 {row.id}")
        work.session.flush()
    return declaration_detail(work, actor, copy)


@use_case(Action.URGE, writes=True)
def urge(work: UnitOfWork, actor: Actor, command: DeclarationKey) -> DeclarationView:
    """催办: marks a claim that has waited long. Raises Refused TOO_SOON_TO_URGE."""
    row = _own(work, actor, command)
    declaration_machine(row.source).next(DeclarationState(row.status), Move.URGE, actor.role)
    if not may_urge(work, row):
        raise Refused(ErrorCode.TOO_SOON_TO_URGE, days=work.settings.urge_days)
    # A statement, so that the version stays: urging must not make the reviewer's decision stale.
    work.session.execute(
        update(Declaration).where(Declaration.id == row.id).values(urged_at=work.clock.now())
    )
    work.session.refresh(row)
    work.decide(actor, KIND, row.id, Move.URGE, version=command.version, step=row.step or "")
    work.audit(actor, Action.URGE, KIND, row.id)
    return declaration_detail(work, actor, row)


@use_case(Action.DECLARATION_PAGE, writes=False)
def progress_page(work: UnitOfWork, actor: Actor, command: ProgressQuery) -> ProgressPage:
    """申报进度查询: one page of the caller's declarations, and how many each tab holds."""
    person = owner(work.session, actor)
    narrowing = progress.Narrowing(
        from_year=command.from_year,
        to_year=command.to_year,
        subject=command.subject,
        form=command.form,
        words=command.words,
        learnt_from=command.learnt_from,
        learnt_until=command.learnt_until,
        by_provider=command.by_provider,
    )
    rows, after = progress.progress_page(
        work.session,
        person.id,
        status=None if command.tab is ProgressTab.ALL else command.tab.value,
        after=command.after,
        limit=command.limit,
        **narrowing,
    )
    by_status = progress.status_counts(work.session, person.id, **narrowing)
    counts = {tab: by_status.get(tab.value, 0) for tab in ProgressTab}
    counts[ProgressTab.ALL] = sum(by_status.values())
    came_back = [row.id for row in rows if row.status == DeclarationState.REJECTED or row.returned]
    reasons = reasons_of(work.session, came_back) if came_back else {}
    again = copies_of(work.session, came_back) if came_back else {}
    lines = tuple(_progress_row(work, row, reasons.get(row.id, ""), again.get(row.id)) for row in rows)
    if command.by_provider:
        reported = reported_of(work, person.id, command)
        for tab in ProgressTab:
            counts[tab] += len(of_tab(reported, tab))
        if command.after is None:
            lines = (*of_tab(reported, command.tab), *lines)
    return ProgressPage(lines, counts, after)


@use_case(Action.VIEW_DECLARATION, writes=False)
def declaration_view(work: UnitOfWork, actor: Actor, command: Number) -> DeclarationView:
    """详细: the owner sees it, and the offices in whose scope it is. Others get NOT_YOURS, which is logged."""
    row = work.session.get(Declaration, command.value)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_see(work.session, actor, row)
    return replace(declaration_detail(work, actor, row), rule=rule_lines(work, row))


def _draft(work: UnitOfWork, actor: Actor, command: SaveDeclaration, move: Move) -> Declaration | None:
    """The draft that is saved or sent, held; None for a new one."""
    if command.declaration_id is None:
        return None
    key = DeclarationKey(declaration_id=command.declaration_id, version=command.version)
    row = _own(work, actor, key)
    declaration_machine(row.source).next(DeclarationState(row.status), move, actor.role)
    return row


def _own(work: UnitOfWork, actor: Actor, command: DeclarationKey) -> Declaration:
    """The caller's declaration, held, in the version that was on screen."""
    row = work.locked(Declaration, command.declaration_id)
    if actor.person_id is None or row.person_id != actor.person_id:
        raise not_yours(KIND, row.id)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    return row


def _copied(work: UnitOfWork, row: Declaration) -> Declaration:
    person = work.session.get_one(Person, row.person_id)
    now = work.clock.now()
    copy = Declaration(
        person_id=row.person_id,
        employer_id=person.employer_id,
        region_code=person.region_code,
        year=row.year,
        subject=row.subject,
        form=row.form,
        title=row.title,
        fields=dict(row.fields),
        claimed_halves=row.claimed_halves,
        started_on=row.started_on,
        ended_on=row.ended_on,
        note=row.note,
        completes_professional=row.completes_professional,
        status=DECLARATION.initial.value,
        origin_id=row.id,
        created_at=now,
        updated_at=now,
    )
    work.session.add(copy)
    work.session.flush()
    attached = select(Evidence).where(Evidence.declaration_id == row.id).order_by(Evidence.position)
    for each in work.session.scalars(attached).all():
        work.session.add(
            Evidence(
                declaration_id=copy.id,
                position=each.position,
                sha256=each.sha256,
                file_name=each.file_name,
                caption=each.caption,
            )
        )
    return copy


def _progress_row(
    work: UnitOfWork, line: progress.ProgressLine, reason: str, again_id: int | None
) -> ProgressRow:
    pending = line.status == DeclarationState.PENDING
    return ProgressRow(
        id=line.id,
        version=line.version,
        year=line.year,
        subject=line.subject,
        form_name=form_name(line.form),
        title=line.title,
        claimed=CreditHours(line.claimed_halves),
        recognised=final_hours(line.status, line.recognised_halves),
        handler=line.handler or "",
        status=line.status,
        status_label=DeclarationState(line.status).label,
        waiting_days=days_since(line.submitted_at, work.clock.now()) if pending else None,
        moves=moves_of(work, line),
        reason=reason if line.status in (DeclarationState.REJECTED, DeclarationState.DRAFT) else "",
        origin_id=line.origin_id,
        again_id=again_id,
        source_label=SOURCES[line.source],
    )
