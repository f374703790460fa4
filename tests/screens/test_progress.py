"""申报进度查询 and 详细 by keys: tabs, filters, pages, and what each state lets the person do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from core.model import Declaration, LoginSession
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.schema.declarations import DeclarationView, SaveDeclaration
from core.schema.review import Decide, Verdict
from core.services.declarations import save_declaration
from core.services.desk import Desk
from core.services.public_hours import PublicHours, take_public_hours
from core.services.review import decide
from tests.screens.office import program
from tests.worlds import World, id_number, submitted, training
from tui.screens.declaration import DeclarationScreen
from tui.screens.declare import DeclareScreen


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def draft(desk: Desk, me: Actor, name: str = "草稿班", year: str = "2026") -> DeclarationView:
    values = training(class_name=name, year=year)
    return desk.do(save_declaration, me, SaveDeclaration(form="post_training", values=values))


def refuse(desk: Desk, world: World, view: DeclarationView, opinion: str = "会议通知不清晰") -> None:
    verdict = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion=opinion)
    desk.do(decide, world.office(world.school), verdict)


def approve_at_school(desk: Desk, world: World, view: DeclarationView) -> None:
    verdict = Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE)
    desk.do(decide, world.office(world.school), verdict)


def states(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return [row.status for row in work.session.query(Declaration).order_by(Declaration.id)]


async def test_the_tabs_count_and_show_what_stands_in_each_state(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    draft(desk, me)
    refuse(desk, world, submitted(desk, me, tmp_path, shade=1, class_name="甲班"))
    submitted(desk, me, tmp_path, shade=2, class_name="乙班")
    async with program(desk, me, "progress") as at:
        assert "[全部 3]  待提交 1   待审核 1   审核通过 0   审核不通过 1" in at.text
        await at.press("right", "right")
        assert "[待审核 1]" in at.text and "待审核 0天" in at.text
        await at.press("left", "left", "left")
        assert "[审核不通过 1]" in at.text


async def test_the_row_says_whose_turn_it_is(desk: Desk, me: Actor, tmp_path: Path) -> None:
    submitted(desk, me, tmp_path)
    async with program(desk, me, "progress") as at:
        row = next(line for line in at.text.splitlines() if line.startswith(">"))
        assert all(words in row for words in ("2026", "专业课", "岗位培训", "40", "汝阳县小店镇第一"))


async def test_the_filters_narrow_by_year_and_subject_and_c_clears_them(desk: Desk, me: Actor) -> None:
    draft(desk, me, year="2019")
    draft(desk, me)
    async with program(desk, me, "progress") as at:
        await at.press("/", *"２０１９", "f5")
        assert "计入年度 2019" in at.text and "共 1 条" in at.text
        await at.press("/", "tab", "tab", "g", "x", "enter", "f8")
        assert "科目类型 公需课" in at.text and "没有记录" in at.text
        await at.press("c")
        assert "共 2 条" in at.text


async def test_a_year_that_can_not_be_read_is_refused_in_the_filter(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "progress") as at:
        await at.press("/", *"19", "f5")
        assert "年度请写成四位数字，如 2026" in at.text
        await at.press("escape")
        assert "计入年度 全部" in at.text


async def test_pages_are_turned_by_keys_and_keep_counting(desk: Desk, me: Actor) -> None:
    for number in range(37):
        draft(desk, me, f"第{number:02d}班")
    async with program(desk, me, "progress") as at:
        assert ">1 " in at.text and "共 37 条   PgDn 下页" in at.text
        await at.press("pagedown")
        assert ">15 " in at.text and "第 2 页" in at.text
        await at.press("pagedown", "pagedown")
        assert "第 3 页" in at.text and "已是最后一页" in at.text
        await at.press("pageup", "pageup", "pageup")
        assert "第 1 页" in at.text and "已是第一页" in at.text


async def test_down_on_the_last_row_turns_the_page(desk: Desk, me: Actor) -> None:
    for number in range(20):
        draft(desk, me, f"第{number:02d}班")
    async with program(desk, me, "progress") as at:
        await at.press(*["down"] * 14)
        assert ">15 " in at.text
        await at.press("up")
        assert ">14 " in at.text


async def test_a_waiting_one_is_withdrawn_and_becomes_a_draft(desk: Desk, me: Actor, tmp_path: Path) -> None:
    submitted(desk, me, tmp_path)
    async with program(desk, me, "progress") as at:
        await at.press("u")
        assert "已撤销，回到待提交" in at.text
        assert "待提交 1" in at.text
    assert states(desk) == ["draft"]


@pytest.mark.parametrize("key", ["u", "Ｕ", "f7"])
async def test_the_letter_its_full_width_form_and_its_f_key_do_the_same(
    desk: Desk, me: Actor, tmp_path: Path, key: str
) -> None:
    submitted(desk, me, tmp_path)
    async with program(desk, me, "progress") as at:
        await at.burst(key)
    assert states(desk) == ["draft"]


async def test_after_the_employer_has_reviewed_withdrawing_says_why_not(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    approve_at_school(desk, world, submitted(desk, me, tmp_path))
    async with program(desk, me, "progress") as at:
        await at.press("u")
        assert "单位已经审核，不能再撤销" in at.text
    assert states(desk) == ["pending"]


@pytest.mark.parametrize(
    ("key", "words"),
    [("e", "不能修改"), ("x", "不能删除"), ("g", "不能重新申报"), ("h", "提交满 7 天后才能催办")],
)
async def test_what_a_waiting_one_does_not_allow_says_why(
    desk: Desk, me: Actor, tmp_path: Path, key: str, words: str
) -> None:
    submitted(desk, me, tmp_path)
    async with program(desk, me, "progress") as at:
        await at.press(key)
        assert words in at.text
    assert states(desk) == ["pending"]


async def test_a_draft_is_deleted_only_after_a_yes(desk: Desk, me: Actor) -> None:
    draft(desk, me)
    async with program(desk, me, "progress") as at:
        await at.press("x")
        assert "删除 2026 年度 岗位培训 40 学时？" in at.text
        await at.press("2")
        assert states(desk) == ["draft"]
        await at.press("x", "1")
        assert "已删除" in at.text and "没有记录" in at.text
    assert states(desk) == []


async def test_a_draft_opens_in_the_form(desk: Desk, me: Actor) -> None:
    draft(desk, me)
    async with program(desk, me, "progress") as at:
        await at.press("e")
        assert isinstance(at.app.screen, DeclareScreen)
        assert "草稿班" in at.text


async def test_one_that_waits_long_is_urged(desk: Desk, world: World, me: Actor, tmp_path: Path) -> None:
    submitted(desk, me, tmp_path)
    world.clock.advance(days=8)
    with world.store.writing() as work:  # signed in again meanwhile
        work.session.execute(update(LoginSession).values(last_seen_at=world.clock.now()))
        work.commit()
    async with program(desk, me, "progress") as at:
        assert "待审核 8天" in at.text
        await at.press("h")
        assert "已催办，汝阳县小店镇第一初级中学 会看到" in at.text


async def test_the_marker_stays_on_its_declaration_when_a_screen_above_has_gone(
    desk: Desk, me: Actor
) -> None:
    for name in ("甲班", "乙班", "丙班"):
        draft(desk, me, name)
    async with program(desk, me, "progress") as at:
        await at.press("down", "enter", "escape")
        assert ">2 " in at.text


async def test_the_detail_shows_every_entry_the_evidence_and_the_history(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    refuse(desk, world, submitted(desk, me, tmp_path))
    async with program(desk, me, "progress", size=(80, 50)) as at:
        await at.press("enter")
        assert isinstance(at.app.screen, DeclarationScreen)
        for words in ("审核不通过", "会议通知不清晰", "汝阳县教育局", "2026-07-10", "结业证书", "提交申报"):
            assert words in at.text
        await at.press("2")
        assert "只有 1 个附件" in at.text
        await at.press("1")
        assert "附件 1/1" in at.text and "▀" in at.text


async def test_what_providers_reported_has_a_page_of_its_own_with_tabs_and_filters(
    desk: Desk, world: World, me: Actor
) -> None:
    draft(desk, me)
    course = PublicHours(id_number(1), 2026, "法治建设", CreditHours.of(12), date(2026, 5, 4))
    take_public_hours(desk, [course])
    async with program(desk, me, "progress") as at:
        assert "[全部 1]" in at.text and "法治建设" not in at.text
        await at.press("2")
        assert "[全部 1]  待提交 0   待审核 0   审核通过 1" in at.text
        assert "法治建设" in at.text and "12" in at.text
        await at.press("right")
        assert "还没有施教机构、公需课平台记入的学时" in at.text
        await at.press("left", "/", "tab", "tab", "tab", *"无", "f8")
        assert "名称含“无”" in at.text and "[全部 0]" in at.text
        await at.press("c", "u")
        assert "不能撤销" in at.text
        await at.press("1")
        assert "草稿班" in at.text


async def test_the_older_guides_filters_narrow_by_years_form_name_and_days(desk: Desk, me: Actor) -> None:
    draft(desk, me, "甲班", year="2019")
    draft(desk, me, "乙班", year="2020")
    draft(desk, me, "丙班")
    async with program(desk, me, "progress") as at:
        await at.press("/", *"2019", "tab", *"2020", "f8")
        assert "计入年度 2019至2020" in at.text and "共 2 条" in at.text
        await at.press("/", "tab", "tab", "tab", "tab", *"乙", "f8")
        assert "名称含“乙”" in at.text and "共 1 条" in at.text and "乙班" in at.text
        await at.press("c", "/", "tab", "tab", "tab", *"xshy", "enter", "f8")
        assert "学术会议" in at.text and "没有记录" in at.text
        await at.press("f8", "/", *["tab"] * 5, *"2026-7-14", "f8")
        assert "2026-07-14至" in at.text and "共 3 条" in at.text
        await at.press("/", *["tab"] * 5, *["backspace"] * 10, *"2026-7-15", "f8")
        assert "共 0 条" in at.text


async def test_filters_that_make_no_sense_are_refused_beside_their_fields(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "progress") as at:
        await at.press("/", *"2020", "tab", *"2019", "tab", "tab", "tab", "tab")
        await at.press(*"2026-2-1", "tab", *"2026-1-1", "f8")
        assert "应在 2020 至 2099 之间" in at.text and "结束日期早于开始日期，请核对" in at.text
        await at.press("escape", "1")
        assert "计入年度 全部" in at.text


async def test_the_list_says_why_one_was_refused_and_which_one_came_of_it(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    view = submitted(desk, me, tmp_path)
    refuse(desk, world, view)
    async with program(desk, me, "progress") as at:
        assert f"#{view.id} " in at.text and "原因：会议通知不清晰" in at.text
        await at.press("g", "escape")
        assert f"已重新申报为 #{view.id + 1}" in at.text
        await at.press("up")
        assert f"重新申报自 #{view.id}" in at.text
        await at.press("enter")
        assert f"#{view.id}，当时的原因：会议通知不清晰" in at.text
        await at.press("f3")
        assert f"申报详细 #{view.id} " in at.text and f"已重新申报为        #{view.id + 1}" in at.text


async def test_brackets_in_a_name_are_shown_as_typed(desk: Desk, me: Actor) -> None:
    draft(desk, me, "[/ 测试]")
    async with program(desk, me, "progress") as at:
        await at.press("enter")
        assert "[/ 测试]" in at.text


async def test_a_key_without_a_use_is_answered(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "progress") as at:
        await at.press("z")
        assert "“z”在这里没有作用" in at.text
        await at.press("enter")
        assert "没有记录，按 F6 新申报" in at.text


async def test_a_burst_ends_as_the_same_keys_typed_slowly_do(desk: Desk, me: Actor, tmp_path: Path) -> None:
    draft(desk, me, "甲班")
    submitted(desk, me, tmp_path, class_name="乙班")
    async with program(desk, me, "person_home") as at:
        await at.burst("3", "right", "right", "u", "left", "x", "1", "x", "1", "escape", "3")
        assert "[全部 0]" in at.text
    assert states(desk) == []


async def test_the_home_page_says_what_is_missing_and_why_one_was_refused(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    refuse(desk, world, submitted(desk, me, tmp_path))
    async with program(desk, me, "person_home") as at:
        assert "公需 0 / 30   还差 30" in at.text and "专业 0 / 60   还差 60" in at.text
        assert "审核不通过" in at.text and "会议通知不清晰" in at.text
        await at.press("enter")
        assert isinstance(at.app.screen, DeclarationScreen)
