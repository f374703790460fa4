"""A small popup that asks for one line: a reason, hours, a search; usual answers stand above it under digits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.rules.errors import ErrorCode, Refused
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, width, wrapped
from tui.widgets.entry import Entry
from tui.widgets.pane import Pane

Answer = Callable[[str, str], Awaitable[None]]
"""Takes the digit that was picked ("" for none) and the words that were typed."""


class AskSheet(Pane):
    """One line to type, over the lower part of the pane.

    `choices` are (digit, text); a digit pressed while the line is empty picks one. Enter hands both to
    `on_done`; a Refused raised there is shown inside the sheet, which stays open with what was typed.
    """

    DEFAULT_CSS = "AskSheet { layer: above; position: absolute; offset: 0 3; width: 80; height: 8; }"
    base = Look.POPUP

    def __init__(
        self,
        title: str,
        on_done: Answer,
        *,
        label: str = "",
        choices: Sequence[tuple[str, str]] = (),
        picked: str = "",
        value: str = "",
        notes: Sequence[str] = (),
        done: str = "确定",
    ) -> None:
        super().__init__()
        self.title, self.on_done, self.label = title, on_done, label
        self.choices, self.picked, self.notes = tuple(choices), picked, tuple(notes)
        self.entry = Entry(value)
        self._first_value = value
        self.error = ""
        digits = (
            (Command("digit", tuple(digit for digit, _ in self.choices), "选一条", "行首按数字选一条"),)
            if self.choices
            else ()
        )
        self.commands = (
            *digits,
            Command("done", ("enter",), done),
            Command("close", ("escape",), "返回", "关闭，什么也不改"),
        )

    def place(self) -> None:
        """As wide as the screen allows, as high as its lines need, at the foot of the pane."""
        screen = self.screen.size
        self.styles.width = screen.width
        height = min(screen.height - 3, len(self.choices) + len(self.notes) + 5)
        self.styles.height = height
        self.styles.offset = (0, max(1, screen.height - 2 - height))

    @property
    def typing(self) -> bool:
        return True

    @property
    def empty_here(self) -> bool:
        return not self.entry.value

    def help_lines(self) -> list[str]:
        rule = "行首按数字选一条，其后可以再写文字。" if self.choices else ""
        return [f"{self.title}：{rule}Enter 确定，Esc 返回。"]

    def draw(self, cells: int, height: int) -> list[Line]:
        out: list[Line] = [(Span(fit(" " + self.title, cells), Look.POPUP_BAR),)]
        for digit, text in self.choices:
            mark = ">" if digit == self.picked else " "
            look = Look.POPUP_BAR if digit == self.picked else Look.POPUP
            out.append((Span(fit(f"{mark}{digit}  {text}", cells), look),))
        out += [(Span(fit(" " + note, cells), Look.POPUP_HINT),) for note in self.notes]
        text, _ = self.entry.window(self._room(cells))
        out.append(
            (
                Span(f" {self.label} " if self.label else " ", Look.POPUP),
                Span(fit(text, self._room(cells)), Look.POPUP_FIELD),
            )
        )
        self._entry_line = len(out) - 1
        if self.error:
            out += [(Span(" " + part, Look.POPUP_BAR),) for part in wrapped(self.error, cells - 2)]
        return out[:height]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        start = width(f" {self.label} ") if self.label else 1
        return (start + self.entry.window(self._room(self.size.width))[1], self._entry_line)

    async def press(self, press: Press) -> bool:
        if press.key == "enter":
            await self._finish()
            return True
        if press.key == "f1":
            return False
        if not self.entry.value and self._pick(press):
            pass
        elif press.key == "backspace" and not self.entry.value and self.picked:
            self.picked = ""
        elif not self.entry.press(press):
            return False
        self.error = ""
        self.changed()
        return True

    def why_not(self, press: Press) -> str:
        return self.entry.why_not(press)

    @property
    def input_kept(self) -> bool:
        return bool(self.entry.value.strip()) and self.entry.value != self._first_value

    def _pick(self, press: Press) -> bool:
        digits = [digit for digit, _ in self.choices]
        if press.command_key in digits:
            self.picked = press.command_key
        elif press.key in ("up", "down") and digits:
            step = 1 if press.key == "down" else -1
            start = -1 if step > 0 else 0
            at = digits.index(self.picked) if self.picked in digits else start
            self.picked = digits[(at + step) % len(digits)]
        else:
            return False
        return True

    async def _finish(self) -> None:
        try:
            await self.on_done(self.picked, self.entry.value)
        except Refused as refusal:
            if refusal.code is ErrorCode.SESSION_ENDED:
                raise
            self.error = refusal.fields[0].text if refusal.fields else refusal.text
            self.styles.height = min(self.screen.size.height - 3, len(self.choices) + len(self.notes) + 5)
            self.changed()

    def _room(self, cells: int) -> int:
        return max(8, min(60, cells - 4 - width(self.label)))
