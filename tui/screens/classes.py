"""培训班 (B2): the base's classes; a new one comes from a filed plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.rules.machine import Move
from core.rules.training import CLASS_FIELDS, TRAINING_CLASS, PlanState
from core.schema.training import ClassKey, ClassQuery, ClassRow, PlanQuery, PlanRow, SaveClass
from core.services.classes import classes_page, delete_class, save_class, submit_class, withdraw_class
from core.services.plans import plans_page
from tui.keys import Command
from tui.look import Line, Look, Span, line, wrapped
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, OptionPage, Picker
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("培训班", 0),
    Column("培训计划", 20),
    Column("结束时间", 10),
    Column("学员", 5, number=True),
    Column("学时", 5, number=True),
    Column("状态", 10),
)
_FOOT_CELLS = 74
_PLANS_OFFERED = 50


class ClassesScreen(Searched[ClassRow]):
    """培训班, newest first; with `plan_id` those of one plan."""

    title_text = "培训班"
    what = "培训班"
    search_label = "班名/计划名"
    frame_lines = 9
    help_text = ("从已备案的计划办班，登记学员和成绩；结束后按 F8 申报学时，由备案的人社部门审核。",)
    commands = (
        Command("open", ("enter",), "学员", "学员、成绩、实得学时"),
        Command("new", ("f6", "n"), "新培训班", "从已备案的计划"),
        Command("report", ("f8", "t"), "申报学时", "结束之后申报全班学时"),
        Command("withdraw", ("u", "f7"), "撤回", "审核之前可以撤回"),
        Command("edit", ("e", "f2"), "修改", "班名、地点、时间"),
        Command("delete", ("x", "f9", "delete"), "删除", "没有申报的可以删除，先问"),
        Command("search", ("/", "、", "f4"), "查找", "班名或计划名中的字"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self, plan_id: int | None = None, plan_title: str = "") -> None:
        super().__init__()
        self.plan_id, self.plan_title = plan_id, plan_title
        self.today = date.min

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有培训班，按 F6 从已备案的计划办班")
        return self.table

    async def load(self) -> None:
        """The first page."""
        self.today = await self.program.backend.today()
        if self.plan_title:
            self.title_text = f"培训班  {self.plan_title}"
        await super().load()

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ClassRow]:
        """A page of the classes that are looked for."""
        query = ClassQuery(plan_id=self.plan_id, text=self.text, after=after, limit=limit)
        return await self.ask(classes_page, query)

    def key_of(self, row: ClassRow) -> int:
        """The class."""
        return row.id

    def cells_of(self, number: int, row: ClassRow) -> TableRow:
        """A class with its students counted."""
        cells = (
            str(number),
            row.name,
            row.plan_title,
            row.ended_on.isoformat(),
            str(row.people),
            str(row.allowed),
            row.state_label,
        )
        return TableRow(cells)

    def pressed(self) -> None:
        """The foot follows the marker: why a report came back."""
        super().pressed()
        self._note_reason()

    def show_page(self, page: PageOf[ClassRow], at: int) -> None:
        """The rows, and the reason of the marked one."""
        super().show_page(page, at)
        self._note_reason()

    # ------------------------------------------------------------------------------------------ doing

    async def action_open(self) -> None:
        """Enter: the students."""
        await self.program.go("training_class", class_id=self.row.id)

    async def action_new(self) -> None:
        """F6: choose a filed plan, unless the list is of one; then name and dates."""
        page = await self.ask(plans_page, PlanQuery(limit=_PLANS_OFFERED))
        filed = [row for row in page.rows if row.state == PlanState.FILED]
        if self.plan_id is not None:
            filed = [row for row in filed if row.id == self.plan_id]
        if not filed:
            self.tell("没有已备案的计划，请先报备培训计划 (:jh)，备案后才能办班", Look.WARN)
        elif len(filed) == 1:
            await self._class_sheet(None, filed[0])
        else:
            await self._choose_plan(filed)

    async def action_edit(self) -> None:
        """E: name, place and dates."""
        row = self.row
        if Move.SAVE.value not in row.moves:
            self.tell(f"这个培训班{row.state_label}，不能修改", Look.WARN)
            return
        await self._class_sheet(row, None)

    async def action_report(self) -> None:
        """F8: 申报学时, after a question."""
        row = self.row
        if not self._may(row, Move.SUBMIT):
            return
        words = f"申报 {row.name} 的学时？学员 {row.people} 人"
        await self._ask_move(row, submit_class, words, "已申报学时，等待人社部门审核")

    async def action_withdraw(self) -> None:
        """U: 撤回, after a question."""
        row = self.row
        if self._may(row, Move.WITHDRAW):
            await self._ask_move(
                row, withdraw_class, f"撤回 {row.name} 的学时申报？", "已撤回，可修改后再申报"
            )

    async def action_delete(self) -> None:
        """X: 删除, after a question."""
        row = self.row
        if self._may(row, Move.DELETE):
            people = f"和 {row.people} 名学员" if row.people else ""
            await self._ask_move(row, delete_class, f"删除培训班 {row.name}{people}？", "已删除")

    def _may(self, row: ClassRow, move: Move) -> bool:
        if move.value in row.moves:
            return True
        self.tell(f"这个培训班{row.state_label}，不能{TRAINING_CLASS.label(move)}", Look.WARN)
        return False

    async def _ask_move(self, row: ClassRow, use_case: Any, words: str, done: str) -> None:
        async def act() -> None:
            await self.ask(use_case, ClassKey(class_id=row.id, version=row.version))
            await self.fetch_again(keep=True)
            self.tell(f"{done}：{row.name}")

        self.confirm(words, act)

    # ------------------------------------------------------------------------------------------ sheets

    async def _choose_plan(self, filed: list[PlanRow]) -> None:
        async def source(query: str, after: object) -> OptionPage:
            found = tuple(
                Option(row.title, (row.title, str(row.year), str(row.allowed)), payload=row)
                for row in filed
                if query.lower() in row.title.lower()
            )
            return OptionPage(found, None, f"共 {len(found)} 个已备案的计划")

        async def picked(option: Option) -> None:
            await self.close_overlay()
            assert isinstance(option.payload, PlanRow)
            await self._class_sheet(None, option.payload)

        columns = (("计划名称", 0), ("年度", 6), ("学时", 6))
        await self.open(Picker("选择已备案的计划", source, picked, columns=columns, hint="计划名称中的字"))

    async def _class_sheet(self, row: ClassRow | None, plan: PlanRow | None) -> None:
        values = {"name": "", "place": "", "started_on": "", "ended_on": ""}
        if plan is not None:
            values["started_on"], values["ended_on"] = str(plan.started_on or ""), str(plan.ended_on or "")
        if row is not None:
            started, ended = row.started_on.isoformat(), row.ended_on.isoformat()
            values = {"name": row.name, "place": row.place, "started_on": started, "ended_on": ended}

        async def given(typed: dict[str, str]) -> None:
            command = SaveClass(
                class_id=row.id if row is not None else None,
                version=row.version if row is not None else 0,
                plan_id=plan.id if plan is not None else None,
                values=typed,
            )
            view = await self.ask(save_class, command)
            await self.close_overlay()
            if row is None:
                await self.program.go("training_class", class_id=view.id)
                self.program.frame.tell(f"已建立培训班 {view.name}，按 F6 添加学员")
            else:
                await self.fetch_again(keep=True)
                self.tell(f"已保存 {view.name}")

        title = f"修改培训班 {row.name}" if row is not None else f"新培训班  {plan.title if plan else ''}"
        fields = [field_for(spec, values[spec.key]) for spec in CLASS_FIELDS]
        await self.open(FormSheet(title, fields, given, done="保存"))

    def _note_reason(self) -> None:
        row = self.row_here
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        if row is not None and row.reason:
            words = wrapped(f"{row.state_label}的原因：{row.reason}", _FOOT_CELLS)[:2]
            footing = [*((Span("  " + part, Look.ERROR),) for part in words), *footing]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()
