"""Years gone by for the journeys of 年度认定: people with approved hours, written as old records hold them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, insert, select, update

from core.model import Account, Certificate, Declaration, Person, PersonYear
from core.rules.hours import CreditHours
from core.services.annual import recount
from core.services.desk import Desk
from tests.journeys.steps import BUREAU, PERSON, Installation


@contextmanager
def desk_of(home: Installation) -> Iterator[Desk]:
    """A desk on the installation, closed afterwards."""
    desk = home.desk()
    try:
        yield desk
    finally:
        desk.close()


def learned(
    home: Installation, *years: int, public: str = "30", professional: str = "60", recognised: bool = False
) -> None:
    """Approved hours of the journeys' person in these years, as old records; `recognised` by the county."""
    with desk_of(home) as desk, desk.writing() as work:
        wanted = Person.id_number_digest == work.vault.digest("id_number", PERSON)
        person = work.session.scalars(select(Person).where(wanted)).one()
        for year in years:
            for subject, hours in (("公需课", public), ("专业课", professional)):
                halves, now = CreditHours.parse(hours).halves, work.clock.now()
                row = Declaration(
                    person_id=person.id,
                    employer_id=person.employer_id,
                    region_code=person.region_code,
                    year=year,
                    subject=subject,
                    form="post_training",
                    title=f"{year}年{subject}培训",
                    claimed_halves=halves,
                    recognised_halves=halves,
                    status="approved",
                    source="history",
                    created_at=now,
                    updated_at=now,
                )
                work.session.add(row)
            recount(work, person.id, person.region_code, year)
            if recognised:
                key = (PersonYear.person_id == person.id) & (PersonYear.year == year)
                signed = {"recognised_at": work.clock.now(), "recognised_by": BUREAU}
                work.session.execute(update(PersonYear).where(key).values(**signed))
        work.commit()


def crowded(home: Installation, people: int) -> None:
    """So many more people of the school, who have done nothing."""
    with desk_of(home) as desk, desk.writing() as work:
        session, now, vault = work.session, work.clock.now(), work.vault
        first = (session.scalar(select(func.max(Account.id))) or 0) + 1
        like = session.scalars(select(Person)).first()
        assert like is not None
        kept = {c.key: getattr(like, c.key) for c in Person.__table__.columns if c.key != "id"}
        accounts, persons = [], []
        for number in range(people):
            login = vault.digest("login", f"crowd{number}")
            accounts.append(
                {
                    "id": first + number,
                    "login_digest": login,
                    "login_sealed": like.id_number_sealed,
                    "password_hash": "!",
                    "created_at": now,
                }
            )
            own = {"account_id": first + number, "name": f"众人{number:04d}"}
            digest = vault.digest("id_number", f"crowd{number}")
            persons.append({**kept, **own, "id_number_digest": digest})
        session.execute(insert(Account), accounts)
        session.execute(insert(Person), persons)
        work.commit()


def papers(home: Installation) -> list[tuple[str, str]]:
    """The number and the check code of every certificate in the register, oldest first."""
    with desk_of(home) as desk, desk.reading() as work:
        query = select(Certificate.number, Certificate.check_code).order_by(Certificate.id)
        return [(number, code) for number, code in work.session.execute(query)]
