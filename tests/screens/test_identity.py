"""证件信息修改 (P3) by keys: the page, the form with a mistake in each field, the pictures, both ways it ends."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from textual import events

from core.model import IdentityChange
from core.rules.faces import FaceResult, FaceVerdict
from core.rules.roles import Actor
from core.schema.review import Verdict
from core.services.desk import Desk
from core.services.identities import FaceDesk
from core.services.review import decide
from core.store.faces import FaceLimits
from tests.screens.office import LARGE, SMALL, Terminal, program
from tests.screens.test_drafts import again
from tests.services.front_door import cheap_desk
from tests.services.moving import transfer
from tests.services.proofs import HERS, asked, present, verdict, without_faces
from tests.worlds import World, id_number, picture

ALIKE = FaceResult(FaceVerdict.MATCH, 0.2, "人像与证件照片一致")


@pytest.fixture
def desk(world: World) -> Desk:
    return without_faces(cheap_desk(world.store))


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with three pictures of nobody."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2, 3):
        picture(folder, f"照片{number}.png", 40 * number)
    return folder


def states(desk: Desk) -> list[str]:
    """The states of all changes, the oldest first."""
    with desk.reading() as work:
        return list(work.session.scalars(select(IdentityChange.state).order_by(IdentityChange.id)))


async def open_form(at: Terminal, scans: Path) -> None:
    """The form, the file browser on the folder with the pictures."""
    at.app.last_folder = scans
    await at.press("f6")
    assert at.app.frame.route_name == "identity_form"


async def pick_all(at: Terminal) -> None:
    """The three pictures, each into its field: F9 takes the first that is missing."""
    for number in (1, 2, 3):
        at.app.frame.form.stand_on("name")
        await at.press("f9", *["down"] * (number - 1), "enter")


async def retype(at: Terminal, key: str, text: str) -> None:
    """Another text in a field."""
    at.app.frame.form.stand_on(key)
    await at.press("ctrl+u")
    await at.type(text)


async def test_the_page_masks_the_number_and_the_form_shows_it(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity") as at:
        assert "410099********" in at.text and id_number(1) not in at.text
        await open_form(at, scans)
        assert id_number(1) in at.text


async def test_the_page_says_the_rule_and_who_decides(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "identity", LARGE) as at:
        assert "一次只改一项，另一项不变；30 天内只允许修改一次" in at.text and "没有人脸比对" in at.text


async def test_what_is_missing_is_told_beside_every_field(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await at.press("f8")
        assert "有 5 处需要修改" in at.text and "没有要修改的" in at.text
        assert [each in at.text for each in ("请上传身份证正面", "请上传身份证反面", "请上传本人照片")] == [
            True
        ] * 3


async def test_a_name_and_a_number_that_cannot_be_are_told_as_they_are_left(
    desk: Desk, me: Actor, scans: Path
) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await retype(at, "name", "李四(甲)")
        await at.press("tab")
        assert "不能有括号和其他符号" in at.text.replace("\n                  ", "")
        await retype(at, "id_number", id_number(5)[:-1] + "Q")
        await at.press("tab")
        assert "身份证号应为 18 位" in at.text or "校验位不符" in at.text


async def test_both_at_once_are_refused(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "name", "张三丰")
        await retype(at, "id_number", HERS)
        await at.press("f8")
        assert at.text.count("姓名、证件号中必须有一项与修改前一致") == 2 and states(desk) == []


async def test_a_number_that_is_somebody_elses_is_refused(
    desk: Desk, world: World, me: Actor, scans: Path
) -> None:
    world.person("李四")
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "id_number", id_number(2))
        await at.press("f8")
        assert "此证件号已注册" in at.text


async def test_between_two_units_the_form_does_not_open(desk: Desk, world: World, me: Actor) -> None:
    transfer(desk, me, world.garden)
    async with program(desk, me, "identity") as at:
        await at.press("f6")
        assert "单位调转正在办理，新单位处理或撤回后才能修改证件信息" in at.text


async def test_one_picture_does_not_stand_in_two_places(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await at.press("f9", "enter", "tab", "f9", "enter")
        assert "照片1.png：这个文件已经添加过了" in at.text and at.app.frame.overlays


async def test_a_file_that_is_no_picture_is_refused_in_the_browser(
    desk: Desk, me: Actor, scans: Path
) -> None:
    (scans / "假.jpg").write_bytes(b"no picture")
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await at.press("f9")
        await at.type("假")
        await at.press("enter")
        assert "假.jpg：不是 .jpg" in at.text and at.app.frame.overlays


async def test_a_picture_is_looked_at_and_taken_off(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await at.press("f7")
        assert "还没有选照片" in at.text
        await at.press("f9", "enter", "f7")
        assert at.app.frame.route_name == "picture" and "身份证正面" in at.text and "▀" in at.text
        await at.press("escape", "delete")
        assert "照片1.png" not in at.text and "40x40" not in at.text


async def test_without_a_comparison_it_waits_at_the_employer(desk: Desk, me: Actor, scans: Path) -> None:
    async with program(desk, me, "identity", LARGE) as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "name", "张三丰")
        await at.press("f8")
        assert at.app.frame.route_name == "identity" and states(desk) == ["pending"]
        assert "由单位核对照片。已提交，待 汝阳县小店镇第一初级中学 审核" in at.text
        assert "有一项待 汝阳县小店镇第一初级中学 审核" in at.text and "张三丰" in at.text
        await at.press("f6")
        assert "已有一项证件信息修改在办理" in at.text


async def test_what_waits_is_looked_at_with_its_pictures_and_taken_back(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    asked(desk, me, tmp_path, name="张三丰")
    async with program(desk, me, "identity") as at:
        await at.press("enter")
        assert "张三 改为 张三丰" in at.text and "3 本人照片" in at.text
        await at.press("f2")
        assert at.app.frame.route_name == "faces" and "▀" in at.text
        await at.press("escape", "escape", "f7", "1")
        assert "已撤回证件信息修改" in at.text and states(desk) == ["withdrawn"]


async def test_a_clear_match_changes_the_name_at_once(desk: Desk, me: Actor, scans: Path) -> None:
    desk.shelf["faces"] = FaceDesk(lambda card, portrait, limits: ALIKE, lambda: True)
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "name", "张三丰")
        await at.press("f8")
        assert "人像与证件照片一致，姓名已修改" in at.text and "2026-12-22 起可再修改" in at.text
        assert present(desk, me)["name"] == "张三丰"
        assert "张三丰" in at.text.splitlines()[0]


async def test_while_the_faces_are_compared_the_screen_says_so(desk: Desk, me: Actor, scans: Path) -> None:
    seen = threading.Event()

    def compared(card: bytes, portrait: bytes, limits: FaceLimits) -> FaceResult:
        seen.wait(60)
        return ALIKE

    desk.shelf["faces"] = FaceDesk(compared, lambda: True)
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "name", "张三丰")
        at.app.gate.put(events.Key("f8", None))
        while "正在比对照片，请稍候" not in at.text:
            await at.pilot.pause()
        seen.set()
        await at.app.gate.idle()
        assert "姓名已修改" in at.app.frame.notice.text


async def test_a_new_number_is_said_to_be_the_login_from_now_on(desk: Desk, me: Actor, scans: Path) -> None:
    desk.shelf["faces"] = FaceDesk(lambda card, portrait, limits: ALIKE, lambda: True)
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "id_number", HERS)
        await at.press("f8")
        assert "今后请用新的证件号登录，密码不变" in at.app.frame.notice.text
        await at.press("f6")
        assert "证件信息 30 天内只允许修改一次，2026-12-22 起可再修改" in at.text


async def test_why_the_employer_refused_stands_below_the_list(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    done = asked(desk, me, tmp_path, name="张三丰")
    desk.do(decide, world.office(world.school), verdict(done, Verdict.REJECT, "证件已过有效期"))
    async with program(desk, me, "identity") as at:
        assert "未通过的原因：证件已过有效期" in at.text


async def test_what_was_typed_and_picked_is_there_again_after_the_next_login(
    desk: Desk, world: World, me: Actor, scans: Path
) -> None:
    async with program(desk, me, "identity") as at:
        await open_form(at, scans)
        await pick_all(at)
        await retype(at, "name", "张三丰")
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("d")
        assert at.app.frame.route_name == "identity_form" and "张三丰" in at.text
        await at.press("f8")
        assert states(desk) == ["pending"]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_everything_fits_with_all_errors_shown(
    desk: Desk, me: Actor, scans: Path, size: tuple[int, int]
) -> None:
    async with program(desk, me, "identity", size) as at:
        await open_form(at, scans)
        await retype(at, "name", "(")
        await retype(at, "id_number", "1")
        await at.press("f8")
        assert at.widest <= size[0] and "请上传本人照片" in at.text
