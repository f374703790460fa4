"""The employer's desks for changes by keys: 调入人员, 职务审核, 证件审核, each in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Change
from core.rules.roles import Actor
from core.services.desk import Desk
from core.services.positions import withdraw_position
from tests.screens.office import LARGE, SMALL, program
from tests.services.front_door import cheap_desk
from tests.services.moving import as_stored, key, position, told, transfer
from tests.services.proofs import HERS, asked, present, without_faces
from tests.worlds import World, picture, scan
from tui.routes import ROUTES

DESKS = ("arrivals", "positions", "identities")


@pytest.fixture
def desk(world: World) -> Desk:
    return without_faces(cheap_desk(world.store))


@pytest.fixture
def school(world: World) -> Actor:
    return world.office(world.school)


def states(desk: Desk) -> list[tuple[str, str]]:
    """State and reason of all changes, the oldest first."""
    with desk.reading() as work:
        query = select(Change.state, Change.reason).order_by(Change.id)
        return [(state, reason) for state, reason in work.session.execute(query)]


async def test_who_wants_to_come_is_taken_in_with_one_key_and_the_old_unit_is_told(
    desk: Desk, world: World
) -> None:
    me = world.person()
    transfer(desk, me, world.garden)
    async with program(desk, world.office(world.garden), "arrivals") as at:
        assert "调入人员   待审 1" in at.text and " A 接收  R 拒绝 " in at.text
        await at.press("a")
        assert "张三：接收" in at.text and as_stored(world, me).employer_id == world.garden
    assert told(world, org_id=world.school) == ["张三 已调转到 华瑞园林工程有限公司"]


async def test_who_is_not_taken_in_is_told_why(desk: Desk, world: World) -> None:
    transfer(desk, world.person(), world.garden)
    async with program(desk, world.office(world.garden), "arrivals") as at:
        await at.press("r")
        assert "拒绝：张三  单位调转" in at.text and "1  没有此人的调入手续" in at.text
        await at.press("1", "enter")
        assert states(desk) == [("rejected", "没有此人的调入手续")]


async def test_several_are_taken_in_at_once(desk: Desk, world: World) -> None:
    for name in ("张三", "李四"):
        transfer(desk, world.person(name), world.garden)
    async with program(desk, world.office(world.garden), "arrivals") as at:
        await at.press("l")
        assert "原调出单位" in at.text and "汝阳县小店镇第一初级中学" in at.text
        await at.press("space", "down", "space", "f9")
        assert "将接收 2 条" in at.text
        await at.press("f9")
        assert "接收 2 条，留下 0 条" in at.text and [state for state, _ in states(desk)] == ["approved"] * 2


async def test_the_old_unit_does_not_see_who_wants_to_go(desk: Desk, world: World, school: Actor) -> None:
    transfer(desk, world.person(), world.garden)
    async with program(desk, school, "arrivals") as at:
        assert "没有待审的" in at.text


async def test_a_position_is_passed_with_its_certificate_in_sight(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    me = world.person()
    position(desk, me, (scan(desk, me, tmp_path),))
    async with program(desk, school, "positions") as at:
        assert "专业技术职务任职资格 教授" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "picture" and "结业证书" in at.text
        await at.press("escape", "a")
        assert as_stored(world, me).title == "教授" and [state for state, _ in states(desk)] == ["approved"]


async def test_a_position_is_refused_with_a_reason_of_its_own(
    desk: Desk, world: World, school: Actor
) -> None:
    position(desk, world.person())
    async with program(desk, school, "positions") as at:
        await at.press("r", "4", "enter")
        assert states(desk) == [("rejected", "电子证书号填写有误")]


async def test_card_and_portrait_stand_side_by_side_on_a_small_screen(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    async with program(desk, school, "identities") as at:
        assert "张三 改为 张三丰" in at.text and "未安装人脸比对" in at.text
        await at.press("f2")
        assert at.app.frame.route_name == "faces"
        assert at.text.splitlines()[1].split() == ["身份证正面", "本人照片"]
        await at.press("2", "+")
        assert at.text.splitlines()[1].split() == ["身份证反面", "本人照片"] and "1.5 倍" in at.text
        await at.press("escape")
        assert at.app.frame.route_name == "identities"


async def test_card_and_portrait_stand_beside_the_form_on_a_large_screen(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    async with program(desk, school, "identities", LARGE) as at:
        await at.press("f2")
        assert "1 身份证正面 | 3 本人照片  放大 1" in at.text and "张三 改为 张三丰" in at.text
        await at.press("f2")
        assert "2 身份证反面 | 3 本人照片" in at.text
        await at.press("+")
        assert "放大 1.5" in at.text and at.widest <= 120
        await at.press("3")
        assert "3 本人照片  400 x 500" in at.text
        await at.press("escape")
        assert "▀" not in at.text and at.app.frame.route_name == "identities"


async def test_the_two_pictures_are_those_that_were_handed_in(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    contents = [
        picture(tmp_path, f"{n}.png", shade, 60).read_bytes() for n, shade in enumerate((255, 128, 0))
    ]
    asked(desk, world.person(), tmp_path, *contents, name="张三丰")
    async with program(desk, school, "identities") as at:
        await at.press("f2")
        row = at.app.frame.pane.lines()[10]
        assert [look for _, look in row if "#000000" not in look] == [
            "#ff00ff on #ff00ff",
            "#00ff00 on #00ff00",
        ]


async def test_a_new_number_holds_once_the_employer_has_passed_it(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    me = world.person()
    old = present(desk, me)["id_number"]
    asked(desk, me, tmp_path, id_number=HERS)
    async with program(desk, school, "identities") as at:
        assert f"{old} 改为 {HERS}" in at.text
        await at.press("a")
        assert present(desk, me)["id_number"] == HERS


async def test_every_identity_is_decided_by_itself(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    async with program(desk, school, "identities") as at:
        for each in ("space", "g", "f9"):
            await at.press(each)
            assert "证件修改要逐条比对照片，不能批量" in at.text
        await at.press("l", "a")
        assert "列表中不逐条审核：Enter 打开这一条" in at.text and "批量" not in at.text


async def test_what_a_desk_does_not_do_it_explains(
    desk: Desk, world: World, school: Actor, tmp_path: Path
) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    position(desk, world.person("李四"))
    transfer(desk, world.person("王五", world.garden), world.school)
    explained = []
    for route in DESKS:
        async with program(desk, school, route) as at:
            for each in ("b", "u", "d"):
                await at.press(each)
                explained.append(at.app.frame.notice.text)
    assert len(set(explained)) == 9 and all(len(words) > 12 for words in explained)
    assert [state for state, _ in states(desk)] == ["pending"] * 3


async def test_a_refusal_needs_words(desk: Desk, world: World, school: Actor, tmp_path: Path) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    async with program(desk, school, "identities") as at:
        await at.press("r", "enter")
        assert "请选择或写明原因" in at.text
        await at.type("长" * 501)
        await at.press("enter")
        assert "最多 500 个字，现在 501 个，请删减" in at.text


async def test_what_was_taken_back_meanwhile_is_told_and_passed_over(
    desk: Desk, world: World, school: Actor
) -> None:
    me = world.person()
    waiting = position(desk, me)
    async with program(desk, school, "positions") as at:
        desk.do(withdraw_position, me, key(waiting))
        await at.press("a")
        assert "刚被他人处理过" in at.text and "没有待审的" in at.text


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("route", DESKS)
async def test_the_home_page_counts_what_waits_and_leads_there(
    desk: Desk, world: World, school: Actor, tmp_path: Path, route: str, size: tuple[int, int]
) -> None:
    asked(desk, world.person(), tmp_path, name="张三丰")
    position(desk, world.person("李四"))
    transfer(desk, world.person("王五", world.garden), world.school)
    async with program(desk, school, "office_home", size) as at:
        assert f":{ROUTES[route].code}    待审 1" in at.text and "证书查询" in at.text
        await at.press(str(3 + DESKS.index(route)))
        assert at.app.frame.route_name == route and at.widest <= size[0]


@pytest.mark.parametrize("route", DESKS)
async def test_only_an_employer_opens_them(desk: Desk, world: World, route: str) -> None:
    async with program(desk, world.office(world.education), "office_home") as at:
        await at.app.go(route)
        assert "主管部门不能打开" in at.text
