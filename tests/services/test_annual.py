"""A person's years: the guide's seven rows, what is missing, the history, and the home pages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.model import Declaration
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.schema.annual import AnnualQuery, ChangeYear
from core.schema.base import Nothing, Number
from core.schema.declarations import SaveDeclaration
from core.schema.review import Decide, Verdict
from core.services.annual import annual_detail, annual_page, person_home, recount
from core.services.declarations import declaration_view, save_declaration
from core.services.desk import Desk
from core.services.office_home import office_home
from core.services.review import decide
from core.services.years import change_year
from tests.worlds import World, submitted

SAMPLE = Path(__file__).parents[1] / "rules" / "annual_sample.csv"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def remember(
    world: World, person: Actor, year: int, public: str, professional: str, completes: bool = False
) -> None:
    """Approved hours of a year as old records hold them."""
    with world.store.writing() as work:
        for subject, hours in (("公需课", public), ("专业课", professional)):
            halves = CreditHours.parse(hours).halves
            if halves:
                work.session.add(
                    Declaration(
                        person_id=person.person_id,
                        employer_id=world.school,
                        region_code="410326",
                        year=year,
                        subject=subject,
                        form="post_training",
                        title=f"{year}年{subject}",
                        claimed_halves=halves,
                        recognised_halves=halves,
                        completes_professional=completes and subject == "专业课",
                        status="approved",
                        source="history",
                        created_at=world.clock.now(),
                        updated_at=world.clock.now(),
                    )
                )
        assert person.person_id is not None
        recount(work, person.person_id, "410326", year)
        work.commit()


def test_the_seven_years_of_the_guide_come_out_as_printed(desk: Desk, world: World) -> None:
    person = world.person()
    sample = list(csv.DictReader(SAMPLE.read_text(encoding="utf-8-sig").splitlines()))
    keys = list(sample[0])
    for row in sample:
        remember(world, person, int(row[keys[0]]), row[keys[1]], row[keys[2]])
    shown = [
        [str(row.year), str(row.public), str(row.professional), str(row.total), row.result_label]
        for row in desk.do(annual_page, person, AnnualQuery()).rows
    ]
    printed = sorted(([row[key] for key in keys[:5]] for row in sample), reverse=True)
    assert shown == printed


def test_the_years_are_filtered_by_range_and_result(desk: Desk, world: World) -> None:
    person = world.person()
    for year, professional in ((2013, "60"), (2014, "10"), (2015, "60"), (2016, "66")):
        remember(world, person, year, "26", professional)
    query = AnnualQuery(from_year=2014, to_year=2016, passed=True)
    assert [row.year for row in desk.do(annual_page, person, query).rows] == [2016, 2015]


def test_a_failed_year_says_what_is_missing(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2019, "45.5", "0")
    (row,) = desk.do(annual_page, person, AnnualQuery()).rows
    assert row.shortfall == "专业还差 60，总学时还差 44.5"


def test_an_award_may_complete_the_professional_subject(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2019, "30", "20", completes=True)
    (row,) = desk.do(annual_page, person, AnnualQuery()).rows
    assert (str(row.professional), row.result_label) == ("60", "通过")


def test_the_history_of_a_year_lists_what_counted_and_the_rule(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2019, "45.5", "0")
    detail = desk.do(annual_detail, person, Number(value=2019))
    assert ([str(each.hours) for each in detail.lines], detail.lines[0].source_label) == (
        ["45.5"],
        "历史数据",
    )


def test_a_year_without_hours_is_not_found(desk: Desk, world: World) -> None:
    with pytest.raises(Refused) as caught:
        desk.do(annual_detail, world.person(), Number(value=2011))
    assert caught.value.code is ErrorCode.NOT_FOUND


def test_the_home_says_what_is_missing_this_year(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    remember(world, person, 2026, "24", "36")
    submitted(desk, person, tmp_path, claimed_hours="20")
    desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}))
    home = desk.do(person_home, person, Nothing())
    missing = [home.public_missing, home.professional_missing, home.under_review]
    assert ([str(each) for each in missing], home.days_left, home.drafts) == (["6", "24", "20"], 23, 1)


def test_the_home_tells_of_a_refusal_with_its_reason(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    verdict = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="会议通知不清晰")
    desk.do(decide, world.office(world.school), verdict)
    (notice,) = desk.do(person_home, person, Nothing()).notices
    words = f"审核不通过：岗位培训 {view.values['class_name']} 40 学时。原因：会议通知不清晰"
    assert (notice.text, notice.declaration_id) == (words, view.id)


def test_the_home_tells_what_was_approved_once_the_last_level_has_passed_it(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    about = f"审核通过：岗位培训 {view.values['class_name']} 40 学时"
    for office in (world.school, world.education, world.county_bureau):
        now = desk.do(declaration_view, person, Number(value=view.id))
        desk.do(decide, world.office(office), Decide(id=now.id, version=now.version, verdict=Verdict.APPROVE))
    told = [notice.text for notice in desk.do(person_home, person, Nothing()).notices]
    assert told == [about]


def test_the_home_says_when_the_year_is_closed_for_the_region(desk: Desk, world: World) -> None:
    person = world.person()
    assert not desk.do(person_home, person, Nothing()).closed
    close = ChangeYear(year=2026, open=False, reason="年度工作结束")
    desk.do(change_year, world.office(world.county_bureau), close)
    assert desk.do(person_home, person, Nothing()).closed


def test_an_office_sees_how_much_waits_and_how_much_is_late(desk: Desk, world: World, tmp_path: Path) -> None:
    submitted(desk, world.person(), tmp_path, 1)
    world.wait(days=8)
    submitted(desk, world.person(), tmp_path, 2)
    home = desk.do(office_home, world.office(world.school), Nothing())
    assert (home.queues["declaration"], home.queues["registration"]) == ((2, 1), (0, 0))
