"""The review desk on a queue of 10,000: keys counted, a batch that names what it leaves out, units' declarations."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.model import Declaration, Person
from core.rules.roles import Actor
from core.schema.activities import SubmitActivity
from core.services.activities import submit_activity
from core.services.desk import Desk
from tests.crowds import crowd_of_declarations, crowd_of_people
from tests.screens.office import program, states
from tests.worlds import World, scan, training

CROWD = 10_000


@pytest.fixture
def crowd(world: World) -> list[int]:
    """10,000 plain declarations that wait at the school; their ids, the oldest first."""
    people = crowd_of_people(world.store, world.school, "410326", CROWD)
    return crowd_of_declarations(world.store, world.school, "410326", people)


async def test_sixty_plain_declarations_take_sixty_keys(desk: Desk, world: World, crowd: list[int]) -> None:
    keys = ["a"] * 60
    async with program(desk, world.office(world.school), "review") as at:
        assert f"待审 {CROWD}" in at.text
        await at.press(*keys)
        assert f"待审 {CROWD - 60}" in at.text and "本次已审 60" in at.text
    assert states(desk)["authority"] == len(keys)


async def test_a_return_with_a_usual_reason_takes_three_keys_and_a_slip_one(
    desk: Desk, world: World, crowd: list[int]
) -> None:
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("b", "1", "enter")
        assert "人00001：退回修改" in at.text and states(desk)["draft"] == 1
        await at.press("u")
        assert "已收回：人00001" in at.text and "draft" not in states(desk)


async def test_a_range_over_a_doubt_names_it_before_and_after(
    desk: Desk, world: World, crowd: list[int]
) -> None:
    with desk.writing() as work:
        doubtful = update(Declaration).where(Declaration.id == crowd[4])
        work.session.execute(doubtful.values(flagged=True, claimed_halves=300))
        work.commit()
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("l", "space", *["down"] * 9, "g", "f9")
        assert "选中 10 条，将通过 9 条，留下 1 条" in at.text and "留下  人00005" in at.text
        await at.press("f9")
        assert "通过 9 条，留下 1 条" in at.text and "留下  人00005" in at.text
    assert states(desk)["authority"] == 9


async def test_the_queue_goes_on_past_its_first_page(desk: Desk, world: World, crowd: list[int]) -> None:
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("l", *["pagedown"] * 3, "enter")
        await at.press(*["s"] * 8)
        assert "人00063" in at.text and f"/ {CROWD}" in at.text


async def test_a_unit_declaration_cannot_be_sent_back_and_says_what_to_do(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    declared_by(desk, world.office(world.school), world.person("张三"), tmp_path)
    async with program(desk, world.office(world.education), "review") as at:
        assert "申报来源" in at.text and "单位申报" in at.text
        await at.press("b")
        assert "单位申报没有退回修改：按 R 写明原因" in at.text
        await at.press("a")
        assert "张三：通过，转 汝阳县人力资源和社会保障局" in at.text
    assert states(desk) == {"bureau": 1}


async def test_the_persons_of_a_crowd_are_picked_by_range_and_all_at_once(
    desk: Desk, world: World, crowd: list[int]
) -> None:
    async with program(desk, world.office(world.school), "unit_declare") as at:
        await at.press("f6", "space", "down", "down", "f6")
        assert "已选 4 人" in at.text
        await at.press("f9", *"ren0000", "f5", "enter")
        assert "已选 9 人，F8 提交" in at.text and "人00001、人00002、人00003 等" in at.text
    with desk.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Person)) == CROWD


def declared_by(desk: Desk, unit: Actor, person: Actor, folder: Path) -> None:
    """An activity of a unit for one person."""
    command = SubmitActivity(
        form="post_training",
        values=training(),
        evidence=(scan(desk, unit, folder, 7),),
        people=(person.person_id or 0,),
    )
    desk.do(submit_activity, unit, command)


async def test_the_list_goes_on_to_the_last_of_a_long_queue(
    desk: Desk, world: World, crowd: list[int]
) -> None:
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("l", *["pagedown"] * 5)
        assert "第 91 / " in at.text and "人00091" in at.text
        await at.press("end")
        assert f"第 {CROWD} / {CROWD} 条" in at.text and f"人{CROWD}" in at.text
        await at.press("down")
        assert "已是最后一条" in at.text
        await at.press("enter")
        assert f"人{CROWD}  " in at.text
