"""失信记录 (R6): what was revoked in the bureau's region, newest first, with the reason and by whom."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.revocations import RevokedQuery, RevokedRow
from core.services.revocations import revoked_page
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("撤销时间", 16),
    Column("姓名", 8),
    Column("年度", 4),
    Column("学时", 5, number=True),
    Column("原因", 0),
)


class RevokedScreen(Paged[RevokedRow]):
    """Revocations of the region and below. For bureaus only."""

    title_text = "失信记录"
    help_text = ("撤销认定的记录，只有人社部门可见。",)
    commands = (
        Command("details", ("enter",), "详细", "撤销了什么，为什么，谁撤销的"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有撤销认定的记录")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[RevokedRow]:
        """A page of them."""
        return await self.ask(revoked_page, RevokedQuery(after=after, limit=limit))

    def key_of(self, row: RevokedRow) -> int:
        """The decision."""
        return row.id

    def show_page(self, page: PageOf[RevokedRow], at: int) -> None:
        """The rows, and which page it is."""
        first = self.first_number
        rows = [
            TableRow(
                (
                    str(number),
                    moment_text(row.at),
                    row.person_name,
                    str(row.year),
                    str(row.hours),
                    row.reason,
                )
            )
            for number, row in enumerate(page.rows, first)
        ]
        footing = [line(Span(self.page_words, Look.HINT))]
        heading = [line(Span("  本区域及下级已撤销认定的学时", Look.HINT)), ()]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    async def action_details(self) -> None:
        """Enter."""
        row = self.row_here
        if row is None:
            raise Refused(ErrorCode.NOT_FOUND)
        lines = [
            f"姓名      {row.person_name}  {row.id_number_masked}",
            f"撤销的    {row.year}年度 {row.title} {row.hours} 学时",
            f"撤销时间  {moment_text(row.at)}",
            f"经办      {row.by}",
            f"原因      {row.reason}",
        ]
        await self.open(ConfirmSheet("撤销认定", lines))
