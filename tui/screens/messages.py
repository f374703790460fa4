"""消息 (P14): what the account and its office were told, newest first; Enter opens what a message is about."""

from __future__ import annotations

from core.schema.messages import MessageQuery, MessageRow, ReadMessages
from core.services.inbox import message_page, read_messages
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.message_place import place_of
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

UNREAD = "未读"
_COLUMNS = (Column("", 4), Column("时间", 16), Column("内容", 0))
_TEXT_LINES = 3


class MessageTable(Table):
    """Messages; under them the whole text of the marked one."""

    found: tuple[MessageRow, ...] = ()
    where: str = ""

    def draw(self, cells: int, height: int) -> list[Line]:
        text = self.found[self.at].text if self.found else ""
        parts = wrapped(text, cells - 3)
        if len(parts) > _TEXT_LINES:
            parts = [*parts[: _TEXT_LINES - 1], "…… (Enter 看全文)"]
        lines: list[Line] = [(Span("  " + part),) for part in parts]
        self.footing = [(), *lines, *([()] * (_TEXT_LINES - len(lines))), (Span(self.where, Look.HINT),)]
        return super().draw(cells, height)


class MessagesScreen(Paged[MessageRow]):
    """消息."""

    table: MessageTable
    title_text = "消息"
    frame_lines = 8 + _TEXT_LINES  # header, heading, titles, blank, the text, the page, notice, keys
    help_text = ("打开一条就算已读。“未读”两个字在每条之前；申报的消息按 Enter 直接到那条申报。",)
    commands = (
        Command("open", ("enter",), "打开", "看全文，或这条消息所说的申报、变更"),
        Command("read_all", ("a", "f7"), "全部已读"),
        Command("unread_only", ("u", "f3"), "只看未读", "再按一次看全部"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.unread_only = False
        self.unread = 0

    def make_pane(self) -> Pane:
        self.table = MessageTable(_COLUMNS)
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[MessageRow]:
        """A page of messages; with it comes how many are unread in all."""
        page = await self.ask(
            message_page, MessageQuery(unread_only=self.unread_only, after=after, limit=limit)
        )
        self.unread = page.unread
        return page

    def key_of(self, row: MessageRow) -> int:
        """The message."""
        return row.id

    async def action_open(self) -> None:
        """Enter: it has been read, and what it is about is shown."""
        row = self.row_here
        if row is None:
            self.tell(self.table.empty, Look.WARN)
            return
        if row.unread:
            await self.ask(read_messages, ReadMessages(ids=(row.id,)))
        place = place_of(self.program.role, row.object_kind, row.object_id)
        if place is None:
            await self.fetch_again(keep=row.id)
            await self.open(HelpSheet(["", moment_text(row.at), "", row.text]))
        else:
            await self.program.go(place[0], **place[1])

    async def action_read_all(self) -> None:
        """A: 全部已读."""
        if not self.unread:
            self.tell("没有未读的消息", Look.WARN)
            return
        await self.ask(read_messages, ReadMessages())
        await self.from_the_start()
        self.tell("已全部标为已读")

    async def action_unread_only(self) -> None:
        """U: 只看未读, and back."""
        self.unread_only = not self.unread_only
        await self.from_the_start()
        self.tell("只看未读的，再按 U 看全部" if self.unread_only else "全部消息")

    def show_page(self, page: PageOf[MessageRow], at: int) -> None:
        """The newest first, the text of the marked one below."""
        shown = "只看未读" if self.unread_only else "全部"
        heading: list[Line] = [
            (Span(f" {shown}   ", Look.TITLE), Span(f"{UNREAD} {self.unread} 条"), _hint()),
            (),
        ]
        self.table.found = page.rows
        self.table.empty = "没有未读的消息" if self.unread_only else "还没有消息"
        self.table.where = self.page_words
        rows = [_cells(row) for row in page.rows]
        self.table.show(rows, heading=heading, first_number=self.first_number, at=at)


def _cells(row: MessageRow) -> TableRow:
    text = " ".join(row.text.split())
    return TableRow(
        (UNREAD if row.unread else "", moment_text(row.at), text),
        look=Look.TITLE if row.unread else Look.PLAIN,
    )


def _hint() -> Span:
    return Span("     (A 全部已读  U 只看未读)", Look.HINT)
