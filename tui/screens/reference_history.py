"""基础数据管理: every edition of one entry, the newest first: who, when, why, what it said; and the way back to it."""

from __future__ import annotations

from core.rules.edition_kinds import KINDS
from core.rules.errors import ErrorCode, Refused
from core.schema.editions import EditionLine, EntryKey
from core.services.editions import edition_history
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look
from tui.nameplate import moment_text, nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("版本", 8),
    Column("时间", 16),
    Column("修改人", 12),
    Column("生效", 14),
    Column("内容和原因", 0),
)


class ReferenceHistoryScreen(Frame):
    """The history of an entry."""

    title_text = "修改历史"
    help_text = ("恢复就是照旧的内容再存一版，仍要写明原因和自哪一年度起。",)
    commands = (
        Command("details", ("enter", "f2"), "详细", "带 > 的一版"),
        Command("restore", ("r", "f6"), "恢复", "照带 > 的一版填好，核对后保存"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self, kind: str, entry: str, year: int | None = None) -> None:
        super().__init__()
        self.kind, self.entry, self.year = KINDS[kind], entry, year
        self.editions: tuple[EditionLine, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有改过")
        return self.table

    async def load(self) -> None:
        """All editions."""
        self.header.show(f"{self.kind.label} > 修改历史", nameplate(self.program.caller))
        key = EntryKey(kind=self.kind.key, entry=self.entry, year=self.year)
        self.editions = (await self.ask(edition_history, key)).rows
        rows = [TableRow(self._cells(each)) for each in self.editions]
        self.table.show(rows, at=self.table.at)

    async def resume(self) -> None:
        """An old one may have been taken up again."""
        await self.load()

    async def action_details(self) -> None:
        """Enter: everything of this edition."""
        row = self._chosen()
        lines = [
            f"{_name(row)}    {row.begins}",
            f"修改人 {row.who or '-'}    时间 {moment_text(row.at) if row.at else '-'}",
            f"原因：{row.reason or '-'}",
            "",
            *([self.kind.gone] if row.taken_out else []),
            *(f"{label}：{text or '(空)'}" for label, text in row.lines),
        ]
        await self.open(ConfirmSheet("修改详细", lines))

    async def action_restore(self) -> None:
        """R: the form of the entry, filled with what this edition said."""
        row = self._chosen()
        if row.taken_out and not row.lines:
            self.tell("这一版是停用，没有内容可以恢复", Look.WARN)
            return
        if not self.kind.edits:
            self.tell("请打开条目后保存", Look.WARN)
            return
        await self.program.go(
            "reference_entry",
            kind=self.kind.key,
            entry=self.entry,
            year=self.year,
            edition=row.edition,
        )

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    def _chosen(self) -> EditionLine:
        if not self.editions:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.editions[self.table.at]

    def _cells(self, row: EditionLine) -> tuple[str, ...]:
        contents = self.kind.gone if row.taken_out else "  ".join(text for _, text in row.lines if text)
        when = moment_text(row.at) if row.at else ""
        why = f"{row.reason}：" if row.reason else ""
        return (_name(row), when, row.who, row.begins, f"{why}{contents}")


def _name(row: EditionLine) -> str:
    return f"第 {row.edition} 版" if row.edition else "初始版本"
