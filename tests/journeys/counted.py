"""What the journeys of statistics, printing and spot checks begin with: hours that were counted, approved claims."""

from __future__ import annotations

from sqlalchemy import select, update

from core.model import Declaration, Person
from core.rules.roles import Guest, Role
from core.schema.review import Decide, Verdict
from core.schema.sign_in import SignIn
from core.services.annual import recount
from core.services.desk import Desk
from core.services.review import decide
from core.services.sign_in import sign_in
from tests.journeys.steps import LOGINS, PASSWORD, PERSON, Installation
from tests.worlds import submitted


def give_hours(home: Installation, year: int, *, recognised: bool = False) -> None:
    """The person who was admitted has passed a year."""
    desk = home.desk()
    try:
        with desk.writing() as work:
            person = work.session.scalars(select(Person).limit(1)).one()
            for subject, halves in (("公需课", 60), ("专业课", 120)):
                work.session.add(
                    Declaration(
                        person_id=person.id,
                        employer_id=person.employer_id,
                        region_code=person.region_code,
                        year=year,
                        subject=subject,
                        form="post_training",
                        title=f"{year}年{subject}",
                        claimed_halves=halves,
                        recognised_halves=halves,
                        status="approved",
                        source="history",
                        created_at=work.clock.now(),
                        updated_at=work.clock.now(),
                    )
                )
            work.session.flush()
            row = recount(work, person.id, person.region_code, year)
            if recognised:
                row.recognised_at, row.recognised_by = work.clock.now(), "汝阳县人力资源和社会保障局"
            work.commit()
    finally:
        desk.close()


def approve_some(home: Installation, count: int) -> None:
    """Declarations of the person that went through all three levels."""
    desk = home.desk()
    try:
        person = desk.do(sign_in, Guest(), SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)).actor
        for number in range(1, count + 1):
            day = f"2026-0{number}-1"
            values = {"started_on": f"{day}0", "ended_on": f"{day}4", "class_name": f"新课标培训第{number}期"}
            item = submitted(desk, person, home.scans, 200 + number, **values)
            version = item.version
            for role in (Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU):
                version = _passed(desk, role, item.id, version)
    finally:
        desk.close()


def wait_long(home: Installation, days: int) -> None:
    """What waits at the school has waited so long."""
    from datetime import timedelta

    desk = home.desk()
    try:
        with desk.writing() as work:
            since = work.clock.now() - timedelta(days=days)
            pending = update(Declaration).where(Declaration.status == "pending")
            work.session.execute(pending.values(submitted_at=since))
            work.commit()
    finally:
        desk.close()


def _passed(desk: Desk, role: Role, item: int, version: int) -> int:
    office = desk.do(sign_in, Guest(), SignIn(role=role, login=LOGINS[role], password=PASSWORD)).actor
    return desk.do(decide, office, Decide(id=item, version=version, verdict=Verdict.APPROVE)).version
