"""A small form in a popup: a few fields, each with its error beside it; Enter on the last one is the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.rules.errors import ErrorCode, Refused
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, wrapped
from tui.widgets.field import Field, label_width
from tui.widgets.form import Form, Leave

Given = Callable[[dict[str, str]], Awaitable[None]]


class FormSheet(Form):
    """Fields over the pane. `on_given` gets the values; what it refuses stands beside the fields, which stay."""

    DEFAULT_CSS = "FormSheet { layer: above; offset: 0 3; width: 80; height: 10; }"
    base = Look.POPUP

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        on_given: Given,
        *,
        notes: Sequence[str] = (),
        done: str = "确定",
        on_leave: Leave | None = None,
    ) -> None:
        super().__init__(
            fields, on_done=self._give, on_leave=on_leave, label_cells=max(12, label_width(fields))
        )
        self.title, self.on_given, self.notes = title, on_given, tuple(notes)
        self.error = ""
        self.commands = (
            Command("next", ("tab",), "下一项", "Tab 下一项，Shift+Tab 上一项"),
            Command("done", ("f8",), done, "最后一项按 Enter 也是"),
            Command("close", ("escape",), "返回", "关闭，什么也不改"),
        )

    def place(self) -> None:
        """As wide as the screen allows, at the foot of the pane, with room for an error under each field."""
        screen = self.screen.size
        height = min(screen.height - 3, 2 * len(self.fields) + len(self.notes) + 3)
        self.styles.width = screen.width
        self.styles.height = height
        self.styles.offset = (0, max(1, screen.height - 2 - height))

    def draw(self, cells: int, height: int) -> list[Line]:
        head: list[Line] = [(Span(fit(" " + self.title, cells), Look.POPUP_BAR),)]
        head += [(Span(fit(" " + note, cells), Look.POPUP_HINT),) for note in self.notes]
        if self.error:
            head += [(Span(" " + part, Look.POPUP_BAR),) for part in wrapped(self.error, cells - 2)]
        body = super().draw(cells, max(1, height - len(head)))
        if self._caret is not None:
            self._caret = (self._caret[0], self._caret[1] + len(head))
        return [*head, *body]

    @property
    def input_kept(self) -> bool:
        return self.edited

    async def press(self, press: Press) -> bool:
        if press.key == "f8":
            await self._give()
            return True
        return await super().press(press)

    async def _give(self) -> None:
        self.error = ""
        try:
            await self.on_given(self.values())
        except Refused as refusal:
            if refusal.code is ErrorCode.SESSION_ENDED:
                raise
            known = {field.spec.key for field in self.fields}
            self.show_errors(refusal.fields)
            if not refusal.fields:
                self.error = refusal.text
            elif not known & {error.field for error in refusal.fields}:
                self.error = refusal.fields[0].text
            self.changed()
