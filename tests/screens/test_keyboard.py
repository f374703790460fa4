"""The keyboard contract, on every screen: no key in silence, a cursor, a help with all keys, twins, Esc, order."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core.model import AccountRole, LoginSession
from core.rules.roles import Actor, Guest, Role
from core.schema.activities import SubmitActivity
from core.schema.base import Number
from core.schema.changes import ChangeKey
from core.schema.declarations import DeclarationView, Holder
from core.schema.review import Decide, Verdict
from core.schema.sign_in import SignedIn
from core.schema.spot_checks import DrawSpotCheck, PrepareSpotCheck
from core.schema.statistics import StatisticsQuery
from core.schema.training import ClassView, PlanView
from core.services.activities import submit_activity
from core.services.declarations import declaration_view
from core.services.desk import Desk
from core.services.door import prove_password
from core.services.positions import withdraw_position
from core.services.review import decide
from core.services.spot_checks import draw_spot_check, prepare_spot_check
from core.store.settings import Settings
from core.store.store import open_store
from tests.conftest import DATA_KEY, FixedClock
from tests.screens.office import SMALL, Terminal, program
from tests.services.front_door import PASSWORD
from tests.services.hall import operator
from tests.services.import_commands import enter_import, enter_provider_file
from tests.services.moving import position
from tests.services.teaching import filed_plan, ground_of, new_class, reported, row_of, with_students
from tests.services.test_sign_in import give_login
from tests.worlds import World, build_world, scan, submitted, training
from tui.keys import Command, key_name, key_names
from tui.look import wrapped
from tui.routes import CODES, HOMES, ROUTES
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane

SEEN_BY = {"review": Role.EMPLOYER, "office_home": Role.EMPLOYER, "picture": Role.PERSON}
SEEN_BY |= {"providers": Role.OPERATOR, "provider_file": Role.OPERATOR}
"""Who opens the screens that several roles have; the others are opened by the only role they are for."""
ADDRESS, TWO_ROLES = "192.0.2.7", "LIANGYONG"
MOVES = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "backspace", "delete")
FUNCTIONS = tuple(f"f{number}" for number in range(2, 10))
TWINS = frozenset("0123456789") | {f"f{number}" for number in range(1, 13)}
"""What may stand in for a letter that an input method holds back."""
POPUPS = (
    ("progress", "f1"),
    ("register", "shift+tab", "f4"),
    ("progress", "/"),
    ("declare", "f4"),
    ("declare", "f9"),
    ("annual", "/"),
    ("review", "r"),
    ("review", "/"),
    ("transfer", "f4"),
    ("office_register", "f4"),
    ("office_register", "tab", "tab", "tab", "tab", "f4"),
    ("org_change", "tab", "tab", "f4"),
    ("org_profile", "f4"),
    ("departments", "f6"),
    ("identity_form", "f9"),
    ("unit_declare", "f6"),
    ("unit_declare", "f6", "f3"),
    ("years", "c"),
    ("staff", "s"),
    ("staff", "f"),
    ("staff", "b"),
    ("sub_accounts", "n"),
    ("offices_below", "f"),
    ("people", "f"),
    ("years", "o"),
    ("statistics", "y"),
    ("spot_checks", "n"),
    ("spot_check", "b"),
    ("print_many", "/"),
    ("certificates", "/"),
    ("position", "tab", "tab", "tab", "f4"),
    ("education", "f6", "f4"),
    ("check", "1"),
    ("check", "3"),
    ("plan", "f9"),
    ("plans", "/"),
    ("classes", "down", "e"),
    ("training_class", "f6"),
    ("training_class", "enter"),
    ("students", "/"),
    ("plan_review", "/"),
    ("class_review", "r"),
    ("report_students", "r"),
    ("providers", "f2"),
    ("providers", "f6"),
)
BURSTS = (
    ("person_home", ("3", "right", "right", "/", *"2026", "tab", "tab", "z", "enter", "f5", "down", "enter")),
    ("person_home", ("2", "tab", "tab", *"abc", "tab", *"2026-7-1", "f8", "escape", "x", "1", "3")),
    ("person_home", (":", *"cx", "enter", "g", "-", "escape")),
    ("front", ("7", *"410099", "tab", "x", "enter", "escape", "6", "1", "a", "escape", "1", "escape", "f1")),
    ("office_home", ("1", "l", "down", "/", "1", "enter", "escape", "down", "enter", "f1", "escape")),
)


@dataclass(frozen=True)
class Cast:
    """A world with work in it, and who acts there."""

    desk: Desk
    actors: dict[Role, Actor]
    counted: DeclarationView
    change: int
    plan: PlanView
    classes: tuple[ClassView, ClassView]
    """One that is open still, one whose report waits."""
    files: tuple[int, int]
    """The jobs of an import of the school, and of a provider's file."""
    activity: int

    def actor(self, route: str) -> Actor | None:
        """Who opens a screen; nobody has signed in for those that are open to all."""
        roles = ROUTES[route].roles
        return self.actors[SEEN_BY.get(route) or min(roles, key=list(Role).index)] if roles else None

    def params(self, route: str) -> dict[str, Any]:
        """What a screen without a jump code is opened with."""
        view = self.counted
        params: dict[str, dict[str, Any]] = {
            "reference_entries": {"kind": "title"},
            "reference_entry": {"kind": "hours", "entry": "post_training"},
            "reference_history": {"kind": "hours", "entry": "post_training"},
            "declaration": {"declaration_id": view.id},
            "annual_detail": {"year": view.year},
            "picture": {"evidence": view.evidence},
            "faces": {"evidence": view.evidence * 2, "object_id": None, "holder": Holder.DECLARATION},
            "change": {"change_id": self.change},
            "activity": {"activity_id": self.activity},
            "record": {"kind": "education"},
            "plan_view": {"plan_id": self.plan.id},
            "training_class": {"class_id": self.classes[0].id},
            "report_students": {"class_id": self.classes[1].id},
            "spot_check": {"check_id": 1},
            "import": {"job_id": self.files[0]},
            "provider_file": {"job_id": self.files[1]},
            "statistics_people": {"query": StatisticsQuery(year=view.year)},
            "person_file": {"person_id": self.actors[Role.PERSON].person_id},
        }
        return params.get(route, {})


@pytest.fixture(scope="module")
def cast(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """A person with declarations in three states, and the offices that see them."""
    folder = tmp_path_factory.mktemp("keyboard")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder)}"
    values = {"database_url": url, "data_dir": folder, "data_key": DATA_KEY, "captcha": False}
    store = open_store(Settings.model_validate(values), FixedClock())
    world, desk = build_world(store), Desk(store)
    me = world.person()
    offices = [world.office(each) for each in (world.school, world.education, world.county_bureau)]
    views = [submitted(desk, me, folder, shade=40 + n, class_name=f"第{n}期培训班") for n in range(4)]
    refusal = Decide(id=views[0].id, version=views[0].version, verdict=Verdict.REJECT, opinion="不清晰")
    desk.do(decide, offices[0], refusal)
    key = Number(value=views[1].id)
    for office in offices:
        version = desk.do(declaration_view, me, key).version
        desk.do(decide, office, Decide(id=key.value, version=version, verdict=Verdict.APPROVE))
    draw_one(desk, offices[-1])
    ground = ground_of(world, desk, folder)
    plan = filed_plan(ground)
    own = row_of(ground, me)
    still, sent = (
        with_students(ground, new_class(ground, plan, name=name), own) for name in ("一班", "二班")
    )
    hold_two_roles(desk, world)
    actors = {each.role: each for each in (me, *offices, ground.base, operator(world))}
    change = position(desk, me)
    desk.do(withdraw_position, me, ChangeKey(change_id=change.id, version=change.version))
    counted = desk.do(declaration_view, me, key)
    files = (enter_import(world, offices[0]), enter_provider_file(world, actors[Role.OPERATOR]))
    activity = declared_by_unit(desk, offices[0], folder, world.person("孙小九"))
    yield Cast(desk, actors, counted, change.id, plan, (still, reported(ground, sent)), files, activity)
    store.close()


def hold_two_roles(desk: Desk, world: World) -> None:
    """An account that may choose its 用户类型."""
    held = world.office(world.garden)
    give_login(desk, held, TWO_ROLES)
    with desk.writing() as work:
        work.session.add(AccountRole(account_id=held.account_id, role="bureau", org_id=world.county_bureau))
        work.commit()


def declared_by_unit(desk: Desk, unit: Actor, folder: Path, person: Actor) -> int:
    """An activity of the school for one person."""
    command = SubmitActivity(
        form="post_training",
        values=training(class_name="校本培训"),
        evidence=(scan(desk, unit, folder, 66),),
        people=(person.person_id or 0,),
    )
    return desk.do(submit_activity, unit, command).activity_id


def draw_one(desk: Desk, bureau: Actor) -> None:
    """A spot check of the one that was approved."""
    asked = PrepareSpotCheck(year="2026", wanted="1", seed="2026-11-22")
    made = desk.do(prepare_spot_check, bureau, asked)
    kept = ("year", "wanted", "seed", "up_to_id", "population_sha256")
    desk.do(draw_spot_check, bureau, DrawSpotCheck(**{name: getattr(made, name) for name in kept}))


@asynccontextmanager
async def opened(cast: Cast, route: str) -> AsyncIterator[Terminal]:
    """A screen, the home page of its role under it."""
    actor = cast.actor(route)
    home = "front" if actor is None else HOMES[actor.role]
    async with program(cast.desk, actor, home, SMALL) as at:
        if route == "enter":
            at.app.guest = Guest(
                ADDRESS, None, prove_password(cast.desk, TWO_ROLES, PASSWORD, ADDRESS).ticket
            )
        if route != home:
            await at.app.go(route, **cast.params(route))
        assert at.app.frame.route_name == route
        yield at


def state(at: Terminal) -> tuple[object, ...]:
    """Everything that a key could change on screen, but for the notice line."""
    frame = at.app.frame
    panes: list[Pane] = [frame.header, frame.pane, *frame.overlays]
    return (frame.route_name, [pane.lines() for pane in panes], frame.caret, frame.keys.entries)


async def silent(at: Terminal, keys: tuple[str, ...], times: int = 2) -> list[str]:
    """Those of the keys that neither changed anything nor said why not, pressed several times each."""
    found = []
    for key in (key for key in keys for _ in range(times)):
        before = state(at)
        await at.burst(key)
        if before == state(at) and not at.app.frame.notice.text:
            found.append(key)
    return found


def end_sessions(cast: Cast, role: Role) -> None:
    """The session of a role's actor ends, as after too long a rest."""
    with cast.desk.writing() as work:
        mine = LoginSession.id == cast.actors[role].session_id
        work.session.execute(update(LoginSession).where(mine).values(ended_at=work.clock.now()))
        work.commit()


def begun_again(cast: Cast, role: Role) -> SignedIn:
    """The same actor has signed in again."""
    with cast.desk.writing() as work:
        mine = LoginSession.id == cast.actors[role].session_id
        work.session.execute(update(LoginSession).where(mine).values(ended_at=None))
        work.commit()
    return SignedIn(cast.actors[role], (role,))


def plain(command: Command) -> list[str]:
    """The keys of a command that are single letters."""
    return [key for key in command.keys if len(key) == 1 and key.isascii() and key.isalpha()]


@pytest.mark.parametrize("route", ROUTES)
async def test_every_screen_answers_keys_that_have_nothing_to_do(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        used = {key for command in at.app.frame.live_commands() for key in command.keys}
        await at.burst("f12")
        words = at.app.frame.notice.text
        found = await silent(at, tuple(key for key in (*FUNCTIONS, *MOVES) if key not in used))
        assert ("F12" in words and "F1 " in words, found) == (True, [])


@pytest.mark.parametrize("keys", POPUPS)
async def test_every_popup_answers_keys_that_have_nothing_to_do(cast: Cast, keys: tuple[str, ...]) -> None:
    async with opened(cast, keys[0]) as at:
        await at.burst(*keys[1:])
        assert at.app.frame.overlays
        live = {key for command in at.app.frame.live_commands() for key in command.keys}
        unused = tuple(key for key in ("f12", "f7", *MOVES) if key not in live or key in ("up", "down"))
        assert await silent(at, unused) == []


@pytest.mark.parametrize("route", ROUTES)
async def test_on_every_screen_the_cursor_stands_inside_the_window(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        x, y = at.app.frame.caret or (-1, -1)
        assert 0 <= x < 80 and 0 <= y < 24


@pytest.mark.parametrize("route", ROUTES)
async def test_the_help_of_every_screen_lists_its_keys_with_their_twins(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        wanted = [key_names(command) for command in at.app.frame.live_commands()]
        await at.burst("f1")
        sheet = at.app.frame.top
        assert isinstance(sheet, HelpSheet)
        told = "\n".join(str(each) for each in sheet._text)
        assert [names for names in wanted if names not in told] == []


@pytest.mark.parametrize("route", ROUTES)
async def test_every_letter_of_a_screen_has_a_digit_or_an_f_key_beside_it(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        commands = at.app.frame.live_commands()
        assert [c.label for c in commands if plain(c) and not TWINS & set(c.keys)] == []


@pytest.mark.parametrize("route", ROUTES)
async def test_no_two_commands_of_a_screen_have_the_same_key(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        keys = [key for command in dict.fromkeys(at.app.frame.commands) for key in command.keys]
        assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("route", ROUTES)
async def test_the_key_line_of_every_screen_ends_in_help_and_the_way_back(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        last = at.text.splitlines()[-1]
        assert " F1 帮助" in last and " Esc " in last


@pytest.mark.parametrize("route", ROUTES)
async def test_esc_closes_the_help_and_then_goes_back_or_asks(cast: Cast, route: str) -> None:
    async with opened(cast, route) as at:
        await at.burst("f1", "escape")
        assert (at.app.frame.overlays, at.app.frame.route_name) == ([], route)
        await at.burst("escape")
        assert at.app.frame.route_name != route or at.app.frame.notice.text.startswith("退出")


@pytest.mark.parametrize("route", [name for name in ROUTES if ROUTES[name].code and name != "front"])
async def test_a_code_typed_after_ctrl_g_leads_to_its_screen(cast: Cast, route: str) -> None:
    actor = cast.actor(route)
    async with program(cast.desk, actor, "check", SMALL) as at:
        await at.burst("1", "x", "tab", "escape", "1", "ctrl+g", *ROUTES[route].code.upper(), "enter")
        assert at.app.frame.route_name == route


@pytest.mark.parametrize(("route", "keys"), BURSTS, ids=lambda value: str(value[:2]))
async def test_keys_in_one_burst_do_what_they_do_one_at_a_time(
    cast: Cast, route: str, keys: tuple[str, ...]
) -> None:
    async with opened(cast, route) as slow:
        for key in keys:
            await slow.press(key)
        wanted = slow.text
    async with opened(cast, route) as fast:
        await fast.burst(*keys)
        assert fast.text == wanted


async def test_full_width_letters_and_digits_are_commands_too(cast: Cast) -> None:
    async with opened(cast, "person_home") as at:
        await at.burst("３", "、")
        assert at.app.frame.route_name == "progress" and at.app.frame.overlays
        await at.burst("escape", "Ｃ")
        assert at.app.frame.notice.text == "已清空筛选"


async def test_a_question_is_put_again_at_another_key_and_esc_does_nothing_of_it(cast: Cast) -> None:
    async with opened(cast, "person_home") as at:
        await at.burst("escape", "x")
        assert at.app.frame.notice.text == "请按 1、2 回答，Esc 不做：退出登录？  1 是  2 否"
        await at.burst("escape", "3")
        assert at.app.frame.route_name == "progress"


async def test_a_form_that_was_left_by_a_jump_is_gone_on_with_as_it_was(cast: Cast) -> None:
    async with opened(cast, "person_home") as at:
        await at.burst("2", "tab", "tab", *"abc", "ctrl+g", *"cx", "enter", "-")
        assert at.app.frame.route_name == "declare" and "abc" in at.text
        await at.burst("ctrl+g", *"sb", "enter")
        assert [getattr(screen, "route_name", "") for screen in at.app.screen_stack].count("declare") == 1


async def test_popups_and_long_notices_fit_themselves_to_another_window(cast: Cast) -> None:
    async with opened(cast, "progress") as at:
        await at.burst("f1")
        await at.pilot.resize_terminal(120, 40)
        await at.until(lambda: at.app.frame.top.size.width == 120)
        await at.burst("escape")
        at.app.frame.tell("压缩包里没有用到的：" + "、".join(f"证书{number}.png" for number in range(6)))
        await at.pilot.resize_terminal(60, 20)
        await at.until(lambda: at.widest <= 60)
        words = at.app.frame.notice.text
        shown = at.text.splitlines()
        assert [each.strip() for each in shown[-3:-1]] == wrapped(words, 59) and at.widest <= 60


def test_every_f_key_of_the_contract_has_a_name_for_its_twin() -> None:
    names = [key_names(Command("x", (f"f{number}",), "x")) for number in (1, 2, 4, 5, 6, 8, 9, 10)]
    assert all(" / Ctrl+" in name for name in names) and key_name("escape") == "Esc" and len(CODES) > 10


async def test_a_session_that_ended_inside_a_popup_goes_on_there_after_the_login(cast: Cast) -> None:
    async with opened(cast, "years") as at:
        await at.burst("c", *"abc")
        end_sessions(cast, Role.BUREAU)
        await at.burst("enter")
        assert (at.app.frame.route_name, at.app.frame.notice.text) == ("login", "登录已失效，请重新登录")
        await at.app.come_back(begun_again(cast, Role.BUREAU))
        assert at.app.frame.route_name == "years" and "原因 abc" in at.text


async def test_somebody_else_who_signs_in_after_an_ended_session_does_not_see_its_page(cast: Cast) -> None:
    async with opened(cast, "years") as at:
        end_sessions(cast, Role.BUREAU)
        await at.burst("f5")
        await at.app.come_back(SignedIn(cast.actors[Role.EMPLOYER], (Role.EMPLOYER,)))
        assert at.app.frame.route_name == "office_home"
        begun_again(cast, Role.BUREAU)


async def test_esc_at_the_login_of_an_ended_session_closes_its_pages_after_a_question(cast: Cast) -> None:
    async with opened(cast, "years") as at:
        end_sessions(cast, Role.BUREAU)
        await at.burst("f5", "escape", "1")
        assert [getattr(screen, "route_name", "") for screen in at.app.screen_stack[1:]] == ["front"]
        begun_again(cast, Role.BUREAU)
