"""学员 of a class (B2, B3): entered by 证件号, pasted as a table, graded, taken out; then 学时申报 of the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.rules.errors import Refused
from core.rules.machine import Move
from core.rules.training import EARNED_FIELD, RESULT_FIELD, STUDENT_FIELDS, students_pasted
from core.schema.training import (
    AddStudents,
    ClassKey,
    ClassView,
    GradeStudents,
    PersonQuery,
    RemoveStudents,
    StudentRow,
    StudentsAdded,
)
from core.services.classes import submit_class, withdraw_class
from core.services.students import enter_students, grade_students, name_of_number, remove_students
from tui.keys import Command, Press
from tui.look import Line, Look, Span, line, wrapped
from tui.paged import PAGE_COMMANDS
from tui.student_list import FOOT_CELLS, StudentList, refused_words
from tui.widgets.choosing import opener
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import Field, field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.student_sheet import StudentSheet, rows_told
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 10),
    Column("证件号", 18),
    Column("单位", 0),
    Column("成绩", 6),
    Column("学时", 5, number=True),
    Column("说明", 16),
)
_NOT_OPEN = "学时已申报，学员不能再改；要改先撤回"


class TrainingClassScreen(StudentList):
    """学员."""

    title_text = "学员"
    title_word = "培训班"
    frame_lines = 13
    help_text = (
        "添加时填证件号，已注册的人员自动填出姓名；没有注册的填姓名，注册后学时自动记入。",
        "从表格复制的几行（证件号、姓名、单位）可以直接粘贴在这里。实得学时不填的按备案学时。",
    )
    commands = (
        Command("add", ("f6", "n"), "添加", "一人一人填写；粘贴表格则一次添加多人"),
        Command("grade", ("enter", "e", "f2"), "成绩", "带 > 的学员的成绩和实得学时"),
        Command("grade_all", ("a", "f9"), "全班成绩", "全班一样的成绩和实得学时"),
        Command("remove", ("x", "f7", "delete"), "移除", "移出培训班，先问"),
        Command("report", ("f8", "t"), "申报学时", "结束之后申报全班学时"),
        Command("withdraw", ("u", "0"), "撤回", "审核之前可以撤回", bar=False),
        Command("search", ("/", "、", "f4"), "查找", "姓名，或整个证件号"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有学员，按 F6 添加，或粘贴表格")
        return self.table

    def cells_of(self, number: int, row: StudentRow) -> TableRow:
        """A student, the number masked."""
        note = refused_words(row) or row.note
        cells = (
            str(number),
            row.name,
            row.id_number_masked,
            row.unit_name,
            row.result,
            str(row.hours),
            note,
        )
        return TableRow(cells)

    def above(self, view: ClassView) -> Sequence[Line]:
        """How the class stands, and who has it."""
        who = f"  等待 {view.handler} 审核" if view.handler else ""
        words = f"{view.plan_title}  {view.started_on} 至 {view.ended_on}  {view.state_label}{who}"
        return [line(Span("  " + part)) for part in wrapped(words, FOOT_CELLS)]

    def below(self, view: ClassView) -> Sequence[Line]:
        """Why it came back."""
        if not view.reason:
            return ()
        return (line(Span(f"  {view.state_label}的原因：{view.reason}", Look.ERROR)),)

    async def press(self, press: Press) -> None:
        """A table pasted on the list is rows of students."""
        if not self.overlays and not self.asking and press.pasted is not None:
            if self._editable():
                await self._enter_table(press.pasted)
            return
        await super().press(press)

    # ------------------------------------------------------------------------------------------ adding

    async def action_add(self) -> None:
        """F6: one student after the other; Esc is the end."""
        if self._editable():
            await self._student_sheet()

    async def _student_sheet(self) -> None:
        async def given(values: dict[str, str]) -> None:
            done = await self._enter([values])
            if done.refused:
                raise Refused.for_fields(tuple(each.error for each in done.refused))
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(rows_told(done.added, done.matched))
            await self._student_sheet()

        async def left(field: Field) -> None:
            await self._fill_name(sheet, field)

        async def table(text: str) -> None:
            await self.close_overlay()
            await self._enter_table(text)

        fields = [field_for(spec) for spec in STUDENT_FIELDS]
        notes = ("一人一人填写，填完按 Esc；从表格复制的几行可以直接粘贴",)
        sheet = StudentSheet("添加学员", fields, given, notes=notes, done="添加", on_leave=left)
        sheet.on_table = table
        await self.open(sheet)

    async def _fill_name(self, sheet: FormSheet, field: Field) -> None:
        if field.spec.key != "id_number" or not field.entry.value.strip():
            return
        try:
            query = PersonQuery(class_id=self.class_id, id_number=field.entry.value)
            name = await self.ask(name_of_number, query)
        except Refused as refusal:
            if not refusal.fields:
                raise
            sheet.show_errors(refusal.fields)
            return
        if name:
            sheet.find("name").set(name)
        field.notes = () if name else ("没有这个证件号的人员，请填姓名；注册后学时自动记入",)
        sheet.changed()

    async def _enter_table(self, text: str) -> None:
        rows = students_pasted(text)
        if not rows:
            self.tell("粘贴的内容是空的", Look.WARN)
            return
        done = await self._enter(rows)
        await self.fetch_again(keep=True)
        self.tell(rows_told(done.added, done.matched))
        if done.refused:
            lines = [f"已添加 {done.added} 人，下面 {len(done.refused)} 行没有添加：", ""]
            for each in done.refused:
                what = rows[each.index].get("name") or rows[each.index].get("id_number", "")
                lines.append(f"第 {each.index + 1} 行  {what}  {each.error.text}")
            await self.open(ConfirmSheet("没有添加的学员", lines))

    async def _enter(self, rows: Sequence[Mapping[str, str]]) -> StudentsAdded:
        view = self.klass
        command = AddStudents(class_id=view.id, version=view.version, rows=tuple(rows))
        done = await self.ask(enter_students, command)
        return done

    # ------------------------------------------------------------------------------------ other moves

    async def action_grade(self) -> None:
        """Enter: 成绩 and 实得学时 of the marked student."""
        if self._editable():
            row = self.row
            hours = "" if row.hours == self.klass.allowed or not row.hours else str(row.hours)
            await self._grade_sheet(f"成绩  {row.name}", (row.id,), row.result, hours)

    async def action_grade_all(self) -> None:
        """A: the same for the whole class."""
        if self._editable() and self.row:
            await self._grade_sheet(f"全班成绩  {self.klass.people} 人", None, "合格", "")

    async def _grade_sheet(self, title: str, ids: tuple[int, ...] | None, result: str, earned: str) -> None:
        async def given(values: dict[str, str]) -> None:
            view = self.klass
            command = GradeStudents(
                class_id=view.id,
                version=view.version,
                student_ids=ids,
                result=values["result"],
                earned=values["earned"],
            )
            count = await self.ask(grade_students, command)
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(f"已登记 {count} 人的成绩")

        fields = [field_for(RESULT_FIELD, result), field_for(EARNED_FIELD, earned)]
        notes = (f"备案 {self.klass.allowed} 学时，实得学时不能更高；不合格的不计学时",)
        sheet = FormSheet(title, fields, given, notes=notes, done="保存")
        sheet.on_open = opener(self, lambda: sheet)
        await self.open(sheet)

    async def action_remove(self) -> None:
        """X: out of the class, after a question."""
        if not self._editable():
            return
        row, view = self.row, self.klass

        async def remove() -> None:
            command = RemoveStudents(class_id=view.id, version=view.version, student_ids=(row.id,))
            await self.ask(remove_students, command)
            await self.fetch_again(keep=True)
            self.tell(f"已移除 {row.name}")

        self.confirm(f"把 {row.name} 移出培训班？", remove)

    async def action_report(self) -> None:
        """F8: 申报学时, after a question."""
        view = self.klass
        if Move.SUBMIT.value not in view.moves:
            self.tell(f"这个培训班{view.state_label}，不能申报学时", Look.WARN)
            return

        async def report() -> None:
            done = await self.ask(submit_class, ClassKey(class_id=view.id, version=view.version))
            await self.fetch_again(keep=True)
            self.tell(f"已申报学时，等待 {done.handler} 审核")

        self.confirm(f"申报 {view.people} 人、合计 {view.hours} 学时？申报后学员不能再改", report)

    async def action_withdraw(self) -> None:
        """U: 撤回, after a question."""
        view = self.klass
        if Move.WITHDRAW.value not in view.moves:
            self.tell(f"这个培训班{view.state_label}，不能撤回", Look.WARN)
            return

        async def withdraw() -> None:
            await self.ask(withdraw_class, ClassKey(class_id=view.id, version=view.version))
            await self.fetch_again(keep=True)
            self.tell("已撤回，可修改后再申报")

        self.confirm(f"撤回 {view.name} 的学时申报？", withdraw)

    def _editable(self) -> bool:
        if Move.SAVE.value in self.klass.moves:
            return True
        self.tell(
            _NOT_OPEN if self.klass.handler else f"这个培训班{self.klass.state_label}，学员不能再改",
            Look.WARN,
        )
        return False
