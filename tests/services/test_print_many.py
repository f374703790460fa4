"""证书打印 in batch: one PDF each and a list, as a job; what is printed already keeps its number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update

from core.model import Certificate, Job, Person, PersonYear
from core.rules.roles import Actor
from core.schema.certificates import CheckFile, PaperVerdict, PrintCertificate
from core.schema.jobs import JobView
from core.schema.print_many import PrintablePage, PrintMany, PrintManyQuery
from core.services import print_many as module
from core.services.certificates import check_file, print_certificate
from core.services.desk import Desk
from core.services.jobs import JobRunner, job_view_of, run_job
from core.services.print_many import AGAIN, LEFT, LIST, NEW, REASONS, print_many, print_many_page
from core.store.seal import create_seal
from core.store.store import Store
from tests.services.counting import learns
from tests.services.front_door import cheap_desk
from tests.services.hall import ISSUER, answer, entries
from tests.services.life_counted import NoRunner
from tests.worlds import World, build_world

PAST = 2025


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, ISSUER)
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    """Its jobs wait until a test runs them."""
    made = cheap_desk(world.store)
    made.shelf["job_runner"] = NoRunner(made)
    return made


def passed(world: World, name: str, employer: int | None = None, *, hours: int = 60) -> Actor:
    """Somebody whose year is over and was recognised."""
    person = world.person(name, employer)
    learns(world, person, 30, hours, PAST)
    with world.store.writing() as work:
        row = PersonYear.person_id == person.person_id
        work.session.execute(update(PersonYear).where(row).values(recognised_at=work.clock.now()))
        work.commit()
    return person


def listed(desk: Desk, actor: Actor, **query: object) -> PrintablePage:
    return desk.do(print_many_page, actor, PrintManyQuery(**{"year": PAST, **query}))  # type: ignore[arg-type]


def run(desk: Desk, actor: Actor, *people: Actor) -> JobView:
    """Print them, waited for."""
    ids = tuple(person.person_id or 0 for person in people)
    job = desk.do(print_many, actor, PrintMany(year=PAST, people=ids))
    run_job(desk, job.id)
    with desk.reading() as work:
        return job_view_of(work.session.get_one(Job, job.id), work.clock)


def numbers(world: World) -> list[str]:
    with world.store.reading() as work:
        return list(work.session.scalars(select(Certificate.number).order_by(Certificate.id)))


def test_each_office_lists_its_own_people_and_who_is_left_out_and_why(desk: Desk, world: World) -> None:
    passed(world, "张三")
    passed(world, "李四", hours=20)
    passed(world, "园丁", world.garden)
    learns(world, world.person("王五"), year=PAST)
    for office in (world.school, world.education, world.county_bureau):
        found = listed(desk, world.office(office))
        assert [row.name for row in found.rows] == ["张三"] and found.printable == 1
        assert found.left_out == (("年度认定不通过", 1), ("还没有年度认定", 1))
    assert {row.name for row in listed(desk, world.office(world.city_bureau)).rows} == {"张三", "园丁"}


def test_names_pinyin_and_departments_narrow_and_pages_go_on_by_key(desk: Desk, world: World) -> None:
    for number in range(3):
        passed(world, f"教师{number}")
    school = world.office(world.school)
    assert [row.name for row in listed(desk, school, text="教师1").rows] == ["教师1"]
    assert listed(desk, school, text="zs").printable == 3  # everybody here is spelled zhangsan
    assert listed(desk, school, department="教务").rows == ()
    first = listed(desk, school, limit=2)
    assert [row.name for row in listed(desk, school, limit=2, after=first.after).rows] == ["教师2"]


def test_a_batch_makes_one_valid_paper_each_and_a_list_of_them(desk: Desk, world: World) -> None:
    people = [passed(world, f"教师{number}") for number in range(3)]
    view = run(desk, world.office(world.school), *people)
    assert (view.state, view.done, view.total, view.outcome[NEW]) == ("done", 3, 3, 3)
    folder = world.store.settings.export_dir
    rows = CalamineWorkbook.from_path(folder / str(view.outcome[LIST])).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == numbers(world)
    for row in rows[1:]:
        check = desk.do(check_file, people[0], CheckFile(path=str(folder / str(row[6]))))
        assert (check.verdict, row[4]) == (PaperVerdict.VALID, 90.0)


def test_what_was_printed_before_is_printed_again_under_its_number(desk: Desk, world: World) -> None:
    person, other = passed(world, "张三"), passed(world, "李四")
    paper = desk.do(print_certificate, person, PrintCertificate(years=(PAST,)))
    before = Path(paper.path).read_bytes()
    Path(paper.path).unlink()
    view = run(desk, world.office(world.school), person, other)
    assert (view.outcome[NEW], view.outcome[AGAIN], len(numbers(world))) == (1, 1, 2)
    assert Path(paper.path).read_bytes() == before
    assert [row.number for row in listed(desk, world.office(world.school)).rows] == numbers(world)


def test_nobody_named_means_all_that_the_filter_leaves(desk: Desk, world: World) -> None:
    for number in range(2):
        passed(world, f"教师{number}")
    school = world.office(world.school)
    job = desk.do(print_many, school, PrintMany(year=PAST, text="教师1"))
    assert job.total == 1
    assert answer(lambda: desk.do(print_many, school, PrintMany(year=PAST, text="没有"))) == "NOBODY_CHOSEN"


def test_whoever_can_not_be_printed_any_more_is_left_out_with_the_reason(desk: Desk, world: World) -> None:
    person, moved = passed(world, "张三"), passed(world, "李四")
    school = world.office(world.school)
    ids = (person.person_id or 0, moved.person_id or 0)
    job = desk.do(print_many, school, PrintMany(year=PAST, people=ids))
    with world.store.writing() as work:
        work.session.execute(update(PersonYear).where(PersonYear.person_id == ids[0]).values(passed=False))
        work.session.execute(update(Person).where(Person.id == ids[1]).values(employer_id=world.garden))
        work.commit()
    run_job(desk, job.id)
    with desk.reading() as work:
        outcome = work.session.get_one(Job, job.id).outcome
    assert (outcome[LEFT], numbers(world)) == (2, [])
    assert outcome[REASONS] == [
        "张三：年度认定结果不合格时，该年度学时证明无法打印",
        "李四：已不在管理范围内",
    ]


def test_a_job_that_breaks_off_goes_on_and_numbers_nobody_twice(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [passed(world, f"教师{number}") for number in range(3)]
    school = world.office(world.school)
    job = desk.do(
        print_many, school, PrintMany(year=PAST, people=tuple(each.person_id or 0 for each in people))
    )
    calls: list[int] = []

    def stop() -> bool:
        calls.append(1)
        return len(calls) > 2

    assert run_job(desk, job.id, stop=stop) == "paused"
    assert 0 < len(numbers(world)) < 3
    assert run_job(desk, job.id) == "done"
    files = sorted(path.stem for path in world.store.settings.export_dir.glob("*.pdf"))
    assert files == sorted(numbers(world)) and len(files) == 3


def test_a_paper_lies_in_the_folder_only_once_it_stands_in_the_register(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = passed(world, "张三")

    def fails(*_: object) -> object:
        raise RuntimeError("the machine stops")

    monkeypatch.setattr(module, "issue_paper", fails)
    view = run(desk, world.office(world.school), person)
    assert (view.state, numbers(world)) == ("failed", [])
    assert list(world.store.settings.export_dir.glob("*.pdf")) == []


def test_people_outside_are_refused_and_written_down(desk: Desk, world: World) -> None:
    person = passed(world, "园丁", world.garden)
    before = entries(world.store)
    codes = [
        answer(
            lambda office=office: desk.do(
                print_many, world.office(office), PrintMany(year=PAST, people=(person.person_id or 0,))
            )
        )
        for office in (world.school, world.education, world.county_bureau)
    ]
    with world.store.reading() as work:
        jobs = work.session.scalar(select(func.count()).select_from(Job))
    assert (codes, entries(world.store) - before, jobs) == (["NOT_YOURS"] * 3, 3, 0)


def test_the_runner_of_the_desk_prints_in_the_background(
    open_new_store: Callable[..., Store],
) -> None:
    store = open_new_store("sqlite")
    create_seal(store.settings.seal_dir, ISSUER)
    world = build_world(store)
    desk = cheap_desk(store)
    person = passed(world, "张三")
    desk.do(print_many, world.office(world.school), PrintMany(year=PAST, people=(person.person_id or 0,)))
    assert JobRunner.of(desk).wait(60) and len(numbers(world)) == 1


def test_the_list_names_nobody_who_has_gone_elsewhere_meanwhile(desk: Desk, world: World) -> None:
    stays, moved = passed(world, "张三"), passed(world, "李四")
    for each in (stays, moved):
        desk.do(print_certificate, each, PrintCertificate(years=(PAST,)))
    ids = (stays.person_id or 0, moved.person_id or 0)
    job = desk.do(print_many, world.office(world.school), PrintMany(year=PAST, people=ids))
    with world.store.writing() as work:
        work.session.execute(update(Person).where(Person.id == ids[1]).values(employer_id=world.garden))
        work.commit()
    run_job(desk, job.id)
    with desk.reading() as work:
        name = str(work.session.get_one(Job, job.id).outcome[LIST])
    path = world.store.settings.export_dir / name
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["张三"]
