"""The picker where the program is served: the inbox alone, up to date by itself, and nothing painted for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.rules.boxes import Box
from core.rules.roles import Actor
from core.services.box_files import listed, put_file, remove_file
from core.services.desk import Desk
from core.store.seal import create_seal
from core.store.store import Store
from tests.screens.office import Terminal, program
from tests.services.front_door import cheap_desk
from tests.services.hall import ISSUER
from tests.worlds import World, build_world, picture
from tui.widgets.inbox_picker import InboxPicker

PDF = b"%PDF-1.7\nfictitious\n"


@pytest.fixture
def world(open_new_store: Callable[..., Store]) -> World:
    store = open_new_store("sqlite", served=True)
    create_seal(store.settings.seal_dir, ISSUER)
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A look every fiftieth of a second."""
    monkeypatch.setattr("tui.choosing_file.EVERY", 0.02)
    yield


def bring(desk: Desk, me: Actor, path: Path) -> None:
    put_file(desk, me.account_id, Box.INBOX, path.name, path.read_bytes())


def picker(at: Terminal) -> InboxPicker:
    top = at.app.screen.top  # type: ignore[attr-defined]
    assert isinstance(top, InboxPicker)
    return top


async def test_a_file_that_comes_is_listed_without_a_key_pressed(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        assert "收件箱里没有这里要的文件" in at.text
        bring(desk, me, picture(tmp_path, "结业证书.png"))
        await at.until(lambda: "结业证书.png" in at.text)


async def test_what_is_picked_becomes_the_attachment(desk: Desk, me: Actor, tmp_path: Path) -> None:
    bring(desk, me, picture(tmp_path, "结业证书.png"))
    async with program(desk, me, "declare") as at:
        await at.press("f9", "enter")
        assert "已添加 结业证书.png" in at.text


async def test_the_marker_stays_on_its_file_when_another_comes(desk: Desk, me: Actor, tmp_path: Path) -> None:
    bring(desk, me, picture(tmp_path, "一.png", 1))
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        bring(desk, me, picture(tmp_path, "二.png", 2))
        await at.until(lambda: "二.png" in at.text)
        assert any(line.startswith(">") and "一.png" in line for line in at.text.splitlines())


async def test_a_file_that_goes_leaves_the_list(desk: Desk, me: Actor, tmp_path: Path) -> None:
    bring(desk, me, picture(tmp_path, "一.png"))
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        remove_file(desk, me.account_id, Box.INBOX, "一.png")
        await at.until(lambda: "一.png" not in at.text)


async def test_nothing_is_painted_while_nothing_comes(
    desk: Desk, me: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(desk, me, picture(tmp_path, "一.png"))
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        painted, looked, top = list[int](), list[int](), picker(at)
        monkeypatch.setattr(top, "changed", lambda: painted.append(1))
        show = top.show
        monkeypatch.setattr(top, "show", lambda view: looked.append(1) or show(view))
        await at.until(lambda: len(looked) > 5)
        assert painted == []


async def test_delete_takes_a_file_out_of_the_inbox_after_a_question(
    desk: Desk, me: Actor, tmp_path: Path
) -> None:
    bring(desk, me, picture(tmp_path, "一.png"))
    async with program(desk, me, "declare") as at:
        await at.press("f9", "delete")
        assert "从收件箱删去 一.png？" in at.text and listed(desk, me.account_id, Box.INBOX)
        await at.press("1")
        assert "已从收件箱删去 一.png" in at.text and not listed(desk, me.account_id, Box.INBOX)


async def test_no_key_leads_to_the_folders_of_the_server(desk: Desk, me: Actor, tmp_path: Path) -> None:
    picture(tmp_path, "服务器上的.png")
    async with program(desk, me, "declare") as at:
        await at.press("f9", "left")
        await at.type(f"{tmp_path}/")
        assert "服务器上的.png" not in at.text and "收件箱里没有这样的文件" in at.text


async def test_only_what_the_form_takes_is_listed(desk: Desk, me: Actor, tmp_path: Path) -> None:
    put_file(desk, me.account_id, Box.INBOX, "说明.pdf", PDF)
    bring(desk, me, picture(tmp_path, "没有结尾的图"))
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        assert "没有结尾的图" in at.text and "说明.pdf" not in at.text and "另有 1 个" in at.text


async def test_it_stops_looking_when_it_is_closed(
    desk: Desk, me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        await at.press("escape")
        asked: list[object] = []
        monkeypatch.setattr("tui.choosing_file.box_list", asked.append)
        await at.pilot.pause(0.2)
        assert asked == []


async def test_a_guest_is_told_that_there_is_no_inbox(desk: Desk) -> None:
    async with program(desk, None, "check") as at:
        for way in ("3", "4"):
            await at.press(way)
            assert "没有登录就没有收件箱" in at.text


async def test_a_certificate_is_checked_from_the_inbox(desk: Desk, me: Actor) -> None:
    put_file(desk, me.account_id, Box.INBOX, "来的.pdf", PDF)
    async with program(desk, me, "check") as at:
        await at.press("3", "enter")
        assert "不是证书或已损坏" in at.text
        await at.press("4")
        assert "来的.pdf" in at.text and "共 1 个文件" in at.text


async def test_it_says_how_files_come_in(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await at.press("f9")
        assert "sftp 登录名@服务器" in at.text and at.widest <= 80
