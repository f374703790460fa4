"""查询统计: what each office sees of its own, by which groups, the people behind a line, and the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from core.model import Department, Person
from core.rules.roles import Actor
from core.schema.statistics import GroupBy, Statistics, StatisticsPeople, StatisticsQuery
from core.services.desk import Desk
from core.services.statistics import part_of, statistics, statistics_people
from core.services.statistics_file import export_statistics
from tests.services.counting import YEAR, another_school, enters, holds, learns
from tests.services.hall import answer, entries
from tests.worlds import World


@pytest.fixture
def people(world: World) -> list[Actor]:
    """Three at the school, two at the garden firm, one at the clinic of another city; two are done."""
    made = [world.person(f"教师{number}") for number in range(3)]
    made += [world.person(f"园丁{number}", world.garden) for number in range(2)]
    made.append(world.person("医生", world.clinic))
    holds(world, made[0], "中小学教师", "高级教师")
    enters(world, *made)
    learns(world, made[0])
    learns(world, made[3])
    learns(world, made[1], 12, 0)
    return made


def asked(desk: Desk, actor: Actor, **query: object) -> Statistics:
    return desk.do(statistics, actor, StatisticsQuery(**query))  # type: ignore[arg-type]


def told(found: Statistics) -> dict[str, tuple[int, int]]:
    return {line.label: (line.people, line.passed) for line in found.lines}


def test_the_province_sees_its_cities_and_what_they_hold(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    found = asked(desk, world.office(world.province_bureau))
    assert (found.by, told(found)) == (GroupBy.REGION, {"洛阳市": (5, 2), "商丘市": (1, 0)})
    assert (found.total.people, found.total.passed, str(found.total.total)) == (6, 2, "192")


def test_a_city_sees_its_counties_and_a_county_its_employers(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    city = world.office(world.city_bureau)
    assert told(asked(desk, city)) == {"汝阳县": (3, 1), "宜阳县": (2, 1)}
    below = asked(desk, city, region="410327")
    assert (below.by, told(below)) == (GroupBy.EMPLOYER, {"华瑞园林工程有限公司": (2, 1)})


def test_units_of_a_city_itself_stand_in_a_line_of_their_own(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    own = another_school(world, "410300")
    enters(world, world.person("校长", own))
    city = world.office(world.city_bureau)
    assert told(asked(desk, city))["洛阳市本级"] == (1, 0)
    assert asked(desk, city, region="410300", own_only=True).total.people == 1


def test_an_employer_sees_its_departments(desk: Desk, world: World, people: list[Actor]) -> None:
    with world.store.writing() as work:
        department = Department(org_id=world.school, name="教务处")
        work.session.add(department)
        work.session.flush()
        of_it = Person.id == people[0].person_id
        work.session.execute(update(Person).where(of_it).values(department_id=department.id))
        work.commit()
    found = asked(desk, world.office(world.school))
    assert (found.by, told(found)) == (GroupBy.DEPARTMENT, {"教务处": (1, 1), "未分部门": (2, 0)})
    assert (found.deeper, found.groups[1:]) == ("people", (GroupBy.SERIES, GroupBy.LEVEL, GroupBy.YEAR))


def test_an_authority_sees_its_units_and_nobody_elses(desk: Desk, world: World, people: list[Actor]) -> None:
    found = asked(desk, world.office(world.education))
    assert (found.by, told(found)) == (GroupBy.EMPLOYER, {"汝阳县小店镇第一初级中学": (3, 1)})


def test_groups_by_series_and_level_name_what_is_missing_last(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    province = world.office(world.province_bureau)
    by_series = asked(desk, province, by=GroupBy.SERIES)
    by_level = asked(desk, province, by=GroupBy.LEVEL)
    assert list(told(by_series).items()) == [("中小学教师", (1, 1)), ("未填系列", (5, 1))]
    assert list(told(by_level).items()) == [("副高级", (1, 1)), ("未定级", (5, 1))]


def test_the_years_stand_beside_and_can_be_counted_by(desk: Desk, world: World, people: list[Actor]) -> None:
    learns(world, people[0], year=2024)
    found = asked(desk, world.office(world.province_bureau), by=GroupBy.YEAR)
    assert [(line.key, line.passed) for line in found.lines] == [("2026", 2), ("2024", 1)]
    beside = {line.key: line.people for line in found.years}
    assert (len(beside), beside["2024"], beside["2025"], beside["2026"]) == (10, 1, 0, 6)


def test_whoever_has_done_nothing_counts_as_not_done(desk: Desk, world: World) -> None:
    enters(world, world.person())
    total = asked(desk, world.office(world.school)).total
    assert (total.people, total.passed, total.rate) == (1, 0, 0.0)


def test_a_series_narrows_and_then_offers_what_is_left(desk: Desk, world: World, people: list[Actor]) -> None:
    found = asked(desk, world.office(world.province_bureau), series="中小学教师")
    assert (told(found), GroupBy.SERIES in found.groups) == ({"洛阳市": (1, 1)}, False)


@pytest.mark.parametrize(
    ("office", "query"),
    [
        ("county_bureau", {"region": "410327"}),
        ("county_bureau", {"employer_id": "garden"}),
        ("education", {"employer_id": "garden"}),
        ("education", {"region": "410326"}),
        ("school", {"region": "410326"}),
        ("school", {"employer_id": "garden"}),
    ],
)
def test_what_lies_outside_is_refused_and_written_down(
    desk: Desk, world: World, office: str, query: dict[str, str]
) -> None:
    named = {key: getattr(world, value) if key == "employer_id" else value for key, value in query.items()}
    actor = world.office(getattr(world, office))
    before = entries(world.store)
    wanted = StatisticsQuery(**named)  # type: ignore[arg-type]
    codes = {
        answer(lambda: desk.do(statistics, actor, wanted)),
        answer(lambda: desk.do(export_statistics, actor, wanted)),
        answer(lambda: desk.do(statistics_people, actor, StatisticsPeople(**wanted.model_dump()))),
    }
    assert (codes, entries(world.store) - before) == ({"NOT_YOURS"}, 3)


def test_a_year_that_is_none_is_refused_beside_its_field(desk: Desk, world: World) -> None:
    assert answer(lambda: asked(desk, world.office(world.school), year=99)) == "OUT_OF_RANGE"


def test_people_behind_a_line_come_page_by_page_with_their_numbers_masked(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    school = world.office(world.school)
    first = desk.do(statistics_people, school, StatisticsPeople(limit=2))
    rest = desk.do(statistics_people, school, StatisticsPeople(limit=2, after=first.after))
    assert [row.name for row in (*first.rows, *rest.rows)] == ["教师0", "教师1", "教师2"]
    assert all("****" in row.id_number_masked for row in first.rows) and rest.after is None
    done = desk.do(statistics_people, school, StatisticsPeople(passed=True))
    assert [(row.name, str(row.total)) for row in done.rows] == [("教师0", "90")]


def test_the_file_holds_every_way_to_count_and_the_people_of_an_employer(
    desk: Desk, world: World, people: list[Actor]
) -> None:
    before = entries(world.store)
    done = desk.do(export_statistics, world.office(world.school), StatisticsQuery())
    book = CalamineWorkbook.from_path(done.path)
    assert book.sheet_names == ["按部门", "按系列", "按级别", "按年度", "人员"]
    rows = book.get_sheet_by_name("按部门").to_python()
    assert rows[1][:4] == ["部门", "人数", "完成人数", "完成率"]
    assert rows[-1] == ["合计", 3.0, 1.0, pytest.approx(1 / 3), 42.0, 60.0, 102.0]
    assert [row[0] for row in book.get_sheet_by_name("人员").to_python()[2:]] == ["教师0", "教师1", "教师2"]
    assert entries(world.store) - before == 1


def test_the_file_of_a_region_has_no_people(desk: Desk, world: World, people: list[Actor]) -> None:
    done = desk.do(export_statistics, world.office(world.province_bureau), StatisticsQuery(year=YEAR))
    names = CalamineWorkbook.from_path(done.path).sheet_names
    assert (names, Path(done.path).stat().st_mode & 0o077) == (
        ["按区域", "按单位", "按系列", "按级别", "按年度"],
        0,
    )


@pytest.mark.parametrize(
    ("scope", "code", "part"),
    [
        ("410000", "410326", "410300"),
        ("410000", "410181", "410100"),
        ("410000", "410099", "410099"),
        ("410000", "410000", "410000"),
        ("410300", "410326", "410326"),
        ("410300", "410300", "410300"),
    ],
)
def test_a_region_belongs_to_the_part_that_shares_its_digits(scope: str, code: str, part: str) -> None:
    assert part_of(scope, code) == part
