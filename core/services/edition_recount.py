"""Open years judged anew once 年度合格标准 was changed: at once where they are few, else in the background."""

from __future__ import annotations

from sqlalchemy import func, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from core.model import Edition, Job, Person, PersonYear
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.rulebook import ANNUAL, OPEN_END
from core.services.annual import recount_many
from core.services.job_kinds import JobKind
from core.services.jobs import start_job
from core.store.work import UnitOfWork

JOB = "rejudge"
CHUNK = 250
"""People in a part: some 0.1 seconds, in which nobody else writes where the database is a file."""


def rejudge(work: UnitOfWork, actor: Actor, edition: Edition, until: int = OPEN_END) -> int | None:
    """Judge the open years that an edition covers. Answers the job that does it, None where it is done already."""
    if edition.kind != ANNUAL:
        return None
    concerned = _open(edition.from_year, until)
    total = work.session.scalar(select(func.count()).select_from(PersonYear).where(concerned)) or 0
    if total <= CHUNK:
        _some(work, concerned, (0, 0))
        return None
    asked: dict[str, object] = {"from_year": edition.from_year, "until": until}
    title = f"{edition.from_year}年度起未认定的年度按新标准重新计算"
    return start_job(work, actor, JOB, title, asked, total=total).id


def _part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """The next people in the order of year and id; where it stands is the last of them."""
    concerned = _open(_number(job.asked["from_year"]), _number(job.asked["until"]))
    after = (_number(job.place.get("year")), _number(job.place.get("person")))
    done = _some(work, concerned, after)
    if done:
        year, person_id = done[-1]
        job.place = {"year": year, "person": person_id}
        job.done += len(done)
        job.total = max(job.total, job.done)
    return len(done) < CHUNK


REJUDGE = JobKind(JOB, Action.SAVE_EDITION, _part)


def _some(work: UnitOfWork, concerned: ColumnElement[bool], after: tuple[int, int]) -> list[tuple[int, int]]:
    """Count the next years again; answers which (year, person), in order."""
    query = (
        select(PersonYear.year, PersonYear.person_id, Person.region_code)
        .join(Person, Person.id == PersonYear.person_id)
        .where(concerned, tuple_(PersonYear.year, PersonYear.person_id) > after)
        .order_by(PersonYear.year, PersonYear.person_id)
        .limit(CHUNK)
    )
    found: dict[int, dict[int, str]] = {}
    for year, person_id, region in work.session.execute(query):
        found.setdefault(year, {})[person_id] = region
    for year in sorted(found):
        recount_many(work, found[year], year)
    return [(year, person_id) for year in sorted(found) for person_id in found[year]]


def _open(from_year: int, until: int) -> ColumnElement[bool]:
    return PersonYear.recognised_at.is_(None) & PersonYear.year.between(from_year, until)


def _number(value: object) -> int:
    return int(str(value or 0))
