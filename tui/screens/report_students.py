"""学员 of a class report (R3): each one's hours and what is odd; a single one may be left out with a reason."""

from __future__ import annotations

from core.rules.refusals import CLASS_REASONS, reason_text
from core.schema.training import ClassPageQuery, ClassView, RefuseStudent, StudentRow
from core.services.class_review import refuse_student
from core.services.classes import class_view
from tui.keys import Command
from tui.look import Line, Look, Span, line, wrapped
from tui.nameplate import nameplate
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 10),
    Column("证件号", 18),
    Column("成绩", 6),
    Column("学时", 5, number=True),
    Column("说明", 0),
)
_FOOT_CELLS = 74


class ReportPage:
    """One page of the students of a report, as a paged list reads it."""

    def __init__(self, view: ClassView) -> None:
        self.rows: tuple[StudentRow, ...] = view.students
        self.after = view.after


class ReportStudentsScreen(Searched[StudentRow]):
    """逐人核对."""

    title_text = "逐人核对"
    what = "学员"
    search_label = "姓名/证件号"
    frame_lines = 12
    help_text = ("R 单独不通过一人，其余的仍可按班通过；U 收回。回到审核台后按 A 通过全班。",)
    commands = (
        Command("refuse_one", ("r", "f7"), "不通过", "这一名学员，按数字选原因"),
        Command("take_back", ("u", "f3"), "收回", "这一名学员的不通过"),
        Command("search", ("/", "、", "f4"), "查找", "姓名，或整个证件号"),
        Command("clear", ("c", "f8"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self, class_id: int) -> None:
        super().__init__()
        self.class_id = class_id
        self.view: ClassView | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有学员")
        return self.table

    async def load(self) -> None:
        """The first page, under the name of the class."""
        await super().load()
        self.header.show(self.title_text, nameplate(self.program.caller))

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StudentRow]:
        """A page of the students; with it comes how the report stands."""
        query = ClassPageQuery(class_id=self.class_id, text=self.text, after=after, limit=limit)
        self.view = await self.ask(class_view, query)
        self.title_text = f"逐人核对 {self.view.name}"
        return ReportPage(self.view)

    def key_of(self, row: StudentRow) -> int:
        """The student."""
        return row.id

    def cells_of(self, number: int, row: StudentRow) -> TableRow:
        """A student with what is odd; one who is left out says why."""
        note = f"不通过：{row.refused_reason}" if row.refused_reason else row.note
        cells = (str(number), row.name, row.id_number_masked, row.result, str(row.hours), note)
        return TableRow(cells, look=Look.ERROR if row.refused_reason else Look.PLAIN)

    def show_page(self, page: PageOf[StudentRow], at: int) -> None:
        """How the report stands above the rows."""
        super().show_page(page, at)
        assert self.view is not None
        view = self.view
        first = f"  {view.plan_title}  {view.started_on} 至 {view.ended_on}  {view.state_label}"
        unknown = f"（未匹配 {view.unmatched}）" if view.unmatched else ""
        second = f"  学员 {view.people} 人{unknown}  每人最多 {view.allowed} 学时  合计 {view.hours} 学时"
        heading: list[Line] = [line(Span(first)), line(Span(second))]
        if self.text:
            heading.append(line(Span(f"  {self.search_words}", Look.HINT)))
        self.table.heading = [*heading, ()]
        self.table.changed()
        self._note_whole()

    def pressed(self) -> None:
        """The foot follows the marker: all that is odd, which the column may cut."""
        super().pressed()
        self._note_whole()

    def _note_whole(self) -> None:
        row = self.row_here
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        if row is not None and (row.note or row.refused_reason):
            refused = f"不通过：{row.refused_reason}" if row.refused_reason else ""
            words = "  ".join(part for part in (row.name, row.unit_name, row.note, refused) if part)
            footing = [*(line(Span("  " + part)) for part in wrapped(words, _FOOT_CELLS)[:2]), *footing]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()

    async def action_refuse_one(self) -> None:
        """R: this student is left out; the reason follows."""
        row = self.row

        async def given(digit: str, words: str) -> None:
            await self._refuse(row, reason_text(digit, words, CLASS_REASONS))
            await self.close_overlay()
            self.tell(f"{row.name} 单独不通过，其余的可按班通过")

        choices = [(reason.digit, reason.text) for reason in CLASS_REASONS]
        title = f"单独不通过：{row.name}"
        await self.open(AskSheet(title, given, label="补充", choices=choices, done="不通过"))

    async def action_take_back(self) -> None:
        """U: this student is in again."""
        row = self.row
        if not row.refused_reason:
            self.tell(f"{row.name} 没有单独不通过", Look.WARN)
            return
        await self._refuse(row, "")
        self.tell(f"{row.name} 已收回，随全班审核")

    async def _refuse(self, row: StudentRow, reason: str) -> None:
        assert self.view is not None
        command = RefuseStudent(
            class_id=self.class_id, version=self.view.version, student_id=row.id, reason=reason
        )
        await self.ask(refuse_student, command)
        await self.fetch_again(keep=True)
