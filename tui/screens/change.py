"""详情 of a change: where it stands, its entries, its pictures, every move with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.rules.changes import ChangeKind
from core.schema.base import Number
from core.schema.changes import ChangeView
from core.schema.declarations import Holder
from core.services.change_views import view_change
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look
from tui.nameplate import nameplate
from tui.widgets.change_lines import change_lines
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader


class ChangeScreen(Frame):
    """详情 of 单位调转, 专业技术职务 or 证件信息修改."""

    title_text = "详情"
    help_text = ("按附件前的数字查看图片。",)
    commands: tuple[Command, ...] = (
        Command("view", tuple("12345"), "查看附件", "附件前的数字", bar=False),
        Command("compare", ("c", "f2"), "并排比对", "证件与本人照片并排", bar=False),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self, change_id: int) -> None:
        super().__init__()
        self.change_id = change_id
        self.view: ChangeView | None = None

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Fetch it."""
        self.view = await self.ask(view_change, Number(value=self.change_id))
        title = f"{ChangeKind(self.view.kind).label} {self.title_text}"
        self.header.show(title, nameplate(self.program.caller))
        shown = {"view": bool(self.view.evidence), "compare": self.view.kind == ChangeKind.IDENTITY}
        self.commands = tuple(replace(each, bar=shown.get(each.action, True)) for each in type(self).commands)
        self.reader.show(change_lines(self.view))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_view(self) -> None:
        """A digit: the picture of that number."""
        assert self.view is not None
        index, count = int(self.press_now.command_key) - 1, len(self.view.evidence)
        if index >= count:
            self.tell(f"只有 {count} 个附件" if count else "没有附件", Look.WARN)
            return
        await self.program.go("picture", at=index, **self._seen_through())

    async def action_compare(self) -> None:
        """F2: card and portrait side by side."""
        assert self.view is not None
        if self.view.kind != ChangeKind.IDENTITY:
            self.tell("只有证件信息修改有可并排比对的照片", Look.WARN)
            return
        await self.program.go("faces", **self._seen_through())

    def _seen_through(self) -> dict[str, Any]:
        assert self.view is not None
        return {"evidence": self.view.evidence, "object_id": self.view.id, "holder": Holder(self.view.kind)}
