"""The statistics of the demonstration: everybody has the row of the year, and some earlier years to compare with."""

from __future__ import annotations

import random
from datetime import date

from sqlalchemy import func, select

from core.model import Declaration, Person, PersonYear
from core.rules.clock import today
from core.rules.forms import PUBLIC
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState
from core.schema.review import Decide, Verdict
from core.services.annual import recount_many
from core.services.demo_people import make_office
from core.services.desk import Desk
from core.services.public_rows import FORM
from core.services.review import decide
from core.services.year_rows import enter_everybody
from core.store.work import UnitOfWork

FIRM_LOGIN = "yuanlin"
_SEED = 26
_APPROVED = 14
_ISSUER = "河南省人力资源和社会保障厅"
_PAST = ((2024, 0.8), (2025, 0.9))
"""Years that most of some people have passed."""
_PEOPLE = 12


def make_statistics(desk: Desk, bureau: Actor, firm_id: int, password_hash: str) -> None:
    """Everybody gets the row of the current year; in large employers some get two years more."""
    enter_everybody(desk, today(desk.clock).year)
    _approve_some(desk, bureau, firm_id, password_hash)
    chance = random.Random(_SEED)
    with desk.writing() as work:
        for year, share in _PAST:
            people = _some_people(work, year)
            for person in people:
                done = chance.random() < share
                _learned(work, person, year, 30, 60 if done else 24)
            work.session.flush()
            rows = recount_many(work, {person.id: person.region_code for person in people}, year)
            for row in rows:
                row.recognised_at, row.recognised_by = work.clock.now(), _ISSUER
        work.commit()


def _approve_some(desk: Desk, bureau: Actor, firm_id: int, password_hash: str) -> None:
    """What the firm's people declared first goes all the way, so that some of it can be looked at again (抽查)."""
    with desk.writing() as work:
        firm = make_office(work, FIRM_LOGIN, firm_id, password_hash)
        mine = Declaration.handler_org_id == firm_id, Declaration.status == DeclarationState.PENDING.value
        query = select(Declaration.id, Declaration.version).where(*mine).order_by(Declaration.id)
        for number, version in work.session.execute(query.limit(_APPROVED)).all():
            at = version
            for office in (firm, bureau):
                said = Decide(id=number, version=at, verdict=Verdict.APPROVE)
                at = decide.function(work, office, said).version
        work.commit()


def _some_people(work: UnitOfWork, year: int) -> list[Person]:
    """Of the employers that have as many; whoever has the year already is left out."""
    large = select(Person.employer_id).group_by(Person.employer_id).having(func.count() >= _PEOPLE)
    known = set(work.session.scalars(select(PersonYear.person_id).where(PersonYear.year == year)))
    found: list[Person] = []
    for employer in work.session.scalars(large.order_by(Person.employer_id)).all():
        query = select(Person).where(Person.employer_id == employer).order_by(Person.id).limit(_PEOPLE)
        found += [person for person in work.session.scalars(query) if person.id not in known]
    return found


def _learned(work: UnitOfWork, person: Person, year: int, public: int, professional: int) -> None:
    for subject, hours in ((PUBLIC, public), ("专业课", professional)):
        amount, now = CreditHours.of(hours), work.clock.now()
        work.session.add(
            Declaration(
                person_id=person.id,
                employer_id=person.employer_id,
                region_code=person.region_code,
                year=year,
                subject=subject,
                form=FORM if subject == PUBLIC else "post_training",
                title=f"{year}年{subject}",
                claimed_halves=amount.halves,
                recognised_halves=amount.halves,
                status=DeclarationState.APPROVED.value,
                started_on=date(year, 5, 10),
                ended_on=date(year, 5, 20),
                source="history",
                submitted_at=now,
                decided_at=now,
                created_at=now,
                updated_at=now,
            )
        )
