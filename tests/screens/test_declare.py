"""学时(分)申报 by keys: the form of each 学习形式, the rule beside the claim, attachments, drafts and submission."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.model import Declaration
from core.rules.forms import FORMS, LearningForm, declaration_fields
from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.review import Decide, Verdict
from core.services.declarations import declaration_view
from core.services.desk import Desk
from core.services.review import decide
from tests.screens.office import Terminal, program
from tests.worlds import World, picture, submitted
from tui.screens.declare import DeclareScreen
from tui.screens.picture import PictureScreen
from tui.widgets.file_picker import FilePicker

TYPED = {
    "organiser": "汝阳县教育局",
    "class_name": "2026年初中数学新课标培训班",
    "started_on": "2026/7/10",
    "ended_on": "２０２６０７１４",
}
TALL = (80, 50)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def screen_of(at: Terminal) -> DeclareScreen:
    screen = at.app.screen
    assert isinstance(screen, DeclareScreen)
    return screen


async def fill(at: Terminal, values: dict[str, str]) -> None:
    """Type into the fields one after the other, as Tab meets them."""
    form = screen_of(at).form
    for key, value in values.items():
        while form.current.spec.key != key:
            await at.press("tab")
        await at.type(value)


async def choose_form(at: Terminal, name: str) -> None:
    """学习形式 by its name; the marker of the list goes to the exact one."""
    screen_of(at).form.stand_on("form")
    await at.type(name)
    await at.press("enter")


async def attach(at: Terminal, path: Path) -> None:
    """F9, the path typed, Enter."""
    await at.press("f9")
    await at.type(str(path))
    await at.press("enter")


async def complete(at: Terminal, folder: Path) -> None:
    """A whole declaration of 岗位培训, ready to be sent."""
    await fill(at, TYPED)
    await at.press("tab", "h", "g", "enter", "tab")
    await at.type("４０")
    await attach(at, picture(folder, "通知.png"))


def stored(desk: Desk) -> list[Declaration]:
    with desk.reading() as work:
        return list(work.session.query(Declaration).order_by(Declaration.id))


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.key)
async def test_the_chosen_form_of_learning_gives_the_fields_on_screen(
    desk: Desk, me: Actor, form: LearningForm
) -> None:
    async with program(desk, me, "declare", size=TALL) as at:
        await choose_form(at, form.name)
        assert all(spec.label in at.text for spec in declaration_fields(form))
        assert form.clause[:20] in at.text
        assert at.widest <= 80


async def test_another_form_keeps_what_was_typed_under_the_same_key(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, TYPED)
        await choose_form(at, "行业培训")
        values = screen_of(at).form.values()
        assert {key: values[key] for key in TYPED if key in values} == {
            key: TYPED[key] for key in ("class_name", "started_on", "ended_on")
        }


async def test_going_back_to_a_form_finds_what_was_typed_there(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, TYPED)
        await choose_form(at, "专利")
        await choose_form(at, "岗位培训")
        assert screen_of(at).form.values()["organiser"] == TYPED["organiser"]


async def test_the_hours_of_the_rule_stand_beside_the_claim(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, TYPED | {"claimed_hours": "48"})
        await at.press("tab")
        assert "5 天 x 8 = 40" in at.text
        assert "申请高出 8" in at.text
        assert "[推定]" in at.text


async def test_the_reviewers_stand_under_the_form(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare", size=TALL) as at:
        assert "汝阳县小店镇第一初级中学 > 汝阳县教育局 >" in at.text


async def test_all_mistakes_are_shown_at_once_and_what_was_typed_stays(desk: Desk, me: Actor) -> None:
    wrong = {"year": "明年", "started_on": "不知道", "ended_on": "2026-13-45", "claimed_hours": "40.3"}
    async with program(desk, me, "declare", size=TALL) as at:
        form = screen_of(at).form
        for key, value in wrong.items():
            form.find(key).set(value)
        await at.press("f8")
        marked = {field.spec.key for field in form.fields if field.error}
        assert marked == {*wrong, "organiser", "class_name", "result", "evidence"}
        assert all(field.error in at.text for field in form.fields if field.error)
        assert {key: form.values()[key] for key in wrong} == wrong


async def test_a_complete_declaration_goes_to_the_employer(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await complete(at, tmp_path)
        await at.press("f8")
        assert "等待 汝阳县小店镇第一初级中学 审核" in at.text
        assert "继续教育公共服务平台" in at.text
    (row,) = stored(desk)
    assert (row.status, row.claimed_halves, str(row.started_on)) == ("pending", 80, "2026-07-10")


async def test_a_burst_ends_as_the_same_keys_typed_slowly_do(desk: Desk, me: Actor, tmp_path: Path) -> None:
    path = picture(tmp_path, "notice.png")
    keys = ["2", "tab", "tab"]
    for value in TYPED.values():
        keys += [*value, "tab"]
        keys += ["tab"] if value == TYPED["class_name"] else []
    keys += ["h", "g", "enter", "tab", *"40", "f9", *str(path), "enter", "f8"]
    async with program(desk, me, "person_home") as at:
        await at.burst(*keys)
        assert "等待 汝阳县小店镇第一初级中学 审核" in at.text
    assert [(row.status, row.claimed_halves) for row in stored(desk)] == [("pending", 80)]


async def test_a_draft_is_kept_and_gone_on_with(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await complete(at, tmp_path)
        await at.press("f2")
        assert "草稿已存 09:00:00" in at.text
        await at.press("escape")
        assert "未完成的草稿 1 件" in at.text
        await at.press("d", "e")
        assert screen_of(at).form.values()["class_name"] == TYPED["class_name"]
        await at.press("f8")
        assert "等待 汝阳县小店镇第一初级中学 审核" in at.text
    assert [row.status for row in stored(desk)] == ["pending"]


async def test_saving_twice_keeps_one_draft(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲"})
        await at.press("f2")
        await at.type("乙")
        await at.press("f2")
    assert [row.fields["organiser"] for row in stored(desk)] == ["甲乙"]


async def test_a_refused_declaration_is_declared_again_from_a_copy(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    view = submitted(desk, me, tmp_path)
    refusal = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="通知不清晰")
    desk.do(decide, world.office(world.school), refusal)
    async with program(desk, me, "progress") as at:
        await at.press("g")
        assert screen_of(at).form.values()["class_name"] == view.title
        assert len(screen_of(at).attachments.views) == 1
        await at.press("f8")
        assert "待审核 1" in at.text
    assert [(row.status, row.origin_id) for row in stored(desk)] == [("rejected", None), ("pending", view.id)]


async def test_escape_asks_and_keeps_what_was_typed(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await fill(at, {"organiser": "甲"})
        await at.press("escape", "escape")
        assert screen_of(at).form.values()["organiser"] == "甲"


async def test_escape_can_save_first(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await fill(at, {"organiser": "甲"})
        await at.press("escape", "3")
        assert "草稿已保存，尚未提交" in at.text
    assert [row.status for row in stored(desk)] == ["draft"]


async def test_escape_can_drop_everything(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await fill(at, {"organiser": "甲"})
        await at.press("escape", "1")
        assert "继续教育公共服务平台" in at.text
    assert stored(desk) == []


async def test_brackets_are_text_like_any_other(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "declare", size=TALL) as at:
        await fill(at, {"class_name": "[/ 测试]"})
        await attach(at, picture(tmp_path, "[red] 通知.png"))
        await at.press("f2")
        assert "[/ 测试]" in at.text and "[red] 通知.png" in at.text
        view = desk.do(declaration_view, me, Number(value=stored(desk)[0].id))
        assert view.values["class_name"] == "[/ 测试]"


async def test_ten_thousand_pasted_characters_are_kept_and_refused_with_a_sentence(
    desk: Desk, me: Actor
) -> None:
    async with program(desk, me, "declare", size=TALL) as at:
        form = screen_of(at).form
        form.stand_on("remark")
        await at.type("备" * 10_000)
        assert "10000/1000" in at.text
        await at.press("f2")
        assert "最多 1000 个字，现在 10000 个，请删减" in at.text
        assert form.values()["remark"] == "备" * 10_000


async def test_control_characters_are_refused_with_a_sentence(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲\x1b[2J\x07乙"})
        await at.press("f2")
        assert "含有不能显示的字符，请删去" in at.text
        assert stored(desk) == []


async def test_the_same_picture_twice_is_refused_in_the_browser(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    path = picture(tmp_path, "通知.png")
    async with program(desk, me, "declare") as at:
        await attach(at, path)
        await attach(at, path)
        assert "这个文件已经添加过了" in at.text
        assert isinstance(screen_of(at).top, FilePicker)


async def test_a_file_that_is_no_picture_is_refused_by_its_content(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "假图.png"
    path.write_text("not a picture")
    async with program(desk, me, "declare") as at:
        await attach(at, path)
        assert "不是 .jpg .jpeg .gif .bmp .png 图片" in at.text


async def test_the_browser_lists_folders_and_pictures_only(desk: Desk, me: Actor, tmp_path: Path) -> None:
    (tmp_path / "2026年").mkdir()
    (tmp_path / "说明.txt").write_text("x")
    picture(tmp_path, "通知.PNG")
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        await at.type(f"{tmp_path}/")
        assert "1 个目录，1 个文件" in at.text
        assert "说明.txt" not in at.text


async def test_the_browser_narrows_by_pinyin_and_opens_where_it_was_left(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    picture(tmp_path, "培训通知.png", shade=1)
    picture(tmp_path, "结业证书.png", shade=2)
    async with program(desk, me, "declare") as at:
        await attach(at, tmp_path / "培训通知.png")
        await at.press("f9", *"jyzs", "enter")
        assert [view.file_name for view in screen_of(at).attachments.views] == [
            "培训通知.png",
            "结业证书.png",
        ]


async def test_left_goes_up_a_folder_and_enter_goes_in(desk: Desk, me: Actor, tmp_path: Path) -> None:
    inner = tmp_path / "内"
    inner.mkdir()
    picture(inner, "通知.png")
    async with program(desk, me, "declare") as at:
        at.app.last_folder = inner
        await at.press("f9", "left")
        assert ">1     内/" in at.text
        await at.press("enter")
        assert ">1     通知.png" in at.text


async def test_a_sixth_attachment_is_refused(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "declare") as at:
        for number in range(5):
            await attach(at, picture(tmp_path, f"{number}.png", shade=number))
        await at.press("f9")
        assert "最多 5 个附件" in at.text


async def test_delete_takes_an_attachment_off_after_a_question(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "declare") as at:
        await attach(at, picture(tmp_path, "通知.png"))
        screen = screen_of(at)
        screen.form.stand_on(f"caption:{screen.attachments.views[0].sha256}")
        await at.press("delete")
        assert "移除附件 通知.png？" in at.text
        await at.press("1")
        assert screen.attachments.views == []


async def test_the_caption_of_an_attachment_can_be_rewritten(desk: Desk, me: Actor, tmp_path: Path) -> None:
    async with program(desk, me, "declare") as at:
        await attach(at, picture(tmp_path, "通知.png"))
        screen = screen_of(at)
        screen.form.stand_on(f"caption:{screen.attachments.views[0].sha256}")
        await at.press("ctrl+u")
        await at.type("结业证书")
        await at.press("f2")
    view = desk.do(declaration_view, me, Number(value=stored(desk)[0].id))
    assert [each.caption for each in view.evidence] == ["结业证书"]


async def test_an_attachment_is_looked_at_enlarged_and_left_again(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        await attach(at, picture(tmp_path, "通知.png"))
        await at.press("f7")
        assert isinstance(at.app.screen, PictureScreen)
        assert "▀" in at.text and "1 倍" in at.text
        await at.press("+", "right")
        assert "1.5 倍" in at.text
        await at.press("n")
        assert "只有 1 个附件" in at.text
        await at.press("escape")
        assert len(screen_of(at).attachments.views) == 1


async def test_f7_without_an_attachment_says_how_to_add_one(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await at.press("f7")
        assert "还没有附件，按 F9 添加" in at.text


async def test_a_cap_says_how_much_is_left(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare", size=TALL) as at:
        await choose_form(at, "服务基层")
        assert "还剩 24 学时" in at.text


def packed(folder: Path, count: int, *more: tuple[str, bytes]) -> Path:
    """A .zip of so many pictures, and what else is to be in it."""
    path = folder / "材料[测试].zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1, count + 1):
            archive.write(picture(folder, f"{number}.png", shade=number), f"证书{number}.png")
        for name, content in more:
            archive.writestr(name, content)
    return path


async def test_an_archive_adds_all_its_pictures_and_names_what_it_leaves_out(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    path = packed(tmp_path, 3, ("说明.txt", b"no picture"))
    async with program(desk, me, "declare") as at:
        await attach(at, path)
        names = [view.file_name for view in screen_of(at).attachments.views]
        assert names == ["证书1.png", "证书2.png", "证书3.png"]
        assert "已添加 3 个附件；没有添加：说明.txt" in at.app.frame.notice.text


async def test_an_archive_with_more_pictures_than_there_is_room_for_adds_none(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        await attach(at, picture(tmp_path, "通知.png", shade=99))
        await attach(at, packed(tmp_path, 5))
        assert "压缩包里有 5 张图片，只能再添加 4 张" in at.app.frame.notice.text
        assert len(screen_of(at).attachments.views) == 1


async def test_the_file_browser_lists_archives_with_their_size(desk: Desk, me: Actor, tmp_path: Path) -> None:
    path = packed(tmp_path, 1)
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        await at.type(f"{tmp_path}/")
        row = next(line for line in at.text.splitlines() if path.name in line)
        assert "KB" in row
