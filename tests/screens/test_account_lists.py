"""Lists of accounts and offices by keys: what is typed wrong stays, what is shown once, what a key has no row for."""

from __future__ import annotations

from core.model import Account, Org, PersonYear
from core.rules.roles import Actor
from core.schema.accounts import MakeSubAccount
from core.services.desk import Desk
from core.services.sub_accounts import make_sub_account
from tests.screens.office import LARGE, Terminal, program
from tests.services.hall import number_of, operator
from tests.worlds import World


def sub_account(desk: Desk, chief: Actor) -> int:
    made = desk.do(make_sub_account, chief, MakeSubAccount(login="school.wang", name="王小燕"))
    return made.account_id


async def fill(at: Terminal, *texts: str) -> None:
    """Text after text, Tab between them."""
    for number, text in enumerate(texts):
        if number:
            await at.press("tab")
        await at.type(text)


async def test_a_login_name_with_a_mistake_stays_in_its_field(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "sub_accounts") as at:
        await at.press("n")
        await fill(at, "[x]", "王")
        await at.press("f8")
        assert "登录名应为 4 至 40 个字母" in at.text and "[x]" in at.text and "姓名应为" in at.text


async def test_the_initial_password_is_gone_once_its_popup_is_closed(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "sub_accounts") as at:
        await at.press("f6")
        await fill(at, "school.wang", "王小燕")
        await at.press("f8")
        assert "初始密码只显示这一次" in at.text
        await at.press("escape")
        assert "初始密码  " not in at.text and "SCHOOL.WANG" in at.text and "待改密码" in at.text


async def test_disabling_asks_for_a_reason_and_shows_it_in_the_details(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    account_id = sub_account(desk, chief)
    async with program(desk, chief, "sub_accounts") as at:
        await at.press("end", "s", "enter")
        assert "请选择或写明原因" in at.text and active(desk, account_id)
        await at.press("1", "enter")
        assert "已停用" in at.text and not active(desk, account_id)
        await at.press("enter")
        assert "停用原因  经办人已调离岗位" in at.text
        await at.press("escape", "s")
        await at.type("回岗")
        await at.press("enter")
        assert "已启用" in at.text and active(desk, account_id)


async def test_the_own_account_is_refused_aloud(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.school), "sub_accounts") as at:
        await at.press("home", "z", "1")
        assert "这是您自己正在使用的帐号" in at.text


async def test_an_operator_adds_a_role_to_an_account(desk: Desk, world: World) -> None:
    person, boss = world.person(), operator(world)
    with desk.writing() as work:
        work.session.get_one(Org, world.garden).code = "GARDEN1"
        work.commit()
    async with program(desk, boss, "operators") as at:
        await at.press("r", "f8")
        assert "必填" in at.text
        await at.type(number_of(world, person))
        await at.press("tab", *"yrdw", "enter", "tab")
        await at.type("garden1")
        await at.press("f8")
        assert "已加上 用人单位（华瑞园林工程有限公司）" in at.text


async def test_a_unit_that_waits_for_reviews_is_named_before_it_is_disabled(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.county_bureau), "offices_below", LARGE) as at:
        await at.press("/")
        await at.type("小店")
        await at.press("enter", "s")
        assert "停用后不再接受注册" in at.text
        await at.press("1", "enter")
        assert "汝阳县小店镇第一初级中学 已停用" in at.text
        await at.press("c", "f", "tab", *"ty", "enter", "f5")
        assert "状态：停用" in at.text and "第一初级中学" in at.text


async def test_an_empty_list_of_offices_has_nothing_to_switch(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.other_bureau), "offices_below") as at:
        await at.press("/")
        await at.type("没有这个单位")
        await at.press("enter", "s")
        assert "找不到这条记录" in at.text


async def test_the_account_of_a_unit_is_given_once(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.county_bureau), "offices_below") as at:
        await at.press("/")
        await at.type("小店")
        await at.press("enter", "n")
        await at.type("school.one")
        await at.press("f8")
        assert "初始密码只显示这一次" in at.text
        await at.press("escape", "n")
        assert "这个机构代码已登记" in at.text


async def test_people_are_narrowed_by_year_and_result(desk: Desk, world: World) -> None:
    world.person("张三")
    async with program(desk, world.office(world.county_bureau), "people") as at:
        await at.press("f", "tab")
        await at.type("二零")
        await at.press("f5")
        assert "年度请写成四位数字" in at.text
        await at.press("ctrl+u", *"2025", "tab", *"my", "enter", "f5")
        assert "2025年度   结果：没有学时" in at.text and "张三" in at.text
        await at.press("c")
        assert "全部人员" in at.text


async def test_the_tabs_of_a_person_say_what_is_not_there(desk: Desk, world: World) -> None:
    person = world.person("张三")
    async with program(desk, world.office(world.county_bureau), "people") as at:
        await at.press("enter")
        assert "[2 年度 0]" in at.text
        await at.press("enter")
        assert "还没有年度记录" in at.app.frame.notice.text
        await at.press("1")
        assert "所在单位" in at.text and number_of(world, person) not in at.text
        await at.press("1")
        assert "已在 资料" in at.text
        await at.press("4", "tab")
        assert "[1 资料]" in at.text


def active(desk: Desk, account_id: int) -> bool:
    with desk.reading() as work:
        return work.session.get_one(Account, account_id).active


async def test_a_year_that_has_not_passed_is_not_printed_from_the_file(desk: Desk, world: World) -> None:
    person = world.person("张三")
    async with program(desk, world.office(world.county_bureau), "people") as at:
        await at.press("enter", "p")
        assert "选一个通过并已认定的年度" in at.text
        with desk.writing() as work:
            row = PersonYear(person_id=person.person_id, year=2025, region_code="410326")
            work.session.add(row)
            work.commit()
        await at.press("f5", "p")
        assert "2025 年度不能打印证书" in at.text
