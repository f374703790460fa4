"""Writing what was typed into a declaration: the checks of 保存暂不提交 and of 提交申报, and the row itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.model import Declaration, Evidence, Person
from core.rules.checking import in_field_order
from core.rules.clock import today
from core.rules.declaring import CheckedDeclaration, check_declaration
from core.rules.entry import EntryError, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.evidence_rules import MIN_FILES
from core.rules.forms import PROFESSIONAL, declaration_fields, title_of
from core.rules.hours import ZERO, CreditHours
from core.rules.learning_form import LearningForm
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState
from core.schema.declarations import EvidenceRef, SaveDeclaration
from core.services.attachments import attachment_errors, numbered
from core.services.declaration_views import form_name, period_text
from core.services.windows import is_open
from core.store.work import UnitOfWork

FIRST_YEAR, LAST_YEAR = 1990, 2099
COLUMN_FIELDS = ("subject", "year", "claimed_hours", "remark")
_LIVE = (DeclarationState.PENDING.value, DeclarationState.APPROVED.value)


def fill(
    work: UnitOfWork,
    actor: Actor,
    person: Person,
    command: SaveDeclaration,
    row: Declaration | None,
    *,
    complete: bool,
) -> Declaration:
    """Check a form and write it into `row`, or into a new draft. Raises Refused for all fields at once.

    With `complete` everything that a submission needs is asked for; without it only what can't be is refused.
    """
    day = today(work.clock)
    year = typed_year(command.values, day.year)
    learning_form, rule = work.rulebook.form(command.form, year), work.rulebook.annual_rule(year)
    used = used_hours(work.session, person.id, learning_form.key, year, row.id if row else None)
    checked = check_declaration(
        learning_form, command.values, day, rule, used, complete=complete, lists=work.lists
    )
    errors = list(checked.errors) + _year_errors(checked)
    if complete:
        errors += stopped(learning_form)
        errors += _closed(work, person, checked, day)
        errors += _duplicate(work.session, person.id, learning_form, checked, row)
    limit, at_least = work.settings.evidence_count, MIN_FILES if complete else 0
    errors += attachment_errors(work, actor, command.evidence, limit=limit, at_least=at_least)
    if errors:
        raise Refused.for_fields(in_field_order(declaration_fields(learning_form), errors))
    if row is None:
        row = Declaration(person_id=person.id, created_at=work.clock.now(), status="draft", source="person")
        work.session.add(row)
    _write(work, row, person, learning_form, checked, year)
    work.session.flush()
    _replace_evidence(work.session, row.id, command.evidence)
    return row


def typed_year(values: Mapping[str, str], otherwise: int) -> int:
    """计入年度 as far as it can be read."""
    try:
        return parse_year(values.get("year", ""))
    except EntryError:
        return otherwise


def used_hours(
    session: Session, person_id: int, form_key: str, year: int, but: int | None = None
) -> CreditHours:
    """How many hours of a form are taken up in a year: recognised ones, and claimed ones that wait."""
    taken = func.sum(func.coalesce(Declaration.recognised_halves, Declaration.claimed_halves))
    query = select(taken).where(
        Declaration.person_id == person_id,
        Declaration.year == year,
        Declaration.form == form_key,
        Declaration.status.in_(_LIVE),
    )
    if but is not None:
        query = query.where(Declaration.id != but)
    return CreditHours(int(session.scalar(query) or 0))


def stopped(learning_form: LearningForm) -> list[FieldError]:
    """A form that is no longer declared (停用) can't be sent in."""
    return [] if learning_form.active else [FieldError("form", ErrorCode.NOT_IN_LIST)]


def _year_errors(checked: CheckedDeclaration) -> list[FieldError]:
    year = checked.clean.get("year")
    if isinstance(year, int) and not FIRST_YEAR <= year <= LAST_YEAR:
        return [FieldError("year", ErrorCode.OUT_OF_RANGE, {"low": FIRST_YEAR, "high": LAST_YEAR})]
    return []


def _closed(work: UnitOfWork, person: Person, checked: CheckedDeclaration, day: date) -> list[FieldError]:
    year = checked.clean.get("year")
    if not isinstance(year, int) or is_open(work.session, year, person.region_code, day):
        return []
    return [FieldError("year", ErrorCode.YEAR_CLOSED, {"year": year})]


def _duplicate(
    session: Session,
    person_id: int,
    learning_form: LearningForm,
    checked: CheckedDeclaration,
    row: Declaration | None,
) -> list[FieldError]:
    """The same form, name and days as one that waits or was approved (domain.md 4.2)."""
    title = title_of(learning_form, checked.clean)
    if not plain_title(title):
        return []
    query = select(Declaration).where(
        Declaration.person_id == person_id,
        Declaration.form == learning_form.key,
        Declaration.status.in_(_LIVE),
    )
    if learning_form.yearly:
        query = query.where(Declaration.year == checked.clean.get("year"))
    for other in session.scalars(query.order_by(Declaration.id)):
        if row is not None and other.id == row.id:
            continue
        if repeats(title, checked.period, other.title, (other.started_on, other.ended_on)):
            words = f"{other.year} 年 {form_name(other.form)}《{other.title}》{period_text(other)}"
            params = {"other": words.strip()}
            return [FieldError(learning_form.title_field, ErrorCode.DUPLICATE_DECLARATION, params)]
    return []


def repeats(
    title: str,
    days: tuple[date, date] | None,
    other_title: str,
    other_days: tuple[date | None, date | None],
) -> bool:
    """Whether two declarations of one form are the same learning: one name, and days that touch or aren't known."""
    return plain_title(title) == plain_title(other_title) and _overlap(days, other_days)


def plain_title(title: str) -> str:
    """A name as it is compared: without spaces, small letters."""
    return "".join(title.split()).casefold()


def _overlap(one: tuple[date, date] | None, two: tuple[date | None, date | None]) -> bool:
    if one is None or two[0] is None or two[1] is None:
        return True
    return one[0] <= two[1] and two[0] <= one[1]


def _write(
    work: UnitOfWork,
    row: Declaration,
    person: Person,
    learning_form: LearningForm,
    checked: CheckedDeclaration,
    year: int,
) -> None:
    clean = checked.clean
    row.employer_id, row.region_code = person.employer_id, person.region_code
    row.year, row.form = year, learning_form.key
    row.subject = str(clean.get("subject", PROFESSIONAL))
    row.title = title_of(learning_form, clean)
    row.fields = {key: str(value) for key, value in clean.items() if key not in COLUMN_FIELDS}
    row.claimed_halves = (checked.claimed or ZERO).halves
    row.recognised_halves = None
    row.completes_professional = checked.suggestion.completes_professional
    row.started_on, row.ended_on = _days(checked.period)
    row.note = str(clean.get("remark", ""))
    # A save always is a new version, so that two windows on one draft notice each other.
    row.updated_at = max(work.clock.now(), (row.updated_at or work.clock.now()) + timedelta(microseconds=1))


def _days(period: tuple[date, date] | None) -> tuple[date | None, date | None]:
    if period is None or period[1] < period[0]:
        return None, None
    return period


def _replace_evidence(session: Session, declaration_id: int, refs: Sequence[EvidenceRef]) -> None:
    session.execute(delete(Evidence).where(Evidence.declaration_id == declaration_id))
    for columns in numbered(refs):
        session.add(Evidence(declaration_id=declaration_id, **columns))
    session.flush()
