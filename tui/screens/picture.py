"""查看附件: a picture in half-block cells, with zoom and panning, and the way to the next one."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema.declarations import EvidenceCells, EvidenceView, Holder
from core.services.evidence import evidence_cells
from tui.keys import Command
from tui.look import Look
from tui.widgets.file_picker import size_text
from tui.widgets.pane import Pane
from tui.widgets.picture_pane import PicturePane
from tui.zooming import WHOLE, ZOOM_COMMANDS, Zooming


class PictureScreen(Zooming):
    """查看附件: one of `evidence`, seen through what holds it (`object_id` None: just brought in by me)."""

    title_text = "查看附件"
    commands = (
        *ZOOM_COMMANDS,
        Command("next", ("n", "pagedown", "f9"), "下一张"),
        Command("previous", ("p", "pageup", "f3"), "上一张"),
        Command("choose", tuple("123456789"), "第几张", "附件的序号", bar=False),
        WHOLE,
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
            zoom=self.zoom,
            x=self.x,
            y=self.y,
        )
        self.picture.show(await self.ask(evidence_cells, command))
        words = f"{shown.caption or shown.file_name}  {size_text(shown.size)}  {shown.width}x{shown.height}"
        title = f"附件 {self.index + 1}/{len(self.evidence)}  {words}"
        self.header.show(title, f"{self.zoom:g} 倍")

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
        self.index = index
        self.see_whole()
        await self.load()
