"""The small form that `/` lays over a table: what to filter by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit
from tui.widgets.choosing import Stage, opener
from tui.widgets.field import Field
from tui.widgets.form import FORM_COMMANDS, Form

FILTER_COMMANDS = (
    Command("apply", ("f5", "f8"), "查询", "按所填的条件查询，在最后一项按 Enter 也可"),
    *FORM_COMMANDS,
    Command("close", ("escape",), "返回", "不改变筛选"),
)
_LOOKS = {
    Look.PLAIN: Look.POPUP,
    Look.LABEL: Look.POPUP,
    Look.FOCUS: Look.POPUP_FIELD,
    Look.HINT: Look.POPUP_HINT,
}


class FilterSheet(Form):
    """Fields over a table. `on_apply` looks at the fields, closes the sheet and fetches, or shows errors."""

    DEFAULT_CSS = "FilterSheet { layer: above; position: absolute; offset: 0 3; width: 80; height: 8; }"
    base = Look.POPUP
    commands = FILTER_COMMANDS

    def __init__(
        self, stage: Stage, fields: Sequence[Field], on_apply: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(fields, on_open=opener(stage, lambda: self), on_done=on_apply)
        self.on_apply = on_apply

    def place(self) -> None:
        """As wide as the screen lets it be, with room for an error under each field where there is any."""
        self.styles.width = self.screen.size.width
        self.styles.height = min(self.screen.size.height - 5, len(self.fields) * 2 + 2)

    async def press(self, press: Press) -> bool:
        if press.key in ("f5", "f8"):
            await self.on_apply()
            return True
        return await super().press(press)

    def draw(self, cells: int, height: int) -> list[Line]:
        lines = super().draw(cells, height - 1)
        title = (Span(fit(" 筛选    空着的不筛选", cells), Look.POPUP_BAR),)
        return [title, *(tuple(_on_popup(span) for span in spans) for spans in lines)]

    def caret_at(self) -> tuple[int, int] | None:
        place = super().caret_at()
        return None if place is None else (place[0], place[1] + 1)


def _on_popup(span: Span) -> Span:
    look = span.look
    return Span(span.text, _LOOKS.get(look, look) if isinstance(look, Look) else look)
