"""单位调转 (P4) by keys: the list, what blocks it, the form with a mistake in each field, 撤回, and once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import Transfer
from core.rules.roles import Actor
from core.schema.review import Verdict
from core.services.desk import Desk
from tests.screens.office import LARGE, SMALL, Terminal, program
from tests.screens.test_drafts import again
from tests.services.moving import answered, position, transfer
from tests.worlds import World, submitted

GARDEN = "华瑞园林工程有限公司"


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def states(desk: Desk) -> list[str]:
    """The states of all transfers, the oldest first."""
    with desk.reading() as work:
        return [row.state for row in work.session.query(Transfer).order_by(Transfer.id)]


async def choose_unit(at: Terminal, unit: str = "hrylgc") -> None:
    """From the first field of the form: 调入单位 by the initials of its name."""
    await at.press("tab", *unit, "enter")


async def test_a_transfer_is_sent_in_with_the_unit_found_by_its_initials(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "transfers") as at:
        await at.press("f6")
        await choose_unit(at)
        assert "洛阳市 宜阳县" in at.text and f"提交后由 {GARDEN} 接收或拒绝" in at.text
        await at.press("f8")
        assert f"已提交转出申请，等待 {GARDEN} 接收" in at.text
        row = at.text.splitlines()[5]
        assert row.startswith(">1") and "待接收" in row and row.endswith("详情 撤回")


async def test_the_columns_of_the_list_are_those_of_the_guide(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "transfers") as at:
        assert at.text.splitlines()[4].split() == ["序号", "原调出单位", "调入单位", "处理结果", "操作"]


async def test_every_field_that_is_wrong_is_told_beside_it(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "transfers") as at:
        await at.press("f6", "f8")
        assert "有 2 处需要修改" in at.text and at.text.count("必填，请填写") == 2
        await choose_unit(at, "ryxxdz")
        await at.press("f8")
        assert "已在这个单位，请选择另一个单位" in at.text
        await at.press("tab", "tab")
        await at.type("长" * 201)
        await at.press("f8")
        assert "最多 200 个字，现在 201 个，请删减" in at.text and states(desk) == []


async def test_a_department_is_asked_for_after_its_unit(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "transfers") as at:
        await at.press("f6", "tab", "tab", "f4")
        assert "请先选择调入单位" in at.text


async def test_a_second_one_is_refused_while_one_waits(desk: Desk, world: World, me: Actor) -> None:
    transfer(desk, me, world.garden)
    async with program(desk, me, "transfers") as at:
        await at.press("f6")
        assert "已有一项单位调转在办理" in at.text and at.app.frame.route_name == "transfers"


async def test_it_is_taken_back_after_a_question_and_made_again(desk: Desk, world: World, me: Actor) -> None:
    transfer(desk, me, world.garden)
    async with program(desk, me, "transfers") as at:
        await at.press("u")
        assert f"撤回单位调转（{GARDEN}）？" in at.text
        await at.press("1")
        assert "已撤回单位调转" in at.text and states(desk) == ["withdrawn"]
        await at.press("u")
        assert "这一条已撤回，不能撤回" in at.text
        await at.press("f6", "f8")
        assert states(desk) == ["withdrawn", "pending"]


async def test_what_blocks_it_is_named_with_where_it_is_settled(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    submitted(desk, me, tmp_path)
    position(desk, me)
    async with program(desk, me, "transfers", LARGE) as at:
        assert "学时申报 2026 岗位培训《2026年初中数学新课标培训班》 待" in at.text
        assert "(:cx 申报进度查询)" in at.text and "专业技术职务 待 汝阳县小店镇第一初级中学 审核" in at.text
        await at.press("f6")
        assert at.app.frame.route_name == "transfers"
        assert "还有在审核中的流程，办结或撤回后才能调转单位：学时申报 2026" in at.app.frame.notice.text


async def test_the_reason_of_a_refusal_stands_below_the_list_and_in_its_details(
    desk: Desk, world: World, me: Actor
) -> None:
    refused = transfer(desk, me, world.garden)
    answered(desk, world.office(world.garden), refused, Verdict.REJECT, "没有此人的调入手续")
    async with program(desk, me, "transfers") as at:
        assert "不通过的原因：没有此人的调入手续" in at.text
        await at.press("enter")
        assert at.app.frame.route_name == "change"
        assert "没有此人的调入手续" in at.text and "单位接收  拒绝" in at.text


async def test_the_reason_is_that_of_the_row_with_the_marker(desk: Desk, world: World, me: Actor) -> None:
    for org, reason in ((world.garden, "没有手续"), (world.clinic, "专业不符")):
        refused = transfer(desk, me, org)
        answered(desk, world.office(org), refused, Verdict.REJECT, reason)
    async with program(desk, me, "transfers") as at:
        assert "原因：专业不符" in at.text
        await at.press("down")
        assert "原因：没有手续" in at.text and "专业不符" not in at.text


async def test_after_a_refusal_the_form_stands_as_it_was_sent(desk: Desk, world: World, me: Actor) -> None:
    refused = transfer(desk, me, world.garden)
    answered(desk, world.office(world.garden), refused, Verdict.REJECT, "没有此人的调入手续")
    async with program(desk, me, "transfers") as at:
        await at.press("f6")
        assert GARDEN in at.text and "请改正后再提交。原因：没有此人的调入手续" in at.text
        await at.press("f8")
        assert states(desk) == ["rejected", "pending"]


async def test_what_was_typed_is_given_up_only_after_a_question(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "transfers") as at:
        await at.press("f6")
        await choose_unit(at)
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "transfers"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_nothing_is_wider_than_the_screen(
    desk: Desk, world: World, me: Actor, size: tuple[int, int]
) -> None:
    refused = transfer(desk, me, world.garden)
    answered(desk, world.office(world.garden), refused, Verdict.REJECT, "没有此人的调入手续" * 20)
    async with program(desk, me, "transfers", size) as at:
        widths = [at.widest]
        for keys in (("enter",), ("escape", "f6"), ("ctrl+u", "f8")):
            await at.press(*keys)
            widths.append(at.widest)
        assert max(widths) <= size[0]


async def test_what_was_typed_is_there_again_after_the_next_login(
    desk: Desk, world: World, me: Actor
) -> None:
    async with program(desk, me, "transfers") as at:
        await at.press("f6")
        await choose_unit(at)
        await at.press("tab", "tab")
        await at.type("工作需要")
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d")
        assert at.app.frame.route_name == "transfer" and GARDEN in at.text and "工作需要" in at.text
        await at.press("f8")
        assert states(desk) == ["pending"]
