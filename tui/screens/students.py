"""综合查询 (B4): the base's students over all classes, what was given, written to a spreadsheet if wanted."""

from __future__ import annotations

from core.rules.checking import check_form
from core.rules.fields import FieldKind, FieldSpec
from core.schema.training import StudentLine, StudentPage, StudentQuery, StudentState
from core.services.base_search import export_students, search_students
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 10),
    Column("证件号", 18),
    Column("培训班", 0),
    Column("年度", 4),
    Column("学时", 5, number=True),
    Column("状态", 10),
)
FILTERS = (
    FieldSpec("text", "姓名/证件号", required=False, max_length=18, hint="姓名，或整个证件号"),
    FieldSpec("year", "年度", FieldKind.YEAR, required=False, hint="如 2026"),
    FieldSpec(
        "state",
        "状态",
        FieldKind.CHOICE,
        required=False,
        choices=tuple(state.label for state in StudentState),
    ),
)


class StudentsScreen(Paged[StudentLine]):
    """综合查询."""

    title_text = "综合查询"
    frame_lines = 9
    help_text = ("本基地全部培训班的学员：记入了多少学时，哪些还没有匹配到人。F9 导出 .xlsx。",)
    commands = (
        Command("details", ("enter",), "详细", "带 > 的学员"),
        Command("filter", ("/", "、", "f4"), "筛选", "按姓名、证件号、年度、状态"),
        Command("clear", ("c", "f3"), "清空", "清空筛选", bar=False),
        Command("export", ("f9", "d"), "导出", "按现在的筛选导出 .xlsx"),
        Command("plans", ("p", "f6"), "培训计划"),
        Command("classes", ("b", "f2"), "培训班"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.wanted = StudentQuery()
        self.found: StudentPage | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有学员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StudentLine]:
        """A page of the students that are wanted, and what all of them come to."""
        query = self.wanted.model_copy(update={"after": after, "limit": limit})
        self.found = await self.ask(search_students, query)
        return self.found

    def key_of(self, row: StudentLine) -> int:
        """The student."""
        return row.id

    def show_page(self, page: PageOf[StudentLine], at: int) -> None:
        """What is wanted, the sums, the rows."""
        assert self.found is not None
        sums = f"  {self.found.people} 人次，已记入 {self.found.given} 学时"
        heading: list[Line] = [
            line(Span(f"  {self._filter_words()}"), Span("     (/ 筛选  C 清空)", Look.HINT)),
            line(Span(sums, Look.TITLE)),
            (),
        ]
        rows = [
            TableRow(
                (
                    str(number),
                    row.name,
                    row.id_number_masked,
                    row.class_name,
                    str(row.year),
                    str(row.hours),
                    row.state.label,
                )
            )
            for number, row in enumerate(page.rows, self.first_number)
        ]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=self.first_number, at=at)

    async def action_details(self) -> None:
        """Enter: what the list has no room for."""
        row = self.row_here
        if row is None:
            self.tell(self.table.empty, Look.WARN)
            return
        lines = [
            f"姓名      {row.name}",
            f"证件号    {row.id_number_masked}",
            f"单位      {row.unit_name or '-'}",
            f"培训计划  {row.plan_title}",
            f"培训班    {row.class_name}",
            f"年度      {row.year}  {row.subject}",
            f"成绩      {row.result or '-'}",
            f"学时      {row.hours}",
            f"状态      {row.state.label}",
            f"原因      {row.reason or '-'}",
        ]
        await self.open(ConfirmSheet("学员详细", lines))

    async def action_filter(self) -> None:
        """/."""
        now = self.wanted
        values = {
            "text": now.text,
            "year": str(now.year or ""),
            "state": now.state.label if now.state else "",
        }
        fields = [field_for(spec, values[spec.key]) for spec in FILTERS]
        self.sheet = FilterSheet(self, fields, self._apply)
        await self.open(self.sheet)

    async def action_clear(self) -> None:
        """C: all of them again."""
        self.wanted = StudentQuery()
        await self.from_the_start()
        self.tell("已清空筛选")

    async def action_export(self) -> None:
        """F9: the rows that are wanted, in a spreadsheet."""
        done = await self.ask(export_students, self.wanted)
        self.tell(f"已导出 {done.rows} 行：{done.path}")

    async def action_plans(self) -> None:
        """P: the plans."""
        await self.program.go("plans")

    async def action_classes(self) -> None:
        """B: the classes."""
        await self.program.go("classes")

    async def _apply(self) -> None:
        values = self.sheet.values()
        checked = check_form(FILTERS, values, await self.program.backend.today())
        if checked.errors:
            self.sheet.show_errors(checked.errors)
            return
        chosen = values["state"]
        state = next((each for each in StudentState if each.label == chosen), None)
        year = checked.clean.get("year")
        self.wanted = StudentQuery(
            text=values["text"].strip(), year=year if isinstance(year, int) else None, state=state
        )
        await self.close_overlay()
        await self.from_the_start()
        if self.row_here is None:
            self.tell("没有符合筛选的学员，C 清空", Look.WARN)

    def _filter_words(self) -> str:
        now = self.wanted
        parts = [f"年度 {now.year or '全部'}", f"状态 {now.state.label if now.state else '全部'}"]
        if now.text:
            parts.insert(0, f"查找 {now.text}")
        return "  ".join(parts)
