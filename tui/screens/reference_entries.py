"""基础数据管理: the entries of one kind, page by page; what was retired stands among them, marked."""

from __future__ import annotations

from core.rules.edition_kinds import KINDS
from core.schema.editions import EntryQuery, EntryRow
from core.services.editions import edition_entries
from tui.keys import Command
from tui.look import Look
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("名称", 30),
    Column("内容", 0),
    Column("状态", 4),
    Column("修改", 8),
)


class ReferenceEntriesScreen(Searched[EntryRow]):
    """One kind of entries."""

    what = "条目"
    search_label = "名称/拼音/首字母"
    help_text = ("停用的条目不再可选，旧记录照常显示。恢复停用的条目：打开后保存。",)
    commands: tuple[Command, ...] = (
        Command("edit", ("enter", "e", "f2"), "修改", "带 > 的一条"),
        Command("new", ("n", "f6"), "新增"),
        Command("history", ("h", "f7"), "历史", "每次修改：谁、何时、为什么；恢复旧的内容"),
        Command("search", ("/", "、", "f4"), "查找", "名称、拼音、首字母"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = KINDS[kind]
        self.title_text = f"基础数据管理 > {self.kind.label}"
        self.what = self.kind.what
        if not self.kind.adds:
            self.commands = tuple(each for each in self.commands if each.action != "new")

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty=f"没有{self.what}")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[EntryRow]:
        """A page of what is looked for."""
        query = EntryQuery(kind=self.kind.key, text=self.text, after=after, limit=limit)
        return await self.ask(edition_entries, query)

    def key_of(self, row: EntryRow) -> int:
        """Its place."""
        return row.place

    def cells_of(self, number: int, row: EntryRow) -> TableRow:
        """Name, contents, state."""
        state = "" if row.active else self.kind.gone
        look = Look.PLAIN if row.active else Look.HINT
        return TableRow((str(number), row.label, row.summary, state, row.changed), look=look)

    async def action_edit(self) -> None:
        """Enter: the form of the entry."""
        row = self.row
        await self.program.go("reference_entry", kind=row.kind, entry=row.entry, year=row.year or None)

    async def action_new(self) -> None:
        """N: an empty form."""
        await self.program.go("reference_entry", kind=self.kind.key)

    async def action_history(self) -> None:
        """H: all editions of the entry."""
        row = self.row
        await self.program.go("reference_history", kind=row.kind, entry=row.entry, year=row.year or None)
