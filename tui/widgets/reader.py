"""A pane of text that only scrolls: help, details, results."""

from __future__ import annotations

from collections.abc import Sequence

from tui.keys import Command, Press
from tui.look import Line, Look, Span, line, wrapped
from tui.widgets.pane import Pane

READER_COMMANDS = (Command("scroll", ("pagedown",), "翻页", "上下键逐行，PgUp PgDn 翻页，Home End 到头尾"),)


class Reader(Pane):
    """Lines that are read. The cursor stands on the first line in sight."""

    commands = READER_COMMANDS

    def __init__(self, lines: Sequence[Line | str] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text: list[Line | str] = list(lines)
        self.top = 0
        self._count = 0

    def show(self, lines: Sequence[Line | str]) -> None:
        """Replace the text and go to its start."""
        self._text, self.top = list(lines), 0
        self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        folded: list[Line] = []
        for entry in self._text:
            if isinstance(entry, str):
                folded += [line(" " + part) for part in wrapped(entry, cells - 2)]
            else:
                folded.append(entry)
        self._count = len(folded)
        self.top = max(0, min(self.top, len(folded) - height))
        shown = folded[self.top : self.top + height]
        if len(folded) > self.top + height and shown:
            shown[-1] = (Span(f" (还有 {len(folded) - self.top - height + 1} 行，PgDn 往下)", Look.HINT),)
        return shown

    def caret_at(self) -> tuple[int, int] | None:
        return (0, 0)

    def why_not(self, press: Press) -> str:
        up, down = ("up", "pageup", "home"), ("down", "pagedown", "end", "space")
        if press.command_key not in up + down:
            return ""
        if self._count <= self.size.height:
            return "内容都在这一页上"
        return "已到开头" if press.command_key in up else "已到末尾"

    async def press(self, press: Press) -> bool:
        self.lines()
        before = self.top
        page = max(1, self.size.height - 1)
        step = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "space": page}.get(press.command_key)
        if step is not None:
            self.top = max(0, min(self.top + step, max(0, self._count - self.size.height)))
        elif press.key == "home":
            self.top = 0
        elif press.key == "end":
            self.top = max(0, self._count - self.size.height)
        if self.top == before:
            return False
        self.changed()
        return True
