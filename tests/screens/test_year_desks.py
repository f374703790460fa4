"""撤销认定, 失信记录, 减免, 换发 and 职称申报证明 by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Exemption
from core.rules.roles import Actor
from core.schema.certificates import PrintCertificate
from core.services.certificates import print_certificate
from core.services.desk import Desk
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import LARGE, program
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number, picture


@pytest.fixture
def world(sqlite_store: Store) -> World:
    create_seal(sqlite_store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


@pytest.fixture
def holder(desk: Desk, world: World, bureau: Actor) -> Actor:
    """With the number 2; 2025 has passed, 2024 has not."""
    person = world.person("李[/四]")
    remember(world, person, 2025, "30", "60")
    remember(world, person, 2024, "30", "10")
    for year in (2024, 2025):
        settle(desk, bureau, year)
    return person


async def test_an_approved_declaration_is_found_and_revoked(desk: Desk, bureau: Actor, holder: Actor) -> None:
    async with program(desk, bureau, "approved") as at:
        await at.press("v")
        assert "找不到这条记录" in at.text
        await at.press("/")
        await at.type(f"{id_number(2)} 2025")
        await at.press("enter")
        assert "2025年专业课" in at.text and "2024年专业课" not in at.text
        await at.press("v", "9", "enter")
        assert "请选择或写明原因" in at.text
        await at.type("[/ 测试]")
        await at.press("enter")
        assert "结果改为：不通过" in at.text and "没有证书因此作废" in at.text and at.widest <= 80
        await at.press("escape", "w", "enter")
        assert "原因      [/ 测试]" in at.text and "李[/四]" in at.text


async def test_nothing_is_listed_for_a_year_alone(desk: Desk, bureau: Actor, holder: Actor) -> None:
    async with program(desk, bureau, "approved") as at:
        await at.press("/")
        await at.type("2025")
        await at.press("enter")
        assert "没有符合“2025”的已通过的申报" in at.text


async def test_the_hours_of_an_exemption_follow_the_months_until_they_are_typed(
    desk: Desk, world: World, bureau: Actor, holder: Actor, tmp_path: Path
) -> None:
    picture(tmp_path, "证明.png")
    async with program(desk, bureau, "exemptions", size=LARGE) as at:
        at.app.last_folder = tmp_path
        await at.press("n")
        await at.type(id_number(2))
        await at.press("tab", "ctrl+u")
        await at.type("2024")
        await at.press("tab", "tab")
        await at.type("3")
        await at.press("tab")
        assert "67.5" in at.text and "22.5" in at.text and "2024年度标准" in at.text
        await at.press("ctrl+u")
        await at.type("40")
        await at.press("f8")
        assert "请选择或写明原因" in at.text and "不在可选项内" not in at.text
        assert "附件应为" in at.text


async def test_an_exemption_is_revoked_with_a_reason(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    with world.store.writing() as work:
        row = Exemption(
            person_id=holder.person_id,
            year=2024,
            kind="病假",
            total_halves=80,
            public_halves=30,
            professional_halves=20,
            reason="住院",
            org_id=bureau.org_id,
            granted_at=work.clock.now(),
        )
        work.session.add(row)
        work.commit()
    async with program(desk, bureau, "exemptions") as at:
        assert "病假" in at.text and "有效" in at.text
        await at.press("enter")
        assert "至少完成  总学时 40   公需 15   专业 10" in at.text
        await at.press("escape", "p")
        assert "没有证明的图片" in at.text
        await at.press("v", "enter")
        assert "请选择或写明原因" in at.text
        await at.type("证明不实")
        await at.press("enter")
        assert "2024年度现为不通过" in at.text and "已撤销" in at.text
        await at.press("v")
        assert "当前状态是“已撤销”，不能撤销" in at.text
    with world.store.reading() as work:
        assert work.session.scalars(select(Exemption.revoked_reason)).one() == "证明不实"


async def test_a_certificate_is_replaced_from_the_register(desk: Desk, bureau: Actor, holder: Actor) -> None:
    paper = desk.do(print_certificate, holder, PrintCertificate(years=(2025,)))
    async with program(desk, bureau, "certificates") as at:
        await at.press("h")
        await at.type("姓名更正")
        await at.press("enter")
        assert "证书已换发" in at.text and paper.number in at.text
        await at.press("escape")
        assert "已换发" in at.text
        await at.press("down", "enter")
        assert "换发原因  姓名更正" in at.text


async def test_a_person_sees_the_last_five_years_and_narrows_them(desk: Desk, holder: Actor) -> None:
    async with program(desk, holder, "proof") as at:
        assert "2021" in at.text and "未认定" in at.text
        await at.press("p")
        assert "2021、2022、2023 年度还没有认定" in at.text
        await at.press("n", "ctrl+u")
        await at.type("明年")
        await at.press("f8")
        assert "年度请写成四位数字" in at.text
        await at.press("ctrl+u")
        await at.type("2024")
        await at.press("f8")
        assert "不通过" in at.text and "未认定" not in at.text
        await at.press("p")
        assert "证明已打印" in at.text and "2024 至 2025" in at.text


async def test_an_office_names_the_person_first(desk: Desk, world: World, holder: Actor) -> None:
    async with program(desk, world.office(world.school), "proof") as at:
        await at.press("p")
        assert "请先按 N 填写证件号和年度范围" in at.text
        await at.press("n", "f8")
        assert "必填，请填写" in at.text
        await at.type("123")
        await at.press("f8")
        assert "查不到这个证件号的人员" in at.text
        await at.press("ctrl+u")
        await at.type(id_number(2))
        await at.press("f8")
        assert "李[/四]" in at.text and "90" in at.text
