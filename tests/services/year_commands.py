"""How the use cases of years (认定, 撤销, 减免, 换发, 证明) and of jobs are called by whoever may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.model import Exemption
from core.rules.roles import Actor
from core.schema.base import Command, Number
from core.schema.certificates import ProofSpan, ReplaceCertificate
from core.schema.exemptions import ExemptionQuery, GrantExemption, RevokeExemption, SuggestExemption
from core.schema.jobs import JobKey
from core.schema.revocations import ApprovedQuery, RevokeDeclaration, RevokedQuery
from core.services.jobs import start_job
from tests.worlds import World

if TYPE_CHECKING:
    from tests.services.hall import Hall

_SPAN = ProofSpan(from_year=2025, to_year=2025)
YEAR_SAMPLES: Mapping[str, Command] = {
    "start_recognition": Number(value=2025),
    "approved_page": ApprovedQuery(text="张三"),
    "revoked_page": RevokedQuery(),
    "revoke_declaration": RevokeDeclaration(declaration_id=1, version=1, reason="材料不实"),
    "exemption_page": ExemptionQuery(),
    "suggest_exemption": SuggestExemption(year=2025, months=6),
    "grant_exemption": GrantExemption(values={}),
    "revoke_exemption": RevokeExemption(exemption_id=1, version=1, reason="证明不实"),
    "replace_certificate": ReplaceCertificate(certificate_id=1, version=1, reason="姓名更正"),
    "proof_preview": _SPAN,
    "print_proof": _SPAN,
}


def foreign_years(hall: Hall) -> dict[tuple[str, str], Command]:
    """A declaration, an exemption and a certificate of the garden firm's person, and a job of the firm."""
    values = {"id_number": hall.number, "year": "2024", "kind": "产假", "months": "6", "reason": "生育"}
    span = _SPAN.model_copy(update={"id_number": hall.number})
    job = JobKey(job_id=hall.job_id)
    return {
        ("revoke_declaration", "declaration"): RevokeDeclaration(
            declaration_id=hall.declaration.id, version=hall.declaration.version, reason="材料不实"
        ),
        ("grant_exemption", "person"): GrantExemption(values=values),
        ("revoke_exemption", "exemption"): RevokeExemption(
            exemption_id=hall.exemption_id, version=1, reason="证明不实"
        ),
        ("replace_certificate", "certificate"): ReplaceCertificate(
            certificate_id=hall.certificate_id, version=1, reason="姓名更正"
        ),
        ("proof_preview", "person"): span,
        ("print_proof", "person"): span,
        ("job_view", "job"): job,
        ("cancel_job", "job"): job,
        ("resume_job", "job"): job,
    }


def enter_exemption(world: World, person: Actor) -> int:
    """A 减免 that the city's bureau has given."""
    with world.store.writing() as work:
        row = Exemption(
            person_id=person.person_id,
            year=2023,
            kind="病假",
            total_halves=90,
            public_halves=30,
            professional_halves=60,
            reason="住院",
            org_id=world.city_bureau,
            granted_at=work.clock.now(),
        )
        work.session.add(row)
        work.commit()
        return row.id


def enter_job(world: World, office: Actor) -> int:
    """A job of an office that nobody has begun."""
    with world.store.writing() as work:
        job = start_job(work, office, "recognise", "2020年度认定", {"year": 2020})
        work.commit()
        return job.id
