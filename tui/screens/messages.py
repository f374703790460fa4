"""消息 (P14): what the account and its office were told, newest first; Enter opens what a message is about."""

from __future__ import annotations

from core.schema.messages import MessagePage, MessageQuery, MessageRow, ReadMessages
from core.services.inbox import message_page, read_messages
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.message_place import place_of
from tui.nameplate import moment_text, nameplate
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

UNREAD = "未读"
_COLUMNS = (Column("", 4), Column("时间", 16), Column("内容", 0))
_TEXT_LINES = 3
_FRAME_LINES = 8 + _TEXT_LINES  # header, heading, column titles, blank, the text, the page, notice, keys


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


class MessagesScreen(Frame):
    """消息."""

    title_text = "消息"
    help_text = ("打开一条就算已读。“未读”两个字在每条之前；申报的消息按 Enter 直接到那条申报。",)
    commands = (
        Command("open", ("enter",), "打开", "看全文，或这条消息所说的申报、变更"),
        Command("read_all", ("a", "f7"), "全部已读"),
        Command("unread_only", ("u", "f3"), "只看未读", "再按一次看全部"),
        Command("next_page", ("pagedown", "down"), "下页", bar=False),
        Command("previous_page", ("pageup", "up"), "上页", bar=False),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.page = MessagePage((), 0)
        self.unread_only = False
        self._afters: list[tuple[int | str, ...] | None] = [None]
        self._limit = 10

    def make_pane(self) -> Pane:
        self.table = MessageTable(_COLUMNS)
        return self.table

    async def load(self) -> None:
        """The first page."""
        self._limit = max(5, self.app.size.height - _FRAME_LINES)
        self.header.show(self.title_text, nameplate(self.program.caller))
        await self._fetch()

    async def resume(self) -> None:
        """The same page again, the marker on the same message."""
        await self._fetch(self._id_here())

    @property
    def row(self) -> MessageRow | None:
        """The message that has the marker."""
        return self.page.rows[self.table.at] if self.page.rows else None

    async def action_open(self) -> None:
        """Enter: it has been read, and what it is about is shown."""
        row = self.row
        if row is None:
            self.tell(self.table.empty, Look.WARN)
            return
        if row.unread:
            await self.ask(read_messages, ReadMessages(ids=(row.id,)))
        place = place_of(self.program.role, row.object_kind, row.object_id)
        if place is None:
            await self._fetch(row.id)
            await self.open(HelpSheet(["", moment_text(row.at), "", row.text]))
        else:
            await self.program.go(place[0], **place[1])

    async def action_read_all(self) -> None:
        """A: 全部已读."""
        if not self.page.unread:
            self.tell("没有未读的消息", Look.WARN)
            return
        await self.ask(read_messages, ReadMessages())
        await self._from_the_start()
        self.tell("已全部标为已读")

    async def action_unread_only(self) -> None:
        """U: 只看未读, and back."""
        self.unread_only = not self.unread_only
        await self._from_the_start()
        self.tell("只看未读的，再按 U 看全部" if self.unread_only else "全部消息")

    async def action_next_page(self) -> None:
        """The next page."""
        if self.page.after is None:
            self.tell("已是最后一条" if self.press_now.key == "down" else "已是最后一页", Look.WARN)
            return
        self._afters.append(self.page.after)
        await self._fetch()

    async def action_previous_page(self) -> None:
        """The page before."""
        if len(self._afters) == 1:
            self.tell("已是第一条" if self.press_now.key == "up" else "已是第一页", Look.WARN)
            return
        self._afters.pop()
        await self._fetch(at_end=self.press_now.key == "up")

    async def action_refresh(self) -> None:
        """F5."""
        await self._fetch(self._id_here())
        self.tell("已刷新")

    def _id_here(self) -> int | None:
        return None if self.row is None else self.row.id

    async def _from_the_start(self) -> None:
        self._afters = [None]
        await self._fetch()

    async def _fetch(self, keep: int | None = None, *, at_end: bool = False) -> None:
        query = MessageQuery(unread_only=self.unread_only, after=self._afters[-1], limit=self._limit)
        self.page = await self.ask(message_page, query)
        if not self.page.rows and len(self._afters) > 1:
            self._afters.pop()
            await self._fetch(at_end=True)
            return
        ids = [row.id for row in self.page.rows]
        at = ids.index(keep) if keep in ids else len(ids) - 1 if at_end else self.table.at if keep else 0
        self._show(at)

    def _show(self, at: int) -> None:
        shown = "只看未读" if self.unread_only else "全部"
        heading: list[Line] = [
            (Span(f" {shown}   ", Look.TITLE), Span(f"{UNREAD} {self.page.unread} 条"), _hint()),
            (),
        ]
        self.table.found = self.page.rows
        self.table.empty = "没有未读的消息" if self.unread_only else "还没有消息"
        more = "   PgDn 下页" if self.page.after is not None else ""
        self.table.where = f"  第 {len(self._afters)} 页{more}"
        first = 1 + (len(self._afters) - 1) * self._limit
        self.table.show([_cells(row) for row in self.page.rows], heading=heading, first_number=first, at=at)


def _cells(row: MessageRow) -> TableRow:
    text = " ".join(row.text.split())
    return TableRow(
        (UNREAD if row.unread else "", moment_text(row.at), text),
        look=Look.TITLE if row.unread else Look.PLAIN,
    )


def _hint() -> Span:
    return Span("     (A 全部已读  U 只看未读)", Look.HINT)
