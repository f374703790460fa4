"""年度认定 and 证书登记 by keys: opening, closing and settling a year, and the register of certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.certificates import PrintCertificate, PrintedCertificate, RegisterQuery, RevokeCertificate
from core.services.certificates import print_certificate, register_page, revoke_certificate
from core.services.desk import Desk
from core.services.years import year_page
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import program
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number


@pytest.fixture
def world(sqlite_store: Store) -> World:
    create_seal(sqlite_store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def state_of(desk: Desk, bureau: Actor, year: int) -> str:
    rows = desk.do(year_page, bureau, Nothing()).rows
    return next(row.state_label for row in rows if row.year == year)


def certified(desk: Desk, world: World, name: str = "张三") -> PrintedCertificate:
    person = world.person(name)
    remember(world, person, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    return desk.do(print_certificate, person, PrintCertificate(years=(2025,)))


async def test_a_year_is_closed_with_a_reason(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    async with program(desk, bureau, "years") as at:
        await at.press("c", "enter")
        assert "请选择或写明原因" in at.text
        await at.type("申报结束")
        await at.press("enter")
        assert "2026年度已截止" in at.text and state_of(desk, bureau, 2026) == "已截止"


async def test_a_closed_year_is_opened_again_until_a_day(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    async with program(desk, bureau, "years") as at:
        await at.press("f2")
        await at.type("2025")
        await at.press("tab")
        await at.type("2026-12-20")
        await at.press("tab")
        await at.type("补报")
        await at.press("f8")
        assert "2025年度已开放，申报截止 2026-12-20" in at.text and state_of(desk, bureau, 2025) == "已开放"


async def test_what_is_wrong_in_the_form_stands_beside_its_field(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.county_bureau), "years") as at:
        await at.press("o", "ctrl+u")
        await at.type("明天")
        await at.press("f8")
        assert "日期看不懂，请写成 2019-01-05" in at.text and "明天" in at.text


async def test_an_open_year_is_not_settled(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.county_bureau), "years") as at:
        await at.press("r")
        assert "2026年度尚未截止" in at.text


async def test_settling_a_year_shows_how_many_passed(desk: Desk, world: World) -> None:
    remember(world, world.person("甲"), 2025, "30", "60")
    remember(world, world.person("乙"), 2025, "0", "15")
    async with program(desk, world.office(world.county_bureau), "years") as at:
        await at.press("down", "r")
        assert "现有年度记录 2 人" in at.text
        await at.press("enter")
        await at.until(lambda: "结果：认定 2，通过 1，不通过 1" in at.text)
        await at.until(lambda: "2025年度认定已完成" in at.text)
        await at.press("escape")


async def test_one_person_is_settled_by_number(desk: Desk, world: World) -> None:
    remember(world, world.person("甲"), 2025, "30", "60")
    remember(world, world.person("乙"), 2025, "30", "60")
    async with program(desk, world.office(world.county_bureau), "years") as at:
        await at.press("down", "p")
        await at.type("nonsense")
        await at.press("enter")
        assert "查不到这个证件号的人员" in at.text
        await at.press("ctrl+u")
        await at.type(id_number(1))
        await at.press("enter")
        assert "认定 1 人：通过 1 人，不通过 0 人" in at.text


async def test_the_register_is_searched_by_name_and_opened(desk: Desk, world: World) -> None:
    certified(desk, world, "张三")
    other = certified(desk, world, "李四")
    async with program(desk, world.office(world.county_bureau), "certificates") as at:
        assert "张三" in at.text and "李四" in at.text
        await at.press("/")
        await at.type("李四")
        await at.press("enter")
        assert "张三" not in at.text and other.number in at.text
        await at.press("enter")
        assert "打印次数  1" in at.text


async def test_a_certificate_is_revoked_with_a_reason(desk: Desk, world: World) -> None:
    certified(desk, world)
    bureau = world.office(world.county_bureau)
    async with program(desk, bureau, "certificates") as at:
        await at.press("v")
        await at.type("材料不实")
        await at.press("enter")
        assert "已作废" in at.text
        (row,) = desk.do(register_page, bureau, RegisterQuery()).rows
        assert (row.state, row.reason) == ("revoked", "材料不实")
        await at.press("v")
        assert "当前状态是“已作废”，不能作废" in at.text


async def test_a_revocation_made_elsewhere_is_told(desk: Desk, world: World) -> None:
    certified(desk, world)
    bureau, other = world.office(world.county_bureau), world.office(world.county_bureau)
    async with program(desk, bureau, "certificates") as at:
        (row,) = desk.do(register_page, other, RegisterQuery()).rows
        command = RevokeCertificate(certificate_id=row.id, version=row.version, reason="换人办了")
        desk.do(revoke_certificate, other, command)
        await at.press("v")
        await at.type("材料不实")
        await at.press("enter")
        assert "刚被他人处理过" in at.text and "已作废" in at.text


async def test_a_bureau_prints_for_a_person_of_its_region(desk: Desk, world: World) -> None:
    first = certified(desk, world)
    async with program(desk, world.office(world.county_bureau), "certificates") as at:
        await at.press("p")
        await at.type(id_number(1))
        await at.press("tab")
        await at.type("2025")
        await at.press("f8")
        assert first.number in at.text and "再次打印" in at.text


async def test_brackets_in_a_reason_are_shown_as_they_are(desk: Desk, world: World, tmp_path: Path) -> None:
    certified(desk, world)
    async with program(desk, world.office(world.county_bureau), "certificates") as at:
        await at.press("v")
        await at.type("[/ 测试]")
        await at.press("enter", "enter")
        assert "作废原因  [/ 测试]" in at.text
