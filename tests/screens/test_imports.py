"""批量导入 and 公需课平台 on screen: what may be done when, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.imports import ImportKind
from core.schema.imports import CheckImport
from core.schema.providers import SaveProvider
from core.services.desk import Desk
from core.services.imports import check_import
from core.services.jobs import JobRunner
from core.services.providers import save_provider
from core.store.store import Store
from tests.screens.office import LARGE, SMALL, program
from tests.services.front_door import cheap_desk
from tests.services.hall import operator
from tests.services.importing import checked, table
from tests.services.test_imports_hours import learnt
from tests.signed_files import Signer
from tests.worlds import World, build_world

HOURS = ImportKind.HOURS


@pytest.fixture
def world(sqlite_store: Store) -> World:
    made = build_world(sqlite_store)
    made.person("张三")
    return made


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_list_of_brackets_and_long_words_is_shown_as_it_is(
    desk: Desk, world: World, tmp_path: Path, size: tuple[int, int]
) -> None:
    school = world.office(world.school)
    rows = [learnt(培训班名称="[/bold] [red]" + "班" * 120), learnt(年度="[二〇二六]")]
    view = checked(desk, school, HOURS, table(HOURS, rows, tmp_path))
    async with program(desk, school, "office_home", size) as at:
        await at.app.go("import", job_id=view.job.id)
        assert "[/bold] [red]" in at.text
        await at.burst("enter")
        assert "最多 100 个字" in at.text


async def test_all_is_offered_only_while_it_waits_to_be_stored(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    school = world.office(world.school)
    view = checked(desk, school, HOURS, table(HOURS, [learnt()], tmp_path))
    async with program(desk, school, "office_home", SMALL) as at:
        await at.app.go("import", job_id=view.job.id)
        before = [command.action for command in at.app.frame.live_commands()]
        await at.burst("f8")
        assert JobRunner.of(desk).wait(60)
        await at.burst("f5")
        after = [command.action for command in at.app.frame.live_commands()]
        assert ("store_all" in before, "store_all" in after, "已入库" in at.text) == (True, False, True)


async def test_a_file_that_can_not_be_read_leaves_the_browser_open_and_says_why(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    async with program(desk, world.office(world.school), "imports", SMALL) as at:
        await at.burst("f6", "2", *str(tmp_path / "broken.xlsx"), "enter")
        assert (bool(at.app.frame.overlays), "不是完好的 .xlsx 文件" in at.app.frame.notice.text) == (
            True,
            True,
        )


async def test_a_broken_off_check_can_be_gone_on_with(
    desk: Desk, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = world.office(world.school)
    path = table(HOURS, [learnt()], tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
        view = desk.do(check_import, school, CheckImport(kind=HOURS, path=str(path)))
    with desk.writing() as work:
        from core.model import Job

        work.session.get_one(Job, view.job.id).state = "paused"
        work.commit()
    async with program(desk, school, "office_home", SMALL) as at:
        await at.app.go("import", job_id=view.job.id)
        assert "按 R 继续" in at.text
        await at.burst("r")
        assert JobRunner.of(desk).wait(60)
        await at.burst("f5")
        assert "检查完成，尚未入库" in at.text


async def test_a_provider_with_a_mistake_in_every_field_is_told_so_beside_each(
    desk: Desk, world: World
) -> None:
    async with program(desk, world.office(world.province_bureau), "providers", SMALL) as at:
        await at.burst("f2", *"河南", "tab", "tab", *"abc", "f8")
        shown = at.text
        assert [words in shown for words in ("大写字母或数字", "必填", "应为 Ed25519 公钥")] == [True] * 3


async def test_a_provider_is_switched_off_and_on(desk: Desk, world: World) -> None:
    boss = operator(world)
    desk.do(save_provider, boss, SaveProvider(code="HNXH", name="学会", public_key=Signer().public_key))
    async with program(desk, boss, "providers", SMALL) as at:
        await at.burst("f7", "1")
        off = at.app.frame.notice.text
        await at.burst("f7", "1")
        assert (off, at.app.frame.notice.text) == ("学会 停用", "学会 启用")


async def test_a_county_sees_no_providers(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.county_bureau), "office_home", SMALL) as at:
        await at.burst("ctrl+g", *"gx", "enter")
        assert "不在您的管理范围内" in at.app.frame.notice.text
