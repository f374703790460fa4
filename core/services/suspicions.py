"""Finding the doubts (疑点) about a declaration: what the rules need is gathered here from the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.model import Attachment, Declaration, Evidence
from core.rules.checking import check_form
from core.rules.clock import today
from core.rules.doubts import Claim, Doubt, find_doubts
from core.rules.forms import FORMS, declaration_fields, suggest_hours
from core.rules.hours import CreditHours
from core.rules.hours_rules import day_limit
from core.rules.learning_form import Suggestion
from core.rules.rulebook import Rulebook
from core.rules.workflow import DeclarationState
from core.schema.declarations import Holder
from core.services.declaration_views import form_name, values_of
from core.services.likenesses import like_scans
from core.store.work import UnitOfWork

MOST_HOLDERS = 20
LIVE = (DeclarationState.PENDING.value, DeclarationState.APPROVED.value)
_DECIDED = (DeclarationState.APPROVED, DeclarationState.REJECTED, DeclarationState.REVOKED)


def doubts_about(work: UnitOfWork, declaration: Declaration) -> tuple[Doubt, ...]:
    """All doubts as things stand now, those about the declaration itself first."""
    session = work.session
    scans = _scans_of(session, declaration)
    likes = frozenset(like_scans(session, scans)) - scans
    own = _claim(declaration, scans, suggestion_for(work, declaration), likes)
    if declaration.form in FORMS:
        form = rules_for(work, declaration).form(declaration.form, declaration.year)
        own = replace(own, day_limit=day_limit(form.rule))
    return find_doubts(own, _others(session, declaration, scans | likes))


def doubted_by_scans(session: Session, activity_id: int) -> list[int]:
    """The declarations of others that hold a picture of an activity, or one that shows the same paper."""
    query = select(Attachment.sha256).where(
        Attachment.kind == Holder.ACTIVITY.value, Attachment.object_id == activity_id
    )
    scans = frozenset(session.scalars(query))
    return sorted(_holders(session, scans | frozenset(like_scans(session, scans)), activity_id))


def flag(work: UnitOfWork, declaration: Declaration) -> None:
    """Mark a declaration that raises doubts, and those that wait and that it throws doubt upon."""
    work.session.flush()
    doubts = doubts_about(work, declaration)
    declaration.flagged = bool(doubts)
    others = {doubt.other_id for doubt in doubts if doubt.other_id is not None}
    if others:
        waiting = (Declaration.id.in_(others)) & (Declaration.status == DeclarationState.PENDING.value)
        # A statement, so that the version stays: what its reviewer has on screen is still what it is.
        work.session.execute(update(Declaration).where(waiting).values(flagged=True))


def suggestion_for(work: UnitOfWork, declaration: Declaration) -> Suggestion | None:
    """What the rule gives for a stored declaration; None for a form that is no longer declared."""
    if declaration.form not in FORMS:
        return None
    rules = rules_for(work, declaration)
    form = rules.form(declaration.form, declaration.year)
    specs = declaration_fields(form)
    day, values = today(work.clock), values_of(declaration)
    checked = check_form(specs, values, day, complete=False, lists=work.lists)
    return suggest_hours(form, checked.clean, rules.annual_rule(declaration.year))


def rules_for(work: UnitOfWork, declaration: Declaration) -> Rulebook:
    """The rules that a declaration goes by: those it was decided under, the newest while nobody has decided."""
    decided = declaration.status in _DECIDED
    return work.rulebook.at(declaration.rules_edition) if decided else work.rulebook


def _scans_of(session: Session, declaration: Declaration) -> frozenset[str]:
    """Its own evidence, and that of the activity it came from."""
    own = select(Evidence.sha256).where(Evidence.declaration_id == declaration.id)
    shared = select(Attachment.sha256).where(
        Attachment.kind == Holder.ACTIVITY.value, Attachment.object_id == declaration.activity_id
    )
    found = set(session.scalars(own))
    return frozenset(found if declaration.activity_id is None else found | set(session.scalars(shared)))


def _others(session: Session, declaration: Declaration, scans: frozenset[str]) -> Iterable[Claim]:
    mine = (Declaration.person_id == declaration.person_id) & Declaration.status.in_(LIVE)
    found = {row.id: row for row in session.scalars(select(Declaration).where(mine))}
    shared = _holders(session, scans, declaration.activity_id)
    missing = [key for key in shared if key not in found]
    if missing:
        found |= {
            row.id: row for row in session.scalars(select(Declaration).where(Declaration.id.in_(missing)))
        }
    found.pop(declaration.id, None)
    return [_claim(found[key], frozenset(shared.get(key, ()))) for key in sorted(found)]


def _holders(session: Session, scans: frozenset[str], activity_id: int | None) -> dict[int, set[str]]:
    """Which declarations hold one of these pictures: of an activity its first one stands for all, and the activity
    itself is left out. A picture that many share is found at the MOST_HOLDERS oldest."""
    held: dict[int, set[str]] = {}
    if not scans:
        return held
    own = (
        select(Evidence.sha256, Declaration.id)
        .join(Declaration, Declaration.id == Evidence.declaration_id)
        .where(Evidence.sha256.in_(scans), Declaration.status.in_(LIVE))
        .order_by(Declaration.id)
        .limit(MOST_HOLDERS)
    )
    of_activities = (
        select(Attachment.sha256, func.min(Declaration.id))
        .join(Declaration, Declaration.activity_id == Attachment.object_id)
        .where(
            Attachment.kind == Holder.ACTIVITY.value,
            Attachment.sha256.in_(scans),
            Attachment.object_id.is_distinct_from(activity_id),
            Declaration.status.in_(LIVE),
        )
        .group_by(Attachment.sha256, Attachment.object_id)
        .limit(MOST_HOLDERS)
    )
    for query in (own, of_activities):
        for sha256, key in session.execute(query):
            held.setdefault(key, set()).add(sha256)
    return held


def _claim(
    row: Declaration,
    scans: frozenset[str],
    suggestion: Suggestion | None = None,
    likes: frozenset[str] = frozenset(),
) -> Claim:
    form = FORMS.get(row.form)
    both = (row.started_on, row.ended_on)
    return Claim(
        id=row.id,
        person_id=row.person_id,
        year=row.year,
        form=form_name(row.form),
        title=row.title,
        claimed=CreditHours(row.claimed_halves),
        period=None if both[0] is None or both[1] is None else (both[0], both[1]),
        by_days=form is not None and form.by_days,
        yearly=form is not None and form.yearly,
        suggested=suggestion.hours if suggestion else None,
        scans=scans,
        likes=likes,
    )
