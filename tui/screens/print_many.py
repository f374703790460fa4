"""证书打印 in batch (E7, D4, R5): the people of a year who can be printed; some or all, as a job with its progress."""

from __future__ import annotations

from core.rules.entry import EntryError, parse_year
from core.rules.errors import Refused
from core.rules.fields import FieldKind, FieldSpec
from core.schema.jobs import JobView
from core.schema.print_many import PrintablePage, PrintableRow, PrintMany, PrintManyQuery
from core.services.print_many import AGAIN, LEFT, NEW, REASONS, print_many, print_many_page
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.watching import watch_job
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 10),
    Column("单位", 0),
    Column("工作部门", 10),
    Column("学时", 6, number=True),
    Column("证书编号", 23),
)
YEAR = FieldSpec("year", "年度", FieldKind.YEAR, hint="四位数字，如 2025")
NAME = FieldSpec("text", "姓名/拼音", required=False, max_length=20, hint="空着为全部")
DEPARTMENT = FieldSpec("department", "工作部门", required=False, max_length=20, hint="名称中的一部分")


class PrintManyScreen(Paged[PrintableRow]):
    """Who has passed a year that was recognised, a page at a time."""

    title_text = "证书打印"
    frame_lines = 9
    help_text = (
        "列出年度认定通过的人。每人一个 PDF，另有一份带编号的清单，写在导出目录；从网络进来时打成一包，放进发件箱。",
        "打印过的照原样重印，不重新编号。没有通过、还没有年度认定的不在列，人数写在上面。",
    )
    commands = (
        Command("choose", ("space",), "选", "选中或取消带 > 的人"),
        Command("print", ("p", "f8"), "打印所选", "打印选中的人，没有选的打印带 > 的人"),
        Command("print_all", ("a", "f9"), "打印全部", "打印筛选出的所有人，先问"),
        Command("filter", ("/", "、", "f4"), "筛选", "年度、姓名、部门"),
        Command("clear", ("c", "f3"), "清空", "不再筛选，也不再选中", bar=False),
        Command("jobs", ("w", "f6"), "后台任务", "看打印的进度", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.wanted = PrintManyQuery()
        self.chosen: dict[int, str] = {}
        self.shown: PrintablePage | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有可以打印的人")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[PrintableRow]:
        """A page of the people."""
        query = self.wanted.model_copy(update={"after": after, "limit": limit})
        self.shown = await self.ask(print_many_page, query)
        return self.shown

    def key_of(self, row: PrintableRow) -> int:
        """The person."""
        return row.person_id

    def show_page(self, page: PageOf[PrintableRow], at: int) -> None:
        """The year, who is left out, the people."""
        assert self.shown is not None
        first = self.first_number
        rows = [
            TableRow(
                (
                    str(number),
                    each.name,
                    each.employer,
                    each.department,
                    str(each.total),
                    each.number or "（未打印过）",
                ),
                chosen=each.person_id in self.chosen,
            )
            for number, each in enumerate(page.rows, first)
        ]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=self._heading(), footing=footing, first_number=first, at=at)

    def _heading(self) -> list[Line]:
        assert self.shown is not None
        asked = "  ".join(part for part in (self.wanted.text, self.wanted.department) if part)
        words = f"  {self.shown.year}年度   可打印 {self.shown.printable} 人"
        chosen = f"   已选 {len(self.chosen)} 人" if self.chosen else ""
        left = "，".join(f"{reason} {count} 人" for reason, count in self.shown.left_out)
        return [
            line(
                Span(words, Look.TITLE),
                Span(chosen, Look.MARK),
                Span(f"   筛选：{asked}" if asked else "   (/ 筛选)", Look.HINT),
            ),
            line(Span(f"  不能打印：{left}" if left else "  没有不能打印的人", Look.HINT)),
            (),
        ]

    async def action_choose(self) -> None:
        """Space: mark, and go on to the next."""
        row = self.row_here
        if row is None:
            self.tell("没有可以打印的人", Look.WARN)
            return
        if self.chosen.pop(row.person_id, None) is None:
            self.chosen[row.person_id] = row.name
        assert self.page is not None
        self.show_page(self.page, min(self.table.at + 1, len(self.page.rows) - 1))

    async def action_print(self) -> None:
        """P: those who are marked, or the one here."""
        people = dict(self.chosen)
        if not people and self.row_here is not None:
            people = {self.row_here.person_id: self.row_here.name}
        if not people:
            self.tell("没有可以打印的人", Look.WARN)
            return
        await self._start(PrintMany(year=self._year, people=tuple(sorted(people))))

    async def action_print_all(self) -> None:
        """A: all that the filter leaves."""
        assert self.shown is not None
        if not self.shown.printable:
            self.tell("没有可以打印的人", Look.WARN)
            return
        wanted = PrintMany(year=self._year, text=self.wanted.text, department=self.wanted.department)
        self.confirm(f"打印 {self._year}年度 {self.shown.printable} 人的证书？", lambda: self._start(wanted))

    async def _start(self, command: PrintMany) -> None:
        job = await self.ask(print_many, command)
        await watch_job(self, job.id, self._over)

    async def _over(self, view: JobView) -> None:
        """It has come to its end: the numbers stand in the list now."""
        self.chosen.clear()
        await self.fetch_again(keep=True)
        reasons = view.outcome.get(REASONS)
        counts = "，".join(f"{name} {view.outcome.get(name, 0)}" for name in (NEW, AGAIN, LEFT))
        self.tell(f"{view.title}{view.state_label}：{counts}")
        if isinstance(reasons, list) and reasons:
            await self.close_overlay()
            await self.open(ConfirmSheet("没有打印的", [str(each) for each in reasons]))

    async def action_filter(self) -> None:
        """/: year, name, department."""
        fields = (
            field_for(YEAR, str(self._year)),
            field_for(NAME, self.wanted.text),
            field_for(DEPARTMENT, self.wanted.department),
        )
        await self.open(FormSheet("筛选", fields, self._filtered, done="查询"))

    async def _filtered(self, values: dict[str, str]) -> None:
        try:
            year = parse_year(values["year"])
        except EntryError as error:
            raise Refused.for_fields((error.at("year"),)) from None
        if year != self._year:
            self.chosen.clear()
        self.wanted = PrintManyQuery(
            year=year, text=values["text"].strip(), department=values["department"].strip()
        )
        await self.close_overlay()
        await self.from_the_start()

    async def action_clear(self) -> None:
        """C: nothing narrowed, nobody marked."""
        self.wanted = PrintManyQuery(year=self._year)
        self.chosen.clear()
        await self.from_the_start()
        self.tell("已清空筛选和选中")

    async def action_jobs(self) -> None:
        """W: what runs in the background."""
        await self.program.go("jobs")

    @property
    def _year(self) -> int:
        assert self.shown is not None
        return self.shown.year
