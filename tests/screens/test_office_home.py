"""The homes of the offices and of the operator: what waits, the numbered menu, and another role of the account."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import AccountRole
from core.rules.messages import MessageKind
from core.rules.roles import Role
from core.services.desk import Desk
from core.services.messages import tell_office
from tests.screens.office import declared, program
from tests.services.hall import operator
from tests.worlds import World
from tui.menus import MENUS
from tui.routes import CODES, HOMES


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


async def test_each_office_has_its_own_menu(desk: Desk, world: World) -> None:
    shown = {}
    for office in (world.school, world.education, world.county_bureau):
        async with program(desk, world.office(office), "office_home") as at:
            shown[office] = [word for word in ("审核账户", "年度认定", "证书登记") if f"{word}  " in at.text]
    assert list(shown.values()) == [["审核账户"], [], ["年度认定", "证书登记"]]


async def test_every_line_of_a_menu_leads_to_a_screen_that_its_role_may_open() -> None:
    lost = {
        (role.value, entry.code)
        for role, menu in MENUS.items()
        for entry in menu
        if entry.code not in CODES or role not in (CODES[entry.code].roles or {role})
    }
    assert lost == set()


async def test_every_screen_with_a_code_stands_in_the_menu_of_its_roles() -> None:
    offices = set(MENUS)
    missing = {
        (role.value, code)
        for code, route in CODES.items()
        for role in route.roles & offices
        if route.name not in (*HOMES.values(), "password", "keys")  # those are under 账号
        and code not in {entry.code for entry in MENUS[role]}
    }
    assert missing == set()


async def test_the_platforms_of_public_courses_are_in_the_menu_of_the_province_only(
    desk: Desk, world: World
) -> None:
    async with program(desk, world.office(world.county_bureau), "office_home") as at:
        assert ":gx" not in at.text and ":zs" in at.text


async def test_the_count_follows_what_was_decided(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 2)
    async with program(desk, world.office(world.school), "office_home") as at:
        await at.press("1", "a", "escape")
        assert ":sh    待审 1" in at.text


async def test_another_role_of_the_account_needs_no_second_login(desk: Desk, world: World) -> None:
    actor = world.office(world.school)
    with desk.writing() as work:
        role = AccountRole(account_id=actor.account_id, role=Role.AUTHORITY.value, org_id=world.education)
        work.session.add(role)
        work.commit()
    async with program(desk, actor, "office_home", roles=(Role.EMPLOYER, Role.AUTHORITY)) as at:
        await at.press("f9", "2")
        assert "汝阳县教育局" in at.text and at.app.role is Role.AUTHORITY
        assert "已换成主管部门" in at.text


async def test_an_account_of_one_role_is_offered_another_password_and_its_keys_only(
    desk: Desk, world: World
) -> None:
    async with program(desk, world.office(world.school), "office_home") as at:
        await at.press("f9")
        assert "账号  1 修改密码  9 SSH 公钥  0 返回" in at.text
        await at.press("1")
        assert at.app.frame.route_name == "password"


async def test_the_office_sees_how_many_messages_nobody_has_read(desk: Desk, world: World) -> None:
    with desk.writing() as work:
        for number in range(2):
            tell_office(work, world.school, MessageKind.STAFF, f"第{number}条通知")
        work.commit()
    async with program(desk, world.office(world.school), "office_home") as at:
        row = next(line for line in at.text.splitlines() if ":xx" in line)
        assert "未读 2" in row
        await at.press(row.split()[0], "enter")
        assert "第1条通知" in at.text
        await at.press("escape", "a", "escape")
        assert "未读 2" not in at.text


async def test_help_names_every_key_with_its_twin(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 1)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("f1")
        assert "A / F8 / Ctrl+T  通过" in at.text


async def test_the_operator_has_a_menu_without_queues(desk: Desk, world: World) -> None:
    async with program(desk, operator(world), "operator_home") as at:
        assert "后台任务" in at.text and "待审" not in at.text
