"""A person's years (年度完成情况): the recount, the list, one year in detail, and the home pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.model import Declaration, PersonYear
from core.rules.annual import AnnualResult, AnnualRule, judge
from core.rules.chain import SOURCES
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import PUBLIC
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import CertificateState, DeclarationState
from core.schema.annual import AnnualDetail, AnnualQuery, AnnualRow, LearningLine
from core.schema.base import Number, Page
from core.services.declaration_views import form_name, period_text
from core.services.desk import use_case
from core.services.homes import person_home
from core.services.judging import places_of, rules_by_year, rules_of
from core.services.scope import owner
from core.store.registers import YearLine, annual_rows, certificates_of
from core.store.work import UnitOfWork

__all__ = [
    "annual_detail",
    "annual_page",
    "annual_row",
    "annual_rows_of",
    "certificates_in_force",
    "learning_lines",
    "passed_after",
    "person_home",
    "recount",
    "recount_many",
    "results_of",
    "rule_words",
]


def recount(work: UnitOfWork, person_id: int, region_code: str, year: int) -> PersonYear:
    """Count a person's year again from what is approved, and judge it, under the year's own lock."""
    return recount_many(work, {person_id: region_code}, year)[0]


def recount_many(
    work: UnitOfWork, people: Mapping[int, str], year: int, *, settle: bool = False
) -> list[PersonYear]:
    """The same for many people (id -> region) at once.

    The result (通过, 不通过) of a year that was recognised stays what it was, whatever is added to its hours: only
    a recognition run or a revocation (撤销认定, 减免撤销) changes it, and says so by `settle`.

    The locks are taken before anything is counted: of two approvals at once neither misses the other's hours.
    They are taken in the order of the people, so that two who recount never wait for each other in a ring.
    """
    rows = _held_years(work, people, year)
    results = results_of(work, rows)
    places = places_of(work.session, people)
    for row in rows:
        result = results[row.person_id]
        work.cells_are_stale(year, row.region_code)
        if row.recognised_at is None:  # a year that was settled stays where that was done
            place = places[row.person_id]
            row.region_code, row.employer_id = place.region_code, place.employer_id
            row.series, row.level = place.series, place.level
            work.cells_are_stale(year, row.region_code)
        row.public_halves = result.public.halves
        row.professional_halves = result.professional.halves
        row.passed = passed_after(row, result, settle=settle)
    work.session.flush()
    return rows


def passed_after(row: PersonYear, result: AnnualResult, *, settle: bool = False) -> bool:
    """Whether a year has passed once it was counted: what was recognised is only settled anew."""
    return result.passed if settle or row.recognised_at is None else row.passed


def results_of(work: UnitOfWork, rows: Sequence[PersonYear]) -> Mapping[int, AnnualResult]:
    """What these rows of one year come to (by person id), counted from what is approved; they are left as they are."""
    if not rows:
        return {}
    counted = (
        select(
            Declaration.person_id,
            Declaration.subject,
            func.sum(Declaration.recognised_halves),
            func.max(case((Declaration.completes_professional, 1), else_=0)),
        )
        .where(
            Declaration.person_id.in_([row.person_id for row in rows]),
            Declaration.year == rows[0].year,
            Declaration.status == DeclarationState.APPROVED.value,
        )
        .group_by(Declaration.person_id, Declaration.subject)
    )
    public: dict[int, int] = {}
    professional: dict[int, int] = {}
    completing: set[int] = set()
    for person_id, subject, halves, completed in work.session.execute(counted):
        sums = public if subject == PUBLIC else professional
        sums[person_id] = sums.get(person_id, 0) + int(halves or 0)
        if completed and subject != PUBLIC:
            completing.add(person_id)
    rules = rules_of(work, rows)
    return {
        key: judge(
            rules[key],
            CreditHours(public.get(key, 0)),
            CreditHours(professional.get(key, 0)),
            key in completing,
        )
        for key in (row.person_id for row in rows)
    }


def _held_years(work: UnitOfWork, people: Mapping[int, str], year: int) -> list[PersonYear]:
    """The rows of a year, made if need be and held until the end, in the order of the people."""
    ids = sorted(people)
    fresh = [{"person_id": key, "year": year, "region_code": people[key]} for key in ids]
    work.insert_unless_there(PersonYear, fresh)
    query = (
        select(PersonYear)
        .where(PersonYear.year == year, PersonYear.person_id.in_(ids))
        .order_by(PersonYear.person_id)
        .with_for_update()
    )
    return list(work.session.scalars(query, execution_options={"populate_existing": True}))


@use_case(Action.ANNUAL_PAGE, writes=False)
def annual_page(work: UnitOfWork, actor: Actor, command: AnnualQuery) -> Page[AnnualRow]:
    """年度完成情况 of the caller, newest first. One page holds them all: nobody has more than some thirty."""
    person = owner(work.session, actor)
    numbers = certificates_in_force(work.session, person.id)
    rows = annual_rows(
        work.session,
        person.id,
        from_year=command.from_year,
        to_year=command.to_year,
        passed=command.passed,
    )
    rules = rules_by_year(work, person.id, rows)
    return Page(tuple(annual_row(row, numbers.get(row.year, ""), rule=rules[row.year]) for row in rows))


@use_case(Action.ANNUAL_DETAIL, writes=False)
def annual_detail(work: UnitOfWork, actor: Actor, command: Number) -> AnnualDetail:
    """继续教育历程明细 of one year (`value`) of the caller, with the rule it is judged by."""
    person = owner(work.session, actor)
    row = work.session.get(PersonYear, (person.id, command.value))
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    numbers = certificates_in_force(work.session, person.id)
    rule = rules_of(work, [row])[person.id]
    return AnnualDetail(
        row=annual_row(row, numbers.get(row.year, ""), rule=rule),
        lines=learning_lines(work.session, person.id, row.year),
        rule_text=rule_words(rule),
    )


def annual_rows_of(work: UnitOfWork, rows: Sequence[PersonYear]) -> Mapping[int, AnnualRow]:
    """One year of many people as the list shows it, by person id."""
    rules = rules_of(work, rows)
    return {row.person_id: annual_row(row, rule=rules[row.person_id]) for row in rows}


def annual_row(row: PersonYear | YearLine, certificate_number: str = "", *, rule: AnnualRule) -> AnnualRow:
    """One year as the list shows it, judged by its rule (see judging.py). It can be printed once it has passed and
    a bureau has recognised it."""
    public, professional = CreditHours(row.public_halves), CreditHours(row.professional_halves)
    result = judge(rule, public, professional)
    missing = [
        f"{name}还差 {hours}"
        for name, hours in (
            ("公需", result.missing_public),
            ("专业", result.missing_professional),
            ("总学时", result.missing_total),
        )
        if hours
    ]
    recognised = row.recognised_at is not None
    if not missing and not row.passed:
        missing = ["学时已够，等待重新认定" if recognised else "学时已够，等待年度认定"]
    elif not missing and not recognised:
        missing = ["学时已够，等待年度认定"]
    return AnnualRow(
        year=row.year,
        public=public,
        professional=professional,
        total=public + professional,
        passed=row.passed,
        result_label="通过" if row.passed else "不通过",
        printable=row.passed and recognised,
        recognised=recognised,
        shortfall="，".join(missing),
        certificate_number=certificate_number,
        exemption=rule.exemption,
    )


def learning_lines(session: Session, person_id: int, year: int) -> tuple[LearningLine, ...]:
    """继续教育历程: what counted in a year, in the order it was learned."""
    query = (
        select(Declaration)
        .where(
            Declaration.person_id == person_id,
            Declaration.year == year,
            Declaration.status == DeclarationState.APPROVED.value,
        )
        .order_by(Declaration.started_on, Declaration.id)
    )
    return tuple(
        LearningLine(
            declaration_id=row.id,
            subject=row.subject,
            form_name=form_name(row.form),
            title=row.title,
            period=period_text(row),
            hours=CreditHours(row.recognised_halves or 0),
            source_label=SOURCES[row.source],
        )
        for row in session.scalars(query)
    )


def certificates_in_force(session: Session, person_id: int) -> dict[int, str]:
    """The number of the newest certificate in force for each year that has one."""
    oldest_first = reversed(certificates_of(session, person_id))
    return {
        int(year): line.number
        for line in oldest_first
        if line.state == CertificateState.VALID and line.kind == "annual"
        for year in line.years.split(",")
    }


def rule_words(rule: AnnualRule) -> str:
    """The annual rule in one sentence, with its basis."""
    return (
        f"总学时不少于 {rule.total}，公需不少于 {rule.public}，专业不少于 {rule.professional}"
        f"（依据：{rule.basis}；{rule.certainty}）"
    )
