"""A popup that says what is about to happen, or what has happened, and waits for a yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit
from tui.widgets.reader import Reader


class ConfirmSheet(Reader):
    """Lines to read; Enter runs `on_yes`, Esc closes. Without `on_yes` it is only read."""

    DEFAULT_CSS = "ConfirmSheet { layer: above; position: absolute; offset: 0 2; width: 80; height: 16; }"
    base = Look.POPUP

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        on_yes: Callable[[], Awaitable[None]] | None = None,
        *,
        yes: str = "确定",
        keys: tuple[str, ...] = ("enter",),
    ) -> None:
        super().__init__(lines)
        self.title, self.on_yes, self.yes_keys = title, on_yes, keys
        accept = (Command("yes", keys, yes),) if on_yes else ()
        self.commands = (*accept, *Reader.commands, Command("close", ("escape",), "返回", "关闭"))

    def place(self) -> None:
        """As large as the screen lets it be, no higher than its text may need."""
        screen = self.screen.size
        self.styles.width = screen.width
        self.styles.height = max(6, min(screen.height - 5, len(self._text) + 4))

    def draw(self, cells: int, height: int) -> list[Line]:
        return [(Span(fit(" " + self.title, cells), Look.POPUP_BAR),), *super().draw(cells, height - 1)]

    async def press(self, press: Press) -> bool:
        if self.on_yes is not None and press.key in self.yes_keys:
            await self.on_yes()
            return True
        return await super().press(press)
