"""The frame of every screen: a header, one pane, a notice line, a key line; popups over the pane.

Keys reach it one at a time from the gate: first the pane on top, then the commands of the screen, then those
of the program. A key that none of them knows is answered, never swallowed.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen

from core.rules.errors import Refused
from tui.keys import Command, Press, key_name, key_names
from tui.look import Look
from tui.program import Program
from tui.widgets.bars import HeaderBar, KeyBar, NoticeBar
from tui.widgets.entry import Entry
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Picker

if TYPE_CHECKING:
    from core.services.desk import UseCase

C = TypeVar("C")
V = TypeVar("V")
Act = Callable[[], Awaitable[None] | None]

PROGRAM_COMMANDS = (
    Command("help", ("f1",), "帮助", "这一页、这一项和所有的键"),
    Command("jump", (":", "ctrl+g"), "跳转", "输入 : 和代码到任何一页，如 :cx；填写时用 Ctrl+G", bar=False),
    Command("last", ("-",), "上一页面", "回到刚才的页面", bar=False),
    Command("repaint", ("ctrl+l",), "重画", "屏幕花了时重画", bar=False),
    Command("quit", ("f10",), "退出", "退出程序", bar=False),
)
_CLOSE = Command("close", ("escape",), "返回", "关闭")


class Frame(Screen[None]):
    """A screen of the program. Subclasses give `make_pane`, `commands` and `action_*` methods.

    `load` runs once after the screen is up, `resume` each time the screen above it has gone.
    """

    CSS = """
    Frame { layers: base above; layout: vertical; background: ansi_default; color: ansi_default; }
    Pane { background: ansi_default; color: ansi_default; }
    """
    ESCAPE_TO_MINIMIZE = False
    route_name = ""
    title_text = ""
    help_text: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.header = HeaderBar(self.title_text)
        self.notice = NoticeBar()
        self.keys = KeyBar()
        self.overlays: list[Pane] = []
        self._question: dict[str, Act] | None = None
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

    @property
    def unsaved(self) -> bool:
        """Whether something was typed here that a jump elsewhere must not drop."""
        return bool(getattr(self.pane, "edited", False))

    @property
    def top(self) -> Pane:
        """The pane that takes the keys."""
        return self.overlays[-1] if self.overlays else self.pane

    @property
    def caret(self) -> tuple[int, int] | None:
        """Where the terminal's cursor stands."""
        if self._jump is not None:
            return (2 + self._jump.window(8)[1], self.notice.region.y)
        return self.top.caret

    async def ask(self, use_case: UseCase[C, V], command: C) -> V:
        """Run a use case for whoever is signed in. Raises Refused."""
        return await self.program.backend.do(use_case, self.program.caller, command)

    def tell(self, text: str, look: Look = Look.GOOD) -> None:
        """Say what happened."""
        self.notice.show(text, look)

    def refuse(self, refusal: Refused) -> None:
        """Say why something can't be done."""
        self.notice.show(refusal.text, Look.ERROR)

    def question(self, text: str, answers: dict[str, tuple[str, Act]]) -> None:
        """Ask in the notice line; `answers` maps a digit to its words and what follows. Any other key: asked again."""
        words = "  ".join(f"{key} {label}" for key, (label, _) in answers.items())
        self.notice.show(f"{text}  {words}", Look.WARN)
        self._question = {key: act for key, (_, act) in answers.items()}

    def confirm(self, text: str, act: Act) -> None:
        """Ask before something that can't be taken back: 1 是, 2 否."""
        self.question(text, {"1": ("是", act), "2": ("否", lambda: self.notice.show(""))})

    async def open(self, overlay: Pane) -> None:
        """Lay a popup over the pane."""
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
            return self.top.commands
        return (*self.commands, *self.pane.commands)

    def show_keys(self) -> None:
        """Bring the key line up to date."""
        live = self.live_commands()
        tail: tuple[Command, ...] = (self._escape_command(),)
        if self.overlays:
            tail = () if any("escape" in command.keys for command in live) else (_CLOSE,)
        else:
            tail = (PROGRAM_COMMANDS[0], *tail)
        self.keys.show((*live, *tail))

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
                name = press.character or key_name(press.key)
                self.notice.show(f"“{name}”在这里没有作用，按 F1 看可用的键", Look.WARN)

    async def _run(self, press: Press) -> bool:
        if self.overlays:
            if press.key == "escape":
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
        key = {"escape": "2", "y": "1", "n": "2"}.get(press.command_key, press.command_key)
        act = self._question.get(key)
        if act is None:
            return
        self._question = None
        self.notice.show("")
        await _awaited(act())

    # ------------------------------------------------------------------------------------------- jump

    def _starts_jump(self, press: Press) -> bool:
        if press.key == "ctrl+g":
            return True
        if press.command_key != ":" or self.overlays:
            return False
        return not self.pane.typing or self.pane.empty_here

    async def _take_jump(self, press: Press) -> None:
        assert self._jump is not None
        if press.key == "escape" or (press.key == "backspace" and not self._jump.value):
            self._jump = None
            self.notice.show("")
        elif press.key == "enter":
            code, self._jump = self._jump.value, None
            self.notice.show("")
            await self.program.jump(code)
        else:
            self._jump.press(press)
            self._show_jump()

    def _show_jump(self) -> None:
        assert self._jump is not None
        known = self.program.codes_for(self._jump.value)
        self.notice.show(f":{self._jump.value:<6} {known}", Look.MARK)

    # ---------------------------------------------------------------------------------------- actions

    async def action_help(self) -> None:
        """F1: the focused thing, this page, all live keys."""
        keys = [f"{key_names(c)}  {c.help or c.label}" for c in self.live_commands()]
        rest = [f"{key_names(c)}  {c.help or c.label}" for c in (*PROGRAM_COMMANDS, self._escape_command())]
        await self.open(HelpSheet([*self.top.help_lines(), *self.help_text, "", *keys, *rest]))

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

    def action_quit(self) -> None:
        """F10: leave the program, after a question."""
        self.confirm("退出程序？", self.program.leave)

    async def action_back(self) -> None:
        """Esc: one step back."""
        if await self.leave():
            await self.program.back()


async def _awaited(result: Any) -> None:
    if inspect.isawaitable(result):
        await result
