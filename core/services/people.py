"""管理专业技术人员, 综合查询 (D4): people in an office's reach, and the file of one: years, declarations, papers."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Declaration, Org, Person, PersonYear
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor
from core.rules.workflow import CertificateState, DeclarationState
from core.schema.annual import AnnualDetail, AnnualRow
from core.schema.people import (
    DeclaredLine,
    PaperLine,
    PeoplePage,
    PeopleQuery,
    PeopleRow,
    PersonFile,
    PersonKey,
    PersonYearKey,
    YearResult,
)
from core.services.annual import annual_row, certificates_in_force, learning_lines, rule_words
from core.services.declaration_views import final_hours, form_name, handler_name
from core.services.desk import use_case
from core.services.judging import rules_by_year
from core.services.person_lines import person_lines, under_review
from core.services.scope import may_see, must_reach, region_prefix
from core.services.staff import number_digest
from core.store import people_found
from core.store.people_found import FoundLine, Wanted
from core.store.registers import annual_rows, certificates_of
from core.store.work import UnitOfWork

KIND = "person"
MOST_DECLARATIONS = 200


@use_case(Action.PEOPLE_PAGE, writes=False)
def people_page(work: UnitOfWork, actor: Actor, command: PeopleQuery) -> PeoplePage:
    """People in the caller's reach with one year's hours. Raises Refused NOT_YOURS, NOT_FOUND for a unit."""
    year = command.year or today(work.clock).year
    wanted = Wanted(year, command.series, command.result.value if command.result else "")
    lines, after = _found(work, actor, command, wanted)
    return PeoplePage(tuple(_row(work, line) for line in lines), year, after)


@use_case(Action.VIEW_PEOPLE, writes=False)
def person_file(work: UnitOfWork, actor: Actor, command: PersonKey) -> PersonFile:
    """One person: facts with the number masked, years, declarations that the caller may open, certificates."""
    person = _reached(work, actor, command.person_id)
    query = select(Declaration).where(Declaration.person_id == person.id)
    newest = query.order_by(Declaration.year.desc(), Declaration.id.desc()).limit(MOST_DECLARATIONS)
    declared = [row for row in work.session.scalars(newest) if may_see(work.session, actor, row)]
    return PersonFile(
        person_id=person.id,
        name=person.name,
        lines=(*person_lines(work, person)[:-1], ("审核中的事项", under_review(work, person.id))),
        years=_years(work, person.id),
        declarations=tuple(_declared(work, row) for row in declared),
        certificates=tuple(
            PaperLine(
                number=line.number,
                years=line.years,
                state_label=CertificateState(line.state).label,
                issued_at=line.issued_at,
                print_count=line.print_count,
                reason=line.revoked_reason,
            )
            for line in certificates_of(work.session, person.id)
        ),
    )


@use_case(Action.VIEW_PEOPLE, writes=False)
def person_year(work: UnitOfWork, actor: Actor, command: PersonYearKey) -> AnnualDetail:
    """继续教育历程明细 of one year of a person in the caller's reach."""
    person = _reached(work, actor, command.person_id)
    row = work.session.get(PersonYear, (person.id, command.year))
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    rule = rules_by_year(work, person.id, (row,))[row.year]
    number = certificates_in_force(work.session, person.id).get(row.year, "")
    return AnnualDetail(
        row=annual_row(row, number, rule=rule),
        lines=learning_lines(work.session, person.id, row.year),
        rule_text=rule_words(rule),
    )


def _years(work: UnitOfWork, person_id: int) -> tuple[AnnualRow, ...]:
    rows = annual_rows(work.session, person_id)
    numbers, rules = certificates_in_force(work.session, person_id), rules_by_year(work, person_id, rows)
    return tuple(annual_row(row, numbers.get(row.year, ""), rule=rules[row.year]) for row in rows)


def _found(work: UnitOfWork, actor: Actor, command: PeopleQuery, wanted: Wanted) -> people_found.Found:
    """By number, in a unit, in the units of the caller, or in its region."""
    session, text = work.session, command.text.strip()
    unit = _unit(work, actor, command.employer_id)
    digest = number_digest(work, text)
    if digest is not None:
        line = people_found.by_number(session, digest, wanted)
        if line is None:
            return (), None
        _reached(work, actor, line.id)
        return ((line,) if unit in (None, line.employer_id) else ()), None
    after, limit = command.after, command.limit
    if unit is not None:
        return people_found.in_units(session, (unit,), wanted, text=text, after=after, limit=limit)
    assert actor.org_id is not None
    if reach(Action.PEOPLE_PAGE, actor.role) is Reach.UNITS:
        since = int(after[0]) if after else 0
        units = people_found.units_with_people(session, actor.org_id, since)
        return people_found.in_units(session, units, wanted, text=text, after=after, limit=limit)
    prefix = region_prefix(actor.region_code)
    return people_found.in_region(session, prefix, wanted, text=text, after=after, limit=limit)


def _unit(work: UnitOfWork, actor: Actor, employer_id: int | None) -> int | None:
    """The unit that is asked for, in the caller's reach; an employer sees its own only."""
    if employer_id is None and reach(Action.PEOPLE_PAGE, actor.role) is Reach.ORG:
        employer_id = actor.org_id
    if employer_id is None:
        return None
    org = work.session.get(Org, employer_id)
    if org is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_reach(work.session, actor, Action.PEOPLE_PAGE, "org", org)
    return org.id


def _reached(work: UnitOfWork, actor: Actor, person_id: int) -> Person:
    person = work.session.get(Person, person_id)
    if person is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_reach(work.session, actor, Action.VIEW_PEOPLE, KIND, person)
    return person


def _row(work: UnitOfWork, line: FoundLine) -> PeopleRow:
    public, professional = CreditHours(line.public_halves or 0), CreditHours(line.professional_halves or 0)
    result = {True: YearResult.PASSED, False: YearResult.FAILED, None: YearResult.NONE}[
        None if line.passed is None else bool(line.passed)
    ]
    return PeopleRow(
        person_id=line.id,
        name=line.name,
        id_number_masked=mask_id_number(work.vault.open(line.id_number_sealed)),
        employer=line.employer,
        series=line.series,
        title=line.title,
        public=public,
        professional=professional,
        total=public + professional,
        result=result,
        recognised=line.recognised_at is not None,
    )


def _declared(work: UnitOfWork, row: Declaration) -> DeclaredLine:
    return DeclaredLine(
        declaration_id=row.id,
        year=row.year,
        subject=row.subject,
        form_name=form_name(row.form),
        title=row.title,
        claimed=CreditHours(row.claimed_halves),
        recognised=final_hours(row.status, row.recognised_halves),
        status_label=DeclarationState(row.status).label,
        handler=handler_name(work.session, row),
    )
