"""管理直属账户 (E3): the employer's persons by pinyin; a forgotten password is set back here."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.staff import StaffKey, StaffQuery, StaffRow
from core.services.staff import INITIAL_RULE, reset_staff_password, staff_page
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

Key = tuple[int | str, ...]
COLUMNS = (
    Column("序号", 5, number=True),
    Column("姓名", 12),
    Column("证件号", 20),
    Column("工作部门", 14),
    Column("任职资格", 0),
    Column("状态", 8),
)
_FRAME_LINES = 7  # header, heading, titles, footing, notice, keys


class StaffScreen(Frame):
    """管理直属账户, a page at a time."""

    title_text = "管理直属账户"
    help_text = (f"重置密码：{INITIAL_RULE}。帐号的其他登录会立即失效。",)
    commands = (
        Command("details", ("enter",), "详细", "带 > 的人员"),
        Command("search", ("/", "、", "f4"), "查找", "姓名、拼音、首字母，或整个证件号"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        Command("reset", ("z", "f7"), "重置密码", "重置为证件号后6位，先问"),
        Command("next_page", ("pagedown",), "下页", "下一页"),
        Command("previous_page", ("pageup",), "上页", "上一页", bar=False),
        Command("refresh", ("f5",), "刷新", "重新取表", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[StaffRow, ...] = ()
        self.text = ""
        self._starts: list[Key | None] = [None]
        self._after: Key | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有人员")
        self.table.commands = ()
        return self.table

    async def load(self) -> None:
        """The page that is open."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        limit = max(5, self.size.height - _FRAME_LINES)
        query = StaffQuery(text=self.text, after=self._starts[-1], limit=limit)
        page = await self.ask(staff_page, query)
        self.rows, self._after = page.rows, page.after
        first = (len(self._starts) - 1) * limit + 1
        rows = [_row(first + index, row) for index, row in enumerate(self.rows)]
        words = f"查找：{self.text}  (C 清空)" if self.text else "全部人员"
        heading: list[Line] = [line(Span(f"  {words}", Look.HINT)), ()]
        more = "，PgDn 下页" if self._after else ""
        footing: list[Line] = [line(Span(f"  第 {len(self._starts)} 页{more}", Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=self.table.at)

    async def resume(self) -> None:
        """Back on top."""
        await self.load()

    @property
    def row(self) -> StaffRow:
        """The person that has the marker. Raises Refused PERSON_NOT_FOUND where there is nobody."""
        if not self.rows:
            raise Refused(ErrorCode.PERSON_NOT_FOUND)
        return self.rows[self.table.at]

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

    async def action_search(self) -> None:
        """/: by name, pinyin, initials or number."""
        sheet = AskSheet("查找人员", self._search, label="姓名/拼音/证件号", value=self.text, done="查找")
        await self.open(sheet)

    async def _search(self, _digit: str, text: str) -> None:
        await self.close_overlay()
        self.text, self._starts, self.table.at = text.strip(), [None], 0
        await self.load()
        if not self.rows:
            self.tell(f"没有符合“{self.text}”的人员，C 清空", Look.WARN)

    async def action_clear(self) -> None:
        """C: everybody again."""
        self.text, self._starts, self.table.at = "", [None], 0
        await self.load()
        self.tell("已清空筛选")

    async def action_reset(self) -> None:
        """Z: 重置密码, after a question."""
        row = self.row

        async def reset() -> None:
            done = await self.ask(reset_staff_password, StaffKey(person_id=row.person_id))
            await self.load()
            self.tell(f"已重置 {done.name} 的密码，{done.rule}")

        self.confirm(f"把 {row.name} 的密码重置为证件号后6位？", reset)

    async def action_next_page(self) -> None:
        """PgDn."""
        if self._after is None:
            self.tell("已是最后一页", Look.WARN)
            return
        self._starts.append(self._after)
        self.table.at = 0
        await self.load()

    async def action_previous_page(self) -> None:
        """PgUp."""
        if len(self._starts) == 1:
            self.tell("已是第一页", Look.WARN)
            return
        self._starts.pop()
        self.table.at = 0
        await self.load()

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")


def _row(number: int, row: StaffRow) -> TableRow:
    cells = (str(number), row.name, row.id_number_masked, row.department, row.position, row.state_label)
    return TableRow(cells)
