"""The review desk (审核台) by keys: one key a verdict, reasons, taking back, batches, and keys that came too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.schema.review import Decide, Verdict
from core.services.desk import Desk
from core.services.review import decide
from core.services.review_views import queue_page
from core.store.store import Store
from tests.screens.office import LARGE, declared, program, rename, states
from tests.worlds import World, build_world

TOO_EARLY = "这一条显示出来之前按的键不算"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


async def test_sixty_plain_declarations_take_sixty_keys(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 60)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press(*["a"] * 60)
        assert states(desk) == {"authority": 60}
        assert "待审 0   本次已审 60" in at.text


async def test_a_refusal_with_a_usual_reason_takes_three_keys(desk: Desk, world: World, tmp_path: Path) -> None:
    declared(desk, world, tmp_path, 2)
    async with program(desk, world.office(world.school), "review") as at:
        await at.press("r", "1", "enter")
        assert states(desk) == {"rejected": 1, "employer": 1}
        assert "教师01" in at.text.splitlines()[2]
