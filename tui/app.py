"""The program: one session at a terminal, its screens, and the way between them."""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.driver import Driver

from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Caller, Guest, Role
from tui.backend import Backend
from tui.frame import Frame
from tui.gate import Gate
from tui.incident import noted
from tui.keeping import Keeping
from tui.keys import Press
from tui.look import Look
from tui.routes import CODES, HOMES, ROUTES, Route
from tui.wire.driver import CellDriver
from tui.wire.grid_driver import GridDriver

if TYPE_CHECKING:
    from core.schema.sign_in import SignedIn

_log = logging.getLogger("jijiao")


class JijiaoApp(App[None]):
    """One operator's session. `start` is the route that opens first."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []
    # For all screens in one place: Textual parses and applies everything anew for a screen with CSS of its own.
    CSS = """
    Screen { background: ansi_default; }
    Frame { layers: base above; layout: vertical; overflow: hidden hidden; }
    Frame { background: ansi_default; color: ansi_default; }
    Pane { background: ansi_default; color: ansi_default; }
    """

    def __init__(
        self,
        backend: Backend,
        *,
        start: str = "front",
        driver_class: type[Driver] | None = None,
        guest: Guest | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class, ansi_color=True)
        self.backend = backend
        self.keeping = Keeping()
        self.start_route = start
        self.guest = guest or Guest()
        self.signed_in: SignedIn | None = None
        self.gate = Gate(self._handle)
        self._ended: tuple[int, Role, int | None] | None = None
        self._last: list[tuple[str, Mapping[str, Any]]] = []
        self.last_folder: Path | None = None  # where attachments were chosen last

    # --------------------------------------------------------------------------------------- session

    @property
    def caller(self) -> Caller:
        """Who is signed in, or the guest at the front door."""
        return self.guest if self.signed_in is None else self.signed_in.actor

    @property
    def role(self) -> Role | None:
        """The role in force."""
        return None if self.signed_in is None else self.signed_in.actor.role

    async def enter(self, signed_in: SignedIn, then: str = "") -> None:
        """A session has begun: go to the page that was asked for, or to the role's home. A password that was reset
        is changed before anything else."""
        self.signed_in = signed_in
        self.gate.paste_limit = await self.backend.setting("paste_limit")
        home = HOMES.get(signed_in.actor.role, "front")
        await self._clear_to_front()
        if signed_in.must_change_password:
            await self.go("password", then=then)
            return
        await self.go(home)
        if then and then != home:
            await self.go(then)

    async def come_back(self, signed_in: SignedIn) -> None:
        """A session that had ended goes on, on the page where it ended; what was typed there is still there.
        Somebody else who signs in there starts at his own home."""
        if self._ended is not None and self._ended != _whose(signed_in.actor):
            await self.enter(signed_in)
            return
        self.signed_in = signed_in
        await self._pop()
        self.keeping.renew()
        if signed_in.must_change_password:
            await self.go("password")
            return
        await self._resumed()

    async def password_changed(self, then: str = "") -> None:
        """The password is one's own now: back to the page below; where that is the front door, go on inside."""
        if self.signed_in is None:
            return
        self.signed_in = replace(self.signed_in, must_change_password=False)
        below = self.screen_stack[-2]
        if isinstance(below, Frame) and below.route_name == "front":
            await self.enter(self.signed_in, then)
        else:
            await self.back()

    async def give_up(self) -> None:
        """Nobody signs in again: what is still open of the session that ended is closed."""
        self.signed_in = None
        await self._clear_to_front()

    async def sign_out(self) -> None:
        """End the session and go back to the front door; what was typed and not sent is there at the next one."""
        await self.keeping.flush()
        use_case = await self.backend.load("core.services.sign_in:sign_out")
        nothing = await self.backend.load("core.schema.base:Nothing")
        try:
            await self.backend.do(use_case, self.caller, nothing())
        except Refused as refusal:
            if refusal.code is not ErrorCode.SESSION_ENDED:
                raise
        self.signed_in = None
        await self._clear_to_front()

    async def refused(self, frame: Frame, refusal: Refused) -> None:
        """A use case said no: say so; where the session has ended, sign in again and come back to the same page;
        where the password must be changed first, go there."""
        if refusal.code is ErrorCode.SESSION_ENDED and self.signed_in is not None:
            role, self._ended = self.signed_in.actor.role, _whose(self.signed_in.actor)
            self.signed_in = None
            await self.go("login", role=role, come_back=True)
            frame = self.frame
        elif refusal.code is ErrorCode.MUST_CHANGE_PASSWORD and self.signed_in is not None:
            self.signed_in = replace(self.signed_in, must_change_password=True)
            if self.frame.route_name != "password":
                await self.go("password")
            frame = self.frame
        frame.refuse(refusal)

    # ------------------------------------------------------------------------------------ navigation

    @property
    def frame(self) -> Frame:
        """The screen on top."""
        screen = self.screen
        assert isinstance(screen, Frame)
        return screen

    async def go(self, name: str, **params: Any) -> None:
        """Open a screen by name; where it needs a role that isn't in force, the login comes first."""
        route = ROUTES[name]
        if route.roles and self.role not in route.roles:
            if self.signed_in is not None:
                self.frame.tell(f"{self.signed_in.actor.role.label}不能打开“{route.title}”", Look.ERROR)
                return
            role = next(role for role in Role if role in route.roles)
            route, params = ROUTES["login"], {"role": params.get("role", role), "then": name}
        await self._push(route, params)

    async def _push(self, route: Route, params: Mapping[str, Any]) -> None:
        screen_class = await self.backend.load(route.target)
        screen: Frame = screen_class(**params)
        screen.route_name = route.name
        if not screen.title_text:
            screen.header.title = route.title
        before = self.frame if isinstance(self.screen, Frame) else None
        await self.push_screen(screen)
        if route.code:
            self._last = [*self._last[-1:], (route.name, params)]
        try:
            await screen.load()
        except Refused as refusal:
            if before is None:
                await self.refused(screen, refusal)
                return
            await self._pop()
            await self.refused(before, refusal)
            return
        if screen.is_attached:  # one that leads on to another page is gone by now
            screen.ready()
            screen.show_keys()

    async def back(self) -> None:
        """One screen back; from a home page the question is whether to sign out."""
        if self.frame.route_name == "front":
            self.frame.action_quit()
        elif self.signed_in is not None and self.frame.route_name == HOMES.get(self.signed_in.actor.role):
            self.frame.confirm("退出登录？", self.sign_out)
        else:
            await self._pop()
            await self._resumed()

    async def go_last(self) -> None:
        """`-`: the page before this one."""
        if len(self._last) < 2:
            self.frame.tell("还没有上一页面", Look.WARN)
            return
        name, params = self._last[0]
        await self._fold()
        await self._go_or_resume(name, params)

    async def jump(self, code: str) -> None:
        """`:code`."""
        route = CODES.get(_plain(code))
        if route is None:
            self.frame.tell(f"没有代码“{code}”。可用：{self.codes_for('')}", Look.WARN)
        else:
            await self._fold()
            at_home = self.signed_in is not None and route.name in ("front", self._base)
            if at_home and self.frame.route_name in HOMES.values():
                await self._resumed()
            else:
                await self._go_or_resume(route.name, {})

    def codes_for(self, typed: str) -> str:
        """The codes that begin with what was typed and that this caller may use, in one line."""
        open_to = (r for r in CODES.values() if not r.roles or self.role is None or self.role in r.roles)
        return " ".join(f"{r.code} {r.title}" for r in open_to if r.code.startswith(_plain(typed)))

    async def leave(self) -> None:
        """End the program."""
        if self.signed_in is not None:
            await self.sign_out()
        self.exit()

    async def _pop(self) -> None:
        await self.pop_screen()

    async def _resumed(self) -> None:
        frame = self.frame
        await frame.resume()
        frame.show_keys()

    @property
    def _base(self) -> str:
        """The page that everything else lies on: the role's home, or the front door."""
        return "front" if self.signed_in is None else HOMES.get(self.signed_in.actor.role, "front")

    async def _fold(self) -> None:
        """Before a jump: close the pages above the home page, down to one with input that isn't saved."""
        while self.frame.route_name not in (self._base, "front") and not self.frame.unsaved:
            await self.pop_screen()

    async def _go_or_resume(self, name: str, params: Mapping[str, Any]) -> None:
        """Open a page, or go on with the one of that name on top whose input was kept."""
        if self.frame.route_name == name and self.frame.unsaved:
            await self._resumed()
            self.frame.tell("回到刚才的页面，已填写的内容还在")
        else:
            await self.go(name, **params)

    async def _clear_to_front(self) -> None:
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        self._last.clear()
        if not isinstance(self.screen, Frame) or self.frame.route_name != "front":
            await self._replace_with_front()
        await self._resumed()

    async def _replace_with_front(self) -> None:
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        await self._push(ROUTES["front"], {})

    # -------------------------------------------------------------------------------------- the loop

    async def on_mount(self) -> None:
        """Open the first screen, then the gate."""
        with self.batch_update():  # a page that only lies below the first one is never painted
            await self.push_screen(await self._first_screen())
            await self.frame.load()
            self.frame.show_keys()
            if self.start_route != "front":
                await self.go(self.start_route)
        self.gate.open()

    async def _first_screen(self) -> Frame:
        front: type[Frame] = await self.backend.load(ROUTES["front"].target)
        screen = front()
        screen.route_name = "front"
        return screen

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes go through the gate; there is no mouse."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.gate.put(event)
        elif not isinstance(event, events.MouseEvent):
            await super().on_event(event)

    def repaint(self) -> None:
        """Send the whole screen again."""
        driver = self._driver
        if driver is not None and hasattr(driver, "repaint"):
            driver.repaint()

    async def _handle(self, press: Press) -> None:
        driver = self._driver if isinstance(self._driver, GridDriver) else None
        if driver is not None:
            driver.hold()
        try:
            await self.frame.press(press)
            if press.is_cut:
                self.paste_was_cut()
        except Refused as refusal:
            self.frame.refuse(refusal)
        except Exception as error:
            self.frame.refuse(noted(error, f"at the key {press.key}"))
        finally:
            if driver is not None:
                driver.release()

    def paste_was_cut(self) -> None:
        """A paste was longer than is taken: say so."""
        self.frame.tell(f"粘贴的内容太长，只取了前 {self.gate.paste_limit} 个字", Look.WARN)

    def _handle_exception(self, error: Exception) -> None:
        """A fault that no key asked for ends the program: with a sentence on the terminal, its traceback in the log."""
        self._sentence = noted(error, "outside of any key").text
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._exit_renderables.append(self._sentence)
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Let go of the keyboard and of the database; before that, what was typed last is kept."""
        self.gate.close()
        await self.keeping.flush()
        self.backend.close()


def _whose(actor: Actor) -> tuple[int, Role, int | None]:
    """What a session that goes on must have in common with the one that ended."""
    return actor.account_id, actor.role, actor.org_id


def _plain(code: str) -> str:
    """A jump code as typed: full-width letters and capitals count as plain ones."""
    return unicodedata.normalize("NFKC", code).strip().lower()


def run(overrides: Mapping[str, Any] | None = None, *, start: str = "front") -> int:
    """Open the program on this terminal until the operator leaves. Answers the exit code."""
    address = _served_address(overrides or {})
    return open_on_terminal(
        JijiaoApp(Backend(overrides), start=start, driver_class=CellDriver, guest=Guest(address))
    )


def _served_address(overrides: Mapping[str, Any]) -> str:
    """Where the operator calls from, as sshd says it; "" at this machine, where anybody may set the variable."""
    connection = os.environ.get("SSH_CONNECTION", "")
    if not connection:
        return ""
    from core.rules.addresses import plain_address
    from core.services.settings import read_settings

    return plain_address(connection.split()[0]) if read_settings(overrides).served else ""


def open_on_terminal(app: JijiaoApp) -> int:
    """Run an app on this terminal; its exit code. Nothing is logged to the terminal, which the screen is drawn on."""
    logging.getLogger().addHandler(logging.NullHandler())
    app.run(mouse=False)
    return app.return_code or 0
