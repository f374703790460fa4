"""催办 (R12): what waits where and how long, by office, oldest first; one key reminds the office, once a day."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.waiting import Urged, UrgeOffice, UrgeOverdue, WaitingPage, WaitingQuery, WaitingRow
from core.services.waiting import urge_office, urge_overdue, waiting_page
from tui.keys import Command
from tui.look import Line, Look, Span, fit, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("单位", 0),
    Column("区域", 15),
    Column("待办", 5, number=True),
    Column("超期", 5, number=True),
    Column("最久", 7, number=True),
    Column("今日", 6),
)


class WaitingScreen(Paged[WaitingRow]):
    """Offices in reach, a page at a time, the one that has waited longest first."""

    title_text = "催办"
    help_text = (
        "待审的各种事项，按单位合计；超期的天数与审核台相同。本单位的在审核台办理，不在这里。",
        "催办给该单位发消息，留有邮箱的同时发邮件；每个单位每天最多一次。",
    )
    commands = (
        Command("urge", ("u", "f6"), "催办", "催带 > 的单位"),
        Command("urge_all", ("a", "f8"), "催全部超期", "催所有有超期事项的单位，先问"),
        Command("details", ("enter",), "详细", "各种事项各有多少"),
        Command("filter", ("f", "f4"), "只看超期", "只看有超期的，再按一次看全部"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.overdue_only = False
        self.offices = self.count = self.overdue = 0

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有积压的单位")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[WaitingRow]:
        """A page of the offices."""
        query = WaitingQuery(overdue_only=self.overdue_only, after=after, limit=limit)
        page: WaitingPage = await self.ask(waiting_page, query)
        self.offices, self.count, self.overdue = page.offices, page.count, page.overdue
        return page

    def key_of(self, row: WaitingRow) -> int:
        """The office."""
        return row.org_id

    def show_page(self, page: PageOf[WaitingRow], at: int) -> None:
        """How much waits in all, and the offices."""
        first = self.first_number
        rows = [
            TableRow(
                (
                    str(number),
                    each.org_name,
                    each.region_name,
                    str(each.count),
                    str(each.overdue or "-"),
                    f"{each.days} 天",
                    "已催" if each.urged else "",
                ),
                look=Look.WARN if each.overdue and not each.urged else Look.PLAIN,
            )
            for number, each in enumerate(page.rows, first)
        ]
        words = f"  {self.offices} 个单位有待办，共 {self.count} 件，其中超期 {self.overdue} 件"
        which = "   只看超期的 (F 看全部)" if self.overdue_only else ""
        heading: list[Line] = [line(Span(words, Look.TITLE), Span(which, Look.HINT)), ()]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    @property
    def row(self) -> WaitingRow:
        """What has the marker. Raises Refused NOT_FOUND where there is none."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.row_here

    async def action_urge(self) -> None:
        """U: remind one office."""
        row = self.row
        if row.urged:
            self.tell(f"{row.org_name} 今天已经催办过，每天最多一次", Look.WARN)
            return
        done = await self.ask(urge_office, UrgeOffice(org_id=row.org_id))
        await self.fetch_again(keep=True)
        if done.told:
            self.tell(f"已催办 {row.org_name}" + ("，并发了邮件" if done.mailed else ""))
        else:
            self.tell(f"{row.org_name} 今天已经催办过，每天最多一次", Look.WARN)

    async def action_urge_all(self) -> None:
        """A: remind everybody who is late, after a question."""
        if not self.overdue:
            self.tell("没有超期的事项", Look.WARN)
            return
        self.confirm("催办所有有超期事项的单位（今天已催过的不再催）？", self._urge_all)

    async def _urge_all(self) -> None:
        done = await self.ask(urge_overdue, UrgeOverdue())
        await self.fetch_again(keep=True)
        self.tell(_told(done))

    async def action_filter(self) -> None:
        """F: only those with something overdue, or all."""
        self.overdue_only = not self.overdue_only
        await self.from_the_start()
        self.tell("只看有超期的" if self.overdue_only else "看全部")

    async def action_details(self) -> None:
        """Enter: what waits there, kind by kind."""
        row = self.row
        lines = [
            f"单位      {row.org_name}（{row.kind_label}）",
            f"区域      {row.region_name}",
            f"待办      {row.count} 件，超期 {row.overdue} 件，最久的已等 {row.days} 天",
            "",
            *(
                f"{fit(kind.label, 14)}{kind.count} 件，超期 {kind.overdue} 件，最早 {moment_text(kind.oldest)}"
                for kind in row.kinds
            ),
            "",
            "今天已经催办过" if row.urged else "今天还没有催办",
        ]
        await self.open(ConfirmSheet("待办详细", lines))


def _told(done: Urged) -> str:
    mails = f"，其中 {done.mailed} 个发了邮件" if done.mailed else ""
    already = f"；{done.already} 个今天已经催过" if done.already else ""
    return f"已催办 {done.told} 个单位{mails}{already}"
