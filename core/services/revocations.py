"""撤销认定: a bureau takes back an approval that was wrong; the year is counted anew, its certificates voided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Decision, Declaration, Org, Person, PersonYear
from core.rules.chain import SOURCES
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState, Move, declaration_machine
from core.schema.base import Page
from core.schema.revocations import (
    ApprovedQuery,
    ApprovedRow,
    Revoked,
    RevokeDeclaration,
    RevokedQuery,
    RevokedRow,
)
from core.services.annual import recount_many
from core.services.declaration_views import KIND, form_name, period_text
from core.services.desk import use_case
from core.services.messages import tell_person
from core.services.reasons import typed_reason
from core.services.scope import must_reach, region_prefix, within
from core.services.staff import number_digest
from core.services.voiding import void_unfounded
from core.store.people_found import Wanted, by_number, in_region
from core.store.work import UnitOfWork

MOST_PEOPLE = 50
"""So many people of a name at most: whoever looks for one of more types more of it."""
_REVOCATION: ColumnElement[bool] = literal_column(
    "decision.kind = 'declaration' and decision.move = 'revoke'"
)


@use_case(Action.APPROVED_PAGE, writes=False)
def approved_page(work: UnitOfWork, actor: Actor, command: ApprovedQuery) -> Page[ApprovedRow]:
    """The approved declarations of the people found, of the caller's region; none for an empty text."""
    people = _people(work, actor, command.text.strip())
    if not people:
        return Page(())
    query = (
        select(Declaration)
        .where(
            Declaration.person_id.in_(people),
            Declaration.status == DeclarationState.APPROVED.value,
            within(Declaration.region_code, actor.region_code),
        )
        .order_by(Declaration.id.desc())
        .limit(command.limit + 1)
    )
    if command.year is not None:
        query = query.where(Declaration.year == command.year)
    if command.after is not None:
        query = query.where(Declaration.id < int(command.after[0]))
    rows = list(work.session.scalars(query))
    after = (rows[command.limit - 1].id,) if len(rows) > command.limit else None
    return Page(tuple(_approved(work, row) for row in rows[: command.limit]), after)


@use_case(Action.APPROVED_PAGE, writes=False)
def revoked_page(work: UnitOfWork, actor: Actor, command: RevokedQuery) -> Page[RevokedRow]:
    """失信记录: what was revoked in the caller's region and below, newest first, for bureaus only."""
    query = (
        select(Decision, Declaration, Person)
        .join(Declaration, Declaration.id == Decision.object_id)
        .join(Person, Person.id == Declaration.person_id)
        .where(_REVOCATION, within(Declaration.region_code, actor.region_code))
        .order_by(Decision.id.desc())
        .limit(command.limit + 1)
    )
    if command.after is not None:
        query = query.where(Decision.id < int(command.after[0]))
    found = work.session.execute(query).all()
    after = (found[command.limit - 1][0].id,) if len(found) > command.limit else None
    return Page(tuple(_revoked(work, *row) for row in found[: command.limit]), after)


@use_case(Action.REVOKE_DECLARATION, writes=True)
def revoke_declaration(work: UnitOfWork, actor: Actor, command: RevokeDeclaration) -> Revoked:
    """撤销认定, for good: the hours no longer count, a recognised year is judged anew, its papers are voided.

    All in one transaction. Raises Refused NOT_YOURS, STALE, NOT_APPROVED, for the field `reason`.
    """
    found = work.session.get(Declaration, command.declaration_id)
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND)
    # The person first, as whoever prints does: no certificate comes of the year meanwhile.
    person = work.locked(Person, found.person_id)
    row = work.locked(Declaration, command.declaration_id)
    must_reach(work.session, actor, Action.REVOKE_DECLARATION, KIND, row)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    if row.status != DeclarationState.APPROVED:
        raise Refused(ErrorCode.NOT_APPROVED)
    reason = typed_reason(command.reason)
    state = declaration_machine(row.source).next(DeclarationState(row.status), Move.REVOKE, actor.role)
    row.status, row.decided_at = state.value, work.clock.now()
    work.session.flush()
    hours = CreditHours(row.recognised_halves or 0)
    work.decide(actor, KIND, row.id, Move.REVOKE, version=command.version, opinion=reason, recognised=hours)
    before, year = _counted(work, row, person)
    summary = f"撤销认定 {row.year} {form_name(row.form)} {hours} 学时：{reason}"
    work.audit(actor, Action.REVOKE_DECLARATION, KIND, row.id, summary)
    why = f"{row.year}年度的一项学时被撤销认定：{reason}"
    voided = void_unfounded(work, actor, year, why)
    _tell(work, row, reason, before and not year.passed, voided)
    recognised = year.recognised_at is not None
    return Revoked(row.id, person.name, row.year, before, year.passed, recognised, voided)


def _counted(work: UnitOfWork, row: Declaration, person: Person) -> tuple[bool, PersonYear]:
    """The year counted anew; whether it had passed before. A recognised one is judged anew too."""
    held = work.locked_year(person.id, row.year, person.region_code)
    before = held.passed
    (year,) = recount_many(work, {person.id: held.region_code}, row.year, settle=True)
    return before, year


def _tell(work: UnitOfWork, row: Declaration, reason: str, fails_now: bool, voided: Sequence[str]) -> None:
    hours = CreditHours(row.recognised_halves or 0)
    words = f"撤销认定：{form_name(row.form)} {row.title} {hours} 学时。原因：{reason}"
    if fails_now:
        words += f"。{row.year}年度改为不通过"
    if voided:
        words += f"。已作废：{'、'.join(voided)}"
    tell_person(work, row.person_id, MessageKind.DECLARATION, words, about=(KIND, row.id))


def _people(work: UnitOfWork, actor: Actor, text: str) -> list[int]:
    """By a whole 证件号 wherever they are now, else by name in the caller's region, in the order of an index."""
    if not text:
        return []
    wanted, digest = Wanted(0), number_digest(work, text)
    if digest is not None:
        line = by_number(work.session, digest, wanted)
        return [] if line is None else [line.id]
    prefix = region_prefix(actor.region_code)
    lines, _ = in_region(work.session, prefix, wanted, text=text, limit=MOST_PEOPLE)
    return [line.id for line in lines]


def _approved(work: UnitOfWork, row: Declaration) -> ApprovedRow:
    person = work.session.get_one(Person, row.person_id)
    return ApprovedRow(
        declaration_id=row.id,
        version=row.version,
        person_name=person.name,
        id_number_masked=mask_id_number(work.vault.open(person.id_number_sealed)),
        employer=work.session.get_one(Org, row.employer_id).name,
        year=row.year,
        subject=row.subject,
        form_name=form_name(row.form),
        title=row.title,
        period=period_text(row),
        hours=CreditHours(row.recognised_halves or 0),
        source_label=SOURCES[row.source],
    )


def _revoked(work: UnitOfWork, decision: Decision, row: Declaration, person: Person) -> RevokedRow:
    return RevokedRow(
        id=decision.id,
        at=decision.at,
        declaration_id=row.id,
        person_name=person.name,
        id_number_masked=mask_id_number(work.vault.open(person.id_number_sealed)),
        year=row.year,
        title=row.title,
        hours=CreditHours(row.recognised_halves or 0),
        reason=decision.opinion,
        by=f"{decision.org_name} {decision.actor_name}".strip(),
    )
