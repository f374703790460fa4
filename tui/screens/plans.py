"""培训计划 (B1), 行业培训计划 (D3): the office's plans with their states, and what can be done with each."""

from __future__ import annotations

from typing import Any

from core.rules.machine import Move
from core.rules.roles import Actor, Role
from core.rules.training import TRAINING_PLAN, PlanKind
from core.schema.training import PlanKey, PlanQuery, PlanRow
from core.services.plans import cancel_plan, delete_plan, plans_page, withdraw_plan
from tui.keys import Command
from tui.look import Line, Look, Span, line, wrapped
from tui.nameplate import nameplate
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("计划名称", 0),
    Column("年度", 4),
    Column("科目", 6),
    Column("开班", 10),
    Column("学时", 5, number=True),
    Column("人数", 5, number=True),
    Column("状态", 6),
)
_FOOT_CELLS = 74


class PlansScreen(Searched[PlanRow]):
    """培训计划, newest first."""

    title_text = "培训计划"
    what = "计划"
    search_label = "计划名称"
    frame_lines = 9
    help_text = ("草稿和退回的可修改后提交；待审批的可撤回；已备案的在开班前可取消，备案后才能办班。",)
    commands = (
        Command("open", ("enter",), "打开", "草稿和退回的接着填写，其他的看详细"),
        Command("new", ("f6", "n"), "新计划"),
        Command("withdraw", ("u", "f7"), "撤回", "审批之前可以撤回，回到草稿"),
        Command("cancel", ("q", "f8"), "取消", "开班之前可以取消，先问"),
        Command("delete", ("x", "f9", "delete"), "删除", "草稿可以删除，先问"),
        Command("classes", ("b", "f2"), "培训班", "已备案计划的培训班"),
        Command("search", ("/", "、", "f4"), "查找", "计划名称中的字"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有计划，按 F6 新计划")
        return self.table

    async def load(self) -> None:
        """The first page, under the office's own word for its plans."""
        caller = self.program.caller
        if isinstance(caller, Actor) and caller.role is Role.AUTHORITY:
            self.title_text = PlanKind.INDUSTRY.label
        await super().load()
        self.header.show(self.title_text, nameplate(caller))

    async def fetch(self, after: Key | None, limit: int) -> PageOf[PlanRow]:
        """A page of the plans that are looked for."""
        return await self.ask(plans_page, PlanQuery(text=self.text, after=after, limit=limit))

    def key_of(self, row: PlanRow) -> int:
        """The plan."""
        return row.id

    def cells_of(self, number: int, row: PlanRow) -> TableRow:
        """A plan; its hours are those that were approved, once they are."""
        hours = row.planned if row.allowed is None else row.allowed
        started = row.started_on.isoformat() if row.started_on else ""
        people = str(row.people) if row.people else ""
        cells = (
            str(number),
            row.title,
            str(row.year),
            row.subject,
            started,
            str(hours) if hours else "",
            people,
            row.state_label,
        )
        return TableRow(cells)

    def pressed(self) -> None:
        """The foot follows the marker: why a plan came back."""
        super().pressed()
        self._note_reason()

    def show_page(self, page: PageOf[PlanRow], at: int) -> None:
        """The rows, and the reason of the marked one."""
        super().show_page(page, at)
        self._note_reason()

    async def action_open(self) -> None:
        """Enter: the form of what can still be changed, else 详细."""
        row = self.row
        name = "plan" if Move.SAVE.value in row.moves else "plan_view"
        await self.program.go(name, plan_id=row.id)

    async def action_new(self) -> None:
        """F6."""
        await self.program.go("plan")

    async def action_withdraw(self) -> None:
        """U: 撤回, after a question."""
        await self._ask_move(Move.WITHDRAW, withdraw_plan, "已撤回，回到草稿，可修改后再提交")

    async def action_cancel(self) -> None:
        """Q: 取消, after a question."""
        await self._ask_move(Move.CANCEL, cancel_plan, "已取消")

    async def action_delete(self) -> None:
        """X: 删除, after a question."""
        await self._ask_move(Move.DELETE, delete_plan, "已删除")

    async def action_classes(self) -> None:
        """B: the classes of the plan."""
        caller = self.program.caller
        if not isinstance(caller, Actor) or caller.role is not Role.BASE:
            self.tell("行业培训由本人按备案计划申报，这里没有培训班", Look.WARN)
            return
        await self.program.go("classes", plan_id=self.row.id, plan_title=self.row.title)

    async def _ask_move(self, move: Move, use_case: Any, done: str) -> None:
        row = self.row
        word = TRAINING_PLAN.label(move)
        if move.value not in row.moves:
            self.tell(f"这个计划{row.state_label}，不能{word}", Look.WARN)
            return

        async def act() -> None:
            await self.ask(use_case, PlanKey(plan_id=row.id, version=row.version))
            await self.fetch_again(keep=True)
            self.tell(f"{done}：{row.title}")

        self.confirm(f"{word}计划 {row.title}？", act)

    def _note_reason(self) -> None:
        row = self.row_here
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        if row is not None and row.reason:
            words = wrapped(f"{row.state_label}的原因：{row.reason}", _FOOT_CELLS)[:2]
            footing = [*((Span("  " + part, Look.ERROR),) for part in words), *footing]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()
