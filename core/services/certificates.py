"""Certificates (证书): printed once and kept frozen, listed in the register, revoked with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.model import Certificate, Org, Person, PersonYear
from core.rules.certificate import canonical_bytes, certificate_number
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import CERTIFICATE, CertificateState, Move
from core.schema.base import Page
from core.schema.certificates import (
    CertificateRow,
    PrintCertificate,
    PrintedCertificate,
    RegisterQuery,
    RevokeCertificate,
)
from core.services.annual import learning_lines
from core.services.boxes import handed_out, must_take_more
from core.services.certificate_checks import (
    check_file,
    check_folder,
    check_line_text,
    look_up_certificate,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.person_lookup import person_by_id, person_by_number
from core.services.reasons import typed_reason
from core.services.scope import bureau_of, covers, not_yours, owner, region_prefix
from core.services.voiding import ANNUAL, KIND, void
from core.store import registers
from core.store.whole_files import replacing
from core.store.work import UnitOfWork

__all__ = [
    "check_file",
    "check_folder",
    "check_line_text",
    "look_up_certificate",
    "print_certificate",
    "register_page",
    "revoke_certificate",
]


@dataclass(frozen=True, slots=True)
class FrozenPaper:
    """A certificate in the register, with the hash of its file."""

    number: str
    check_code: str
    pdf_sha256: str


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """A certificate about to be drawn; its number is taken already."""

    facts: CertificateFacts
    person_id: int
    region_code: str
    issuer_id: int


MOST_YEARS = 10


@desk_use_case(Action.PRINT_CERTIFICATE)
def print_certificate(desk: Desk, actor: Actor, command: PrintCertificate) -> PrintedCertificate:
    """证书打印 of years that passed and were recognised; the PDF is written to the export folder, or the outbox.

    One in force for the same years is printed again from what was frozen. Raises Refused YEAR_NOT_PASSED,
    NOT_FOUND, NOT_YOURS, NO_BUREAU, SEAL_MISSING, NO_GLYPH, STALE, INBOX_FULL.
    """
    from core.store.paper import render_certificate
    from core.store.seal import load_seal

    years = tuple(sorted(set(command.years)))
    must_take_more(desk, actor)
    with desk.writing() as work:
        order = _ordered(work, actor, command, years)
        work.commit()
    if isinstance(order, FrozenPaper):
        return save_paper(desk, actor, order, reprint=True)
    seal = load_seal(desk.settings.seal_dir)
    sha256 = desk.store.blobs.put_sealed(render_certificate(seal, order.facts), desk.vault)
    with desk.writing() as work:
        # Held, so that of two prints at once the second finds the certificate of the first.
        person = work.locked(Person, order.person_id)
        must_have_passed(work, order.person_id, years)
        issuer = work.session.get_one(Org, order.issuer_id)
        if annual_facts(work, person, issuer, order.facts.number, years) != order.facts:
            raise Refused(ErrorCode.STALE)  # the person, or a year, has changed while the paper was drawn
        again = print_again(work, actor, order.person_id, years)
        frozen = again or issue_paper(work, actor, order, seal.check_code(order.facts), sha256)
        work.commit()
    return save_paper(desk, actor, frozen, reprint=again is not None)


@use_case(Action.CERTIFICATE_REGISTER, writes=False)
def register_page(work: UnitOfWork, actor: Actor, command: RegisterQuery) -> Page[CertificateRow]:
    """The register of the caller's region and below, newest first."""
    after = None if command.after is None else tuple(int(part) for part in command.after)
    lines, following = registers.register_page(
        work.session,
        region_prefix(actor.region_code),
        text=command.text.strip(),
        after=after,
        limit=command.limit,
    )
    return Page(tuple(certificate_row(line) for line in lines), following)


@use_case(Action.REVOKE_CERTIFICATE, writes=True)
def revoke_certificate(work: UnitOfWork, actor: Actor, command: RevokeCertificate) -> CertificateRow:
    """作废, by a bureau of the region, with a reason. Raises Refused NOT_YOURS, STALE, REASON_REQUIRED."""
    row = work.locked(Certificate, command.certificate_id)
    if not covers(actor.region_code, row.region_code):
        raise not_yours(KIND, row.number)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    CERTIFICATE.next(CertificateState(row.state), Move.REVOKE, actor.role)
    void(work, actor, row, typed_reason(command.reason))
    return certificate_row(row)


def _ordered(
    work: UnitOfWork, actor: Actor, command: PrintCertificate, years: tuple[int, ...]
) -> FrozenPaper | PaperOrder:
    person = whose_paper(work, actor, command.id_number, command.person_id)
    must_have_passed(work, person.id, years)
    again = print_again(work, actor, person.id, years)
    return again or paper_order(work, person, years)


def paper_order(work: UnitOfWork, person: Person, years: tuple[int, ...]) -> PaperOrder:
    """What a new paper will say; its number is taken. Raises Refused NO_BUREAU."""
    issuer, number = next_number(work, person.region_code)
    facts = annual_facts(work, person, issuer, number, years)
    return PaperOrder(facts, person.id, person.region_code, issuer.id)


def next_number(work: UnitOfWork, region_code: str) -> tuple[Org, str]:
    """Who issues there, and the next 证书编号, which is taken before a paper is drawn: no transaction is held while
    drawing. Raises Refused NO_BUREAU."""
    issuer, year = bureau_of(work.session, region_code), today(work.clock).year
    serial = work.next_certificate(issuer.region_code, year)
    return issuer, certificate_number(year, issuer.region_code, serial)


def issue_paper(
    work: UnitOfWork, actor: Actor, order: PaperOrder, check_code: str, sha256: str, *, kind: str = ANNUAL
) -> FrozenPaper:
    """Enter a new certificate into the register, or a proof of several years."""
    facts = order.facts
    row = Certificate(
        kind=kind,
        number=facts.number,
        person_id=order.person_id,
        person_name=facts.name,
        region_code=order.region_code,
        years=joined_years(tuple(each.year for each in facts.years)),
        facts_sealed=work.vault.seal(canonical_bytes(facts).decode()),
        check_code=check_code,
        issued_at=work.clock.now(),
        issuer_org_id=order.issuer_id,
        pdf_sha256=sha256,
        print_count=1,
    )
    work.session.add(row)
    work.session.flush()
    work.decide(actor, KIND, row.id, Move.PRINT, version=0)
    action = Action.PRINT_CERTIFICATE if kind == ANNUAL else Action.PRINT_PROOF
    work.audit(actor, action, KIND, row.number, f"签发 {row.years}")
    return FrozenPaper(row.number, row.check_code, row.pdf_sha256)


def whose_paper(
    work: UnitOfWork, actor: Actor, id_number: str | None, person_id: int | None = None
) -> Person:
    """A person for oneself, an office for somebody in its reach. Raises Refused as `person_by_number` does."""
    if person_id is not None:
        return person_by_id(work, actor, person_id)
    return owner(work.session, actor) if id_number is None else person_by_number(work, actor, id_number)


def must_have_passed(work: UnitOfWork, person_id: int, years: tuple[int, ...]) -> None:
    if not 1 <= len(years) <= MOST_YEARS:
        raise Refused(ErrorCode.YEAR_NOT_PASSED)
    for year in years:
        row = work.session.get(PersonYear, (person_id, year))
        if row is None or not row.passed or row.recognised_at is None:
            raise Refused(ErrorCode.YEAR_NOT_PASSED)


def print_again(work: UnitOfWork, actor: Actor, person_id: int, years: tuple[int, ...]) -> FrozenPaper | None:
    """The one in force for exactly these years, its prints counted."""
    query = select(Certificate).where(
        Certificate.person_id == person_id,
        Certificate.kind == ANNUAL,
        Certificate.years == joined_years(years),
        Certificate.state == CertificateState.VALID.value,
    )
    row = work.session.scalars(query.with_for_update()).first()
    if row is None:
        return None
    CERTIFICATE.next(CertificateState(row.state), Move.PRINT, actor.role)
    row.print_count += 1
    work.audit(actor, Action.PRINT_CERTIFICATE, KIND, row.number, f"第 {row.print_count} 次打印")
    work.session.flush()
    return FrozenPaper(row.number, row.check_code, row.pdf_sha256)


def annual_facts(
    work: UnitOfWork, person: Person, issuer: Org, number: str, years: tuple[int, ...]
) -> CertificateFacts:
    """What will stand on the paper, as it is today."""
    rows = [work.session.get_one(PersonYear, (person.id, year)) for year in years]
    return CertificateFacts(
        number=number,
        name=person.name,
        gender=person.gender,
        id_number=work.vault.open(person.id_number_sealed),
        employer=work.session.get_one(Org, person.employer_id).name,
        title=person.title,
        issuer=issuer.name,
        issued_on=today(work.clock),
        years=tuple(_year(row) for row in rows),
        learning=tuple(
            LearningFacts(year, each.subject, each.form_name, each.title, each.period, each.hours)
            for year in years
            for each in learning_lines(work.session, person.id, year)
        ),
    )


def _year(row: PersonYear) -> YearFacts:
    public, professional = CreditHours(row.public_halves), CreditHours(row.professional_halves)
    return YearFacts(row.year, public, professional, public + professional)


def save_paper(desk: Desk, actor: Actor, row: FrozenPaper, *, reprint: bool) -> PrintedCertificate:
    """The frozen file in the export folder, readable by its owner only, or in the outbox."""
    content = desk.store.blobs.get_sealed(row.pdf_sha256, desk.vault)
    with handed_out(desk, actor, f"{row.number}.pdf") as out, replacing(out.path) as fresh:
        fresh.write_bytes(content)
    return PrintedCertificate(row.number, row.check_code, out.shown, reprint)


def joined_years(years: tuple[int, ...]) -> str:
    """Years as they are stored with a certificate: `2016,2017`."""
    return ",".join(str(year) for year in years)


def certificate_row(line: Certificate | registers.CertificateLine) -> CertificateRow:
    """A row of the register as it is shown."""
    return CertificateRow(
        id=line.id,
        version=line.version,
        number=line.number,
        person_name=line.person_name,
        years=line.years,
        state=line.state,
        state_label=CertificateState(line.state).label,
        issued_at=line.issued_at,
        print_count=line.print_count,
        reason=line.revoked_reason,
        kind=line.kind,
    )
