"""换发: a certificate in force replaced by a new one with the facts of today, after a correction, with a reason."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Certificate, Org, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import CERTIFICATE, CertificateState, Move
from core.schema.certificates import PrintedCertificate, ReplaceCertificate
from core.services.boxes import must_take_more
from core.services.certificates import (
    PaperOrder,
    annual_facts,
    issue_paper,
    must_have_passed,
    paper_order,
    save_paper,
)
from core.services.desk import Desk, desk_use_case
from core.services.messages import tell_person
from core.services.proofs import proof_order, still_so
from core.services.reasons import typed_reason
from core.services.scope import covers, not_yours
from core.services.voiding import KIND, PROOF
from core.store.work import UnitOfWork


@desk_use_case(Action.REPLACE_CERTIFICATE)
def replace_certificate(desk: Desk, actor: Actor, command: ReplaceCertificate) -> PrintedCertificate:
    """A new number and the facts of today; the old one says 已换发 and names the new one to whoever checks it.

    Raises Refused NOT_YOURS, STALE, CERTIFICATE_NOT_VALID, YEAR_NOT_PASSED, NO_BUREAU, SEAL_MISSING, NO_GLYPH;
    for the field `reason`.
    """
    from core.store.paper import render_certificate
    from core.store.paper_wording import ANNUAL
    from core.store.paper_wording import PROOF as PROOF_WORDING
    from core.store.seal import load_seal

    reason = typed_reason(command.reason)
    must_take_more(desk, actor)
    with desk.writing() as work:
        old = _replaceable(work, actor, command)
        kind = old.kind
        order = _order(work, old)
        work.commit()
    seal = load_seal(desk.settings.seal_dir)
    wording = PROOF_WORDING if kind == PROOF else ANNUAL
    sha256 = desk.store.blobs.put_sealed(render_certificate(seal, order.facts, wording), desk.vault)
    with desk.writing() as work:
        person = work.locked(Person, order.person_id)
        old = _replaceable(work, actor, command)
        if not _still_so(work, person, order, kind):
            raise Refused(ErrorCode.STALE)  # the person, or a year, has changed while the paper was drawn
        frozen = issue_paper(work, actor, order, seal.check_code(order.facts), sha256, kind=kind)
        _replace(work, actor, old, frozen.number, reason)
        work.commit()
    return save_paper(desk, actor, frozen, reprint=False)


def _replaceable(work: UnitOfWork, actor: Actor, command: ReplaceCertificate) -> Certificate:
    row = work.locked(Certificate, command.certificate_id)
    if not covers(actor.region_code, row.region_code):
        raise not_yours(KIND, row.number)
    if row.version != command.version:
        raise Refused(ErrorCode.STALE)
    if row.state != CertificateState.VALID:
        raise Refused(ErrorCode.CERTIFICATE_NOT_VALID, what=Move.REPLACE.label)
    return row


def _order(work: UnitOfWork, old: Certificate) -> PaperOrder:
    person, years = work.session.get_one(Person, old.person_id), _years(old)
    if old.kind == PROOF:
        return proof_order(work, person, years)
    must_have_passed(work, person.id, years)
    return paper_order(work, person, years)


def _still_so(work: UnitOfWork, person: Person, order: PaperOrder, kind: str) -> bool:
    if kind == PROOF:
        return still_so(work, person, order)
    years = tuple(each.year for each in order.facts.years)
    must_have_passed(work, person.id, years)
    issuer = work.session.get_one(Org, order.issuer_id)
    return annual_facts(work, person, issuer, order.facts.number, years) == order.facts


def _replace(work: UnitOfWork, actor: Actor, old: Certificate, number: str, reason: str) -> None:
    """The old one leads to the new one from now on."""
    version = old.version
    state = CERTIFICATE.next(CertificateState(old.state), Move.REPLACE, actor.role)
    new_id = work.session.scalars(select(Certificate.id).where(Certificate.number == number)).one()
    old.state, old.replaced_by, old.revoked_reason = state.value, new_id, reason
    work.session.flush()
    work.decide(actor, KIND, old.id, Move.REPLACE, version=version, opinion=reason)
    work.audit(actor, Action.REPLACE_CERTIFICATE, KIND, old.number, f"换发为 {number}：{reason}")
    words = f"证书 {old.number} 已换发，新证书编号 {number}。原因：{reason}"
    year = _years(old)[-1]
    tell_person(work, old.person_id, MessageKind.YEAR, words, about=("year", year))


def _years(row: Certificate) -> tuple[int, ...]:
    return tuple(int(year) for year in row.years.split(","))
