"""What a review desk holds: the rows that wait, where the marker stands, which are chosen; and how they are listed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from core.schema.review import Bucket, Decided, QueuePage, QueueRow
from tui.look import Line, Look, Span, fit, right

UNDO_LAST = 10
PERSON = "姓名"
_WIDE, _NARROW = (28, 40), (16, 24)
"""Cells of the name of an office, and of name and middle together, in a wide and in a narrow list."""


@dataclass(slots=True)
class Queue:
    """The queue as this desk sees it. Rows that were decided leave it; `after` asks for the next page.

    `column` is what a row's middle is called; `hours` says whether rows have a year and hours, `batches`
    whether many may be decided at once. `name` is what a row begins with: the names of offices are long, and
    take room from the middle.
    """

    column: str = "学习形式"
    hours: bool = True
    batches: bool = True
    name: str = PERSON
    bucket: Bucket = Bucket.ALL
    text: str = ""
    rows: list[QueueRow] = field(default_factory=list)
    at: int = 0
    waiting: int = 0
    counts: dict[Bucket, int] = field(default_factory=dict)
    after: tuple[int | str, ...] | None = None
    chosen: set[int] = field(default_factory=set)
    anchor: int | None = None
    decided: int = 0
    done: deque[tuple[Decided, QueueRow]] = field(default_factory=lambda: deque(maxlen=UNDO_LAST))

    @property
    def row(self) -> QueueRow | None:
        """The row under the marker."""
        return self.rows[self.at] if self.at < len(self.rows) else None

    @property
    def following(self) -> QueueRow | None:
        """The row that comes next: the one below, or the first once the end is reached."""
        if len(self.rows) < 2:
            return None
        return self.rows[self.at + 1] if self.at + 1 < len(self.rows) else self.rows[0]

    @property
    def size(self) -> int:
        """How many rows there are in all under the present filter, as far as that is known."""
        known = self.waiting if self.bucket is Bucket.ALL else self.counts.get(self.bucket, 0)
        return len(self.rows) if self.text or self.after is None else max(len(self.rows), known)

    def begin(self, page: QueuePage) -> None:
        """A first page has come: the marker stays on its row if that is still there."""
        here = self.row.id if self.row else None
        self.rows, self.after = list(page.rows), page.after
        self.waiting, self.counts = page.waiting, dict(page.counts)
        ids = [row.id for row in self.rows]
        self.at = ids.index(here) if here in ids else 0
        self.chosen &= set(ids)
        self.anchor = None

    def extend(self, page: QueuePage) -> None:
        """A further page has come."""
        known = {row.id for row in self.rows}
        self.rows += [row for row in page.rows if row.id not in known]
        self.after = page.after

    def take_out(self, item: int) -> QueueRow | None:
        """A row has left the queue; the marker stands on what comes next."""
        for index, row in enumerate(self.rows):
            if row.id == item:
                del self.rows[index]
                if index < self.at or self.at >= len(self.rows):
                    self.at = self.at - 1 if index < self.at else 0
                self.chosen.discard(item)
                self.anchor = None
                self.waiting = max(0, self.waiting - 1)
                return row
        return None

    def note_decided(self, decided: Decided) -> None:
        """A verdict has counted."""
        self.decided += 1
        row = self.take_out(decided.id)
        if row is not None:
            self.done.append((decided, row))

    def put_back(self, decided: Decided, row: QueueRow) -> None:
        """A verdict was taken back: its row comes in at the marker."""
        self.rows.insert(self.at, replace(row, version=decided.version))
        self.waiting += 1
        self.decided = max(0, self.decided - 1)

    def toggle(self) -> None:
        """Choose the row under the marker, or no longer."""
        if self.row is None:
            return
        self.chosen ^= {self.row.id}
        self.anchor = self.at

    def choose_range(self) -> int:
        """Choose everything between the row toggled last and the marker; how many are chosen now."""
        low, high = sorted((self.at if self.anchor is None else self.anchor, self.at))
        self.chosen |= {row.id for row in self.rows[low : high + 1]}
        return len(self.chosen)

    def chosen_rows(self) -> list[QueueRow]:
        """The chosen rows, oldest first."""
        return [row for row in self.rows if row.id in self.chosen]


def marks_of(row: QueueRow) -> str:
    """What is special about a row, in words: never by colour alone."""
    words = [
        word for word, on in (("疑点", row.flagged), ("退回重报", row.returned), ("催", row.urged)) if on
    ]
    return " ".join(words)


def draw_rows(queue: Queue, cells: int, height: int) -> list[Line]:
    """The rows around the marker in `cells` x `height` cells; the marker's line is in sight."""
    top = max(0, min(queue.at - height // 2, len(queue.rows) - height))
    narrow = cells < 60
    out: list[Line] = []
    for index in range(top, min(len(queue.rows), top + height)):
        row = queue.rows[index]
        pointer = ">" if index == queue.at else " "
        star = "*" if row.id in queue.chosen else " "
        claimed = "" if row.claimed is None else str(row.claimed)
        if narrow:
            middle = (
                f"{fit(row.form_name, 10)} {right(claimed, 5)}" if queue.hours else fit(row.form_name, 16)
            )
            names = fit(row.person_name, 8)
            if queue.name != PERSON:
                names, middle = _named(row, _NARROW)
            body = f"{names} {middle} {right(str(row.waiting_days), 3)}天 "
            tail = fit(marks_of(row), max(0, cells - 35))
        else:
            year = "" if row.year is None else str(row.year)
            middle = f"{fit(row.form_name, 16)} {fit(year, 5)}{right(claimed, 6)}"
            if not queue.hours:
                middle = fit(row.form_name, 28)
            names = fit(row.person_name, 12)
            if queue.name != PERSON:
                names, middle = _named(row, _WIDE)
            body = (
                f"{right(str(index + 1), 4)}  {names} {middle}  等待 {right(str(row.waiting_days), 3)} 天  "
            )
            tail = fit(marks_of(row), max(0, cells - 66))
        look = Look.CHOSEN if row.id in queue.chosen else Look.PLAIN
        out.append((Span(pointer + star, Look.MARK), Span(body, look), Span(tail, Look.WARN)))
    return out


def row_titles(queue: Queue) -> str:
    """What stands above the rows of a wide list."""
    middle = f"{fit(queue.column, 16)} 年度   申报" if queue.hours else fit(queue.column, 28)
    names = fit(queue.name, 12)
    if queue.name != PERSON:
        names, middle = fit(queue.name, _WIDE[0]), fit(queue.column, _WIDE[1] - _WIDE[0])
    return f"  序号  {names} {middle}  等待"


def _named(row: QueueRow, cells: tuple[int, int]) -> tuple[str, str]:
    """The name and the middle of an office's row."""
    return fit(row.person_name, cells[0]), fit(row.form_name, cells[1] - cells[0])


def line_of_marker(queue: Queue, height: int) -> int:
    """Which of the drawn lines holds the marker."""
    return queue.at - max(0, min(queue.at - height // 2, len(queue.rows) - height))
