"""人员 behind a line of the statistics: everybody of an employer with the year, those who are done and those not."""

from __future__ import annotations

from core.schema.statistics import StatisticsPeople, StatisticsQuery, StatPerson
from core.services.statistics import statistics_people
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 12),
    Column("工作部门", 14),
    Column("任职资格", 0),
    Column("公需", 6, number=True),
    Column("专业", 6, number=True),
    Column("合计", 6, number=True),
    Column("结果", 8),
)
_WORDS = {None: "全部", True: "通过", False: "不通过"}
_NEXT = {None: False, False: True, True: None}


class StatisticsPeopleScreen(Paged[StatPerson]):
    """A page at a time, in the order of their numbers."""

    title_text = "查询统计 人员"
    help_text = ("不通过的人还没有达到该年度的合格标准，没有学时的也在内。",)
    commands = (
        Command("details", ("enter",), "详细", "带 > 的人员"),
        Command("filter", ("f", "f4"), "筛选", "不通过、通过、全部，依次换"),
        *PAGE_COMMANDS,
    )

    def __init__(self, query: StatisticsQuery) -> None:
        super().__init__()
        self.asked = query
        self.passed: bool | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有人员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StatPerson]:
        """A page of the people."""
        wanted = self.asked.model_dump() | {"passed": self.passed, "after": after, "limit": limit}
        return await self.ask(statistics_people, StatisticsPeople(**wanted))

    def key_of(self, row: StatPerson) -> int:
        """The person."""
        return row.person_id

    def show_page(self, page: PageOf[StatPerson], at: int) -> None:
        """The year, which of them, the rows."""
        first = self.first_number
        rows = [
            TableRow(
                (
                    str(number),
                    each.name,
                    each.department,
                    each.title,
                    str(each.public),
                    str(each.professional),
                    str(each.total),
                    _WORDS[each.passed],
                )
            )
            for number, each in enumerate(page.rows, first)
        ]
        which = f"  {self.asked.year}年度   {_WORDS[self.passed]}"
        heading: list[Line] = [line(Span(which, Look.TITLE), Span("   (F 筛选)", Look.HINT)), ()]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    async def action_filter(self) -> None:
        """F: those who are not done, those who are, all."""
        self.passed = _NEXT[self.passed]
        await self.from_the_start()
        self.tell(f"筛选：{_WORDS[self.passed]}")

    async def action_details(self) -> None:
        """Enter: what the list has no room for."""
        row = self.row_here
        if row is None:
            self.tell("没有人员", Look.WARN)
            return
        settled = "已认定" if row.recognised else "未认定"
        lines = [
            f"姓名      {row.name}",
            f"证件号    {row.id_number_masked}",
            f"工作部门  {row.department or '-'}",
            f"职称系列  {row.series or '-'}",
            f"任职资格  {row.title or '-'}",
            f"公需 {row.public}   专业 {row.professional}   合计 {row.total}",
            f"{self.asked.year}年度  {_WORDS[row.passed]}，{settled}",
        ]
        await self.open(ConfirmSheet("人员详细", lines))
