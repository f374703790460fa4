"""并排比对: a side of the card and the portrait next to each other, both larger or smaller together."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema.declarations import EvidenceCells, EvidenceView, Holder
from core.services.evidence import evidence_cells
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, fit
from tui.widgets.pane import Pane
from tui.widgets.picture_pane import GAP, ZOOMS, PicturePane, shares, side_by_side


class FacesScreen(Frame):
    """并排比对: on the left a side of the card, on the right the portrait, which is the last of `evidence`."""

    title_text = "并排比对"
    help_text = ("左边是证件的一面，右边是本人照片；两张一起放大、移动。",)
    commands = (
        Command("side", ("1", "2"), "换一面", "1 证件正面与照片，2 证件反面与照片"),
        Command("larger", ("+", "=", "f8"), "放大"),
        Command("smaller", ("-", "f7"), "缩小"),
        Command("pan", ("left", "right", "up", "down"), "移动", "放大后用方向键移动"),
        Command("whole", ("0", "home"), "全图", "看整张"),
    )

    def __init__(
        self, evidence: Sequence[EvidenceView], object_id: int | None, holder: Holder = Holder.IDENTITY
    ) -> None:
        super().__init__()
        *self.sides, self.portrait = evidence
        self.object_id, self.holder = object_id, holder
        self._side, self._zoom, self._x, self._y = 0, 0, 0.5, 0.5

    def make_pane(self) -> Pane:
        self.picture = PicturePane()
        return self.picture

    async def load(self) -> None:
        """Fetch both at the present zoom, each in half of the screen."""
        await self._draw()

    async def action_side(self) -> None:
        """1, 2: a side of the card."""
        side = int(self.press_now.command_key) - 1
        if side >= len(self.sides):
            self.tell("证件只有一面的照片", Look.WARN)
        elif side == self._side:
            self.tell("已是这一面", Look.WARN)
        else:
            self._side = side
            await self._draw()

    async def action_larger(self) -> None:
        """+."""
        await self._zoom_to(self._zoom + 1, "已放到最大")

    async def action_smaller(self) -> None:
        """-."""
        await self._zoom_to(self._zoom - 1, "已是整张")

    async def action_whole(self) -> None:
        """0: both whole."""
        self._x = self._y = 0.5
        await self._zoom_to(0, "已是整张")

    async def action_pan(self) -> None:
        """An arrow key: a third of what is seen of each."""
        if not self._zoom:
            self.tell("先按 + 放大，再用方向键移动", Look.WARN)
            return
        step, edge = 1 / (3 * ZOOMS[self._zoom]), 1 / (2 * ZOOMS[self._zoom])
        across, down = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[self.press_now.key]
        before = (self._x, self._y)
        self._x = min(1 - edge, max(edge, self._x + across * step))
        self._y = min(1 - edge, max(edge, self._y + down * step))
        if before == (self._x, self._y):
            self.tell("已到图片边上", Look.WARN)
            return
        await self._draw()

    async def _zoom_to(self, zoom: int, otherwise: str) -> None:
        if not 0 <= zoom < len(ZOOMS) or zoom == self._zoom:
            self.tell(otherwise, Look.WARN)
            return
        self._zoom = zoom
        await self._draw()

    async def _draw(self) -> None:
        size = self.app.size
        cols = shares(size.width, 2)
        card = self.sides[self._side]
        pair = []
        for each in (card, self.portrait):
            command = EvidenceCells(
                sha256=each.sha256,
                object_id=self.object_id,
                holder=self.holder,
                cols=cols,
                rows=size.height - 4,
                zoom=ZOOMS[self._zoom],
                x=self._x,
                y=self._y,
            )
            pair.append(await self.ask(evidence_cells, command))
        names = [fit(f" {each.caption or each.file_name}", cols) for each in (card, self.portrait)]
        self.picture.show(side_by_side(pair[0], pair[1]), (Span((" " * GAP).join(names), Look.TITLE),))
        self.header.show(f"{self.title_text}  {card.caption or card.file_name}", f"{ZOOMS[self._zoom]:g} 倍")
