"""审核账户 by keys: who has registered, passed with one key, refused with a reason of this desk's own."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Registration
from core.schema.registration import Register
from core.services.desk import Desk
from core.services.registrations import register
from tests.screens.office import program
from tests.services.front_door import GUEST, typed_form
from tests.worlds import World, id_number


def registered(desk: Desk, world: World, serial: int, name: str) -> int:
    typed = typed_form(world.school, id_number=id_number(serial), name=name, mobile=f"1990000{serial:04d}")
    return desk.do(register, GUEST, Register(values=typed)).id


def states(desk: Desk) -> list[tuple[str, str]]:
    with desk.reading() as work:
        query = select(Registration.state, Registration.reason).order_by(Registration.id)
        return [(state, reason) for state, reason in work.session.execute(query)]


async def test_a_registration_is_passed_with_one_key_and_the_next_is_there(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    registered(desk, world, 302, "王五")
    async with program(desk, world.office(world.school), "registrations") as at:
        assert "李四" in at.text.splitlines()[2] and "审核账户   待审 2" in at.text
        await at.press("a")
        assert [state for state, _ in states(desk)] == ["approved", "pending"]
        assert "王五" in at.text.splitlines()[2]


async def test_a_refusal_takes_this_desks_own_reasons_in_three_keys(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    async with program(desk, world.office(world.school), "registrations") as at:
        await at.press("r", "1", "enter")
        assert states(desk) == [("rejected", "不是本单位人员")]


async def test_the_reviewer_sees_what_was_typed_but_no_password(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    async with program(desk, world.office(world.school), "registrations") as at:
        assert id_number(301) in at.text and "汉族" in at.text
        assert "abc12345" not in at.text


async def test_a_registration_is_never_sent_back_nor_taken_back(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    async with program(desk, world.office(world.school), "registrations") as at:
        await at.press("b")
        assert "注册只有通过和不通过" in at.text
        await at.press("u")
        assert "注册审核后不能收回" in at.text
        await at.press("e")
        assert "没有学时可改" in at.text


async def test_a_batch_passes_all_that_were_chosen(desk: Desk, world: World) -> None:
    for serial, name in enumerate(("李四", "王五", "赵六"), 301):
        registered(desk, world, serial, name)
    async with program(desk, world.office(world.school), "registrations") as at:
        await at.press("l", "space", "down", "space", "f9", "f9")
        assert "通过 2 条，留下 0 条" in at.text
        assert [state for state, _ in states(desk)] == ["approved", "approved", "pending"]


async def test_a_verdict_typed_ahead_of_the_next_registration_decides_nothing(
    desk: Desk, world: World
) -> None:
    registered(desk, world, 301, "李四")
    registered(desk, world, 302, "王五")
    async with program(desk, world.office(world.school), "registrations") as at:
        await at.burst("a", "a")
        assert [state for state, _ in states(desk)] == ["approved", "pending"]


async def test_only_an_employer_opens_the_desk(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.education), "office_home") as at:
        await at.press(":", "z", "h", "enter")
        assert "主管部门不能打开“审核账户”" in at.text


async def test_another_employers_registrations_are_not_shown(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    async with program(desk, world.office(world.garden), "registrations") as at:
        assert "李四" not in at.text and "没有待审的" in at.text


async def test_a_refusal_for_the_field_is_told_in_its_own_words(desk: Desk, world: World) -> None:
    registered(desk, world, 301, "李四")
    async with program(desk, world.office(world.school), "registrations") as at:
        await at.press("r")
        await at.type("长" * 600)
        await at.press("enter")
        assert "最多 500 个字，现在 600 个，请删减" in at.text
