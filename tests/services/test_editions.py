"""基础数据管理: a rule that is changed holds from its year on; what was decided under the old one keeps it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Declaration, Edition, Job, PersonYear, Region
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.annual import AnnualQuery
from core.schema.base import Nothing, Number
from core.schema.declarations import DeclarationView, SaveDeclaration
from core.schema.editions import EntryKey, EntryQuery
from core.schema.review import Decide, ItemKey, Verdict
from core.services.annual import annual_detail, annual_page
from core.services.declarations import declaration_context, declaration_view, submit_declaration
from core.services.desk import Desk
from core.services.editions import (
    edition_entries,
    edition_entry,
    edition_history,
    edition_kinds,
    preview_edition,
    save_edition,
)
from core.services.jobs import JobRunner
from core.services.review import decide
from core.services.review_views import review_item
from core.services.setup import fill_regions
from core.store.store import open_store
from tests.services.editing import WHY, add, change, changed, retire
from tests.services.hall import operator
from tests.services.races import at_once
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.services.test_years import close
from tests.worlds import World, scan

PATENT = "patent|发明"


@pytest.fixture
def me(world: World) -> Actor:
    """The operator."""
    return operator(world)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def why(refusal: Refused) -> dict[str, str]:
    return {each.field: each.text for each in refusal.fields}


def patent(
    desk: Desk, person: Actor, folder: Path, name: str = "一种喷灌装置", hours: str = "48"
) -> DeclarationView:
    """A claim for a patent of the first rank, sent in."""
    values = {
        "subject": "专业课",
        "year": "2026",
        "patent": name,
        "patent_number": "ZL202610000001.1",
        "kind": "发明",
        "granted_on": "2026-03-01",
        "rank": "1",
        "claimed_hours": hours,
        "remark": "",
    }
    evidence = (scan(desk, person, folder),)
    return desk.do(
        submit_declaration, person, SaveDeclaration(form="patent", values=values, evidence=evidence)
    )


def approve(desk: Desk, world: World, view: DeclarationView) -> None:
    """Through all levels."""
    for office in (world.school, world.education, world.county_bureau):
        row = _row(world, Declaration, view.id)
        command = Decide(id=view.id, version=row.version, verdict=Verdict.APPROVE)
        desk.do(decide, world.office(office), command)


def _row(world: World, model: type, key: object) -> object:
    with world.store.reading() as work:
        return work.session.get(model, key)


def rule_of(desk: Desk, caller: Actor, view: DeclarationView) -> dict[str, str]:
    return dict(desk.do(declaration_view, caller, Number(value=view.id)).rule)


# ------------------------------------------------------------------------------------------ the numbers


def test_a_claim_after_the_change_is_held_to_the_new_number(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    refusal = refused(lambda: patent(desk, world.person(), tmp_path))
    assert "规则得出的 40 学时" in why(refusal)["claimed_hours"]


def test_a_claim_for_a_year_before_the_change_keeps_the_old_number(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    change(desk, me, "hours", PATENT, from_year="2027", hours="40")
    assert str(patent(desk, world.person(), tmp_path).claimed) == "48"


def test_what_was_approved_keeps_the_rule_it_was_approved_by(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    person = world.person()
    view = patent(desk, person, tmp_path)
    approve(desk, world, view)
    change(desk, me, "hours", PATENT, hours="40")
    assert rule_of(desk, person, view)["规则得出"] == "发明 第 1 名 = 48  [来源]"


def test_what_waits_goes_by_the_newest_rule(desk: Desk, world: World, me: Actor, tmp_path: Path) -> None:
    person = world.person()
    view = patent(desk, person, tmp_path)
    change(desk, me, "hours", PATENT, hours="40", certainty="推定")
    rule = rule_of(desk, person, view)
    assert (rule["规则得出"], rule["规则版本"]) == ("发明 第 1 名 = 40  [推定]", "第 1 版 (2026-11-22)")


def test_a_verdict_keeps_the_edition_it_was_given_under(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    view = patent(desk, world.person(), tmp_path)
    made = change(desk, me, "hours", PATENT, hours="40")
    approve(desk, world, view)
    change(desk, me, "hours", PATENT, hours="30")
    assert _row(world, Declaration, view.id).rules_edition == made.edition


def test_a_form_that_was_stopped_can_not_be_declared(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    change(desk, me, "form", "patent", active="停用")
    refusal = refused(lambda: patent(desk, world.person(), tmp_path))
    assert "不在可选项内" in why(refusal)["form"]


def test_a_cap_that_was_set_is_kept_to(desk: Desk, world: World, me: Actor, tmp_path: Path) -> None:
    change(desk, me, "form", "patent", cap="40")
    refusal = refused(lambda: patent(desk, world.person(), tmp_path))
    assert "最多 40 学时" in why(refusal)["claimed_hours"]


def test_a_case_that_was_not_listed_gets_hours(desk: Desk, world: World, me: Actor) -> None:
    entry = "research_project|市级|主课题"
    values = {"hours": "24 16", "step": "0", "completes": "否", "basis": "市局通知", "certainty": "来源"}
    change(desk, me, "hours", entry, **values)
    with world.store.reading() as work:
        rule = work.rulebook.form("research_project", 2026).rule
    assert rule.rows[0].when == ("市级", "主课题")


# --------------------------------------------------------------------------------------------- the year


def test_an_open_year_is_judged_by_the_newest_rule(desk: Desk, world: World, me: Actor) -> None:
    person = world.person()
    remember(world, person, 2026, "30", "60")
    assert desk.do(annual_page, person, AnnualQuery()).rows[0].passed
    change(desk, me, "annual", "standard", total="96", professional="66")
    row = desk.do(annual_page, person, AnnualQuery()).rows[0]
    assert (row.passed, row.shortfall) == (False, "专业还差 6，总学时还差 6")


def test_a_recognised_year_keeps_its_rule_when_it_is_counted_again(
    desk: Desk, world: World, me: Actor
) -> None:
    person, bureau = world.person(), world.office(world.county_bureau)
    remember(world, person, 2026, "30", "60")
    close(desk, bureau)
    settle(desk, bureau, 2026)
    change(desk, me, "annual", "standard", total="96", professional="66")
    settle(desk, bureau, 2026)
    detail = desk.do(annual_detail, person, Number(value=2026))
    assert (detail.row.passed, "60" in detail.rule_text) == (True, True)


def test_a_year_recognised_after_the_change_is_judged_by_it(desk: Desk, world: World, me: Actor) -> None:
    person, bureau = world.person(), world.office(world.county_bureau)
    remember(world, person, 2026, "30", "60")
    made = change(desk, me, "annual", "standard", total="96", professional="66")
    close(desk, bureau)
    assert settle(desk, bureau, 2026).failed == 1
    row = _row(world, PersonYear, (person.person_id, 2026))
    assert row.rules_edition == made.edition


def test_years_before_the_change_are_not_touched(desk: Desk, world: World, me: Actor) -> None:
    change(desk, me, "annual", "standard", from_year="2027", total="96", professional="66")
    with world.store.reading() as work:
        minima = [str(work.rulebook.annual_rule(year).total) for year in (2016, 2026, 2027)]
    assert minima == ["90", "90", "96"]


def test_the_closing_days_that_were_changed_hold_where_no_office_has_set_others(
    desk: Desk, world: World, me: Actor
) -> None:
    change(desk, me, "closing", "standard", declarations="12-20")
    assert desk.do(declaration_context, world.person(), Nothing()).closes_on == "2026-12-20"


def test_many_open_years_are_judged_in_the_background(
    desk: Desk, world: World, me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.edition_recount.CHUNK", 2)
    people = [world.person(f"教师{number}") for number in range(5)]
    for person in people:
        remember(world, person, 2026, "30", "60")
    change(desk, me, "annual", "standard", total="96", professional="66")
    assert JobRunner.of(desk).wait(60)
    with world.store.reading() as work:
        passed = work.session.scalars(select(PersonYear.passed).where(PersonYear.year == 2026)).all()
        title = work.session.scalars(select(Job.title)).one()
    assert (passed, title) == ([False] * 5, "2026年度起未认定的年度按新标准重新计算")


def test_the_desk_shows_the_clause_and_the_edition_that_a_claim_goes_by(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    view = patent(desk, world.person(), tmp_path)
    change(desk, me, "hours", PATENT, hours="50")
    item = desk.do(review_item, world.office(world.school), ItemKey(id=view.id))
    assert item.rule_words.startswith("专利：发明专利第一名") and "第 1 版" in item.rule_words


# -------------------------------------------------------------------------------------------- the lists


def test_a_title_that_was_added_can_be_declared(desk: Desk, world: World, me: Actor) -> None:
    add(desk, me, "title", series="工程技术人员", title="数字化管理师", level="中级")
    with world.store.reading() as work:
        titles = [each.title for each in work.lists.titles_of("工程技术人员")]
    assert titles[-1] == "数字化管理师"


def test_a_title_of_a_series_that_does_not_exist_is_refused(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: add(desk, me, "title", series="炼金术士", title="大师", level="正高级"))
    assert "不在可选项内" in why(refusal)["series"]


def test_the_same_title_twice_in_a_series_is_refused(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: add(desk, me, "title", series="高等学校教师", title="教授", level="正高级"))
    assert "已有同名的" in why(refusal)["title"]


def test_a_value_that_was_retired_is_no_longer_offered_and_still_known(
    desk: Desk, world: World, me: Actor
) -> None:
    retire(desk, me, "title", "高等学校教师/助教")
    with world.store.reading() as work:
        lists = work.lists
    offered = [each.title for each in lists.titles_of("高等学校教师")]
    assert ("助教" in offered, lists.level_of("高等学校教师", "助教")) == (False, "助理级")


def test_what_the_program_itself_needs_can_not_be_retired(desk: Desk, me: Actor) -> None:
    assert refused(lambda: retire(desk, me, "id_type", "身份证")).code is ErrorCode.EDITION_REFUSED


def test_a_kind_of_document_can_not_be_renamed(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: change(desk, me, "id_type", "护照", value="护照本"))
    assert refusal.code is ErrorCode.EDITION_REFUSED


def test_a_region_that_was_added_stands_in_the_table_and_in_the_tree(
    desk: Desk, world: World, me: Actor
) -> None:
    add(desk, me, "region", code="410399", name="洛北新区", kind="开发区")
    row = _row(world, Region, "410399")
    with world.store.reading() as work:
        path = work.lists.region_path("410399")
    assert (row.parent, row.active, path) == ("410300", True, "洛阳市 洛北新区")


def test_a_region_of_no_city_is_refused(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: add(desk, me, "region", code="419999", name="飞地", kind="县(区)"))
    assert "没有上级区域 419900" in why(refusal)["code"]


def test_a_region_that_was_renamed_keeps_its_new_name_when_the_installation_is_upgraded(
    desk: Desk, world: World, me: Actor
) -> None:
    change(desk, me, "region", "410326", name="汝阳新县")
    with world.store.writing() as work:
        fill_regions(work)
        work.commit()
    assert _row(world, Region, "410326").name == "汝阳新县"


def test_a_region_with_units_in_it_can_not_be_dissolved(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: retire(desk, me, "region", "410326"))
    assert (refusal.code, "个在用的单位" in refusal.text) == (ErrorCode.HAS_DEPENDANTS, True)


def test_a_region_that_was_dissolved_is_offered_no_more(desk: Desk, world: World, me: Actor) -> None:
    add(desk, me, "region", code="410399", name="洛北新区", kind="开发区")
    retire(desk, me, "region", "410399")
    with world.store.reading() as work:
        offered = [each.code for each in work.lists.regions()]
    assert "410399" not in offered


# --------------------------------------------------------------------------------------- making editions


def test_an_edition_says_who_when_why_and_from_which_year_on(desk: Desk, me: Actor) -> None:
    change(desk, me, "hours", PATENT, from_year="2027", hours="40")
    line = desk.do(edition_history, me, EntryKey(kind="hours", entry=PATENT)).rows[0]
    assert (line.who, line.begins, line.reason, line.at is not None) == (
        "系统管理员",
        "2027年度起",
        WHY,
        True,
    )


def test_the_history_ends_with_what_was_shipped(desk: Desk, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    last = desk.do(edition_history, me, EntryKey(kind="hours", entry=PATENT)).rows[-1]
    assert (last.edition, dict(last.lines)["各名次学时"]) == (0, "48")


def test_an_old_value_that_is_taken_up_again_is_a_new_edition(desk: Desk, world: World, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    view = desk.do(edition_entry, me, EntryKey(kind="hours", entry=PATENT, edition=0))
    made = change(desk, me, "hours", PATENT, **view.values)
    with world.store.reading() as work:
        hours = work.rulebook.form("patent", 2026).rule.rows[0].hours
    assert (made.edition, hours) == (2, (48,))


def test_a_preview_stores_nothing(desk: Desk, world: World, me: Actor) -> None:
    command = changed(desk, me, "hours", PATENT, hours="40")
    preview = desk.do(preview_edition, me, command)
    with world.store.reading() as work:
        stored = work.session.scalar(select(func.count()).select_from(Edition))
    assert ([(each.old, each.new) for each in preview.fields], stored) == ([("48", "40")], 0)


def test_a_change_without_a_reason_is_refused(desk: Desk, me: Actor) -> None:
    command = changed(desk, me, "hours", PATENT, hours="40").model_copy(update={"reason": " "})
    assert "reason" in why(refused(lambda: desk.do(save_edition, me, command)))


@pytest.mark.parametrize("year", ["1989", "2101", "", "二零二六"])
def test_a_year_that_can_not_be_is_refused(desk: Desk, me: Actor, year: str) -> None:
    refusal = refused(lambda: change(desk, me, "hours", PATENT, from_year=year, hours="40"))
    assert list(why(refusal)) == ["from_year"]


@pytest.mark.parametrize(
    ("entry", "values", "field"),
    [
        ("research_project|国家级|主课题", {"hours": "48 64"}, "hours"),
        ("research_project|国家级|主课题", {"hours": "甲"}, "hours"),
        ("research_project|国家级|主课题", {"hours": ""}, "hours"),
        ("post_training", {"hours": "25"}, "hours"),
        ("post_training", {"basis": ""}, "basis"),
        ("post_training", {"certainty": "也许"}, "certainty"),
        ("posting", {"months": "13"}, "months"),
        ("publication/论文/least", {"least": "0"}, "least"),
    ],
)
def test_hours_that_can_not_be_are_refused_beside_their_field(
    desk: Desk, me: Actor, entry: str, values: dict[str, str], field: str
) -> None:
    refusal = refused(lambda: change(desk, me, "hours", entry, **values))
    assert list(why(refusal)) == [field]


def test_a_total_below_its_parts_is_refused(desk: Desk, me: Actor) -> None:
    refusal = refused(lambda: change(desk, me, "annual", "standard", total="80"))
    assert "少于公需课与专业课之和 90" in why(refusal)["total"]


def test_a_change_that_changes_nothing_is_refused(desk: Desk, me: Actor) -> None:
    assert "没有改动" in str(why(refused(lambda: change(desk, me, "hours", PATENT))))


def test_a_change_is_one_entry_of_the_log_with_old_and_new(desk: Desk, world: World, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    with world.store.reading() as work:
        entries = work.session.scalars(select(Audit).where(Audit.action == "edition.save")).all()
    assert [("48 -> 40" in each.summary, WHY in each.summary) for each in entries] == [(True, True)]


def test_of_two_operators_at_once_one_is_told_that_the_other_was_faster(
    desk: Desk, world: World, me: Actor
) -> None:
    commands = [changed(desk, me, "hours", PATENT, hours=hours) for hours in ("40", "42")]
    results = at_once(*(lambda each=each: desk.do(save_edition, me, each) for each in commands))
    assert sorted(results) == ["STALE", "done"]


def test_another_process_sees_the_change_at_its_next_question(desk: Desk, world: World, me: Actor) -> None:
    other = open_store(world.store.settings, world.clock)
    try:
        with other.reading() as work:
            before = work.rulebook.annual_rule(2026).total
        change(desk, me, "annual", "standard", total="96", professional="66")
        with other.reading() as work:
            after = work.rulebook.annual_rule(2026).total
    finally:
        other.close()
    assert (str(before), str(after)) == ("90", "96")


def test_a_change_that_was_undone_by_its_transaction_is_not_remembered(world: World, me: Actor) -> None:
    with world.store.writing() as work:
        work.session.add(
            Edition(
                kind="annual", entry="standard", from_year=2026, value=None, reason="x", at=work.clock.now()
            )
        )
        work.session.flush()
        assert work.rulebook.edition == 1
    with world.store.reading() as work:
        assert work.rulebook.edition == 0


# ------------------------------------------------------------------------------------------------- pages


def test_all_kinds_are_listed_with_what_was_changed_last(desk: Desk, me: Actor) -> None:
    change(desk, me, "hours", PATENT, hours="40")
    first = desk.do(edition_kinds, me, Nothing()).rows[0]
    assert (first.kind, first.editions, first.changed) == ("hours", 1, "2026-11-22 系统管理员")


def test_the_entries_come_page_by_page(desk: Desk, me: Actor) -> None:
    found, after = [], None
    while True:
        page = desk.do(edition_entries, me, EntryQuery(kind="title", after=after, limit=50))
        found += [row.entry for row in page.rows]
        after = page.after
        if after is None:
            break
    assert (len(found), len(set(found))) == (220, 220)


@pytest.mark.parametrize("words", ["教授", "jiaoshou", "js"])
def test_an_entry_is_found_by_its_name_pinyin_or_initials(desk: Desk, me: Actor, words: str) -> None:
    rows = desk.do(edition_entries, me, EntryQuery(kind="title", text=words, limit=99)).rows
    assert "教授" in [row.label for row in rows]


def test_the_spans_of_the_annual_rule_are_listed_newest_first(desk: Desk, me: Actor) -> None:
    rows = desk.do(edition_entries, me, EntryQuery(kind="annual")).rows
    assert [row.label for row in rows] == ["2021年度起", "2017至2020年度", "2016年度", "2015年度及以前"]


def test_a_span_in_the_middle_is_changed_without_touching_the_years_after_it(
    desk: Desk, world: World, me: Actor
) -> None:
    change(desk, me, "annual", "standard", from_year="2017", until="2018", total="88", professional="58")
    with world.store.reading() as work:
        totals = [str(work.rulebook.annual_rule(year).total) for year in (2016, 2017, 2018, 2019, 2026)]
    assert totals == ["90", "88", "88", "90", "90"]


def test_an_unknown_kind_or_entry_is_not_found(desk: Desk, me: Actor) -> None:
    for key in (EntryKey(kind="weather"), EntryKey(kind="title", entry="没有/这个")):
        assert refused(lambda key=key: desk.do(edition_entry, me, key)).code is ErrorCode.NOT_FOUND
