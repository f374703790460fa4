"""管理直属账户 (E3): the employer's persons by pinyin: found, looked at, moved, disabled, a password set back."""

from __future__ import annotations

from core.rules.account_state import STAFF_REASONS
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.employers import DepartmentRow
from core.schema.staff import MoveStaff, StaffKey, StaffQuery, StaffRow, StaffState, SwitchStaff
from core.services.employers import departments_of
from core.services.staff import (
    INITIAL_RULE,
    move_staff,
    reset_staff_password,
    staff_page,
    switch_staff,
    view_staff,
)
from tui.described import described
from tui.keys import Command
from tui.look import Look
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.switching import ask_why
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 12),
    Column("证件号", 20),
    Column("工作部门", 14),
    Column("任职资格", 0),
    Column("状态", 8),
)
NO_DEPARTMENT = "无部门"
_NONE = 0
_STATES = {state.label: state for state in StaffState}


class StaffScreen(Searched[StaffRow]):
    """管理直属账户, a page at a time."""

    title_text = "管理直属账户"
    what = "人员"
    none_here = ErrorCode.PERSON_NOT_FOUND
    search_label = "姓名/拼音/证件号"
    help_text = (
        f"重置密码：{INITIAL_RULE}。帐号的其他登录会立即失效。",
        "停用的帐号不能登录，本人的申报和学时都保留；启用后恢复。",
    )
    commands = (
        Command("details", ("enter",), "详细", "带 > 的人员"),
        Command("search", ("/", "、", "f4"), "查找", "姓名、拼音、首字母，或整个证件号"),
        Command("filter", ("f", "f6"), "筛选", "按工作部门、状态"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        Command("switch", ("s", "f8"), "停用/启用", "停用带 > 的人员的帐号或重新启用，要写原因"),
        Command("move_to", ("b", "f9"), "部门", "编辑部门：调整带 > 的人员的工作部门"),
        Command("reset", ("z", "f7"), "重置密码", "重置为证件号后6位，先问"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.state: StaffState | None = None
        self.department: tuple[int, str] | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有人员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StaffRow]:
        """A page of the persons that are looked for."""
        department = self.department[0] if self.department else None
        query = StaffQuery(
            text=self.text, department_id=department, state=self.state, after=after, limit=limit
        )
        return await self.ask(staff_page, query)

    def key_of(self, row: StaffRow) -> int:
        """The person."""
        return row.person_id

    def cells_of(self, number: int, row: StaffRow) -> TableRow:
        """The person, the number masked; a disabled one is paler."""
        cells = (str(number), row.name, row.id_number_masked, row.department, row.position, row.state_label)
        return TableRow(cells, look=Look.PLAIN if row.active else Look.HINT)

    @property
    def search_words(self) -> str:
        """What the list is narrowed by."""
        words = [f"查找：{self.text}"] if self.text else []
        words += [f"部门：{self.department[1]}"] if self.department else []
        words += [f"状态：{self.state.label}"] if self.state else []
        return f"{'  '.join(words)}  (C 清空)" if words else f"全部{self.what}"

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_details(self) -> None:
        """Enter: the person's data, this year's hours, what is under review."""
        view = await self.ask(view_staff, StaffKey(person_id=self.row.person_id))
        await self.open(ConfirmSheet(f"人员详细  {view.name}", described(view.lines)))

    async def action_filter(self) -> None:
        """F: department and state."""
        departments = {row.name: row.id for row in await self._departments()} | {NO_DEPARTMENT: _NONE}
        names, states = tuple(departments), tuple(_STATES)
        department = FieldSpec("department", "工作部门", FieldKind.CHOICE, required=False, choices=names)
        state = FieldSpec("state", "状态", FieldKind.CHOICE, required=False, choices=states)
        now = self.state.label if self.state else ""
        fields = (
            field_for(department, self.department[1] if self.department else ""),
            field_for(state, now, cells=12),
        )
        sheet = FilterSheet(self, fields, lambda: self._apply(sheet, departments))
        await self.open(sheet)

    async def _apply(self, sheet: FilterSheet, departments: dict[str, int]) -> None:
        typed = sheet.values()
        name = typed["department"].strip()
        self.department = (departments[name], name) if name in departments else None
        self.state = _STATES.get(typed["state"].strip())
        await self.close_overlay()
        await self.from_the_start()
        if self.row_here is None:
            self.tell(f"没有符合的{self.what}，C 清空", Look.WARN)

    async def action_clear(self) -> None:
        """C: all of them again."""
        self.state = self.department = None
        await super().action_clear()

    async def action_switch(self) -> None:
        """S: 停用 or 启用 with a reason."""
        row = self.row

        async def switch(on: bool, reason: str) -> None:
            await self.ask(switch_staff, SwitchStaff(person_id=row.person_id, on=on, reason=reason))
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(f"{row.name} 的帐号已{'启用' if on else '停用，已登录的立即失效'}")

        await ask_why(self, row.name, row.active, STAFF_REASONS, switch)

    async def action_move_to(self) -> None:
        """B: 编辑部门."""
        row = self.row
        rows = await self._departments()
        options = [Option(each.name, (each.name,), payload=each.id) for each in rows]
        options.append(Option(NO_DEPARTMENT, (NO_DEPARTMENT,)))

        async def move(option: Option) -> None:
            department = option.payload if isinstance(option.payload, int) else None
            await self.ask(move_staff, MoveStaff(person_id=row.person_id, department_id=department))
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(f"{row.name} 的工作部门：{option.value}")

        await self.open(Picker(f"工作部门  {row.name}", listed(options), move))

    async def action_reset(self) -> None:
        """Z: 重置密码, after a question."""
        row = self.row

        async def reset() -> None:
            done = await self.ask(reset_staff_password, StaffKey(person_id=row.person_id))
            await self.fetch_again(keep=True)
            self.tell(f"已重置 {done.name} 的密码，{done.rule}")

        self.confirm(f"把 {row.name} 的密码重置为证件号后6位？", reset)

    async def _departments(self) -> tuple[DepartmentRow, ...]:
        caller = self.program.caller
        assert isinstance(caller, Actor) and caller.org_id is not None
        return await self.ask(departments_of, Number(value=caller.org_id))
