"""The cells of the statistics (统计) kept up with the years below them: few at a reading, many by a job."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.model import Job, PersonYear, StatDirty
from core.rules.clock import today
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller
from core.schema.base import Nothing
from core.schema.statistics import Rebuilt
from core.services.annual import passed_after, recount_many, results_of
from core.services.desk import Desk, desk_use_case
from core.services.jobs import JobKind, JobRunner, start_job
from core.services.judging import places_of
from core.services.year_rows import enter_everybody, how_many_lack_row
from core.store.statistics import Extent, all_keys, all_stale_keys, rebuild, stale_keys
from core.store.work import UnitOfWork

JOB = "stat_cells"
FEW = 40
"""Cells that a reader rebuilds on the way; more are rebuilt by a job, and counted from the years meanwhile."""
_AT_ONCE = 20
_PAGE = 500


def freshen(desk: Desk, actor: Actor, extent: Extent) -> None:
    """Rebuild what is stale of an extent, or have it done. What is counted is right either way, only slower."""
    with desk.reading() as work:
        stale = stale_keys(work.session, extent)
    if not stale:
        return
    if len(stale) <= FEW:
        with desk.writing() as work:
            rebuild(work.session, stale)
            work.commit()
        return
    with desk.writing() as work:
        under_way = select(Job.id).where(Job.kind == JOB, Job.state.in_(("waiting", "running", "paused")))
        if work.session.scalar(under_way.limit(1)) is not None:
            return
        marks = work.session.scalar(select(func.count()).select_from(StatDirty)) or 0
        job = start_job(work, actor, JOB, "统计汇总", {}, total=marks)
        work.commit()
    JobRunner.of(desk).hand_over(job.id)


def _part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    year, region = job.place.get("year"), job.place.get("region")
    after = (int(str(year)), str(region)) if year is not None else None
    keys = all_stale_keys(work.session, after=after, limit=_AT_ONCE)
    rebuild(work.session, keys)
    job.done += len(keys)
    job.total = max(job.total, job.done)
    if keys:
        job.place = {"year": keys[-1][0], "region": keys[-1][1]}
    return len(keys) < _AT_ONCE


CELLS = JobKind(JOB, Action.STATISTICS, _part)


@desk_use_case(Action.REBUILD_STATISTICS)
def rebuild_statistics(desk: Desk, caller: Caller, command: Nothing) -> Rebuilt:
    """Count everything anew (jijiao statistics rebuild): each person's years, then the cells.

    It may run while people work, and be run again where it broke off. What differed is counted in the answer.
    """
    entered = enter_everybody(desk, today(desk.clock).year)
    looked_at = mended = 0
    with desk.reading() as work:
        years = list(work.session.scalars(select(PersonYear.year).distinct().order_by(PersonYear.year)))
    for year in years:
        after = 0
        while True:
            with desk.writing() as work:
                wrong, after, count = _wrong_rows(work, year, after)
                if wrong:
                    recount_many(work, {row.person_id: row.region_code for row in wrong}, year)
                    mended += len(wrong)
                    work.commit()
            looked_at += count
            if count < _PAGE:
                break
    with desk.reading() as work:
        keys = all_keys(work.session)
    for start in range(0, len(keys), _AT_ONCE):
        with desk.writing() as work:
            for year, region in keys[start : start + _AT_ONCE]:
                work.cells_are_stale(year, region)
            work.commit()
        with desk.writing() as work:
            rebuild(work.session, keys[start : start + _AT_ONCE])
            work.commit()
    with desk.writing() as work:
        words = f"重建统计：新增 {entered} 人，核对 {looked_at} 条，更正 {mended} 条，汇总 {len(keys)} 格"
        work.audit(caller, Action.REBUILD_STATISTICS, "statistics", "", words)
        work.commit()
    return Rebuilt(entered, looked_at, mended, len(keys))


@dataclass(frozen=True, slots=True)
class WrongYear:
    """A row that differs from what a recount says of it: what it says and what it should, in words."""

    person_id: int
    year: int
    said: str
    should: str


def first_wrong_year(work: UnitOfWork, at_most: int) -> tuple[WrongYear | None, int]:
    """Look through up to `at_most` rows, spread evenly over all, for one that a recount would change; answers it
    and how many were looked at. People without a row of the current year count as wrong too."""
    year = today(work.clock).year
    missing = how_many_lack_row(work, year)
    if missing:
        return WrongYear(0, year, f"{missing} 人没有 {year} 年度的记录", "每人一条"), 0
    total = work.session.scalar(select(func.count()).select_from(PersonYear)) or 0
    every = max(1, -(-total // at_most)) if at_most else 1
    looked_at = 0
    years = work.session.scalars(select(PersonYear.year).distinct().order_by(PersonYear.year)).all()
    for each in years:
        query = select(PersonYear).where(PersonYear.year == each, PersonYear.person_id % every == 0)
        rows = list(work.session.scalars(query.order_by(PersonYear.person_id)))
        for start in range(0, len(rows), _PAGE):
            page = rows[start : start + _PAGE]
            looked_at += len(page)
            for row, said, should in _differing(work, page):
                return WrongYear(row.person_id, each, said, should), looked_at
    return None, looked_at


def _wrong_rows(work: UnitOfWork, year: int, after: int) -> tuple[list[PersonYear], int, int]:
    query = select(PersonYear).where(PersonYear.year == year, PersonYear.person_id > after)
    rows = list(work.session.scalars(query.order_by(PersonYear.person_id).limit(_PAGE)))
    wrong = [row for row, _, _ in _differing(work, rows)]
    return wrong, max((row.person_id for row in rows), default=after), len(rows)


def _differing(work: UnitOfWork, rows: list[PersonYear]) -> list[tuple[PersonYear, str, str]]:
    """The rows of one year that a recount would change: hours, result, and where an open one is counted."""
    results = results_of(work, rows)
    places = places_of(work.session, [row.person_id for row in rows])
    found = []
    for row in rows:
        result, place = results[row.person_id], places[row.person_id]
        said = (row.public_halves, row.professional_halves, row.passed)
        should = (result.public.halves, result.professional.halves, passed_after(row, result))
        at: tuple[object, ...] = (row.region_code, row.employer_id, row.series, row.level)
        stands = (place.region_code, place.employer_id, place.series, place.level)
        if said != should:
            found.append((row, _hours_words(*said), _hours_words(*should)))
        elif row.recognised_at is None and at != stands:
            found.append((row, _place_words(*at), _place_words(*stands)))
    return found


def _hours_words(public: int, professional: int, passed: bool) -> str:
    return f"公需 {public / 2:g}，专业 {professional / 2:g}，{'通过' if passed else '不通过'}"


def _place_words(*parts: object) -> str:
    return "计在 " + "/".join(str(part or "-") for part in parts)
