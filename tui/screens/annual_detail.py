"""继续教育历程明细 (P11): what counted in one year, and the rule that it was judged by."""

from __future__ import annotations

from core.schema.annual import AnnualDetail
from core.schema.base import Number
from core.services.annual import annual_detail
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_COLUMNS = (
    Column("序号", 4),
    Column("科目", 6),
    Column("学习形式", 14),
    Column("名称", 0),
    Column("起止时间", 14),
    Column("学时", 5, number=True),
    Column("来源", 8),
)


class AnnualDetailScreen(Frame):
    """继续教育历程明细 of one year."""

    title_text = "继续教育历程明细"
    commands = (
        Command("open", ("enter",), "申报详细", "带 > 的一条的申报和审核记录"),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self, year: int) -> None:
        super().__init__()
        self.year = year
        self.detail: AnnualDetail | None = None

    def make_pane(self) -> Pane:
        self.table = Table(_COLUMNS, empty="这一年度还没有认定的学时")
        return self.table

    async def load(self) -> None:
        """Fetch the year."""
        self.detail = detail = await self.ask(annual_detail, Number(value=self.year))
        self.header.show(f"继续教育历程明细  {self.year}年度", nameplate(self.program.caller))
        rows = [
            TableRow(
                (
                    str(number),
                    each.subject,
                    each.form_name,
                    each.title,
                    each.period.replace(f"{self.year}-", ""),
                    str(each.hours),
                    each.source_label,
                )
            )
            for number, each in enumerate(detail.lines, 1)
        ]
        self.table.show(rows, heading=self._heading(detail), at=self.table.at)

    async def action_open(self) -> None:
        """Enter."""
        assert self.detail is not None
        if not self.detail.lines:
            self.tell("这一年度还没有认定的学时", Look.WARN)
            return
        await self.program.go("declaration", declaration_id=self.detail.lines[self.table.at].declaration_id)

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    def _heading(self, detail: AnnualDetail) -> list[Line]:
        row = detail.row
        words = f" {row.year}年度  公需 {row.public}  专业 {row.professional}  总学时 {row.total}   认定结果 "
        out: list[Line] = [(Span(words), Span(row.result_label, Look.TITLE))]
        if row.shortfall:
            out.append((Span(" " + row.shortfall, Look.WARN),))
        if row.certificate_number:
            out.append((Span(f" 证书 {row.certificate_number}"),))
        out += [(Span(" " + part, Look.HINT),) for part in wrapped(detail.rule_text, 78)]
        return [*out, ()]
