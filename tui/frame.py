"""The frame of every screen: a header, one pane, a notice line, a key line; popups over the pane.

Keys reach it one at a time from the gate: first the pane on top, then the commands of the screen, then those
of the program. A key that none of them knows is answered, never swallowed.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen

from core.rules.errors import Refused
from tui.keys import Command, Press, key_name
from tui.look import Look
from tui.program import Program
from tui.program_keys import CLOSE, JUMP_TYPING, NO_USE, OVER_POPUPS, PROGRAM_COMMANDS, told_of
from tui.widgets.bars import HeaderBar, KeyBar, NoticeBar
from tui.widgets.entry import Entry
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Picker

if TYPE_CHECKING:
    from core.rules.lists import Lists
    from core.services.desk import UseCase

C = TypeVar("C")
V = TypeVar("V")
Act = Callable[[], Awaitable[None] | None]

_SLOW = 0.4  # seconds after which a use case that runs is announced


class Frame(Screen[None]):
    """A screen of the program. Subclasses give `make_pane`, `commands` and `action_*` methods.

    `load` runs once after the screen is up, `resume` each time the screen above it has gone.
    """

    ESCAPE_TO_MINIMIZE = False
    route_name = ""
    title_text = ""
    help_text: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    working = "正在办理，请稍候"

    def __init__(self) -> None:
        super().__init__()
        self.header = HeaderBar(self.title_text)
        self.notice = NoticeBar()
        self.keys = KeyBar()
        self.overlays: list[Pane] = []
        self._question: dict[str, Act] | None = None
        self._asked, self._answers, self._yes_or_no = "", "", False
        self._jump: Entry | None = None
        self.press_now = Press("")

    @property
    def program(self) -> Program:
        """The app, as screens see it."""
        return cast(Program, self.app)

    # ------------------------------------------------------------------------------------ to be given

    def make_pane(self) -> Pane:
        """The pane of this screen."""
        raise NotImplementedError

    async def load(self) -> None:
        """Fetch what is shown. Refusals are shown in the notice line."""

    def ready(self) -> None:
        """`load` has ended: what is shown now is what the operator begins with."""

    def pressed(self) -> None:
        """A key has had its full effect."""

    async def resume(self) -> None:
        """The screen is on top again."""

    async def leave(self) -> bool:
        """Whether Esc may leave now; a screen with unsaved input asks first and answers False."""
        return True

    # ------------------------------------------------------------------------------------------ parts

    def compose(self) -> ComposeResult:
        """Header, pane, notice, keys."""
        self.pane = self.make_pane()
        yield self.header
        yield self.pane
        yield self.notice
        yield self.keys

    def on_resize(self) -> None:
        """The window has another size: the popups fit themselves to it."""
        for overlay in self.overlays:
            overlay.place()

    @property
    def unsaved(self) -> bool:
        """Whether something was typed here that a jump elsewhere must not drop."""
        return bool(getattr(self.pane, "edited", False))

    @property
    def asking(self) -> bool:
        """Whether the notice line holds a question or a jump code that is being typed."""
        return self._question is not None or self._jump is not None

    @property
    def top(self) -> Pane:
        """The pane that takes the keys."""
        return self.overlays[-1] if self.overlays else self.pane

    @property
    def caret(self) -> tuple[int, int] | None:
        """Where the terminal's cursor stands."""
        if self._jump is not None:
            return (2 + self._jump.window(8)[1], self.notice.region.y)
        if self._question is not None:
            return (min(1 + self.notice.end(), self.size.width - 1), self.notice.region.bottom - 1)
        return self.top.caret

    async def ask(self, use_case: UseCase[C, V], command: C) -> V:
        """Run a use case for whoever is signed in. Raises Refused."""
        call = asyncio.ensure_future(self.program.backend.do(use_case, self.program.caller, command))
        await asyncio.wait({call}, timeout=_SLOW)
        if call.done():
            return call.result()
        self.notice.show(self.working, Look.HINT)  # a slow line to the database: the keys wait, this says so
        try:
            return await call
        finally:
            if self.notice.text == self.working:
                self.notice.show("")

    async def lists(self) -> Lists:
        """The reference lists in force, for what is picked from them."""
        return await self.program.backend.lists()

    @property
    def known_lists(self) -> Lists:
        """The same as last read, for a name that is shown at once."""
        return self.program.backend.known_lists

    def tell(self, text: str, look: Look = Look.GOOD) -> None:
        """Say what happened."""
        self.notice.show(text, look)

    def refuse(self, refusal: Refused) -> None:
        """Say why something can't be done."""
        self.notice.show(refusal.text, Look.ERROR)

    def question(self, text: str, answers: dict[str, tuple[str, Act]]) -> None:
        """Ask in the notice line; `answers` maps a digit to its words and what follows. Esc does nothing of it;
        at any other key the question is put again."""
        words = "  ".join(f"{key} {label}" for key, (label, _) in answers.items())
        self._asked, self._answers = f"{text}  {words}", words
        self._yes_or_no = answers.get("1", ("",))[0] == "是"
        self.notice.show(self._asked, Look.WARN, answers=words)
        self._question = {key: act for key, (_, act) in answers.items()}

    def confirm(self, text: str, act: Act) -> None:
        """Ask before something that can't be taken back: 1 是, 2 否."""
        self.question(text, {"1": ("是", act), "2": ("否", lambda: self.notice.show(""))})

    async def open(self, overlay: Pane) -> None:
        """Lay a popup over the pane; a notice of several lines would look out from under it."""
        if self.notice.tall:
            self.notice.show("")
        self.overlays.append(overlay)
        await self.mount(overlay)
        if isinstance(overlay, Picker):
            await overlay.search()
        self.show_keys()

    async def close_overlay(self) -> None:
        """Take the top popup away."""
        if self.overlays:
            await self.overlays.pop().remove()
        self.show_keys()

    def live_commands(self) -> tuple[Command, ...]:
        """The commands that work now."""
        if self.overlays:
            return self.top.offered
        return (*self.commands, *self.pane.offered)

    def show_keys(self) -> None:
        """Bring the key line up to date."""
        live = self.live_commands()
        escape = CLOSE if self.overlays else self._escape_command()
        escape = next((command for command in live if "escape" in command.keys), escape)
        tail = (escape,) if isinstance(self.top, HelpSheet) else (PROGRAM_COMMANDS[0], escape)
        self.keys.show((*(command for command in live if command is not escape), *tail))

    def _escape_command(self) -> Command:
        return Command("back", ("escape",), "返回", "退一步；有未保存的内容先问")

    # ------------------------------------------------------------------------------------------- keys

    async def press(self, press: Press) -> None:
        """Take one key."""
        self.press_now = press
        try:
            await self._take(press)
        except Refused as refusal:
            await self.program.refused(self, refusal)
        finally:
            self.pressed()
        if self.is_attached:
            self.show_keys()

    async def _take(self, press: Press) -> None:
        if self._question is not None:
            await self._answer(press)
        elif self._jump is not None:
            await self._take_jump(press)
        elif self._starts_jump(press):
            self._jump = Entry()
            self._show_jump()
        else:
            top = self.top
            if self.notice.text and press.key != "f1":
                self.notice.show("")
            if not await top.press(press) and not await self._run(press):
                self.notice.show(self._why_not(press), Look.WARN)

    def _why_not(self, press: Press) -> str:
        """Why a key did nothing: what the pane knows of it, else that it has no meaning here."""
        if self.overlays and press.key == "f1":
            return "这就是帮助，按 Esc 关闭"
        why = self.top.why_not(press)
        if not why:
            name = press.character or key_name(press.key)
            why = NO_USE.get(press.key) or f"“{name}”在这里没有作用"
            why += "，按 F1 看可用的键" if press.key != "f1" else ""
        return why

    async def _run(self, press: Press) -> bool:
        if self.overlays:
            if press.key == "escape" and self.top.input_kept:
                self.confirm("放弃已填写的内容？", self.close_overlay)
            elif press.key == "escape":
                await self.close_overlay()
            elif press.key == "f1" and not isinstance(self.top, HelpSheet):
                await self.action_help()
            elif press.key == "ctrl+l":
                self.action_repaint()
            else:
                return False
            return True
        key = press.command_key
        if self.pane.typing and press.character is not None:
            return False
        for command in (*self.commands, *PROGRAM_COMMANDS, self._escape_command()):
            if key in command.keys or press.key in command.keys:
                await _awaited(getattr(self, "action_" + command.action)())
                return True
        return False

    async def _answer(self, press: Press) -> None:
        assert self._question is not None
        key = press.command_key
        if self._yes_or_no:
            key = {"y": "1", "n": "2"}.get(key, key)
        act = self._question.get(key)
        if key == "escape":
            act = _nothing
        if act is None:
            keys = "、".join(self._question)
            self.notice.show(f"请按 {keys} 回答，Esc 不做：{self._asked}", Look.WARN, answers=self._answers)
            return
        self._question = None
        self.notice.show("")
        await _awaited(act())

    # ------------------------------------------------------------------------------------------- jump

    def _starts_jump(self, press: Press) -> bool:
        if press.key == "ctrl+g":
            return True
        if press.command_key != ":":
            return False
        return not self.top.typing or self.top.empty_here

    async def _take_jump(self, press: Press) -> None:
        assert self._jump is not None
        if press.key == "escape" or (press.key == "backspace" and not self._jump.value):
            self._jump = None
            self.notice.show("")
        elif press.key == "enter":
            code, self._jump = self._jump.value, None
            self.notice.show("")
            await self._jump_to(code)
        elif self._jump.press(press):
            self._show_jump()
        else:
            self._show_jump("输入代码后按 Enter，Esc 不跳转")

    async def _jump_to(self, code: str) -> None:
        if any(overlay.input_kept for overlay in self.overlays):
            self.tell("弹窗中有已填写的内容，请先办完，或按 Esc 关闭", Look.WARN)
            return
        back = code.strip() == "-"
        if back or self.program.codes_for(code):
            while self.overlays:
                await self.close_overlay()
        await (self.program.go_last() if back else self.program.jump(code))

    def _show_jump(self, words: str = "") -> None:
        assert self._jump is not None
        known = words or self.program.codes_for(self._jump.value)
        if not known:
            known = "回到刚才的页面" if self._jump.value == "-" else "没有这样的代码"
        self.notice.show(f":{self._jump.value:<6} {known}", Look.MARK)

    # ---------------------------------------------------------------------------------------- actions

    async def action_help(self) -> None:
        """F1: the focused thing, this page, all live keys."""
        live = self.live_commands()
        known = {key for command in live for key in command.keys}
        always: tuple[Command, ...] = (*PROGRAM_COMMANDS, self._escape_command())
        if self.overlays:
            always = (*(c for c in PROGRAM_COMMANDS if c.action in OVER_POPUPS), CLOSE)
        if self.top.typing:
            always = (JUMP_TYPING, *(c for c in always if c.action not in ("jump", "last")))
        rest = [c for c in always if not known & set(c.keys)]
        keys = [told_of(command) for command in (*live, *rest)]
        await self.open(HelpSheet([*self.top.help_lines(), *self.help_text, "", *keys]))

    def action_jump(self) -> None:
        """`:`: a jump code follows."""
        self._jump = Entry()
        self._show_jump()

    async def action_last(self) -> None:
        """`-`: the screen before this one."""
        await self.program.go_last()

    def action_repaint(self) -> None:
        """Ctrl+L: paint everything again."""
        self.program.repaint()
        self.tell("已重画")

    def action_quit(self) -> None:
        """F10: leave the program, after a question."""
        self.confirm("退出程序？", self.program.leave)

    async def action_back(self) -> None:
        """Esc: one step back."""
        if await self.leave():
            await self.program.back()


def _nothing() -> None:
    """The answer of Esc to a question."""


async def _awaited(result: Any) -> None:
    if inspect.isawaitable(result):
        await result
