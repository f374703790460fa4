"""What stands beside the item on the review desk: its pictures, and the records that a doubt points to."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.schema.declarations import EvidenceCells, Holder
from core.schema.review import ReviewItem
from core.services.evidence import evidence_cells
from tui.look import Look
from tui.review.desk import ReviewDesk
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.picture_pane import shares, side_by_side


class Looking(ReviewDesk):
    """A desk that shows evidence and doubts."""

    _view = (1.0, 0.5, 0.5)
    _opened: tuple[int, ...] = ()
    """The places of the pictures that are open, from 0: one, or two side by side."""

    async def action_evidence(self) -> None:
        """1-5: a picture; beside the form where there is room, else on a screen of its own."""
        item, number = self.desk.item, int(self.press_now.command_key)
        if item is None or number > len(item.evidence):
            count = len(item.evidence) if item else 0
            words = f"没有第 {number} 个附件，共 {count} 个" if count else "这一条没有附件"
            self.tell(words if item else "没有待审的，F5 刷新", Look.WARN)
            return
        if not self.desk.wide:
            await self.program.go("picture", at=number - 1, **_seen_through(item))
            return
        await self._open_pictures(item, (number - 1,))

    async def action_compare(self) -> None:
        """F2: the card and the portrait, which is the last picture, side by side; once more: the card's other side."""
        item = self.desk.item
        if item is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return
        portrait = len(item.evidence) - 1
        if portrait < 1:
            self.tell("照片不全，不能并排比对", Look.WARN)
        elif not self.desk.wide:
            await self.program.go("faces", **_seen_through(item))
        else:
            paired = len(self._opened) == 2 and self.desk.picture is not None
            side = (self._opened[0] + 1) % portrait if paired else 0
            await self._open_pictures(item, (side, portrait))

    async def _open_pictures(self, item: ReviewItem, places: tuple[int, ...]) -> None:
        self._opened, self._view = places, (1.0, 0.5, 0.5)
        await self._draw_pictures(item)

    async def _draw_pictures(self, item: ReviewItem) -> None:
        zoom, x, y = self._view
        cols, rows = self.desk.picture_room
        drawn, names = [], []
        for place in self._opened:
            each = item.evidence[place]
            command = EvidenceCells(
                sha256=each.sha256,
                object_id=item.id,
                holder=Holder(item.subject.value),
                cols=shares(cols, len(self._opened)),
                rows=rows,
                zoom=zoom,
                x=x,
                y=y,
            )
            drawn.append(await self.ask(evidence_cells, command))
            size = "" if len(self._opened) > 1 else f"  {each.width} x {each.height}"
            names.append(f"{place + 1} {each.caption or each.file_name}{size}")
        self.desk.picture = drawn[0] if len(drawn) == 1 else side_by_side(drawn[0], drawn[1])
        self.desk.picture_title = f"{' | '.join(names)}  放大 {zoom:g}  (Esc 关闭)"
        self._changed()

    async def _move_picture(self, zoom: float = 1.0, x: float = 0.0, y: float = 0.0) -> None:
        item = self.desk.item
        if item is None or self.desk.picture is None:
            return
        now, left, top = self._view
        step, larger = 0.25 / now, max(1.0, min(16.0, now * zoom))
        edge = 0.5 / larger
        moved = (
            larger,
            max(edge, min(1.0 - edge, left + x * step)),
            max(edge, min(1.0 - edge, top + y * step)),
        )
        if moved == self._view:
            words = "已到图片边上" if now > 1.0 else "先按 + 放大，再用方向键移动"
            self.tell(("已放到最大" if zoom > 1.0 else "已是整张") if zoom != 1.0 else words, Look.WARN)
            return
        self._view = moved
        await self._draw_pictures(item)

    async def action_zoom_in(self) -> None:
        """+: larger."""
        await self._move_picture(zoom=1.5)

    async def action_zoom_out(self) -> None:
        """-: smaller."""
        await self._move_picture(zoom=1 / 1.5)

    async def action_pan_left(self) -> None:
        """Left."""
        await self._move_picture(x=-1)

    async def action_pan_right(self) -> None:
        """Right."""
        await self._move_picture(x=1)

    async def action_pan_up(self) -> None:
        """Up."""
        await self._move_picture(y=-1)

    async def action_pan_down(self) -> None:
        """Down."""
        await self._move_picture(y=1)

    async def action_doubts(self) -> None:
        """D: the other record that a doubt points to."""
        item = self.desk.item
        doubts = item.doubts if item else ()
        others = [doubt for doubt in doubts if doubt.other_id is not None]
        if not others:
            self.tell("疑点只在这一条本身，没有另一条可看" if doubts else "这一条没有疑点", Look.WARN)
        elif len(others) == 1:
            await self.program.go("declaration", declaration_id=others[0].other_id)
        else:
            choices = [(str(n), doubt.text) for n, doubt in enumerate(others[:9], 1)]
            by_digit = {str(n): doubt.other_id for n, doubt in enumerate(others[:9], 1)}
            await self.open(AskSheet("看哪一条疑点", partial(self._doubt_picked, by_digit), choices=choices))

    async def _doubt_picked(self, by_digit: dict[str, int | None], digit: str, _text: str) -> None:
        await self.close_overlay()
        if digit:
            await self.program.go("declaration", declaration_id=by_digit[digit])


def _seen_through(item: ReviewItem) -> dict[str, Any]:
    """The pictures of an item for a screen of their own."""
    return {"evidence": item.evidence, "object_id": item.id, "holder": Holder(item.subject.value)}
