"""The part of a life that bureaus make of years: recognised, lightened, proved, replaced, revoked; and of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from core.schema.annual import ChangeYear
from core.schema.base import Number
from core.schema.certificates import ProofSpan, RegisterQuery, ReplaceCertificate
from core.schema.exemptions import GrantExemption, RevokeExemption
from core.schema.jobs import JobKey
from core.schema.revocations import ApprovedQuery, RevokeDeclaration
from core.services.certificates import register_page
from core.services.jobs import JobRunner
from core.services.revocations import approved_page
from tests.services.front_door import NUMBER
from tests.services.hall import PASSED
from tests.services.year_commands import enter_job
from tests.worlds import scan

if TYPE_CHECKING:
    from tests.services.life import Life, Step

PATIENCE = 60.0


def year_steps(life: Life) -> Iterator[Step]:
    """After the year 2026 was closed, and 2025 of the person has passed."""
    bureau, person, desk = life.made["bureau"], life.made["person"], life.desk
    yield _waited(life, life.does("start_recognition", "run", lambda: Number(value=2026), bureau))
    proof = scan(desk, bureau, life.folder, 77)
    values = {"id_number": NUMBER, "year": "2024", "kind": "产假", "months": "6", "reason": f"{NUMBER} 生育"}
    grant = GrantExemption(values=values, evidence=(proof,))
    yield life.does("grant_exemption", "lightened", lambda: grant, bureau)
    yield life.does(
        "revoke_exemption",
        "withdrawn",
        lambda: RevokeExemption(exemption_id=life.made["lightened"].id, version=1, reason=f"{NUMBER} 不实"),
        bureau,
    )
    span = ProofSpan(from_year=PASSED, to_year=PASSED)
    yield life.does("print_proof", "proof", lambda: span, person)

    def newest() -> ReplaceCertificate:
        row = desk.do(register_page, bureau, RegisterQuery()).rows[0]
        return ReplaceCertificate(certificate_id=row.id, version=row.version, reason=f"{NUMBER} 更正")

    yield life.does("replace_certificate", "proof", newest, bureau)

    def approved() -> RevokeDeclaration:
        row = desk.do(approved_page, bureau, ApprovedQuery(text=NUMBER)).rows[-1]
        return RevokeDeclaration(
            declaration_id=row.declaration_id, version=row.version, reason=f"{NUMBER} 材料不实"
        )

    yield life.does("revoke_declaration", "revoked", approved, bureau)
    yield from _jobs(life)
    again = ChangeYear(year=2026, open=True, declare_until=date(2026, 12, 31), reason="补报")
    yield life.does("change_year", "year", lambda: again, bureau)


def _jobs(life: Life) -> Iterator[Step]:
    """Of a bureau in whose region there is nobody, so that the job itself changes nothing."""
    other = life.world.office(life.world.other_bureau)
    job = enter_job(life.world, other)
    yield _waited(life, life.does("resume_job", "job", lambda: JobKey(job_id=job), other))
    idle = enter_job(life.world, other)
    yield life.does("cancel_job", "job", lambda: JobKey(job_id=idle), other)


def _waited(life: Life, step: Step) -> Step:
    """The same, until what it has set going has ended."""
    name, call = step

    def waited() -> None:
        call()
        assert JobRunner.of(life.desk).wait(PATIENCE)

    return name, waited
