"""学员 of a class report (R3): each one's hours and what is odd; a single one may be left out with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from core.rules.refusals import CLASS_REASONS, reason_text
from core.schema.training import ClassView, RefuseStudent, StudentRow
from core.services.class_review import refuse_student
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.paged import PAGE_COMMANDS
from tui.student_list import StudentList, refused_words
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


class ReportStudentsScreen(StudentList):
    """逐人核对."""

    title_text = title_word = "逐人核对"
    frame_lines = 12
    help_text = ("R 单独不通过一人，其余的仍可按班通过；U 收回。回到审核台后按 A 通过全班。",)
    commands = (
        Command("refuse_one", ("r", "f7"), "不通过", "这一名学员，按数字选原因"),
        Command("take_back", ("u", "f3"), "收回", "这一名学员的不通过"),
        Command("search", ("/", "、", "f4"), "查找", "姓名，或整个证件号"),
        Command("clear", ("c", "f8"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有学员")
        return self.table

    def cells_of(self, number: int, row: StudentRow) -> TableRow:
        """A student with what is odd; one who is left out says why."""
        note = refused_words(row) or row.note
        cells = (str(number), row.name, row.id_number_masked, row.result, str(row.hours), note)
        return TableRow(cells, look=Look.ERROR if row.refused_reason else Look.PLAIN)

    def above(self, view: ClassView) -> Sequence[Line]:
        """How the report stands."""
        words = f"  {view.plan_title}  {view.started_on} 至 {view.ended_on}  {view.state_label}"
        return (line(Span(words)),)

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
        command = RefuseStudent(
            class_id=self.class_id, version=self.klass.version, student_id=row.id, reason=reason
        )
        await self.ask(refuse_student, command)
        await self.fetch_again(keep=True)
