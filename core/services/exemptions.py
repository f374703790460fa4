"""减免 for leave, with proof: a bureau lightens one person's year; the year is counted anew, the person told."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.model import Exemption, Person, PersonYear
from core.rules.annual import AnnualRule
from core.rules.entry import EntryError, fold, parse_hours, parse_integer, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.exemptions import EXEMPTION_FIELDS, LEAVE_KINDS, MONTHS, suggested
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number, mask_personal
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Page
from core.schema.declarations import Holder
from core.schema.exemptions import (
    ExemptionDone,
    ExemptionQuery,
    ExemptionRow,
    GrantExemption,
    RevokeExemption,
    SuggestExemption,
    Suggestion,
)
from core.services.annual import recount_many, rule_words
from core.services.attachments import attachment_errors, attachments_by, replace_attachments
from core.services.desk import use_case
from core.services.messages import tell_person
from core.services.person_lookup import person_by_number
from core.services.reasons import typed_reason
from core.services.scope import must_reach
from core.services.voiding import void_unfounded
from core.store.work import UnitOfWork

KIND = "exemption"
FIRST_YEAR, LAST_YEAR = 1990, 2099
_HOURS = ("total", "public", "professional")


@use_case(Action.EXEMPTION_PAGE, writes=False)
def suggest_exemption(work: UnitOfWork, actor: Actor, command: SuggestExemption) -> Suggestion:
    """The least hours that a year with so many months of leave should still have."""
    rule = work.rulebook.annual_rule(command.year)
    return Suggestion(*suggested(rule, command.months), rule_words(rule))


@use_case(Action.EXEMPTION_PAGE, writes=False)
def exemption_page(work: UnitOfWork, actor: Actor, command: ExemptionQuery) -> Page[ExemptionRow]:
    """What the caller's office has given, newest first."""
    query = select(Exemption).where(Exemption.org_id == actor.org_id).order_by(Exemption.id.desc())
    if command.year is not None:
        query = query.where(Exemption.year == command.year)
    if command.after is not None:
        query = query.where(Exemption.id < int(command.after[0]))
    rows = list(work.session.scalars(query.limit(command.limit + 1)))
    after = (rows[command.limit - 1].id,) if len(rows) > command.limit else None
    shown = rows[: command.limit]
    pictures = attachments_by(work.session, Holder.EXEMPTION, [row.id for row in shown])
    people = {
        person.id: person
        for person in work.session.scalars(
            select(Person).where(Person.id.in_([row.person_id for row in shown]))
        )
    }
    return Page(
        tuple(
            ExemptionRow(
                id=row.id,
                version=row.version,
                person_name=people[row.person_id].name,
                id_number_masked=mask_id_number(work.vault.open(people[row.person_id].id_number_sealed)),
                year=row.year,
                kind=row.kind,
                total=CreditHours(row.total_halves),
                public=CreditHours(row.public_halves),
                professional=CreditHours(row.professional_halves),
                reason=row.reason,
                granted_at=row.granted_at,
                granted_by=row.granted_by_name,
                revoked_at=row.revoked_at,
                revoked_reason=row.revoked_reason,
                evidence=pictures.get(row.id, ()),
            )
            for row in shown
        ),
        after,
    )


@use_case(Action.GRANT_EXEMPTION, writes=True)
def grant_exemption(work: UnitOfWork, actor: Actor, command: GrantExemption) -> ExemptionDone:
    """减免 of a person's year. A year that was recognised already keeps its result until it is recognised anew.

    Raises Refused NOT_YOURS, EXEMPTION_TWICE; for fields: those of EXEMPTION_FIELDS, `evidence`.
    """
    values, errors = _checked(work, command.values)
    limit = work.settings.evidence_count
    errors += attachment_errors(work, actor, command.evidence, limit=limit, at_least=1)
    person = None
    try:
        person = person_by_number(work, actor, command.values.get("id_number", ""))
    except Refused as refusal:
        if not refusal.fields:
            raise
        errors = [*refusal.fields, *errors]
    if errors or person is None:
        raise Refused.for_fields(tuple(errors))
    work.locked(Person, person.id)
    year = int(values["year"])
    row = Exemption(
        person_id=person.id,
        year=year,
        kind=values["kind"],
        reason=values["reason"],
        org_id=actor.org_id,
        granted_at=work.clock.now(),
        granted_by_name=f"{actor.org_name} {actor.name}".strip(),
        **{f"{key}_halves": parse_hours(values[key]).halves for key in _HOURS},
    )
    held = select(Exemption.id).where(
        Exemption.person_id == person.id, Exemption.year == year, Exemption.revoked_at.is_(None)
    )
    if work.session.scalar(held) is not None:
        raise Refused(ErrorCode.EXEMPTION_TWICE)
    work.session.add(row)
    work.session.flush()
    replace_attachments(work, actor, Holder.EXEMPTION, row.id, command.evidence, limit=limit, at_least=1)
    stands = _recounted(work, person, year, settle=False)
    hours = "，".join(
        f"{label} {values[key]}" for key, label in zip(_HOURS, ("总学时", "公需", "专业"), strict=True)
    )
    work.audit(actor, Action.GRANT_EXEMPTION, KIND, row.id, f"{year} 减免（{row.kind}）{hours}：{row.reason}")
    words = f"{year}年度减免（{row.kind}）：{hours} 学时即可"
    if stands.recognised_at is not None:
        words += "；该年度已经认定，重新认定后生效"
    tell_person(work, person.id, MessageKind.YEAR, words, about=("year", year))
    return ExemptionDone(row.id, person.name, year, stands.passed, stands.recognised_at is not None)


@use_case(Action.REVOKE_EXEMPTION, writes=True)
def revoke_exemption(work: UnitOfWork, actor: Actor, command: RevokeExemption) -> ExemptionDone:
    """撤销减免: the year is judged by its own rule again, a recognised one too; its papers that no longer hold
    are voided. Raises Refused NOT_YOURS, STALE, MOVE_NOT_ALLOWED, for the field `reason`.
    """
    found = work.session.get(Exemption, command.exemption_id)
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND)
    person = work.locked(Person, found.person_id)
    must_reach(work.session, actor, Action.REVOKE_EXEMPTION, KIND, person)
    row = work.locked(Exemption, command.exemption_id, command.version)
    if row.revoked_at is not None:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state="已撤销", move="撤销")
    reason = typed_reason(command.reason)
    row.revoked_at, row.revoked_reason = work.clock.now(), reason
    work.session.flush()
    year = _recounted(work, person, row.year, settle=True)
    work.audit(actor, Action.REVOKE_EXEMPTION, KIND, row.id, f"撤销 {row.year} 减免（{row.kind}）：{reason}")
    voided = void_unfounded(work, actor, year, f"{row.year}年度的减免被撤销：{reason}")
    words = f"{row.year}年度减免（{row.kind}）已撤销。原因：{reason}"
    if voided:
        words += f"。已作废：{'、'.join(voided)}"
    tell_person(work, person.id, MessageKind.YEAR, words, about=("year", row.year))
    return ExemptionDone(row.id, person.name, row.year, year.passed, year.recognised_at is not None, voided)


def _recounted(work: UnitOfWork, person: Person, year: int, *, settle: bool) -> PersonYear:
    held = work.locked_year(person.id, year, person.region_code)
    region = person.region_code if held.recognised_at is None else held.region_code
    return recount_many(work, {person.id: region}, year, settle=settle)[0]


def _checked(work: UnitOfWork, typed: Mapping[str, str]) -> tuple[dict[str, str], list[FieldError]]:
    """The entries as they are stored, hours left empty as they are proposed; and all that is wrong with them."""
    values: dict[str, str] = {}
    errors: list[FieldError] = []
    for spec in EXEMPTION_FIELDS:
        text = typed.get(spec.key, "")
        try:
            values[spec.key] = mask_personal(fold(text)) if spec.key == "reason" else fold(text)
            if len(values[spec.key]) > spec.max_length:
                params = {"limit": spec.max_length, "length": len(values[spec.key])}
                errors.append(FieldError(spec.key, ErrorCode.TOO_LONG, params))
        except EntryError as error:
            errors.append(error.at(spec.key))
            values[spec.key] = ""
    try:
        year = parse_year(values["year"]) if values["year"] else 0
    except EntryError as error:
        errors.append(error.at("year"))
        year = 0
    if not values["year"]:
        errors.append(FieldError("year", ErrorCode.REQUIRED))
    elif year and not FIRST_YEAR <= year <= LAST_YEAR:
        errors.append(FieldError("year", ErrorCode.OUT_OF_RANGE, {"low": FIRST_YEAR, "high": LAST_YEAR}))
        year = 0
    if values["kind"] not in {each.name for each in LEAVE_KINDS}:
        code = ErrorCode.NOT_IN_LIST if values["kind"] else ErrorCode.REQUIRED
        errors.append(FieldError("kind", code))
    months = _months(values["months"], errors)
    if not values["reason"]:
        errors.append(FieldError("reason", ErrorCode.REASON_REQUIRED))
    if year:
        values["year"] = str(year)
        _hours(work.rulebook.annual_rule(year), months, values, errors)
    return values, errors


def _months(text: str, errors: list[FieldError]) -> int:
    if not text:
        errors.append(FieldError("months", ErrorCode.REQUIRED))
        return 0
    try:
        months = parse_integer(text)
    except EntryError as error:
        errors.append(error.at("months"))
        return 0
    if not 1 <= months <= MONTHS:
        errors.append(FieldError("months", ErrorCode.OUT_OF_RANGE, {"low": 1, "high": MONTHS}))
        return 0
    return months


def _hours(rule: AnnualRule, months: int, values: dict[str, str], errors: list[FieldError]) -> None:
    """Never above the rule of the year."""
    highest = (rule.total, rule.public, rule.professional)
    for key, high, proposed in zip(_HOURS, highest, suggested(rule, months), strict=True):
        try:
            hours = parse_hours(values[key]) if values[key] else proposed
        except EntryError as error:
            errors.append(error.at(key))
            continue
        if hours > high:
            errors.append(FieldError(key, ErrorCode.OUT_OF_RANGE, {"low": 0, "high": high}))
        values[key] = str(hours)
