"""The cells above people's years: marked in the transaction, rebuilt at a reading or by a job, never losing a mark."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.model import Job, Org, PersonYear, StatCell, StatDirty
from core.rules.roles import Role
from core.schema.base import Nothing
from core.schema.review import Decide, UndoDecision, Verdict
from core.schema.statistics import GroupBy, StatisticsQuery
from core.services import stat_cells
from core.services.desk import Desk
from core.services.health import _statistics
from core.services.jobs import JobRunner
from core.services.org_effect import _move
from core.services.review import decide, undo_decision
from core.services.stat_cells import first_wrong_year, rebuild_statistics
from core.services.statistics import statistics
from core.services.year_rows import enter_everybody, enter_everybody_once, enter_new
from core.store.statistics import first_wrong_cell, rebuild
from core.store.store import Store
from tests.services.counting import YEAR, Counted, another_school, enters, full_count, holds, learns
from tests.services.front_door import cheap_desk
from tests.services.hall import operator
from tests.services.moving import LECTURER, answered, position, transfer
from tests.worlds import World, build_world, submitted


def cells(world: World) -> dict[tuple[int, str], int]:
    """How many people the cells know of, by year and region."""
    found: dict[tuple[int, str], int] = {}
    with world.store.reading() as work:
        for cell in work.session.scalars(select(StatCell)):
            found[cell.year, cell.region_code] = found.get((cell.year, cell.region_code), 0) + cell.persons
    return found


def marks(world: World) -> list[tuple[int, str]]:
    with world.store.reading() as work:
        query = select(StatDirty.year, StatDirty.region_code).order_by(StatDirty.year, StatDirty.region_code)
        return [(year, region) for year, region in work.session.execute(query)]


def by(desk: Desk, world: World, group: GroupBy, **query: object) -> Counted:
    """What the province is told."""
    office = world.office(world.province_bureau)
    found = desk.do(statistics, office, StatisticsQuery(by=group, year=YEAR, **query))  # type: ignore[arg-type]
    return {
        line.key: stat_cells_tally(line.people, line.passed, line.public.halves, line.professional.halves)
        for line in found.lines
        if line.people
    }


def stat_cells_tally(*numbers: int) -> object:
    from core.store.statistics import Tally

    return Tally(*numbers)


def test_a_recount_marks_the_cell_of_its_region_and_year(world: World) -> None:
    learns(world, world.person())
    assert marks(world) == [(YEAR, "410326")]


def test_a_reading_of_the_province_rebuilds_what_is_marked(desk: Desk, world: World) -> None:
    learns(world, world.person())
    by(desk, world, GroupBy.REGION)
    assert (cells(world), marks(world)) == ({(YEAR, "410326"): 1}, [])


def test_many_marks_are_left_to_a_job_and_the_answer_is_right_all_the_same(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_cells, "FEW", 1)
    for year in (2024, 2025, YEAR):
        learns(world, world.person(), year=year)
    monkeypatch.setattr(JobRunner, "hand_over", lambda runner, job_id: None)
    assert by(desk, world, GroupBy.REGION) == full_count(world, lambda row, person: "410300")
    by(desk, world, GroupBy.REGION)
    with world.store.reading() as work:
        jobs = list(work.session.scalars(select(Job.id).where(Job.kind == stat_cells.JOB)))
    from core.services.jobs import run_job

    assert (len(jobs), len(marks(world)), run_job(desk, jobs[0]), marks(world)) == (1, 3, "done", [])


def test_a_mark_that_is_set_while_a_cell_is_rebuilt_is_not_lost(desk: Desk, world: World) -> None:
    """A transaction that has marked and not yet committed, where a mark stands already: a rebuild waits for it."""
    learns(world, world.person(), professional=10)
    by(desk, world, GroupBy.REGION)
    learns(world, world.person(), 0, 1)
    marked = threading.Event()

    def count() -> None:
        with world.store.writing() as work:
            work.session.execute(update(PersonYear).values(professional_halves=240))
            work.cells_are_stale(YEAR, "410326")
            work._mark_stale_cells()
            marked.set()
            time.sleep(0.5)
            work.session.commit()

    def rebuild_it() -> None:
        marked.wait(10)
        with world.store.writing() as work:
            rebuild(work.session, [(YEAR, "410326")])
            work.commit()

    threads = [threading.Thread(target=call) for call in (count, rebuild_it)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with world.store.reading() as work:
        assert first_wrong_cell(work.session) is None


def test_recounts_and_rebuilds_at_once_leave_no_cell_wrong(desk: Desk, world: World) -> None:
    people = [world.person(f"教师{number}") for number in range(6)]
    errors: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            for _ in range(4):
                call()
        except BaseException as error:
            errors.append(error)

    def rebuilding() -> None:
        with world.store.writing() as work:
            rebuild(work.session, [(YEAR, "410326"), (2025, "410326")])
            work.commit()

    calls: list[Callable[[], object]] = [rebuilding, rebuilding]
    calls += [lambda each=each: learns(world, each, 1, 1) for each in people[:3]]  # type: ignore[misc]
    calls += [lambda each=each: learns(world, each, 1, 1, 2025) for each in people[3:]]  # type: ignore[misc]
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.store.reading() as work:
        assert (errors, first_wrong_cell(work.session)) == ([], None)


def test_a_transfer_takes_the_open_year_along_and_leaves_a_recognised_one(desk: Desk, world: World) -> None:
    person = world.person()
    learns(world, person, year=2025)
    learns(world, person)
    with world.store.writing() as work:
        settled = update(PersonYear).where(PersonYear.year == 2025)
        work.session.execute(settled.values(recognised_at=work.clock.now(), recognised_by="x"))
        work.commit()
    answered(desk, world.office(world.garden), transfer(desk, person, world.garden))
    with world.store.reading() as work:
        rows = work.session.execute(
            select(PersonYear.year, PersonYear.region_code, PersonYear.employer_id).order_by(PersonYear.year)
        ).all()
    assert [tuple(row) for row in rows] == [(2025, "410326", world.school), (YEAR, "410327", world.garden)]
    assert {(YEAR, "410326"), (YEAR, "410327")} <= set(marks(world))


def test_a_position_that_is_approved_moves_the_open_year_to_its_series_and_level(
    desk: Desk, world: World
) -> None:
    person = world.person()
    learns(world, person)
    answered(desk, world.office(world.school), position(desk, person, **LECTURER))
    with world.store.reading() as work:
        row = work.session.get_one(PersonYear, (person.person_id, YEAR))
    assert (row.series, row.level) == ("党校教师", "中级")


def test_when_a_year_begins_everybody_gets_its_row_once(desk: Desk, world: World) -> None:
    for number in range(3):
        world.person(f"教师{number}")
    assert (enter_everybody_once(desk), enter_everybody_once(desk)) == (3, 0)
    world.clock.advance(days=60)
    assert (enter_everybody_once(desk), enter_everybody(desk, YEAR)) == (3, 0)


def test_a_rebuild_mends_a_year_and_a_cell_and_tells_what_it_found(desk: Desk, world: World) -> None:
    person = world.person()
    learns(world, person)
    by(desk, world, GroupBy.REGION)
    with world.store.writing() as work:
        work.session.execute(update(PersonYear).values(public_halves=2))
        work.session.execute(update(StatCell).values(persons=7))
        work.commit()
    with world.store.reading() as work:
        wrong, _ = first_wrong_year(work, 100)
        assert wrong is not None and (wrong.person_id, wrong.year) == (person.person_id, YEAR)
        assert first_wrong_cell(work.session) is not None
    done = desk.do(rebuild_statistics, operator(world), Nothing())
    with world.store.reading() as work:
        assert (done.mended, first_wrong_year(work, 100)[0], first_wrong_cell(work.session)) == (
            1,
            None,
            None,
        )


def test_somebody_without_the_row_of_the_year_is_named_as_missing(desk: Desk, world: World) -> None:
    world.person()
    with world.store.reading() as work:
        wrong, _ = first_wrong_year(work, 100)
    assert wrong is not None and "1 人没有 2026 年度的记录" in wrong.said


def live(world: World, desk: Desk, chance: random.Random, folder: Path, steps: int) -> None:
    """People come, learn, are approved, taken back, moved and promoted, in any order."""
    schools = [world.school, world.garden, world.clinic, another_school(world, "410300")]
    offices = {school: world.office(school) for school in schools}
    bureaus = {"410326": world.county_bureau, "410327": world.city_bureau, "411402": world.other_bureau}
    bureaus["410300"] = world.city_bureau
    people = [world.person(f"教师{number}", schools[number % 4]) for number in range(4)]
    enters(world, *people)
    at = {id(person): schools[number % 4] for number, person in enumerate(people)}
    for step in range(steps):
        person = chance.choice(people)
        deed = chance.randrange(6)
        if deed == 0:
            employer = chance.choice(schools)
            people.append(world.person(f"新人{step}", employer))
            at[id(people[-1])] = employer
            holds(world, people[-1], "中小学教师", chance.choice(("一级教师", "高级教师", "")))
            enters(world, people[-1])
        elif deed in (1, 2):
            learns(
                world,
                person,
                chance.choice((0, 12, 30)),
                chance.choice((0, 20, 60)),
                chance.choice((2025, YEAR)),
            )
        elif deed == 3:
            target = chance.choice([school for school in schools if school != at[id(person)]])
            answered(desk, offices[target], transfer(desk, person, target))
            at[id(person)] = target
        elif deed == 4:
            answered(desk, offices[at[id(person)]], position(desk, person, **LECTURER))
        else:
            _approved_and_perhaps_taken_back(
                world, desk, person, at[id(person)], bureaus, folder, step, chance
            )
        if chance.random() < 0.3:
            by(desk, world, GroupBy.REGION)


def _approved_and_perhaps_taken_back(
    world: World,
    desk: Desk,
    person: object,
    employer: int,
    bureaus: dict[str, int],
    folder: Path,
    step: int,
    chance: random.Random,
) -> None:
    with world.store.reading() as work:
        from core.model import Org

        org = work.session.get_one(Org, employer)
        region, authority = org.region_code, org.authority_id
    chain = [employer, *([authority] if authority else []), bureaus[region]]
    day = f"2026-{step % 9 + 1:02d}-{step % 27 + 1:02d}"
    changes = {"started_on": day, "ended_on": day, "class_name": f"班{step}", "claimed_hours": "8"}
    item = submitted(desk, person, folder, step % 250 + 1, **changes)  # type: ignore[arg-type]
    done: object = item
    for org_id in chain:
        office = world.office(org_id)
        done = desk.do(decide, office, Decide(id=item.id, version=done.version, verdict=Verdict.APPROVE))  # type: ignore[attr-defined]
    if chance.random() < 0.4:
        desk.do(undo_decision, office, UndoDecision(id=item.id, version=done.version))  # type: ignore[attr-defined]
        desk.do(
            decide,
            office,
            Decide(id=item.id, version=done.version + 1, verdict=Verdict.REJECT, opinion="有误"),
        )  # type: ignore[attr-defined]


def agrees(world: World, desk: Desk) -> list[str]:
    """The ways to count in which the summary differs from a full count."""
    wrong = []
    checks = (
        (GroupBy.REGION, lambda row, person: row.region_code[:4] + "00", {}),
        (GroupBy.SERIES, lambda row, person: row.series, {}),
        (GroupBy.LEVEL, lambda row, person: row.level, {}),
        (GroupBy.EMPLOYER, lambda row, person: row.employer_id, {}),
        (GroupBy.REGION, lambda row, person: row.region_code, {"region": "410300"}),
        (GroupBy.SERIES, lambda row, person: row.series, {"region": "410326"}),
        (GroupBy.EMPLOYER, lambda row, person: row.employer_id, {"region": "410326"}),
    )
    for group, key, query in checks:
        prefix = {"410300": "4103"}.get(query.get("region", ""), query.get("region", ""))
        if by(desk, world, group, **query) != full_count(world, key, region=prefix):
            wrong.append(f"{group} {query}")
    return wrong


@pytest.mark.parametrize("seed", range(3))
def test_after_any_life_the_summary_is_what_a_full_count_says(
    world: World, desk: Desk, tmp_path: Path, seed: int
) -> None:
    live(world, desk, random.Random(seed), tmp_path, 40)
    with world.store.reading() as work:
        found = first_wrong_year(work, 10_000)[0], first_wrong_cell(work.session)
    assert (agrees(world, desk), found) == ([], (None, None))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 25))
def test_after_a_life_of_any_length_the_summary_is_what_a_full_count_says(
    open_new_store: Callable[..., Store], tmp_path_factory: pytest.TempPathFactory, seed: int, steps: int
) -> None:
    world = build_world(open_new_store("sqlite"))
    desk = cheap_desk(world.store)
    live(world, desk, random.Random(seed), tmp_path_factory.mktemp("life"), steps)
    assert agrees(world, desk) == []


def test_nobody_but_the_operator_may_rebuild() -> None:
    from core.rules.permissions import PERMISSIONS, Action

    assert PERMISSIONS[Action.REBUILD_STATISTICS] == {Role.OPERATOR}


def test_people_who_are_made_many_at_once_have_the_row_of_the_year_too(desk: Desk, world: World) -> None:
    people = [world.person(f"教师{number}") for number in range(3)]
    with world.store.writing() as work:
        employer = work.session.get_one(Org, world.school)
        enter_new(work, [person.person_id or 0 for person in people], employer)
        work.commit()
    with world.store.reading() as work:
        assert (first_wrong_year(work, 100)[0], marks(world)) == (None, [(YEAR, "410326")])


def test_a_unit_that_moves_to_another_region_takes_its_open_years_along(desk: Desk, world: World) -> None:
    learns(world, world.person())
    by(desk, world, GroupBy.REGION)
    with world.store.writing() as work:
        _move(work, work.session.get_one(Org, world.school), "410327")
        work.commit()
    assert by(desk, world, GroupBy.REGION, region="410300") == full_count(
        world, lambda row, person: row.region_code, region="4103"
    )


def test_the_doctor_names_the_first_wrong_one_and_how_to_mend_it(desk: Desk, world: World) -> None:
    person = world.person()
    learns(world, person)
    by(desk, world, GroupBy.REGION)
    with world.store.reading() as work:
        fine = _statistics(work)
    with world.store.writing() as work:
        work.session.execute(update(StatCell).values(passed=0))
        work.commit()
    with world.store.reading() as work:
        cell = _statistics(work)
    with world.store.writing() as work:
        work.session.execute(update(PersonYear).values(professional_halves=100))
        work.commit()
    with world.store.reading() as work:
        year = _statistics(work)
    assert (fine.ok, cell.ok, year.ok) == (True, False, False)
    assert "汇总 1 人通过 0，应为 1 人通过 1" in cell.text and "410326" in cell.text
    assert (
        f"人员 {person.person_id} 的 2026年度：记为 公需 30，专业 50，通过，应为 公需 30，专业 60"
        in year.text
    )
    assert year.mend == "运行 jijiao statistics rebuild"
