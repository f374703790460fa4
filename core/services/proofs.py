"""职称申报证明: what the years of a person came to, on one signed paper, for whoever judges titles."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from core.model import Certificate, Org, Person
from core.rules.annual import NOT_PASSED, PASSED
from core.rules.certificate import facts_from_canonical
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.facts import CertificateFacts, YearFacts
from core.rules.hours import ZERO
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import CERTIFICATE, CertificateState, Move
from core.schema.annual import AnnualRow
from core.schema.certificates import PrintedCertificate, ProofPreview, ProofSpan, ProofYear
from core.services.annual import annual_row
from core.services.boxes import must_take_more
from core.services.certificates import (
    FrozenPaper,
    PaperOrder,
    issue_paper,
    joined_years,
    next_number,
    save_paper,
    whose_paper,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.judging import rules_by_year
from core.services.voiding import KIND, PROOF
from core.store.registers import annual_rows
from core.store.work import UnitOfWork

MOST_YEARS = 10
FIRST_YEAR = 1990
UNSETTLED = "未认定"


@use_case(Action.PRINT_PROOF, writes=False)
def proof_preview(work: UnitOfWork, actor: Actor, command: ProofSpan) -> ProofPreview:
    """What a proof of these years would say. Raises Refused NOT_YOURS; for fields as `print_proof`."""
    person = _asked(work, actor, command)
    rows = _years(work, person.id, command.from_year, command.to_year)
    employer = work.session.get_one(Org, person.employer_id).name
    return ProofPreview(person.name, employer, tuple(_shown(row) for row in rows.values()))


@desk_use_case(Action.PRINT_PROOF)
def print_proof(desk: Desk, actor: Actor, command: ProofSpan) -> PrintedCertificate:
    """One signed PDF of a span of years, each with its hours and 通过, 不通过 or 减免, written to the export folder.

    One in force that says the same is printed again. Raises Refused YEARS_MISSING for years that no bureau has
    recognised, NOT_YOURS, NO_BUREAU, SEAL_MISSING, NO_GLYPH, STALE; for the fields `from_year`, `to_year`,
    `id_number`.
    """
    from core.store.paper import render_certificate
    from core.store.paper_wording import PROOF as WORDING
    from core.store.seal import load_seal

    must_take_more(desk, actor)
    with desk.writing() as work:
        person = _asked(work, actor, command)
        found = _again(work, actor, person, command)
        order = found or proof_order(work, person, tuple(range(command.from_year, command.to_year + 1)))
        work.commit()
    if isinstance(order, FrozenPaper):
        return save_paper(desk, actor, order, reprint=True)
    seal = load_seal(desk.settings.seal_dir)
    sha256 = desk.store.blobs.put_sealed(render_certificate(seal, order.facts, WORDING), desk.vault)
    with desk.writing() as work:
        person = work.locked(Person, order.person_id)
        if not still_so(work, person, order):
            raise Refused(ErrorCode.STALE)  # the person, or a year, has changed while the paper was drawn
        frozen = issue_paper(work, actor, order, seal.check_code(order.facts), sha256, kind=PROOF)
        work.commit()
    return save_paper(desk, actor, frozen, reprint=False)


def proof_order(work: UnitOfWork, person: Person, years: tuple[int, ...]) -> PaperOrder:
    """What a new proof of these years will say; its number is taken. Raises Refused YEARS_MISSING, NO_BUREAU."""
    facts = _facts(work, person, years)
    issuer, number = next_number(work, person.region_code)
    return PaperOrder(
        replace(facts, number=number, issuer=issuer.name), person.id, person.region_code, issuer.id
    )


def still_so(work: UnitOfWork, person: Person, order: PaperOrder) -> bool:
    """Whether a proof that was ordered still says what is so."""
    facts = _facts(work, person, tuple(each.year for each in order.facts.years))
    return _same(facts, order.facts)


def _asked(work: UnitOfWork, actor: Actor, command: ProofSpan) -> Person:
    errors = []
    last = today(work.clock).year
    for field, year in (("from_year", command.from_year), ("to_year", command.to_year)):
        if not FIRST_YEAR <= year <= last:
            errors.append(FieldError(field, ErrorCode.OUT_OF_RANGE, {"low": FIRST_YEAR, "high": last}))
    if not errors and not 0 <= command.to_year - command.from_year < MOST_YEARS:
        low = command.to_year - MOST_YEARS + 1
        errors.append(FieldError("from_year", ErrorCode.OUT_OF_RANGE, {"low": low, "high": command.to_year}))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return whose_paper(work, actor, command.id_number)


def _years(work: UnitOfWork, person_id: int, first: int, last: int) -> dict[int, AnnualRow | int]:
    """The years of the span, oldest first; the bare number for one of which there is nothing."""
    rows = annual_rows(work.session, person_id, from_year=first, to_year=last)
    rules = rules_by_year(work, person_id, rows)
    known = {row.year: annual_row(row, rule=rules[row.year]) for row in rows}
    return {year: known.get(year, year) for year in range(first, last + 1)}


def _shown(row: AnnualRow | int) -> ProofYear:
    if isinstance(row, int):
        return ProofYear(row, ZERO, ZERO, ZERO, UNSETTLED, False)
    result = _result(row) if row.recognised else UNSETTLED
    return ProofYear(row.year, row.public, row.professional, row.total, result, row.recognised)


def _result(row: AnnualRow) -> str:
    if not row.passed:
        return NOT_PASSED
    return f"{PASSED}（减免）" if row.exemption else PASSED


def _facts(work: UnitOfWork, person: Person, years: tuple[int, ...]) -> CertificateFacts:
    """What will stand on the paper but its number and its issuer. Raises Refused YEARS_MISSING."""
    rows = _years(work, person.id, years[0], years[-1])
    missing = [year for year in years if not _shown(rows[year]).recognised]
    if missing:
        raise Refused(ErrorCode.YEARS_MISSING, years="、".join(map(str, missing)))
    return CertificateFacts(
        number="",
        name=person.name,
        gender=person.gender,
        id_number=work.vault.open(person.id_number_sealed),
        employer=work.session.get_one(Org, person.employer_id).name,
        title=person.title,
        issuer="",
        issued_on=today(work.clock),
        years=tuple(
            YearFacts(row.year, row.public, row.professional, row.total, _result(row))
            for row in (rows[year] for year in years)
            if not isinstance(row, int)
        ),
    )


def _same(one: CertificateFacts, other: CertificateFacts) -> bool:
    """Whether two papers say the same, whatever their numbers and days."""
    as_the_other = replace(one, number=other.number, issuer=other.issuer, issued_on=other.issued_on)
    return as_the_other == other


def _again(work: UnitOfWork, actor: Actor, person: Person, command: ProofSpan) -> FrozenPaper | None:
    """The one in force of exactly these years, if it still says what is so; its prints counted."""
    years = tuple(range(command.from_year, command.to_year + 1))
    facts = _facts(work, person, years)
    query = (
        select(Certificate)
        .where(
            Certificate.person_id == person.id,
            Certificate.kind == PROOF,
            Certificate.years == joined_years(years),
            Certificate.state == CertificateState.VALID.value,
        )
        .order_by(Certificate.id.desc())
        .with_for_update()
    )
    row = work.session.scalars(query).first()
    if row is None:
        return None
    if not _same(facts, facts_from_canonical(work.vault.open(row.facts_sealed).encode())):
        return None
    CERTIFICATE.next(CertificateState(row.state), Move.PRINT, actor.role)
    row.print_count += 1
    work.audit(actor, Action.PRINT_PROOF, KIND, row.number, f"第 {row.print_count} 次打印")
    work.session.flush()
    return FrozenPaper(row.number, row.check_code, row.pdf_sha256)
