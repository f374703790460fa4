"""学历及学位情况, 职(执)业资格, 学术技术称号 by keys: the lists, and the form of an entry."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.rules.fields import FieldKind
from core.rules.person_records import RECORD_KINDS
from core.rules.roles import Actor
from core.schema.person_records import RecordList, RecordRow, SaveRecord
from core.services.desk import Desk
from core.services.person_records import record_page, save_record
from tests.rules.record_samples import SAMPLES
from tests.screens.office import Terminal, program
from tests.screens.test_drafts import again
from tests.worlds import World, picture
from tui.screens.picture import PictureScreen
from tui.screens.record import RecordScreen
from tui.widgets.picker import Picker


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person("李晓东")


def screen_of(at: Terminal) -> RecordScreen:
    screen = at.app.screen
    assert isinstance(screen, RecordScreen)
    return screen


def listed(desk: Desk, me: Actor, kind: str) -> tuple[RecordRow, ...]:
    return desk.do(record_page, me, RecordList(kind=kind)).rows


def add(desk: Desk, me: Actor, kind: str = "honour", **changed: str) -> RecordRow:
    return desk.do(save_record, me, SaveRecord(kind=kind, values={**SAMPLES[kind], **changed}))


async def fill(at: Terminal, values: dict[str, str]) -> None:
    """Type into the fields one after the other; what is picked is typed into its list."""
    form = screen_of(at).form
    for key, value in values.items():
        while form.current.spec.key != key:
            await at.press("tab")
        await at.type(value)
        if form.current.spec.kind is FieldKind.CHOICE:
            await at.press("enter")


@pytest.mark.parametrize("kind", RECORD_KINDS)
async def test_an_entry_is_typed_saved_and_listed(desk: Desk, me: Actor, kind: str) -> None:
    async with program(desk, me, kind) as at:
        await at.press("f6")
        await fill(at, SAMPLES[kind])
        await at.press("f2")
        name = SAMPLES[kind][RECORD_KINDS[kind].title_field]
        assert f"已保存{RECORD_KINDS[kind].name} {name}，立即生效" in at.text
        assert at.app.frame.route_name == kind and at.widest <= 80
    assert [row.values for row in listed(desk, me, kind)] == [SAMPLES[kind]]


@pytest.mark.parametrize("kind", RECORD_KINDS)
async def test_an_empty_form_marks_every_field_with_a_star(desk: Desk, me: Actor, kind: str) -> None:
    async with program(desk, me, kind) as at:
        await at.press("f6", "f2")
        marked = {field.spec.key for field in screen_of(at).form.fields if field.error}
        assert marked == {spec.key for spec in RECORD_KINDS[kind].fields if spec.required}


async def test_words_that_a_list_does_not_hold_are_taken_as_typed(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "honour") as at:
        await at.press("f6")
        await at.type("汝阳县优秀教师")
        assert "汝阳县优秀教师   (照此填写)" in at.text
        await at.press("enter")
        assert screen_of(at).form.values()["honour"] == "汝阳县优秀教师"


async def test_a_closed_list_takes_nothing_else(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "education") as at:
        await at.press("f6")
        await at.type("幼儿园")
        assert "没有符合的" in at.text and isinstance(at.app.frame.top, Picker)


async def test_a_listed_honour_brings_its_level(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "honour") as at:
        await at.press("f6", *"qgmfjs", "enter")
        assert screen_of(at).form.values()["level"] == "国家级"


async def test_an_entry_is_changed_in_its_form(desk: Desk, me: Actor) -> None:
    add(desk, me)
    async with program(desk, me, "honour") as at:
        await at.press("enter")
        assert screen_of(at).form.values()["grantor"] == SAMPLES["honour"]["grantor"]
        screen_of(at).form.stand_on("grantor")
        await at.press("ctrl+u")
        await at.type("河南省人民政府")
        await at.press("f2")
    assert [row.values["grantor"] for row in listed(desk, me, "honour")] == ["河南省人民政府"]


async def test_an_entry_that_was_not_changed_needs_no_saving(desk: Desk, me: Actor) -> None:
    add(desk, me)
    async with program(desk, me, "honour") as at:
        await at.press("enter", "f2")
        assert "没有改动，不用保存" in at.text


async def test_deleting_asks_and_takes_the_entry_under_the_marker(desk: Desk, me: Actor) -> None:
    add(desk, me)
    add(desk, me, honour="汝阳县优秀教师", level="其他")
    async with program(desk, me, "honour") as at:
        await at.press("down", "x")
        assert "删除 汝阳县优秀教师？" in at.text
        await at.press("1")
        assert "已删除 汝阳县优秀教师" in at.text
    assert [row.values["honour"] for row in listed(desk, me, "honour")] == [SAMPLES["honour"]["honour"]]


@pytest.mark.parametrize("key", ["enter", "x", "v"])
async def test_an_empty_list_says_how_to_begin(desk: Desk, me: Actor, key: str) -> None:
    async with program(desk, me, "education") as at:
        await at.press(key)
        assert at.app.frame.notice.text == "还没有学历，按 F6 新增"


async def test_the_pictures_of_an_archive_come_in_together(desk: Desk, me: Actor, tmp_path: Path) -> None:
    archive = tmp_path / "证书.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for shade in (60, 90):
            packed.write(picture(tmp_path, f"证书{shade}.png", shade), f"证书{shade}.png")
        packed.writestr("说明.txt", "x")
    async with program(desk, me, "honour") as at:
        await at.press("f6")
        await fill(at, SAMPLES["honour"])
        await at.press("f9")
        await at.type(str(archive))
        await at.press("enter")
        assert "已添加 2 个附件；没有添加：说明.txt" in at.text
        await at.press("f2")
    (row,) = listed(desk, me, "honour")
    assert [each.caption for each in row.evidence] == ["证书60", "证书90"]


async def test_the_pictures_of_an_entry_are_looked_at_from_the_list(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    path = picture(tmp_path, "证书.png")
    async with program(desk, me, "honour") as at:
        await at.press("f6")
        await fill(at, SAMPLES["honour"])
        await at.press("f9")
        await at.type(str(path))
        await at.press("enter", "f2", "v")
        assert isinstance(at.app.screen, PictureScreen)


async def test_the_same_entry_twice_is_said_beside_its_field(desk: Desk, me: Actor) -> None:
    add(desk, me)
    async with program(desk, me, "honour") as at:
        await at.press("f6")
        await fill(at, SAMPLES["honour"])
        await at.press("f2")
        assert f"已有相同的一条（{SAMPLES['honour']['honour']}）" in at.text


async def test_what_was_typed_is_offered_again_after_the_line_broke(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "education") as at:
        await at.press("f6")
        await fill(at, {"education": "大学本科", "school": "河南师范大学"})
        await at.press("f9")
        await at.type(str(picture(tmp_path, "毕业证书.png")))
        await at.press("enter")
    async with program(desk, again(world, me), "person_home") as at:
        assert "学历及学位情况 河南师范大学" in at.text
        await at.press("d")
        values = screen_of(at).form.values()
        assert (values["school"], len(screen_of(at).attachments.views)) == ("河南师范大学", 1)


async def test_a_change_goes_on_after_the_line_broke_and_stays_a_change(
    desk: Desk, world: World, me: Actor
) -> None:
    add(desk, me)
    async with program(desk, me, "honour") as at:
        await at.press("enter")
        screen_of(at).form.stand_on("document")
        await at.type("补")
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d", "f2")
        assert "已保存称号" in at.text
    assert [row.values["document"][-1] for row in listed(desk, me, "honour")] == ["补"]
