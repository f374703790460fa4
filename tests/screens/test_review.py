"""The review desk (审核台) by keys: one key a verdict, reasons, taking back, batches, and keys that came too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.schema.review import Decide, QueueQuery, UndoDecision, Verdict
from core.services.desk import Desk
from core.services.review import decide, undo_decision
from core.services.review_views import queue_page
from tests.screens.office import LARGE, declared, history, hours, program, rename, states
from tests.worlds import World

TOO_EARLY = "这一条显示出来之前按的键不算"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


async def test_sixty_plain_declarations_take_sixty_keys(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 60)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press(*["a"] * 60)
        assert states(desk) == {"authority": 60}
        assert "待审 0   本次已审 60" in at.text


async def test_a_refusal_with_a_usual_reason_takes_three_keys(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 2)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("r", "1", "enter")
        assert states(desk) == {"rejected": 1, "employer": 1}
        assert "教师01" in at.text.splitlines()[2]


async def test_a_return_carries_the_reason_and_own_words(desk: Desk, world: World, tmp_path: Path) -> None:
    (item,) = declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("b", "7")
        await at.type("请补上")
        await at.press("enter")
        assert history(desk, item)[-1] == ("return", "缺少培训(会议)通知；请补上")


async def test_other_reasons_need_words(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("r", "9", "enter")
        assert "请选择或写明原因" in at.text and states(desk) == {"employer": 1}


async def test_the_last_decision_is_taken_back_with_one_key(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 2)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("a", "u")
        assert states(desk) == {"employer": 2}
        assert "教师00" in at.text.splitlines()[2] and "本次已审 0" in at.text


async def test_ten_decisions_can_be_taken_back_and_no_more(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 12)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press(*["a"] * 12, *["u"] * 11)
        assert states(desk) == {"authority": 2, "employer": 10}
        assert "没有可以收回的决定" in at.text


async def test_a_verdict_typed_before_the_item_was_painted_decides_nothing(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 3)
    async with program(desk, world.office(world.school), "review") as at:
        await at.burst("a", "a", "a")
        assert states(desk) == {"authority": 1, "employer": 2}
        assert TOO_EARLY in at.text and "教师01" in at.text.splitlines()[2]


async def test_a_verdict_typed_before_the_desk_has_opened_decides_nothing(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 2)
    async with program(desk, world.office(world.school), "office_home") as at:
        await at.burst("1", "a")
        assert states(desk) == {"employer": 2} and TOO_EARLY in at.text


async def test_the_rest_of_a_command_that_came_too_early_is_dropped_too(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 3)
    async with program(desk, world.office(world.school), "review") as at:
        await at.burst("a", "r", "1", "enter")
        assert at.app.frame.route_name == "review" and not at.app.frame.overlays
        await at.press("a")
        assert states(desk) == {"authority": 2, "employer": 1}


async def test_a_batch_leaves_out_what_has_doubts_and_names_it(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 3)
    declared(desk, world, tmp_path, 2, flagged=True)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("l", "space", "end", "g", "f9")
        assert "选中 5 条，将通过 3 条，留下 2 条" in at.text
        await at.press("f9")
        assert "通过 3 条，留下 2 条" in at.text and "疑问01：有疑点的不能批量通过" in at.text
        assert states(desk) == {"authority": 3, "employer": 2}


async def test_a_batch_without_a_choice_says_how_to_choose(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("f9")
        assert "还没有选中的" in at.text


async def test_of_two_desks_on_one_item_exactly_one_counts_and_the_other_is_told(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    item, _ = declared(desk, world, tmp_path, 2)
    first, second = world.office(world.school, "甲"), world.office(world.school, "乙")
    async with program(desk, first, "review") as at:
        row = desk.do(queue_page, second, QueueQuery()).rows[0]
        desk.do(
            decide, second, Decide(id=row.id, version=row.version, verdict=Verdict.REJECT, opinion="不清")
        )
        await at.press("a")
        assert [move for move, _ in history(desk, item)] == ["submit", "reject"]
        assert "刚被他人处理过" in at.text and "教师01" in at.text.splitlines()[2]


async def test_an_item_that_changed_is_shown_again_before_it_is_decided(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    item, _ = declared(desk, world, tmp_path, 2)
    first, second = world.office(world.school, "甲"), world.office(world.school, "乙")
    async with program(desk, first, "review") as at:
        row = desk.do(queue_page, second, QueueQuery()).rows[0]
        refused = Decide(id=row.id, version=row.version, verdict=Verdict.REJECT, opinion="不清")
        decided = desk.do(decide, second, refused)
        desk.do(undo_decision, second, UndoDecision(id=item, version=decided.version))
        await at.press("a")
        assert "刚被他人处理过" in at.text and "教师00" in at.text.splitlines()[2]
        await at.press("a")
        assert history(desk, item)[-1][0] == "pass_on"


async def test_the_reviewer_is_told_who_else_is_looking(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 2)
    first, second = world.office(world.school, "李老师"), world.office(world.school, "王老师")
    async with program(desk, first, "review"), program(desk, second, "review") as at:
        assert "李老师 09:00 起在看" in at.text
        await at.press("s")
        assert "起在看" not in at.text


async def test_recognised_hours_never_exceed_the_claim(desk: Desk, world: World, tmp_path: Path) -> None:
    (item,) = declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("e", "ctrl+u", "4", "1", "enter")
        assert "认定学时不能高于申请的 40 学时" in at.text
        await at.press("ctrl+u", *"32.5", "enter", "a")
        assert hours(desk, item) == "32.5"


async def test_the_queue_is_narrowed_by_pinyin_and_by_bucket(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    first, second, _ = declared(desk, world, tmp_path, 3)
    rename(desk, {first: ("李四", "lisi", "ls"), second: ("王五", "wangwu", "ww")})
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("/", *"ww", "enter")
        assert "王五" in at.text.splitlines()[2] and "第 1 / 1" in at.text
        await at.press("/", "ctrl+u", "5", "enter")
        assert "没有符合筛选的" in at.text


async def test_skipping_leaves_the_item_and_the_list_opens_any(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 4)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("s")
        assert "教师01" in at.text.splitlines()[2]
        await at.press("l", "end", "enter", "a")
        assert "教师03：通过，转 汝阳县教育局" in at.text and states(desk) == {"employer": 3, "authority": 1}


async def test_a_doubt_leads_to_the_other_record(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 2, flagged=True)
    async with program(desk, world.office(world.school), "review") as at:
        assert "附件与另一人的申报" in at.text
        await at.press("d")
        assert at.app.frame.route_name == "declaration" and "疑问01" in at.text


async def test_the_next_three_stand_below(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 5)
    async with program(desk, world.office(world.school), "review") as at:
        assert "接下来  教师01 岗位培训 40 | 教师02 岗位培训 40 | 教师03 岗位培训 40" in at.text


async def test_wide_screens_show_the_queue_and_the_picture_beside_the_item(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 3)
    async with program(desk, world.office(world.school), "review", LARGE) as at:
        assert "教师02" in at.text and "组织培训单位名称" in at.text
        await at.press("1")
        assert "▀" in at.text and at.widest <= 120
        await at.press("+", "right", "escape")
        assert "▀" not in at.text
        await at.press("a")
        assert states(desk) == {"authority": 1, "employer": 2}


async def test_a_picture_opens_on_a_screen_of_its_own_at_eighty_columns(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("1")
        assert at.app.frame.route_name == "picture"
        await at.press("escape", "a")
        assert states(desk) == {"authority": 1}


async def test_function_keys_do_what_letters_do(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 3)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("f8", "f7", "1", "enter", "f6", "2", "enter", "f3")
        assert states(desk) == {"authority": 1, "rejected": 1, "employer": 1}


async def test_brackets_in_a_name_are_shown_as_they_are(desk: Desk, world: World, tmp_path: Path) -> None:
    (item,) = declared(desk, world, tmp_path, 1)
    rename(desk, {item: ("[/ 测试]", "ceshi", "cs")})
    async with program(desk, world.office(world.school), "review") as at:
        assert "[/ 测试]" in at.text
        await at.press("l")
        assert "[/ 测试]" in at.text


async def test_no_key_is_silent(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        said = {}
        for key in ("x", "s", "u", "d", "5", "g", "up", "home"):
            await at.press(key)
            said[key] = at.text.splitlines()[-2].strip()
        assert [key for key, words in said.items() if not words] == []


async def test_an_empty_queue_says_so_and_takes_no_verdict(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "review") as at:
        assert "没有待审的" in at.text
        await at.press("a")
        assert "没有待审的，F5 刷新" in at.text


async def test_leaving_the_desk_tells_the_others(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "office_home") as at:
        await at.press("1", "escape")
        assert at.app.frame.route_name == "office_home"
    async with program(desk, world.office(world.school, "乙"), "review") as at:
        assert "起在看" not in at.text


async def test_the_office_home_counts_what_waits(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 3)
    world.clock.advance(days=40)
    async with program(desk, world.office(world.school), "office_home") as at:
        assert "待审 3   其中超期 3" in at.text
