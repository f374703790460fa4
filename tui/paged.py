"""A list that comes page by page from the core: by key and never by offset, the marker kept on its row."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from core.rules.errors import ErrorCode, Refused
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.table import Table, TableRow

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Key = tuple[int | str, ...]

PAGE_COMMANDS = (
    Command("next_page", ("pagedown", "down"), "下页", bar=False),
    Command("previous_page", ("pageup", "up"), "上页", bar=False),
    Command("refresh", ("f5",), "刷新", "重新取表", bar=False),
)
LEAST_ROWS = 5


class PageOf(Protocol[Row_co]):
    """One page of a list: its rows, and the key that the next page is asked with."""

    @property
    def rows(self) -> tuple[Row_co, ...]:
        """In the order shown."""

    @property
    def after(self) -> Key | None:
        """None on the last page."""


class Paged(Frame, Generic[Row]):
    """A screen with one list. Subclasses give `table`, `fetch`, `key_of` and `show_page`.

    `frame_lines` is how many lines of the screen are not rows. Down on the last row turns the page, and so does
    up on the first.
    """

    table: Table
    frame_lines = 7

    def __init__(self) -> None:
        super().__init__()
        self.page: PageOf[Row] | None = None
        self.limit = LEAST_ROWS
        self._afters: list[Key | None] = [None]

    async def fetch(self, after: Key | None, limit: int) -> PageOf[Row]:
        """The page after a key (None: the first)."""
        raise NotImplementedError

    def key_of(self, row: Row) -> int:
        """What tells a row from the others, so that the marker stays on it."""
        raise NotImplementedError

    def show_page(self, page: PageOf[Row], at: int) -> None:
        """Bring the table up to date, the marker on the row of that index."""
        raise NotImplementedError

    async def load(self) -> None:
        """The first page."""
        self.limit = max(LEAST_ROWS, self.app.size.height - self.frame_lines)
        self.header.show(self.title_text, nameplate(self.program.caller))
        await self.fetch_again()

    async def resume(self) -> None:
        """The same page again, the marker on the same row."""
        await self.fetch_again(keep=True)

    @property
    def row_here(self) -> Row | None:
        """What has the marker."""
        return self.page.rows[self.table.at] if self.page is not None and self.page.rows else None

    @property
    def first_number(self) -> int:
        """The 序号 of the page's first row."""
        return 1 + (len(self._afters) - 1) * self.limit

    @property
    def page_words(self) -> str:
        """Which page this is, and whether there is another."""
        more = "   PgDn 下页" if self.page is not None and self.page.after is not None else ""
        return f"  第 {len(self._afters)} 页{more}"

    async def from_the_start(self) -> None:
        """The first page anew: what is asked for has changed."""
        self._afters = [None]
        await self.fetch_again()

    async def fetch_again(self, *, keep: bool | int = False, at_end: bool = False) -> None:
        """The page that is open. `keep` leaves the marker on its row, or puts it on that of a key."""
        here = self.row_here
        wanted = keep if keep is not True else None if here is None else self.key_of(here)
        page = self.page = await self.fetch(self._afters[-1], self.limit)
        if not page.rows and len(self._afters) > 1:
            self._afters.pop()
            await self.fetch_again(at_end=True)
            return
        keys = [self.key_of(row) for row in page.rows]
        last, stays = len(keys) - 1, keep is not False
        at = keys.index(wanted) if wanted in keys else last if at_end else self.table.at if stays else 0
        self.show_page(page, at)

    async def action_next_page(self) -> None:
        """PgDn, and down on the last row."""
        if self.page is None or self.page.after is None:
            self.tell("已是最后一条" if self.press_now.key == "down" else "已是最后一页", Look.WARN)
            return
        self._afters.append(self.page.after)
        await self.fetch_again()

    async def action_previous_page(self) -> None:
        """PgUp, and up on the first row."""
        if len(self._afters) == 1:
            self.tell("已是第一条" if self.press_now.key == "up" else "已是第一页", Look.WARN)
            return
        self._afters.pop()
        await self.fetch_again(at_end=self.press_now.key == "up")

    async def action_refresh(self) -> None:
        """F5."""
        await self.fetch_again(keep=True)
        self.tell("已刷新")


class Searched(Paged[Row]):
    """A paged list that a text narrows: a name, pinyin, initials or a number. `what` is what it lists."""

    what = ""
    search_label = "姓名/拼音"
    text = ""
    none_here = ErrorCode.NOT_FOUND
    """What a key that needs a row is refused with where there is none."""

    def cells_of(self, number: int, row: Row) -> TableRow:
        """A row of the table, with its 序号."""
        raise NotImplementedError

    def show_page(self, page: PageOf[Row], at: int) -> None:
        """What it is narrowed by, the rows, and which page it is."""
        first = self.first_number
        rows = [self.cells_of(number, row) for number, row in enumerate(page.rows, first)]
        heading: list[Line] = [line(Span(f"  {self.search_words}", Look.HINT)), ()]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    @property
    def row(self) -> Row:
        """What has the marker. Raises Refused `none_here`."""
        if self.row_here is None:
            raise Refused(self.none_here)
        return self.row_here

    @property
    def search_words(self) -> str:
        """What the list is narrowed by, for the line above it."""
        return f"查找：{self.text}  (C 清空)" if self.text else f"全部{self.what}"

    async def action_search(self) -> None:
        """/."""
        await self.open(
            AskSheet(f"查找{self.what}", self._search, label=self.search_label, value=self.text, done="查找")
        )

    async def _search(self, _digit: str, text: str) -> None:
        await self.close_overlay()
        self.text = text.strip()
        await self.from_the_start()
        if self.row_here is None:
            self.tell(f"没有符合“{self.text}”的{self.what}，C 清空", Look.WARN)

    async def action_clear(self) -> None:
        """C: all of them again."""
        self.text = ""
        await self.from_the_start()
        self.tell("已清空筛选")
