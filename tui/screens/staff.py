"""管理直属账户 (E3): the employer's persons by pinyin; a forgotten password is set back here."""

from __future__ import annotations

from core.rules.errors import ErrorCode
from core.schema.staff import StaffKey, StaffQuery, StaffRow
from core.services.staff import INITIAL_RULE, reset_staff_password, staff_page
from tui.keys import Command
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 12),
    Column("证件号", 20),
    Column("工作部门", 14),
    Column("任职资格", 0),
    Column("状态", 8),
)


class StaffScreen(Searched[StaffRow]):
    """管理直属账户, a page at a time."""

    title_text = "管理直属账户"
    what = "人员"
    none_here = ErrorCode.PERSON_NOT_FOUND
    search_label = "姓名/拼音/证件号"
    help_text = (f"重置密码：{INITIAL_RULE}。帐号的其他登录会立即失效。",)
    commands = (
        Command("details", ("enter",), "详细", "带 > 的人员"),
        Command("search", ("/", "、", "f4"), "查找", "姓名、拼音、首字母，或整个证件号"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        Command("reset", ("z", "f7"), "重置密码", "重置为证件号后6位，先问"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有人员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StaffRow]:
        """A page of the persons that are looked for."""
        return await self.ask(staff_page, StaffQuery(text=self.text, after=after, limit=limit))

    def key_of(self, row: StaffRow) -> int:
        """The person."""
        return row.person_id

    def cells_of(self, number: int, row: StaffRow) -> TableRow:
        """The person, the number masked."""
        cells = (str(number), row.name, row.id_number_masked, row.department, row.position, row.state_label)
        return TableRow(cells)

    async def action_details(self) -> None:
        """Enter: what the list has no room for."""
        row = self.row
        lines = [
            f"姓名      {row.name}",
            f"证件号    {row.id_number_masked}",
            f"工作部门  {row.department or '-'}",
            f"任职资格  {row.position or '-'}",
            f"状态      {row.state_label}",
        ]
        await self.open(ConfirmSheet("人员详细", lines))

    async def action_reset(self) -> None:
        """Z: 重置密码, after a question."""
        row = self.row

        async def reset() -> None:
            done = await self.ask(reset_staff_password, StaffKey(person_id=row.person_id))
            await self.fetch_again(keep=True)
            self.tell(f"已重置 {done.name} 的密码，{done.rule}")

        self.confirm(f"把 {row.name} 的密码重置为证件号后6位？", reset)
