"""The review desk (审核台): the queue, the item that is shown, and the moment at which it was painted.

A verdict key counts only if it arrived after the item it decides was painted; whatever follows in the same
burst as a verdict that came too early is dropped with it, so that no half of a command is left over.
"""

from __future__ import annotations

import asyncio

from textual._time import get_time

from core.rules.chain import Step
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.schema.review import Bucket, ItemKey, QueueQuery, ReviewItem, Subject
from core.services.review_views import leave_item, look_at_item, queue_page, review_item
from tui.frame import Frame
from tui.keys import Press
from tui.look import Look
from tui.review.keys import ITEM_KEYS, LIST_KEYS, PICTURE_KEYS
from tui.review.words import DESK_WORDS
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.pane import Pane
from tui.widgets.queue_list import Queue
from tui.widgets.review_pane import ReviewPane

PAGE, WHOLE = 60, 1000
"""Rows of the queue that are fetched at once: as a rule, and where all of them are wanted."""
FETCH_WITHIN = 5
"""Rows left below the marker at which the next page of the queue is fetched."""
PAINT_SECONDS = 3.0
NEVER = float("inf")
GONE = (ErrorCode.STALE, ErrorCode.NOT_FOUND, ErrorCode.NOT_YOURS, ErrorCode.MOVE_NOT_ALLOWED)
"""Refusals that say the item is no longer as it was on screen."""


class ReviewDesk(Frame):
    """What all desks have: a queue and an item. Verdicts, batches and evidence are added by the other parts.

    A desk is told by its `subject` alone; what it calls things stands in DESK_WORDS.
    """

    subject = Subject.DECLARATION

    def __init__(self, role: Role | None = None) -> None:
        super().__init__()
        self.words = DESK_WORDS[self.subject]
        words = self.words
        self.queue = Queue(words.column, words.hours, "batch" not in words.absent, words.name)
        self._item_keys = self.words.keys(ITEM_KEYS)
        self._list_keys = self.words.keys(LIST_KEYS)
        self.commands = self._item_keys
        self._fetched: dict[int, ReviewItem] = {}
        self._painted_at = NEVER
        self._drop_until = 0.0

    def make_pane(self) -> Pane:
        self.desk = ReviewPane(self.queue, self.words.guide())
        return self.desk

    async def load(self) -> None:
        """The queue and its oldest item."""
        await self._fetch_queue()
        await self._show_current()

    async def resume(self) -> None:
        """Back from a picture or another record: the item still stands; an empty desk looks again."""
        if self.desk.item is None:
            await self.load()

    async def leave(self) -> bool:
        """Esc closes what is open first: the picture, the list; then the desk."""
        if self.desk.picture is not None:
            self.desk.picture = None
            self._changed()
            return False
        if self.desk.listing:
            await self.action_list()
            return False
        await self._stop_looking()
        return True

    async def press(self, press: Press) -> None:
        """The rest of a burst whose verdict came too early goes the same way."""
        if press.arrived <= self._drop_until:
            self.refuse(Refused(ErrorCode.NOT_PAINTED))
            return
        if self.desk.listing and not self.overlays:
            await self._fetch_ahead(press.key)
        await super().press(press)

    def refuse(self, refusal: Refused) -> None:
        """There are no fields here to stand beside: the first field's sentence goes into the notice line."""
        text = refusal.fields[0].text if refusal.fields else refusal.text
        self.notice.show(text, Look.ERROR)

    # --------------------------------------------------------------------------------- queue and item

    async def _fetch_queue(self) -> None:
        """The first page under the present filter."""
        page = await self.ask(queue_page, self._query())
        self.queue.begin(page)
        self._fetched.clear()

    async def _fetch_more(self, wanted: int = FETCH_WITHIN, limit: int = PAGE) -> None:
        """Further pages, until so many rows stand below the marker or there are no more."""
        queue = self.queue
        while queue.after is not None and queue.at + wanted >= len(queue.rows):
            queue.extend(await self.ask(queue_page, self._query(queue.after, limit)))

    async def _fetch_ahead(self, key: str) -> None:
        """In the list a key that leads down finds rows there: a page of them, or all that there are."""
        if key == "end":
            await self._fetch_more(self.queue.size, WHOLE)
        elif key in ("down", "pagedown"):
            await self._fetch_more(self.desk.size.height)

    def _query(self, after: tuple[int | str, ...] | None = None, limit: int = PAGE) -> QueueQuery:
        queue = self.queue
        return QueueQuery(
            subject=self.subject, bucket=queue.bucket, text=queue.text, after=after, limit=limit
        )

    async def _show_current(self) -> None:
        """Show the item under the marker, note when it was painted, then get the one after it."""
        await self._fetch_more()
        item = await self._current_item()
        if item is None and self.queue.decided:
            await self._fetch_queue()  # others may have come in meanwhile
            item = await self._current_item()
        self._painted_at = NEVER
        self.desk.empty = "没有符合筛选的，按 / 改筛选" if self._filter_words() else "没有待审的"
        self.desk.show(item)
        self._changed()
        if item is None:
            return
        self._painted_at = await self._painted()
        key = ItemKey(subject=self.subject, id=item.id)
        self.desk.show_viewers(await self.ask(look_at_item, key))
        following = self.queue.following
        kept = {item.id, following.id} if following else {item.id}
        self._fetched = {key: value for key, value in self._fetched.items() if key in kept}
        if following is not None and following.id not in self._fetched:
            ahead = await self._item(following.id)
            if ahead is not None:
                self._fetched[following.id] = ahead

    async def _current_item(self) -> ReviewItem | None:
        """The item under the marker; rows that are no longer this desk's business are passed over."""
        while (row := self.queue.row) is not None:
            item = self._fetched.get(row.id) or await self._item(row.id)
            if item is not None and item.decidable:
                self._fetched[row.id] = item
                return item
            self._fetched.pop(row.id, None)
            self.queue.take_out(row.id)
        return None

    async def _item(self, item: int) -> ReviewItem | None:
        try:
            return await self.ask(review_item, ItemKey(subject=self.subject, id=item, look=False))
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            return None

    async def _painted(self) -> float:
        """The moment at which what is shown now stood on the terminal; NEVER if that can't be known."""
        moment: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def stamp() -> None:
            driver = self.app._driver
            if driver is not None and hasattr(driver, "settle"):
                driver.settle()
            if not moment.done():
                moment.set_result(None)

        self.call_after_refresh(stamp)
        try:
            async with asyncio.timeout(PAINT_SECONDS):
                await moment
                while getattr(self.app._driver, "behind", False):  # a slow line has not taken it yet
                    await asyncio.sleep(0.005)
        except TimeoutError:
            return NEVER
        return get_time()

    async def _stop_looking(self) -> None:
        if self.desk.item is not None:
            await self.ask(leave_item, ItemKey(subject=self.subject, id=self.desk.item.id))

    def _changed(self) -> None:
        """Header, keys and pane say how things stand."""
        queue, actor = self.queue, self.program.caller
        right = ""
        if isinstance(actor, Actor):
            right = f"{actor.org_name}  {actor.name}"
        title = f"{self.desk_title()}   待审 {queue.waiting}   本次已审 {queue.decided}{self._filter_words()}"
        self.header.show(title, right)
        self.commands = self._list_keys if self.desk.listing else self._item_keys
        if self.desk.picture is not None:
            self.commands = (*PICTURE_KEYS, *self._item_keys)
        self.desk.changed()

    def desk_title(self) -> str:
        """What the desk is called; that of declarations is 学时初审 or 学时审核, by the caller's level."""
        role = self.program.role
        if self.words.title or role not in (Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU):
            return self.words.title or self.title_text
        return Step(role.value).label

    def _filter_words(self) -> str:
        words = [] if self.queue.bucket is Bucket.ALL else [self.queue.bucket.label]
        words += [self.queue.text] if self.queue.text else []
        return f"   [{' '.join(words)}]" if words else ""

    async def _ready(self) -> ReviewItem | None:
        """The item that a verdict key may decide now. Raises Refused NOT_PAINTED."""
        item = self.desk.item
        if item is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return None
        if self.desk.listing:
            many = "" if "batch" in self.words.absent else f"，或 F9 批量{self.words.approve}"
            self.tell(f"列表中不逐条审核：Enter 打开这一条{many}", Look.WARN)
            return None
        if self._painted_at == NEVER:
            self._painted_at = await self._painted()
        if self.press_now.arrived <= self._painted_at:
            self._drop_until = get_time()
            raise Refused(ErrorCode.NOT_PAINTED)
        return item

    async def _close_all(self) -> None:
        while self.overlays:
            await self.close_overlay()

    def action_absent(self) -> None:
        """A key of the other desks that has no meaning at this one: why."""
        key = self.press_now.command_key
        command = next(each for each in self.commands if key in each.keys or self.press_now.key in each.keys)
        self.tell(command.help, Look.WARN)

    # -------------------------------------------------------------------------------------- moving on

    async def action_skip(self) -> None:
        """S: the next item; this one stays in the queue."""
        await self._step(1)

    async def action_previous(self) -> None:
        """Up: the item before."""
        await self._step(-1)

    async def _step(self, step: int) -> None:
        queue = self.queue
        if len(queue.rows) < 2:
            self.tell("没有别的待审了，F5 刷新", Look.WARN)
            return
        await self._stop_looking()
        wraps = not 0 <= queue.at + step < len(queue.rows)
        queue.at = (queue.at + step) % len(queue.rows)
        self._fetched.pop(self.desk.item.id if self.desk.item else 0, None)
        await self._show_current()
        if wraps:
            self.tell("队列到头了，从另一头接着看", Look.WARN)

    async def action_list(self) -> None:
        """L: from the item to the list and back; back on the row that has the marker."""
        if self.desk.item is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return
        self.desk.listing = not self.desk.listing
        self.desk.picture = None
        row = self.queue.row
        if not self.desk.listing and row is not None and row.id != self.desk.item.id:
            await self._show_current()
        self._changed()

    async def action_open_row(self) -> None:
        """Enter in the list."""
        await self.action_list()

    async def action_refresh(self) -> None:
        """F5: the queue again; the marker stays on its row."""
        await self._fetch_queue()
        await self._show_current()
        self.tell(f"已刷新：待审 {self.queue.waiting}")

    async def action_filter(self) -> None:
        """/: a bucket by digit, a name by Chinese, pinyin or initials."""
        counts = self.queue.counts
        names = [
            (str(n), f"{each.label}  {counts.get(each, 0)}") for n, each in enumerate(self.words.buckets, 1)
        ]
        picked = str(self.words.buckets.index(self.queue.bucket) + 1)
        sheet = AskSheet(
            "筛选", self._filter_given, label="姓名/拼音", choices=names, picked=picked, value=self.queue.text
        )
        await self.open(sheet)

    async def _filter_given(self, digit: str, text: str) -> None:
        await self.close_overlay()
        self.queue.bucket = self.words.buckets[int(digit) - 1] if digit else Bucket.ALL
        self.queue.text, self.queue.at = text.strip(), 0
        self.queue.rows = []
        await self._fetch_queue()
        await self._show_current()
        if self.desk.item is None:
            self.desk.listing = False
            self._changed()
