"""管理专业技术人员: people in reach are found every way, paged by key, and read with what is theirs masked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from core.model import Person, PersonYear
from core.rules.roles import Actor
from core.schema.people import PeopleQuery, PersonKey, PersonYearKey, YearResult
from core.schema.review import Decide, Verdict
from core.services.desk import Desk
from core.services.people import people_page, person_file, person_year
from core.services.review import decide
from core.store.names import spell_person
from tests.services.hall import answer, number_of, pass_year
from tests.worlds import World, submitted

EVERYBODY = {"李晓东": "school", "李四": "garden", "王五": "clinic", "赵丽": "school"}


@pytest.fixture
def people(world: World) -> dict[str, Actor]:
    """Four people in three places."""
    made = {name: world.person(name, getattr(world, unit)) for name, unit in EVERYBODY.items()}
    with world.store.writing() as work:
        for name, actor in made.items():
            pinyin, initials = spell_person(name)
            same = update(Person).where(Person.id == actor.person_id)
            work.session.execute(same.values(pinyin=pinyin, initials=initials))
        work.commit()
    return made


def found(desk: Desk, actor: Actor, **query: object) -> list[str]:
    """The names of all pages, two on each."""
    names: list[str] = []
    after = None
    while True:
        page = desk.do(people_page, actor, PeopleQuery(**query, after=after, limit=2))  # type: ignore[arg-type]
        names += [row.name for row in page.rows]
        after = page.after
        if after is None:
            return names


@pytest.mark.parametrize(
    ("office", "seen"),
    [
        ("school", {"李晓东", "赵丽"}),
        ("education", {"李晓东", "赵丽"}),
        ("county_bureau", {"李晓东", "赵丽"}),
        ("city_bureau", {"李晓东", "赵丽", "李四"}),
        ("province_bureau", set(EVERYBODY)),
        ("other_bureau", {"王五"}),
    ],
)
@pytest.mark.usefixtures("people")
def test_an_office_sees_the_people_in_its_reach(
    desk: Desk, world: World, office: str, seen: set[str]
) -> None:
    names = found(desk, world.office(getattr(world, office)))
    assert (set(names), len(names)) == (seen, len(seen))


@pytest.mark.parametrize("office", ["education", "county_bureau", "city_bureau", "province_bureau"])
@pytest.mark.parametrize("text", ["李晓", "lixiao", "LXD", "李晓东", "li xiao dong"])
@pytest.mark.usefixtures("people")
def test_a_person_is_found_by_name_pinyin_and_initials(
    desk: Desk, world: World, office: str, text: str
) -> None:
    assert found(desk, world.office(getattr(world, office)), text=text) == ["李晓东"]


def test_a_person_is_found_by_the_whole_number(desk: Desk, world: World, people: dict[str, Actor]) -> None:
    number = number_of(world, people["李四"])
    assert found(desk, world.office(world.city_bureau), text=number) == ["李四"]
    assert found(desk, world.office(world.city_bureau), text="410099198001010000") == []


def test_the_number_of_somebody_elsewhere_is_refused(
    desk: Desk, world: World, people: dict[str, Actor]
) -> None:
    query = PeopleQuery(text=number_of(world, people["王五"]))
    offices = [world.office(each) for each in (world.school, world.education, world.county_bureau)]
    codes = {answer(lambda each=each: desk.do(people_page, each, query)) for each in offices}  # type: ignore[misc]
    assert codes == {"NOT_YOURS"}


@pytest.mark.usefixtures("people")
def test_inside_one_unit_any_part_of_a_name_finds_it(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    assert found(desk, bureau, text="晓东", employer_id=world.school) == ["李晓东"]
    assert found(desk, bureau, text="晓东") == []


@pytest.mark.usefixtures("people")
def test_a_unit_elsewhere_is_refused(desk: Desk, world: World) -> None:
    query = PeopleQuery(employer_id=world.garden)
    offices = [world.office(each) for each in (world.school, world.education, world.county_bureau)]
    codes = {answer(lambda each=each: desk.do(people_page, each, query)) for each in offices}  # type: ignore[misc]
    assert codes == {"NOT_YOURS"}


def test_the_list_is_narrowed_by_the_result_of_a_year(
    desk: Desk, world: World, people: dict[str, Actor]
) -> None:
    pass_year(world, people["李晓东"])
    with desk.writing() as work:
        failed = PersonYear(person_id=people["赵丽"].person_id, year=2025, region_code="410326")
        work.session.add(failed)
        work.commit()
    city = world.office(world.city_bureau)
    by_result = {
        result: found(desk, city, year=2025, result=result)
        for result in (YearResult.PASSED, YearResult.FAILED, YearResult.NONE)
    }
    assert list(by_result.values()) == [["李晓东"], ["赵丽"], ["李四"]]


def test_the_list_is_narrowed_by_series(desk: Desk, world: World, people: dict[str, Actor]) -> None:
    with desk.writing() as work:
        same = update(Person).where(Person.id == people["赵丽"].person_id)
        work.session.execute(same.values(series="中小学教师"))
        work.commit()
    assert found(desk, world.office(world.county_bureau), series="中小学教师") == ["赵丽"]


def test_a_row_has_the_hours_of_the_year_and_no_whole_number(
    desk: Desk, world: World, people: dict[str, Actor]
) -> None:
    pass_year(world, people["李晓东"])
    page = desk.do(people_page, world.office(world.education), PeopleQuery(text="lxd", year=2025))
    (row,) = page.rows
    assert (str(row.public), str(row.professional), str(row.total), row.result.label) == (
        "30",
        "60",
        "90",
        "通过",
    )
    assert number_of(world, people["李晓东"]) not in repr(page)


def test_the_file_of_a_person_holds_years_declarations_and_papers_masked(
    desk: Desk, world: World, people: dict[str, Actor], tmp_path: Path
) -> None:
    person = people["李晓东"]
    pass_year(world, person)
    view = submitted(desk, person, tmp_path)
    bureau = world.office(world.county_bureau)
    file = desk.do(person_file, bureau, PersonKey(person_id=person.person_id or 0))
    assert [row.year for row in file.years] == [2025]
    assert [(line.declaration_id, line.status_label) for line in file.declarations] == [(view.id, "待审核")]
    assert dict(file.lines)["审核中的事项"] == "学时申报 1 件"
    assert number_of(world, person) not in repr(file)


def test_one_year_is_read_line_by_line(
    desk: Desk, world: World, people: dict[str, Actor], tmp_path: Path
) -> None:
    person = people["李四"]
    view = submitted(desk, person, tmp_path)
    for office in (world.garden, world.city_bureau):
        actor = world.office(office)
        view = desk.do(decide, actor, Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE))
    key = PersonYearKey(person_id=person.person_id or 0, year=2026)
    detail = desk.do(person_year, world.office(world.city_bureau), key)
    nothing = PersonYearKey(person_id=person.person_id or 0, year=2001)
    missing = answer(lambda: desk.do(person_year, world.office(world.city_bureau), nothing))
    assert (len(detail.lines), missing) == (1, "NOT_FOUND")


@pytest.mark.parametrize("office", ["garden", "education", "county_bureau", "other_bureau"])
def test_the_file_of_somebody_elsewhere_is_refused(
    desk: Desk, world: World, people: dict[str, Actor], office: str
) -> None:
    name = "王五" if office != "other_bureau" else "李晓东"
    person_id, actor = people[name].person_id or 0, world.office(getattr(world, office))
    codes = [
        answer(lambda: desk.do(person_file, actor, PersonKey(person_id=person_id))),
        answer(lambda: desk.do(person_year, actor, PersonYearKey(person_id=person_id, year=2025))),
    ]
    assert codes == ["NOT_YOURS", "NOT_YOURS"]
