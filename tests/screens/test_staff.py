"""管理直属账户 by keys: search by pinyin, 重置密码 after a question."""

from __future__ import annotations

from core.model import Account
from core.services.desk import Desk
from tests.screens.office import program
from tests.worlds import World


async def test_a_forgotten_password_is_set_back_after_a_question(desk: Desk, world: World) -> None:
    person = world.person("张三")
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("z")
        assert "把 张三 的密码重置为证件号后6位？" in at.text and not must_change(desk, person.account_id)
        await at.press("1")
        assert "已重置 张三 的密码" in at.text and "待改密码" in at.text
    assert must_change(desk, person.account_id)


async def test_a_person_is_found_by_initials_and_c_shows_all_again(desk: Desk, world: World) -> None:
    world.person("张三")
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("/", "q", "q", "enter")
        assert "没有符合“qq”的人员" in at.text
        await at.press("c", "/", "z", "s", "enter")
        assert "张三" in at.text and "查找：zs" in at.text


async def test_an_empty_list_has_nobody_to_reset(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("z")
        assert "查不到" in at.text


async def test_the_whole_number_is_never_on_screen(desk: Desk, world: World) -> None:
    world.person("张三")
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("enter")
        assert "********" in at.text


def must_change(desk: Desk, account_id: int) -> bool:
    with desk.reading() as work:
        return work.session.get_one(Account, account_id).must_change


async def test_a_person_is_disabled_with_a_reason_and_found_by_state(desk: Desk, world: World) -> None:
    world.person("张三")
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("s", "enter")
        assert "请选择或写明原因" in at.text
        await at.press("1", "enter")
        assert "张三 的帐号已停用" in at.text
        await at.press("f", "tab", *"ty", "enter", "f5")
        assert "状态：停用" in at.text and "张三" in at.text
        await at.press("enter")
        assert "停用（已离职）" in at.text
        await at.press("escape", "c", "f", "tab", *"zc", "enter", "f5")
        assert "没有符合的人员" in at.text


async def test_a_person_is_moved_to_no_department(desk: Desk, world: World) -> None:
    world.person("张三")
    async with program(desk, world.office(world.school), "staff") as at:
        await at.press("b", "enter")
        assert "张三 的工作部门：无部门" in at.text
