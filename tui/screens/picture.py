"""查看附件: a picture in half-block cells, with zoom and panning, and the way to the next one."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema.declarations import EvidenceCells, EvidenceView, Holder
from core.services.evidence import evidence_cells
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look
from tui.widgets.file_picker import size_text
from tui.widgets.pane import Pane
from tui.widgets.picture_pane import ZOOMS, PicturePane


class PictureScreen(Frame):
    """查看附件: one of `evidence`, seen through what holds it (`object_id` None: just brought in by me)."""

    title_text = "查看附件"
    commands = (
        Command("larger", ("+", "=", "f8"), "放大"),
        Command("smaller", ("-", "f7"), "缩小"),
        Command("pan", ("left", "right", "up", "down"), "移动", "放大后用方向键移动"),
        Command("next", ("n", "pagedown", "f9"), "下一张"),
        Command("previous", ("p", "pageup", "f3"), "上一张"),
        Command("choose", tuple("123456789"), "第几张", "附件的序号", bar=False),
        Command("whole", ("0", "home"), "全图", "看整张"),
    )

    def __init__(
        self,
        evidence: Sequence[EvidenceView],
        at: int = 0,
        object_id: int | None = None,
        holder: Holder = Holder.DECLARATION,
    ) -> None:
        super().__init__()
        self.evidence, self.index = tuple(evidence), at
        self.object_id, self.holder = object_id, holder
        self._zoom, self._x, self._y = 0, 0.5, 0.5

    def make_pane(self) -> Pane:
        self.picture = PicturePane()
        return self.picture

    async def load(self) -> None:
        """Fetch the picture at the present zoom, as large as the screen lets it be."""
        shown = self.evidence[self.index]
        size = self.app.size
        command = EvidenceCells(
            sha256=shown.sha256,
            object_id=self.object_id,
            holder=self.holder,
            cols=size.width,
            rows=size.height - 3,
            zoom=ZOOMS[self._zoom],
            x=self._x,
            y=self._y,
        )
        self.picture.show(await self.ask(evidence_cells, command))
        words = f"{shown.caption or shown.file_name}  {size_text(shown.size)}  {shown.width}x{shown.height}"
        title = f"附件 {self.index + 1}/{len(self.evidence)}  {words}"
        self.header.show(title, f"{ZOOMS[self._zoom]:g} 倍")

    async def action_larger(self) -> None:
        """+."""
        await self._zoom_to(self._zoom + 1, "已放到最大")

    async def action_smaller(self) -> None:
        """-."""
        await self._zoom_to(self._zoom - 1, "已是整张")

    async def action_whole(self) -> None:
        """0: the whole picture."""
        self._x = self._y = 0.5
        await self._zoom_to(0, "已是整张")

    async def action_pan(self) -> None:
        """An arrow key: a third of what is seen."""
        if not self._zoom:
            self.tell("先按 + 放大，再用方向键移动", Look.WARN)
            return
        step = 1 / (3 * ZOOMS[self._zoom])
        across, down = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[self.press_now.key]
        edge = 1 / (2 * ZOOMS[self._zoom])
        before = (self._x, self._y)
        self._x = min(1 - edge, max(edge, self._x + across * step))
        self._y = min(1 - edge, max(edge, self._y + down * step))
        if before == (self._x, self._y):
            self.tell("已到图片边上", Look.WARN)
            return
        await self.load()

    async def action_next(self) -> None:
        """N."""
        await self._go_to(self.index + 1)

    async def action_previous(self) -> None:
        """P."""
        await self._go_to(self.index - 1)

    async def action_choose(self) -> None:
        """A digit."""
        await self._go_to(int(self.press_now.command_key) - 1)

    async def _go_to(self, index: int) -> None:
        if not 0 <= index < len(self.evidence):
            self.tell(f"只有 {len(self.evidence)} 个附件", Look.WARN)
            return
        self.index, self._zoom, self._x, self._y = index, 0, 0.5, 0.5
        await self.load()

    async def _zoom_to(self, zoom: int, otherwise: str) -> None:
        if not 0 <= zoom < len(ZOOMS) or zoom == self._zoom:
            self.tell(otherwise, Look.WARN)
            return
        self._zoom = zoom
        await self.load()
