"""The review desk's pane: one item with everything that helps to decide; beside it, or instead of it, the queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.rules.clock import CHINA
from core.schema.declarations import CellRows
from core.schema.history import DecisionLine
from core.schema.review import ReviewItem
from tui.keys import Press
from tui.look import Line, Look, Span, fit, line, right, width, wrapped
from tui.widgets.pane import Pane
from tui.widgets.picture_pane import picture_lines
from tui.widgets.queue_list import Queue, draw_rows, line_of_marker, marks_of, row_titles

WIDE = 110
"""Cells from which the queue stands beside the item."""
LIST_CELLS = 42
LABEL_CELLS, LABEL_CELLS_AT_MOST = 19, 24
BODY_BESIDE_PICTURE = 7
"""Lines of the item that stay in sight while a picture is open below them."""


class ReviewPane(Pane):
    """Shows what the screen gives it; keys here only scroll, or move the marker while the list is up."""

    def __init__(self, queue: Queue, guide: Sequence[str] = ()) -> None:
        super().__init__()
        self.queue, self.guide = queue, tuple(guide)
        self.item: ReviewItem | None = None
        self.listing = False
        self.recognised = self.opinion = ""
        self.picture: CellRows | None = None
        self.picture_title = ""
        self.empty = "没有待审的"
        self._top = 0
        self._body_room = 1
        self._body_length = 0

    def show(self, item: ReviewItem | None) -> None:
        """Another item, or none: what was typed for the last one is gone."""
        self.item = item
        self.recognised = self.opinion = ""
        self.picture, self._top = None, 0
        self.changed()

    def show_viewers(self, viewers: tuple[str, ...]) -> None:
        """Who else has the item open."""
        if self.item is not None and viewers != self.item.viewers:
            self.item = replace(self.item, viewers=viewers)
            self.changed()

    @property
    def wide(self) -> bool:
        """Whether the queue stands beside the item."""
        return self.size.width >= WIDE

    @property
    def picture_room(self) -> tuple[int, int]:
        """Cells for the open picture, wide layout: columns and rows."""
        return self.size.width - LIST_CELLS - 2, max(3, self.size.height - BODY_BESIDE_PICTURE - 8)

    # ------------------------------------------------------------------------------------------- draw

    def draw(self, cells: int, height: int) -> list[Line]:
        if self.item is None:
            return [(), (Span("  " + self.empty, Look.HINT),)]
        if self.listing:
            return self._draw_list(cells, height)
        if cells < WIDE:
            return self._draw_item(self.item, cells, height, pointer=True)
        rows = [(), *draw_rows(self.queue, LIST_CELLS, height - 1)]
        beside = self._draw_item(self.item, cells - LIST_CELLS - 2, height, pointer=False)
        rows += [()] * (len(beside) - len(rows))
        return [
            (*_padded(left, LIST_CELLS), Span("  "), *own)
            for left, own in zip(rows, beside + [()] * (len(rows) - len(beside)), strict=True)
        ][:height]

    def _draw_list(self, cells: int, height: int) -> list[Line]:
        chosen = f"已选中 {len(self.queue.chosen)} 条" if self.queue.chosen else "空格 选中"
        chosen = chosen if self.queue.batches else ""
        head = line(Span(row_titles(self.queue), Look.HINT))
        foot = line(Span(f"  第 {self.queue.at + 1} / {self.queue.size} 条   {chosen}", Look.HINT))
        return [head, *draw_rows(self.queue, cells, height - 2), foot]

    def _draw_item(self, item: ReviewItem, cells: int, height: int, *, pointer: bool) -> list[Line]:
        head: list[Line] = [(), self._heading(item, cells, pointer), ()]
        foot = self._foot(item, cells)
        body = list(_body(item, cells))
        shown_picture: list[Line] = []
        room = height - len(head) - len(foot)
        if self.picture is not None:
            shown_picture = [
                line(Span(fit(" " + self.picture_title, cells), Look.HINT)),
                *picture_lines(self.picture),
            ]
            room = max(3, min(room - len(shown_picture), BODY_BESIDE_PICTURE))
        self._body_length, self._body_room = len(body), room
        self._top = max(0, min(self._top, len(body) - room))
        shown = body[self._top : self._top + room]
        if len(body) > self._top + room and shown:
            more = len(body) - self._top - room + 1
            shown[-1] = line(Span(f"  (还有 {more} 行，PgDn 往下)", Look.HINT))
        return [*head, *shown, *shown_picture, *foot][:height]

    def _heading(self, item: ReviewItem, cells: int, pointer: bool) -> Line:
        star = "*" if item.id in self.queue.chosen else " "
        who = f"{item.person_name}  {item.heading}"
        place = f"等待 {item.waiting_days} 天   第 {self.queue.at + 1} / {self.queue.size} "
        row = self.queue.row
        marks = marks_of(row) + "  " if row is not None and marks_of(row) else ""
        room = max(10, cells - 2 - width(place) - width(marks) - 1)
        return line(
            Span((">" if pointer else " ") + star, Look.MARK),
            Span(fit(who, room), Look.TITLE),
            Span(marks, Look.WARN),
            Span(right(place, width(place)), Look.PLAIN),
        )

    def _foot(self, item: ReviewItem, cells: int) -> list[Line]:
        out: list[Line] = [()]
        opinion = fit(self.opinion, max(10, cells - 50)) if self.opinion else "(O 填写)"
        if item.claimed is not None:
            hours = self.recognised or str(item.proposed if item.proposed is not None else item.claimed)
            out.append(
                line(
                    Span(fit("  认定学时", LABEL_CELLS), Look.LABEL),
                    Span(fit(hours, 8), Look.MARK if self.recognised else Look.TITLE),
                    Span("(E 修改)   ", Look.HINT),
                    Span("审核意见 "),
                    Span(opinion, Look.PLAIN if self.opinion else Look.HINT),
                )
            )
        coming = [row for row in (*self.queue.rows[self.queue.at + 1 :], *self.queue.rows[: self.queue.at])][
            :3
        ]
        names = " | ".join(
            " ".join(filter(None, (r.person_name, r.form_name, "" if r.claimed is None else str(r.claimed))))
            for r in coming
        )
        text = f"  接下来  {names}" if coming else "  接下来  没有了"
        return [*out, line(Span(fit(text, cells), Look.HINT))]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        if self.listing:
            return (0, 1 + line_of_marker(self.queue, self.size.height - 2))
        if self.wide:
            return (0, 1 + line_of_marker(self.queue, self.size.height - 1))
        return (0, 1)

    def help_lines(self) -> list[str]:
        return list(self.guide)

    # ------------------------------------------------------------------------------------------- keys

    async def press(self, press: Press) -> bool:
        if self.item is None:
            return False
        return self._move(press.key) if self.listing else self._scroll(press.key)

    def _move(self, key: str) -> bool:
        page, last = max(1, self.size.height - 3), len(self.queue.rows) - 1
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -last - 1, "end": last + 1}
        if key not in steps:
            return False
        before, self.queue.at = self.queue.at, max(0, min(self.queue.at + steps[key], last))
        self.changed()
        return self.queue.at != before

    def why_not(self, press: Press) -> str:
        up, down = ("up", "pageup", "home"), ("down", "pagedown", "end")
        if press.key not in up + down:
            return ""
        if self.item is None:
            return "没有待审的，F5 刷新"
        if self.listing:
            return "已是第一条" if press.key in up else "已是最后一条"
        if press.key in ("home", "end"):
            return "PgUp PgDn 翻看这一条，按 L 看列表"
        return "已到这一条的开头" if press.key in up else "已到这一条的末尾"

    def _scroll(self, key: str) -> bool:
        step = {"pageup": -self._body_room, "pagedown": self._body_room}.get(key)
        if step is None:
            return False
        self.lines()
        before = self._top
        self._top = max(0, min(self._top + step, self._body_length - self._body_room))
        self.changed()
        return self._top != before


def _body(item: ReviewItem, cells: int) -> Iterable[Line]:
    longest = max((width(label) + 3 for label, _ in item.lines), default=0)
    labels = min(LABEL_CELLS_AT_MOST, max(LABEL_CELLS, longest))
    for label, text, look in _entries(item):
        for number, part in enumerate(wrapped(text, max(10, cells - labels - 1))):
            yield line(Span(fit("  " + label if not number else "", labels), Look.LABEL), Span(part, look))


def _entries(item: ReviewItem) -> Iterable[tuple[str, str, Look]]:
    """What stands in the item: label, text, look."""
    for viewer in item.viewers:
        yield "正在查看", viewer, Look.WARN
    for number, doubt in enumerate(item.doubts):
        jump = "  (D 查看)" if doubt.other_id is not None else ""
        yield "疑点" if not number else "", doubt.text + jump, Look.WARN
    for label, text in item.lines:
        yield label, text, Look.PLAIN
    if item.rule_check:
        yield "规则核对", item.rule_check, Look.PLAIN
    if item.year_line:
        yield "该人本年度", item.year_line, Look.PLAIN
    if item.evidence:
        names = "  ".join(f"{n} {each.caption or each.file_name}" for n, each in enumerate(item.evidence, 1))
        yield "附件", f"{names}  (数字查看)", Look.PLAIN
    if item.note and not any(text == item.note for _, text in item.lines):
        yield "备注", item.note, Look.PLAIN
    if item.rule_words:
        yield "规则条款", item.rule_words, Look.HINT
    for number, decision in enumerate(item.history):
        yield "审核记录" if not number else "", _told(decision), Look.HINT


def _told(decision: DecisionLine) -> str:
    hours = "" if decision.recognised is None else f"认定 {decision.recognised} 学时"
    words = (
        f"{decision.at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        decision.org_name or decision.actor_name,
        decision.move_label,
        hours,
        decision.opinion,
    )
    return "  ".join(word for word in words if word)


def _padded(spans: Line, cells: int) -> Line:
    used = sum(width(span.text) for span in spans)
    return (*spans, Span(" " * max(0, cells - used)))
