"""用户资料管理: what the platform knows of the person, to be read."""

from __future__ import annotations

from core.schema.base import Nothing
from core.services.homes import person_view
from tui.frame import Frame
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader

_LABEL_CELLS = 26


class ProfileScreen(Frame):
    """用户资料管理, read-only."""

    title_text = "用户资料管理"
    help_text = ("姓名和证件号不能自行修改；其他资料有变动请与所在单位联系。",)

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Fetch the lines."""
        view = await self.ask(person_view, Nothing())
        self.header.show(self.title_text, nameplate(self.program.caller))
        lines: list[Line] = [(), (Span("  基本信息", Look.TITLE),), ()]
        for label, text in view.lines:
            for index, part in enumerate(wrapped(text or "-", 52)):
                lines.append((Span(fit(f"  {'' if index else label}", _LABEL_CELLS)), Span(part)))
        lines += [(), (Span("  资料暂不能在此修改，有变动请与所在单位联系。", Look.HINT),)]
        self.reader.show(lines)
