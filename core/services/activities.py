"""单位申报 (E5): one activity declared for many of the unit's persons, and taken back while nobody has reviewed it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from core.model import Activity, Decision, Declaration, Message, Org, Outbox, Person
from core.rules.chain import SOURCES, UNIT_CHAIN
from core.rules.checking import in_field_order
from core.rules.clock import today
from core.rules.declaring import check_declaration
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.evidence_rules import MIN_FILES
from core.rules.forms import CLAIMED_FIELD, PROFESSIONAL, PUBLIC, declaration_fields, title_of
from core.rules.hours import ZERO, CreditHours
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import UNIT_DECLARATION, DeclarationState, Move
from core.schema.activities import MOST_PEOPLE, ActivityKey, ActivityLine, ActivitySent, SubmitActivity
from core.schema.base import Nothing
from core.schema.declarations import DeclarationContext, Holder
from core.services.activity_checks import CheckedPerson, beside, check_people, throw_doubt
from core.services.activity_rows import Declared, Learning, add_activity, declare_for
from core.services.activity_views import KIND, line_of, own_activity, reviewed_in
from core.services.attachments import attachment_errors, replace_attachments
from core.services.declaration_views import KIND as DECLARATION
from core.services.declaration_views import form_name
from core.services.desk import use_case
from core.services.drafting import COLUMN_FIELDS, stopped, typed_year
from core.services.messages import addressed, letter
from core.services.scope import not_yours, reviewers
from core.services.suspicions import doubted_by_scans
from core.services.windows import open_years, window_for
from core.store.bulk import found_by, insert_rows
from core.store.work import UnitOfWork

PEOPLE = "people"
"""Beside what a refusal stands that is about nobody in particular among those who were picked."""
_SUBJECTS = (PROFESSIONAL, PUBLIC)


@use_case(Action.SUBMIT_ACTIVITY, writes=False)
def activity_context(work: UnitOfWork, actor: Actor, command: Nothing) -> DeclarationContext:
    """What the form needs before it is filled in. Caps are each person's own: none is used up here."""
    employer = _employer(work, actor)
    day = today(work.clock)
    years = open_years(work.session, employer.region_code, day)
    year = day.year if day.year in years or not years else years[0]
    closes_on = window_for(work.session, year, employer.region_code).declarations_until.isoformat()
    chain = reviewers(work.session, employer, employer.region_code, UNIT_CHAIN)
    return DeclarationContext(years, year, chain, {}, closes_on, work.rulebook)


@use_case(Action.SUBMIT_ACTIVITY, writes=True)
def submit_activity(work: UnitOfWork, actor: Actor, command: SubmitActivity) -> ActivitySent:
    """提交单位申报: one activity, a declaration for each person, which goes to the level after the unit.

    Raises Refused FIELDS_REFUSED for entries of the form, `evidence`, `people` (NOBODY_CHOSEN, or more than
    MOST_PEOPLE) and `person.<id>` for each who can't be declared and may not be left out; NOT_YOURS for somebody
    of another unit.
    """
    employer = _employer(work, actor)
    _must_be_own(work, employer, command.people)
    learning, halves, note, suggested = _understood(work, actor, command)
    checked = check_people(
        work, employer.id, learning, halves, command.people, suggested=suggested, hold=True
    )
    refused = {each.person_id: each.error for each in checked if each.error is not None}
    unasked = [error for key, error in refused.items() if key not in command.leave_out]
    if unasked or len(refused) == len(checked):
        raise Refused.for_fields(tuple(unasked) or tuple(refused.values()))
    good = [each for each in checked if each.error is None]
    activity = add_activity(work, actor, learning, halves=halves, note=note)
    limit = work.settings.evidence_count
    replace_attachments(
        work, actor, Holder.ACTIVITY, activity.id, command.evidence, limit=limit, at_least=MIN_FILES
    )
    _declare(work, actor, activity, learning, halves, good)
    words = f"{activity.year} {form_name(activity.form)} {activity.title} {CreditHours(halves)} 学时 {len(good)} 人"
    work.audit(actor, Action.SUBMIT_ACTIVITY, KIND, activity.id, words)
    left_out = tuple((each.name, each.error.text) for each in checked if each.error is not None)
    handler = reviewers(work.session, employer, employer.region_code, UNIT_CHAIN)
    return ActivitySent(activity.id, len(good), handler[0] if handler else "", left_out)


@use_case(Action.WITHDRAW_ACTIVITY, writes=True)
def withdraw_activity(work: UnitOfWork, actor: Actor, command: ActivityKey) -> ActivityLine:
    """撤销: all declarations of an activity at once, only while no level has reviewed any of them.

    Raises Refused ACTIVITY_REVIEWED, STALE, NOT_YOURS, MOVE_NOT_ALLOWED where it was taken back already.
    """
    own_activity(work, actor, command.activity_id)
    activity = work.locked(Activity, command.activity_id, command.version)
    if activity.state != "sent":
        state = DeclarationState.REVOKED.label
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state, move=Move.WITHDRAW.label)
    of_it = Declaration.activity_id == activity.id
    held = select(Declaration.id, Declaration.person_id).where(of_it).order_by(Declaration.id)
    rows = [(row.id, row.person_id) for row in work.session.execute(held.with_for_update())]
    reviewed = reviewed_in(work.session, activity.id)
    if reviewed:
        raise Refused(ErrorCode.ACTIVITY_REVIEWED, count=reviewed)
    after = UNIT_DECLARATION.next(DeclarationState.PENDING, Move.WITHDRAW, actor.role)
    now = work.clock.now()
    gone = {
        "status": after.value,
        "step": None,
        "handler_org_id": None,
        "flagged": False,
        "decided_at": now,
        "source_key": None,  # the same file may be brought in again
        "version": Declaration.version + 1,
    }
    work.session.execute(update(Declaration).where(of_it).values(gone))
    activity.state = "withdrawn"
    _write_down(work, actor, [key for key, _ in rows], Move.WITHDRAW)
    people = _people(work, [person for _, person in rows])
    told = [(key, *people[person]) for key, person in rows]
    _tell(work, told, f"单位已撤销为您申报的：{_named(activity)}")
    work.audit(actor, Action.WITHDRAW_ACTIVITY, KIND, activity.id, f"{activity.title} {len(rows)} 人")
    work.session.flush()
    return line_of(work.session, activity)


def _employer(work: UnitOfWork, actor: Actor) -> Org:
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return work.session.get_one(Org, actor.org_id)


def _must_be_own(work: UnitOfWork, employer: Org, people: Sequence[int]) -> None:
    """Before anything is said about the form: whoever picks somebody of another unit is refused, and written down."""
    elsewhere = found_by(
        work.session, Person.id, people, Person.id, more=(Person.employer_id != employer.id,)
    )
    if elsewhere:
        raise not_yours("person", elsewhere[0].id)


def _understood(
    work: UnitOfWork, actor: Actor, command: SubmitActivity
) -> tuple[Learning, int, str, CreditHours | None]:
    """The form, checked as a person's is, and its attachments; caps and duplicates are asked person by person."""
    day = today(work.clock)
    year = typed_year(command.values, day.year)
    learning_form, rule = work.rulebook.form(command.form, year), work.rulebook.annual_rule(year)
    checked = check_declaration(learning_form, command.values, day, rule, ZERO, lists=work.lists)
    errors = list(checked.errors) + stopped(learning_form)
    limit = work.settings.evidence_count
    errors += attachment_errors(work, actor, command.evidence, limit=limit, at_least=MIN_FILES)
    if not command.people:
        errors.append(FieldError(PEOPLE, ErrorCode.NOBODY_CHOSEN))
    elif len(command.people) > MOST_PEOPLE:
        errors.append(FieldError(PEOPLE, ErrorCode.OUT_OF_RANGE, {"low": 1, "high": MOST_PEOPLE}))
    if errors:
        raise Refused.for_fields(in_field_order(declaration_fields(learning_form), errors))
    clean, days = checked.clean, checked.period
    learning = Learning(
        year=int(str(clean["year"])),
        form=learning_form.key,
        title=title_of(learning_form, clean),
        fields={key: str(value) for key, value in clean.items() if key not in COLUMN_FIELDS},
        started_on=days[0] if days else None,
        ended_on=days[1] if days else None,
        subject=str(clean.get("subject", PROFESSIONAL)),
        completes_professional=checked.suggestion.completes_professional,
    )
    assert learning.subject in _SUBJECTS and CLAIMED_FIELD.key in clean
    return learning, (checked.claimed or ZERO).halves, str(clean.get("remark", "")), checked.suggestion.hours


def _declare(
    work: UnitOfWork,
    actor: Actor,
    activity: Activity,
    learning: Learning,
    halves: int,
    good: Sequence[CheckedPerson],
) -> None:
    seen_before = doubted_by_scans(work.session, activity.id)
    rows = [
        Declared(
            each.person_id,
            each.region_code,
            halves,
            activity.note,
            flagged=each.flagged or bool(seen_before),
        )
        for each in good
    ]
    ids = declare_for(work, actor, activity, learning, rows)
    throw_doubt(work, [*seen_before, *(other for each in good for other in each.doubted)])
    told = [(key, each.account_id, each.name, each.email_sealed) for key, each in zip(ids, good, strict=True)]
    _tell(work, told, f"{SOURCES['unit']}：{_named(activity)}，已提交审核")


def _named(activity: Activity) -> str:
    hours = CreditHours(activity.claimed_halves)
    return f"{activity.year} 年 {form_name(activity.form)} {activity.title} {hours} 学时".replace("  ", " ")


def _write_down(work: UnitOfWork, actor: Actor, ids: Sequence[int], move: Move) -> None:
    """A line in the history of each."""
    query = select(Decision.object_id, func.max(Decision.seq)).where(
        Decision.kind == DECLARATION,
        Decision.object_id.between(ids[0], ids[-1]) if ids else Decision.object_id.is_(None),
    )
    last = {key: seq for key, seq in work.session.execute(query.group_by(Decision.object_id))}
    versions = select(Declaration.id, Declaration.version).where(Declaration.id.between(ids[0], ids[-1]))
    on_screen = {key: version - 1 for key, version in work.session.execute(versions)} if ids else {}
    shared = {
        "kind": DECLARATION,
        "move": move.value,
        "at": work.clock.now(),
        "actor_account_id": actor.account_id,
        "actor_name": actor.name,
        "org_id": actor.org_id,
        "org_name": actor.org_name,
    }
    rows = [(key, (last.get(key) or 0) + 1, on_screen[key]) for key in ids]
    insert_rows(work.session, Decision, ("object_id", "seq", "object_version"), rows, shared)


def _people(work: UnitOfWork, ids: Sequence[int]) -> dict[int, tuple[int, str, bytes | None]]:
    found: dict[int, tuple[int, str, bytes | None]] = {}
    for start in range(0, len(ids), 500):
        query = select(Person.id, Person.account_id, Person.name, Person.email_sealed).where(
            Person.id.in_(ids[start : start + 500])
        )
        found |= {key: (account, name, email) for key, account, name, email in work.session.execute(query)}
    return found


def _tell(work: UnitOfWork, told: Sequence[tuple[int, int, str, bytes | None]], text: str) -> None:
    """Tell each person (declaration, account, name, sealed address), inside and by e-mail."""
    kind = MessageKind.DECLARATION
    shared = {"kind": kind.value, "text": text, "object_kind": DECLARATION, "at": work.clock.now()}
    rows = [(account, declaration) for declaration, account, _, _ in told]
    insert_rows(work.session, Message, ("account_id", "object_id"), rows, shared)
    if work.settings.mails:
        for _, _, name, email in told:
            if email is not None:
                work.session.add(Outbox(**letter(work, email, kind, addressed(name, text))))


__all__ = ["activity_context", "beside", "submit_activity", "withdraw_activity"]
