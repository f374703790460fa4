"""Certificates that no longer hold (作废): by a bureau's own word, or because a year they state has changed."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Certificate, PersonYear
from core.rules.certificate import facts_from_canonical
from core.rules.facts import CertificateFacts
from core.rules.hours import CreditHours
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.workflow import CERTIFICATE, CertificateState, Move
from core.services.annual import learning_lines
from core.store.work import UnitOfWork

KIND = "certificate"
ANNUAL, PROOF = "annual", "proof"
"""What a certificate is (`Certificate.kind`): 学时证明, or 职称申报证明."""


def void(work: UnitOfWork, actor: Actor, row: Certificate, reason: str) -> None:
    """作废 one certificate that is held; whoever checks it reads the reason. Raises Refused MOVE_NOT_ALLOWED."""
    state, version = CERTIFICATE.next(CertificateState(row.state), Move.REVOKE, actor.role), row.version
    row.state, row.revoked_reason, row.revoked_at = state.value, reason, work.clock.now()
    work.session.flush()
    work.decide(actor, KIND, row.id, Move.REVOKE, version=version, opinion=reason)
    work.audit(actor, Action.REVOKE_CERTIFICATE, KIND, row.number, f"作废：{reason}")


def void_unfounded(work: UnitOfWork, actor: Actor, year: PersonYear, reason: str) -> tuple[str, ...]:
    """作废 what is in force and states of this year what is no longer so; answers the numbers.

    Call it once the year is counted anew, under the person's lock: nothing is printed meanwhile.
    """
    query = (
        select(Certificate.id, Certificate.years)
        .where(Certificate.person_id == year.person_id, Certificate.state == CertificateState.VALID.value)
        .order_by(Certificate.id)
    )
    voided = []
    for certificate_id, years in work.session.execute(query).all():
        if str(year.year) not in years.split(","):
            continue
        row = work.locked(Certificate, certificate_id)
        if row.state == CertificateState.VALID and not _holds(work, row, year):
            void(work, actor, row, reason)
            voided.append(row.number)
    return tuple(voided)


def _holds(work: UnitOfWork, row: Certificate, year: PersonYear) -> bool:
    """Whether what was printed of the year is what the year came to; the learning too, where it is listed."""
    try:
        facts = facts_from_canonical(work.vault.open(row.facts_sealed).encode())
    except ValueError:
        return False
    printed = [each for each in facts.years if each.year == year.year]
    now = CreditHours(year.public_halves), CreditHours(year.professional_halves)
    if [(each.public, each.professional) for each in printed] != [now]:
        return False
    if row.kind == PROOF:
        return printed[0].result.startswith("通过") == year.passed
    return year.passed and _learned(facts, year.year) == [
        (each.title, each.hours) for each in learning_lines(work.session, year.person_id, year.year)
    ]


def _learned(facts: CertificateFacts, year: int) -> list[tuple[str, CreditHours]]:
    return [(each.title, each.hours) for each in facts.learning if each.year == year]
