"""基础数据管理 (A2): all kinds of lists and rules, with how often each was changed and by whom last."""

from __future__ import annotations

from core.schema.base import Nothing
from core.schema.editions import KindRow
from core.services.editions import edition_kinds
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("类别", 14),
    Column("项数", 5, number=True),
    Column("修改", 5, number=True),
    Column("最近修改", 20),
    Column("内容", 0),
)


class ReferenceScreen(Frame):
    """基础数据管理."""

    title_text = "基础数据管理"
    help_text = (
        "每次修改都记下是谁、何时、为什么、自哪一年度起，原来的内容不会丢，可以恢复。",
        "已审核的申报和已认定的年度始终按当时的规则。",
    )
    commands = (
        Command("open_kind", ("enter", "f2"), "打开", "带 > 的一类"),
        Command("refresh", ("f5",), "刷新", "重新取表", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.kinds: tuple[KindRow, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS)
        return self.table

    async def load(self) -> None:
        """The kinds."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.kinds = (await self.ask(edition_kinds, Nothing())).rows
        rows = [
            TableRow(
                (
                    row.label,
                    str(row.entries),
                    str(row.editions) if row.editions else "",
                    row.changed,
                    row.purpose,
                )
            )
            for row in self.kinds
        ]
        heading = [line(Span("  规则和名单", Look.TITLE))]
        self.table.show(rows, heading=heading, at=self.table.at)

    async def resume(self) -> None:
        """Something may have been changed."""
        await self.load()

    async def action_open_kind(self) -> None:
        """Enter: the entries of this kind."""
        row = self.kinds[self.table.at]
        await self.program.go("reference_entries", kind=row.kind)

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")
