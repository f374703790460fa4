"""Drafts (P13) by keys: saved while a form is filled in, offered at the next login, gone when sent or given up."""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

import tui.routes
from core.model import Declaration, Draft, LoginSession
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.drafts import DraftKey, DraftRow
from core.schema.sign_in import SignedIn
from core.services.desk import Desk
from core.services.drafts import draft_list, open_draft
from tests.screens.office import Terminal, program
from tests.screens.test_declare import TYPED, attach, complete, fill, screen_of
from tests.worlds import World, picture
from tui.keeping import LATEST
from tui.kept import Kept


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def again(world: World, actor: Actor) -> Actor:
    """The same account in another session, as after a new login."""
    with world.store.writing() as work:
        old = work.session.get_one(LoginSession, actor.session_id)
        fresh = LoginSession(
            id=actor.session_id + "-again",
            account_id=old.account_id,
            role=old.role,
            account_role_id=old.account_role_id,
            address="",
            started_at=work.clock.now(),
            last_seen_at=work.clock.now(),
        )
        work.session.add(fresh)
        work.commit()
    return replace(actor, session_id=fresh.id)


def kept(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Draft)) or 0


def rows(desk: Desk, actor: Actor) -> tuple[DraftRow, ...]:
    return desk.do(draft_list, actor, Nothing())


async def saved(at: Terminal) -> None:
    """Until what was typed has been saved."""
    while any(draft.unsaved for draft in at.app.keeping._drafts):
        await asyncio.sleep(0.02)
    await at.pilot.pause()


async def half_filled(at: Terminal, folder: Path) -> dict[str, str]:
    """A declaration broken off in 申请学时, with an attachment; answers what stands in it."""
    await fill(at, TYPED)
    await at.press("tab", "h", "g", "enter")
    await attach(at, picture(folder, "通知.png"))
    await fill(at, {"claimed_hours": "４"})
    await saved(at)
    return screen_of(at).form.values()


async def test_what_was_typed_is_offered_at_the_next_login_and_stands_there_again(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        values = await half_filled(at, tmp_path)
    async with program(desk, again(world, me), "person_home") as at:
        assert "未完成的草稿 1 件" in at.text
        assert "学时申报 岗位培训 2026年初中数学新课标培训班" in at.text
        assert "今天 09:00 中断" in at.text
        await at.press("d")
        assert screen_of(at).form.values() == values
        assert [each.file_name for each in screen_of(at).attachments.views] == ["通知.png"]
        assert screen_of(at).form.current.spec.key == "claimed_hours"
        assert "已取回上次没有填完的内容" in at.text


ROUTES = {
    "declare": {},
    "basics": {},
    "transfer": {},
    "position": {},
    "identity_form": {},
    "record": {"kind": "honour"},
}
OFFICE_ROUTES = {
    "unit_declare": "school",
    "org_profile": "school",
    "org_change": "school",
    "plan": "education",
    "exemption_form": "county_bureau",
}
"""Forms of offices that are kept, and who fills them in."""


def test_every_route_whose_form_is_kept_is_tried_here() -> None:
    def is_kept(target: str) -> bool:
        module, _, name = target.partition(":")
        return issubclass(getattr(importlib.import_module(module), name), Kept)

    kept_routes = {route.name for route in tui.routes.ROUTES.values() if is_kept(route.target)}
    # The last two have tests of their own: nobody is signed in there.
    assert kept_routes == {*ROUTES, *OFFICE_ROUTES, "register", "office_register"}


@pytest.mark.parametrize("route", ROUTES)
async def test_every_form_comes_back_at_the_next_login(
    desk: Desk, world: World, me: Actor, route: str
) -> None:
    async with program(desk, me) as at:
        await at.app.go(route, **ROUTES[route])
        await at.pilot.pause()
        form = at.app.screen.form
        typed = [f for f in form.fields if not (f.picked or f.fixed or f.tick)]
        form.stand_on(typed[0].spec.key)
        await at.type("[/ 测试]")
        values = form.values()
    async with program(desk, again(world, me), "person_home") as at:
        assert "未完成的草稿 1 件" in at.text
        await at.press("d")
        assert (at.app.frame.route_name, at.app.screen.form.values()) == (route, values)
        assert form.current.spec.key == at.app.screen.form.current.spec.key
        await at.press("escape", "1")
        assert at.app.frame.route_name == "person_home"
    assert kept(desk) == 0


@pytest.mark.parametrize("route", OFFICE_ROUTES)
async def test_every_form_of_an_office_is_offered_on_its_home_page(
    desk: Desk, world: World, route: str
) -> None:
    office = world.office(getattr(world, OFFICE_ROUTES[route]))
    async with program(desk, office) as at:
        await at.app.go(route)
        await at.pilot.pause()
        form = at.app.screen.form
        typed = [f for f in form.fields if not (f.picked or f.fixed or f.tick)]
        form.stand_on(typed[0].spec.key)
        await at.type("[/ 测试]")
        values = form.values()
    async with program(desk, again(world, office), "office_home") as at:
        assert "未完成的草稿 1 件" in at.text
        await at.press("d")
        assert (at.app.frame.route_name, at.app.screen.form.values()) == (route, values)


async def test_a_draft_that_was_taken_up_goes_on_under_its_key(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        await half_filled(at, tmp_path)
    (before,) = rows(desk, me)
    other = again(world, me)
    async with program(desk, other, "person_home") as at:
        await at.press("d", "0", "tab")
        await saved(at)
    (after,) = rows(desk, other)
    assert (after.key, after.here) == (before.key, True)
    assert '"claimed_hours": "４0"' in desk.do(open_draft, other, DraftKey(key=after.key)).content


async def test_a_field_is_saved_when_the_caret_leaves_it(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲"})
        await at.press("tab")
        await at.app.keeping.flush()
        (row,) = rows(desk, me)
        assert '"organiser": "甲"' in desk.do(open_draft, me, DraftKey(key=row.key)).content
        assert "草稿已存 09:00" in at.text


async def test_a_field_that_is_not_left_is_saved_a_second_after_its_first_letter(
    desk: Desk, me: Actor
) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": ""})
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await at.press("a")
        draft = screen_of(at).draft
        assert draft._timer is not None
        due = draft._timer.when()
        await at.press("b", "c")
        assert draft._timer.when() == due
        assert begun <= due - LATEST <= loop.time()
        await saved(at)
        assert "abc" in desk.do(open_draft, me, DraftKey(key=draft.key)).content


async def test_nobody_typing_leaves_no_timer_and_no_draft(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await at.press("tab", "tab", "down", "f1", "escape", "left")
        draft = screen_of(at).draft
        assert (draft._timer, draft.unsaved, kept(desk)) == (None, False, 0)
        await at.press("a", "tab")
        await saved(at)
        assert (draft._timer, draft.unsaved, kept(desk)) == (None, False, 1)


async def test_what_was_typed_and_deleted_again_leaves_no_draft(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲"})
        await at.press("tab")
        await saved(at)
        assert kept(desk) == 1
        await at.press("shift+tab", "backspace", "tab", "shift+tab")
        await saved(at)
        assert kept(desk) == 0


@pytest.mark.parametrize("key", ["f2", "f8"])
async def test_a_form_that_was_saved_or_sent_leaves_no_draft(
    desk: Desk, me: Actor, tmp_path: Path, key: str
) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await complete(at, tmp_path)
        await saved(at)
        assert kept(desk) == 1
        await at.press(key)
        await saved(at)
    with desk.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Declaration)) == 1
    assert kept(desk) == 0


async def test_a_form_that_was_refused_keeps_its_draft(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲"})
        await at.press("f8")
        await saved(at)
    assert kept(desk) == 1


async def test_the_draft_of_a_form_that_was_given_up_goes(desk: Desk, me: Actor) -> None:
    async with program(desk, me, "person_home") as at:
        await at.press("2")
        await fill(at, {"organiser": "甲"})
        await at.press("tab")
        await saved(at)
        await at.press("escape", "2")
        assert kept(desk) == 1
        await at.press("escape", "1")
        assert "未完成的草稿 0 件" in at.text
    assert kept(desk) == 0


async def test_several_drafts_are_chosen_from_a_list_and_deleted_in_it(
    desk: Desk, world: World, me: Actor
) -> None:
    for name in ("甲局", "乙局"):
        async with program(desk, again(world, me) if name == "乙局" else me, "declare") as at:
            await fill(at, {"class_name": name})
        world.clock.advance(minutes=1)
    async with program(desk, me, "person_home") as at:
        await at.press("2", "tab", "tab", "x", "tab")
        await saved(at)
        await at.app.go("person_home")
        await at.pilot.pause()
        assert "未完成的草稿 2 件" in at.text  # the third is open in this program
    third = again(world, replace(me, session_id=f"{me.session_id}-again"))
    async with program(desk, third, "person_home") as at:
        assert "未完成的草稿 3 件" in at.text
        await at.press("d")
        assert "岗位培训 甲局" in at.text and "岗位培训 乙局" in at.text
        await at.press("f7")
        assert "删除草稿“学时申报 岗位培训”？" in at.text
        await at.press("1")
        assert "未完成的草稿 2 件" in at.text
        await at.press("d", *"甲局", "enter")
        assert screen_of(at).form.values()["class_name"] == "甲局"


async def test_a_draft_of_a_declaration_that_was_sent_otherwise_says_so_and_goes(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    async with program(desk, me, "declare") as at:
        await complete(at, tmp_path)
        await at.press("f2")
        await fill(at, {"organiser": "等"})
        await saved(at)
    assert kept(desk) == 1
    async with program(desk, again(world, me), "person_home") as at:
        await at.press("3", "e", "f8")
        assert "已提交申报" in at.text
        await at.press(":", "g", "r", "enter", "d")
        assert "这份草稿所填的事项已经办过，草稿已删除" in at.text
    assert kept(desk) == 0


async def test_a_database_that_is_gone_is_told_once_and_loses_nothing(
    desk: Desk, me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": ""})
        real, gone = at.app.backend.do, []

        async def unreachable(*_: object) -> object:
            gone.append(1)
            raise Refused(ErrorCode.DATABASE_UNREACHABLE)

        monkeypatch.setattr(at.app.backend, "do", unreachable)
        await at.press("a", "tab")
        await at.pilot.pause(0.05)
        assert "草稿没有存下" in at.text and "草稿未存" in at.text
        await at.press("b", "tab")
        await at.pilot.pause(0.05)
        assert ("草稿没有存下" in at.text, "草稿未存" in at.text, len(gone)) == (False, True, 2)
        monkeypatch.setattr(at.app.backend, "do", real)
        await at.press("c", "tab")
        await saved(at)
        assert "草稿已存 09:00" in at.text
        values = screen_of(at).form.values()
    (row,) = rows(desk, me)
    assert (values["organiser"], values["class_name"]) == ("a", "b")
    assert '"class_name": "b"' in desk.do(open_draft, me, DraftKey(key=row.key)).content


async def test_a_session_that_ended_goes_on_with_the_same_draft(desk: Desk, world: World, me: Actor) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": "甲"})
        await at.press("tab")
        await saved(at)
        key = screen_of(at).draft.key
        with world.store.writing() as work:
            work.session.get_one(LoginSession, me.session_id).ended_at = world.clock.now()
            work.commit()
        await at.press("b", "f2")
        assert at.app.frame.route_name == "login"
        other = again(world, me)
        assert at.app.signed_in is None
        await at.app.come_back(SignedIn(other, (other.role,)))
        await saved(at)
        assert "草稿没有存下" not in at.text and "草稿已存 09:00" in at.text
        (row,) = rows(desk, other)
        assert (row.key, row.here) == (key, True)
        assert '"class_name": "b"' in desk.do(open_draft, other, DraftKey(key=key)).content


@pytest.mark.parametrize("route", ROUTES)
async def test_every_form_that_is_sent_after_its_session_has_ended_asks_for_the_login(
    desk: Desk, world: World, me: Actor, route: str
) -> None:
    async with program(desk, me) as at:
        await at.app.go(route, **ROUTES[route])
        form = at.app.screen.form
        typed = [f for f in form.fields if not (f.picked or f.fixed or f.tick)]
        form.stand_on(typed[0].spec.key)
        await at.type("[/ 测试]")
        values = form.values()
        with world.store.writing() as work:
            work.session.get_one(LoginSession, me.session_id).ended_at = world.clock.now()
            work.commit()
        await at.press("f8")
        assert at.app.frame.route_name == "login"
        other = again(world, me)
        await at.app.come_back(SignedIn(other, (other.role,)))
        assert (at.app.frame.route_name, at.app.screen.form.values()) == (route, values)


async def test_a_late_save_never_brings_back_what_was_sent(
    desk: Desk, me: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last letter and F8 arrive together: the save of the letter is not left to run behind the submission."""
    async with program(desk, me, "declare") as at:
        await complete(at, tmp_path)
        await fill(at, {"organiser": ""})
        await at.burst("a", "tab", "b", "f8")
        await asyncio.sleep(LATEST + 0.2)
        await saved(at)
    with desk.reading() as work:
        assert [row.status for row in work.session.scalars(select(Declaration))] == ["pending"]
    assert kept(desk) == 0


async def test_the_end_of_the_program_does_not_wait_for_a_database_that_hangs(
    desk: Desk, me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(desk, me, "declare") as at:
        await fill(at, {"organiser": ""})
        real = at.app.backend.do

        async def hang(*_: object) -> object:
            return await asyncio.get_running_loop().create_future()

        monkeypatch.setattr(at.app.backend, "do", hang)
        await at.press("a", "tab")
        await asyncio.wait_for(at.app.keeping.flush(0.05), 30)
        assert screen_of(at).draft.unsaved
        screen_of(at).draft._task.cancel()
        monkeypatch.setattr(at.app.backend, "do", real)
