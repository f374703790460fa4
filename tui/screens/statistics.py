"""查询统计 (E7, D4, R8): rates and sums by region, employer, department, series, level, year; Enter looks deeper."""

from __future__ import annotations

from typing import Any

from core.rules.entry import EntryError, parse_year
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.schema.statistics import GroupBy, Statistics, StatisticsQuery, StatLine
from core.services.statistics import statistics
from core.services.statistics_file import export_statistics
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.charts import bar, percent, year_chart
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

BAR_CELLS = 10
YEAR = FieldSpec("year", "年度", FieldKind.YEAR, hint="四位数字，如 2025")
_FIRST_YEAR, _LAST_YEAR = 1990, 2099


class StatisticsScreen(Frame):
    """What the office sees, one group a line; each step down is kept, and Esc goes one back up."""

    title_text = "查询统计"
    working = "正在统计，请稍候"
    help_text = (
        "人数是有该年度记录的人：注册通过的人都有当年的一条，没有学时的也算在内。",
        "完成率是达到年度合格标准的人占的份额。已认定的年度计在认定时的单位和区域，未认定的跟着人走。",
    )
    commands = (
        Command("look_into", ("enter",), "下一级", "看带 > 的一行里面"),
        Command("group", tuple("12345"), "口径", "按第几种口径统计"),
        Command("export", ("x", "f8"), "导出", "写成 .xlsx 表格，各种口径各一张"),
        Command("people", ("p", "f9"), "人员", "一个单位里的人"),
        Command("other_year", ("y", "f6"), "年度", "另选年度，左右键为前一年、后一年"),
        Command("earlier", ("left",), "前一年", bar=False),
        Command("later", ("right",), "后一年", bar=False),
        Command("refresh", ("f5",), "刷新", "重新统计", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.asked = StatisticsQuery()
        self.shown: Statistics | None = None
        self.above: list[tuple[StatisticsQuery, int]] = []

    def make_pane(self) -> Pane:
        self.table = Table((Column("", 0),), empty="没有可统计的人员")
        return self.table

    async def load(self) -> None:
        """The widest view of the office."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        await self._count(self.asked)

    async def resume(self) -> None:
        """The same again."""
        await self._count(self.asked, self.table.at)

    async def leave(self) -> bool:
        """Esc: one step up first."""
        if not self.above:
            return True
        query, at = self.above.pop()
        await self._count(query.model_copy(update={"year": self.asked.year}), at)
        return False

    @property
    def line_here(self) -> StatLine:
        """The group with the marker. Raises Refused NOT_FOUND where there is none."""
        if self.shown is None or not self.shown.lines:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.shown.lines[self.table.at]

    async def action_look_into(self) -> None:
        """Enter: into a region, an employer, a department, a series, a level, a year."""
        here, shown = self.line_here, self.shown
        assert shown is not None
        if shown.by is GroupBy.YEAR:
            at = self.asked.model_copy(update={"year": int(here.key), "by": None})
            await self._step(at)
        elif shown.deeper == "people":
            await self.program.go("statistics_people", query=self._narrowed(shown.by, here))
        else:
            await self._step(self._narrowed(shown.by, here))

    async def action_group(self) -> None:
        """A digit: count by something else."""
        shown = self.shown
        assert shown is not None
        number = int(self.press_now.command_key)
        if number > len(shown.groups):
            self.tell(f"这里只有 {len(shown.groups)} 种口径", Look.WARN)
        elif shown.groups[number - 1] is shown.by:
            self.tell(f"已经是按{shown.by.label}统计", Look.WARN)
        else:
            await self._count(self.asked.model_copy(update={"by": shown.groups[number - 1]}))

    async def action_people(self) -> None:
        """P: the people of the employer that is looked at."""
        shown = self.shown
        assert shown is not None
        if GroupBy.EMPLOYER in shown.groups:
            self.tell("先按 Enter 进到一个单位，再看人员", Look.WARN)
            return
        await self.program.go("statistics_people", query=self.asked)

    async def action_export(self) -> None:
        """X: a spreadsheet."""
        self.tell("正在导出，请稍候", Look.HINT)
        try:
            done = await self.ask(export_statistics, self.asked)
        except Refused:
            self.tell("")
            raise
        lines = [f"文件  {done.path}", f"共 {done.rows} 行。", "每种口径一张表；单位的统计另有一张人员表。"]
        await self.open(ConfirmSheet("已导出", lines))
        self.tell(f"已导出 {done.rows} 行")

    async def action_other_year(self) -> None:
        """Y: a year by its number."""
        await self.open(FormSheet("另一年度", (field_for(YEAR),), self._year_given, done="统计"))

    async def _year_given(self, values: dict[str, str]) -> None:
        try:
            year = parse_year(values["year"])
        except EntryError as error:
            raise Refused.for_fields((error.at("year"),)) from None
        await self.close_overlay()
        await self._count(self.asked.model_copy(update={"year": year}))

    async def action_earlier(self) -> None:
        """Left."""
        await self._turn(-1)

    async def action_later(self) -> None:
        """Right."""
        await self._turn(1)

    async def action_refresh(self) -> None:
        """F5."""
        await self._count(self.asked, self.table.at)
        self.tell("已重新统计")

    async def _turn(self, step: int) -> None:
        assert self.shown is not None
        year = self.shown.year + step
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            self.tell(f"年度应在 {_FIRST_YEAR} 至 {_LAST_YEAR} 之间", Look.WARN)
            return
        await self._count(self.asked.model_copy(update={"year": year}), self.table.at)

    def _narrowed(self, by: GroupBy, here: StatLine) -> StatisticsQuery:
        """The query for what lies inside a group."""
        changed: dict[str, Any] = {"by": None}
        if by is GroupBy.REGION:
            # A region's own units stand in a line under the region's own code.
            own = here.label.endswith("本级")
            changed |= {"region": here.key, "own_only": own}
        elif by is GroupBy.EMPLOYER:
            changed |= {"employer_id": int(here.key)}
        elif by is GroupBy.DEPARTMENT:
            changed |= {"department_id": int(here.key)}
        else:
            changed |= {by.value: here.key}
        return self.asked.model_copy(update=changed)

    async def _step(self, query: StatisticsQuery) -> None:
        before, at = self.asked, self.table.at
        await self._count(query)
        self.above.append((before, at))

    async def _count(self, query: StatisticsQuery, at: int = 0) -> None:
        shown = await self.ask(statistics, query)
        # What the office asked for without a year stays the year that was shown.
        self.asked, self.shown = query.model_copy(update={"year": shown.year}), shown
        self.table.columns = _columns(shown.by)
        rows = [_row(each) for each in shown.lines]
        self.table.show(rows, heading=_heading(shown), footing=_footing(shown), at=at)


def _columns(by: GroupBy) -> tuple[Column, ...]:
    return (
        Column(by.label, 0),
        Column("人数", 7, number=True),
        Column("完成", 7, number=True),
        Column("完成率", 6, number=True),
        Column("", BAR_CELLS),
        Column("公需学时", 8, number=True),
        Column("专业学时", 8, number=True),
    )


def _row(each: StatLine) -> TableRow:
    return TableRow(
        (
            each.label,
            str(each.people),
            str(each.passed),
            percent(each.rate),
            bar(each.rate, BAR_CELLS) if each.people else "",
            str(each.public),
            str(each.professional),
        )
    )


def _heading(shown: Statistics) -> list[Line]:
    place = " > ".join(shown.place)
    where = line(Span(f"  {place}", Look.TITLE), Span(f"   {shown.year}年度", Look.TITLE))
    ways: list[Span | str] = [Span("  口径  ", Look.HINT)]
    for number, by in enumerate(shown.groups, 1):
        here = by is shown.by
        ways += [Span(f"{number} ", Look.KEY), Span(by.label, Look.TITLE if here else Look.HINT)]
        ways.append(Span("*  " if here else "   ", Look.MARK))
    years = [(each.key, each.rate if each.people else None) for each in shown.years]
    return [where, line(*ways), *year_chart(years, str(shown.year)), ()]


def _footing(shown: Statistics) -> list[Line]:
    total = shown.total
    words = (
        f"  合计  {total.people} 人，完成 {total.passed} 人，{percent(total.rate)}；"
        f"公需 {total.public}，专业 {total.professional}，共 {total.total} 学时"
    )
    more = "（只列出前面的一部分）" if shown.truncated else ""
    return [line(Span(words, Look.TITLE), Span(more, Look.WARN))]
