"""年度认定: the year of every person of a region counted, judged and settled; in parts, in the background."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from core.model import Job, Message, Outbox, Person, PersonYear
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.annual import Recognised, RecogniseYear
from core.schema.base import Number
from core.schema.jobs import JobView
from core.services.annual import annual_rows_of, recount_many
from core.services.desk import Desk, desk_use_case, use_case
from core.services.job_kinds import JobKind
from core.services.jobs import JobRunner, job_view_of, start_job
from core.services.judging import places_of
from core.services.messages import addressed, letter
from core.services.person_lookup import person_by_number
from core.services.scope import within
from core.services.windows import is_open
from core.store.work import UnitOfWork

KIND = "year"
JOB = "recognise"
CHUNK = 250
"""People in a part: some 0.1 seconds, in which nobody else writes where the database is a file."""
_COUNTS = ("认定", "通过", "不通过")
_LEFT_OUT = "所在区域未截止"


@desk_use_case(Action.RECOGNISE_YEAR)
def start_recognition(desk: Desk, actor: Actor, command: Number) -> JobView:
    """年度认定 of the caller's whole region for a year (`value`), in the background.

    Raises Refused YEAR_OPEN while the year takes declarations there. Regions below that are still open are left
    out, and the outcome says how many people that are.
    """
    with desk.writing() as work:
        job = _begun(work, actor, command.value)
        view = job_view_of(job, work.clock)
        work.commit()
    JobRunner.of(desk).hand_over(view.id)
    return view


@use_case(Action.RECOGNISE_YEAR, writes=True)
def recognise_year(work: UnitOfWork, actor: Actor, command: RecogniseYear) -> Recognised:
    """年度认定 of one person by 证件号, at once. Raises Refused YEAR_OPEN, NOT_YOURS, for fields PERSON_NOT_FOUND."""
    person = person_by_number(work, actor, command.id_number)
    if is_open(work.session, command.year, person.region_code, today(work.clock)):
        raise Refused(ErrorCode.YEAR_OPEN, year=command.year)
    rows = _settle(work, actor, command.year, {person.id: person.region_code})
    _note(work, actor, f"{command.year}/person/{person.id}", command.year, rows)
    passed = sum(row.passed for row in rows)
    return Recognised(command.year, len(rows), passed, len(rows) - passed)


def _begun(work: UnitOfWork, actor: Actor, year: int) -> Job:
    """The job, written down."""
    if is_open(work.session, year, actor.region_code, today(work.clock)):
        raise Refused(ErrorCode.YEAR_OPEN, year=year)
    inside = within(Person.region_code, actor.region_code)
    total = work.session.scalar(select(func.count()).select_from(Person).where(inside)) or 0
    job = start_job(work, actor, JOB, f"{year}年度认定", {"year": year}, total=total)
    work.audit(actor, Action.RECOGNISE_YEAR, KIND, f"{year}/{actor.region_code}", f"开始 {job.title}")
    return job


def _part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """The next people by id; where it stands is the id of the last one."""
    year, after = _number(job.asked["year"]), _number(job.place.get("after"))
    inside = within(Person.region_code, job.region_code)
    query = select(Person.id, Person.region_code).where(inside, Person.id > after).order_by(Person.id)
    people = {person_id: region for person_id, region in work.session.execute(query.limit(CHUNK))}
    day = today(work.clock)
    waiting = {each for each in set(people.values()) if is_open(work.session, year, each, day)}
    rows = _settle(work, actor, year, {key: at for key, at in people.items() if at not in waiting})
    passed = sum(row.passed for row in rows)
    added = (len(rows), passed, len(rows) - passed)
    outcome = {name: _number(job.outcome.get(name)) + more for name, more in zip(_COUNTS, added, strict=True)}
    left_out = _number(job.outcome.get(_LEFT_OUT)) + len(people) - len(rows)
    job.outcome = {**outcome, **({_LEFT_OUT: left_out} if left_out else {}), "_year": year}
    job.place = {"after": max(people, default=after)}
    job.done += len(people)
    job.total = max(job.total, job.done)
    _note(work, actor, f"{year}/{job.region_code}", year, rows)
    return len(people) < CHUNK


RECOGNISE = JobKind(JOB, Action.RECOGNISE_YEAR, _part)


def _settle(work: UnitOfWork, actor: Actor, year: int, people: Mapping[int, str]) -> list[PersonYear]:
    """Count, judge and sign the years of these people (id -> region), and tell whoever's result is news."""
    if not people:
        return []
    by, now = f"{actor.org_name} {actor.name}".strip(), work.clock.now()
    rows = recount_many(work, people, year, settle=True)
    come_here = [row for row in rows if row.region_code != people[row.person_id]]
    places = places_of(work.session, [row.person_id for row in come_here])
    for row in come_here:  # settled by another region, before the person came here
        place = places[row.person_id]
        row.region_code, row.employer_id = place.region_code, place.employer_id
        row.series, row.level = place.series, place.level
        work.cells_are_stale(year, row.region_code)
    for row in rows:
        if row.recognised_at is None:  # what it was first recognised by holds for good
            row.rules_edition = work.rulebook.edition
        row.recognised_at, row.recognised_by = now, by
    work.session.flush()
    _tell_results(work, year, rows)
    return rows


def _note(work: UnitOfWork, actor: Actor, target: str, year: int, rows: list[PersonYear]) -> None:
    if rows:
        passed = sum(row.passed for row in rows)
        summary = f"{year}年度认定 {len(rows)} 人，通过 {passed} 人"
        work.audit(actor, Action.RECOGNISE_YEAR, KIND, target, summary)


def _tell_results(work: UnitOfWork, year: int, rows: list[PersonYear]) -> None:
    """Tell everybody the result, but whoever was told the same last time. Written as rows: there may be thousands."""
    shown = annual_rows_of(work, rows)
    columns = (Person.id, Person.account_id, Person.name, Person.email_sealed)
    people = work.session.execute(select(*columns).where(Person.id.in_(shown))).all()
    before = (
        select(Message.account_id, Message.text)
        .where(
            Message.account_id.in_([account_id for _, account_id, _, _ in people]),
            Message.kind == MessageKind.YEAR.value,
            Message.object_id == year,
        )
        .order_by(Message.id)
    )
    known = {account_id: text for account_id, text in work.session.execute(before)}
    about = {"kind": MessageKind.YEAR.value, "object_kind": KIND, "object_id": year, "at": work.clock.now()}
    messages, mails = [], []
    for person_id, account_id, name, email in people:
        row = shown[person_id]
        words = f"{year}年度认定通过，可以打印学时证明"
        if not row.passed:
            words = f"{year}年度认定不通过，{row.shortfall}"
        if known.get(account_id) == words:
            continue
        messages.append({**about, "account_id": account_id, "text": words})
        if work.settings.mails and email is not None:
            mails.append(letter(work, email, MessageKind.YEAR, addressed(name, words)))
    if messages:
        work.session.execute(insert(Message), messages)
    if mails:
        work.session.execute(insert(Outbox), mails)


def _number(value: object) -> int:
    return int(str(value or 0))
