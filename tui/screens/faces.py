"""并排比对: a side of the card and the portrait next to each other, both larger or smaller together."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema.declarations import EvidenceCells, EvidenceView, Holder
from core.services.evidence import evidence_cells
from tui.keys import Command
from tui.look import Look, Span, fit
from tui.widgets.pane import Pane
from tui.widgets.picture_pane import GAP, PicturePane, shares, side_by_side
from tui.zooming import WHOLE, ZOOM_COMMANDS, Zooming


class FacesScreen(Zooming):
    """并排比对: on the left a side of the card, on the right the portrait, which is the last of `evidence`."""

    title_text = "并排比对"
    help_text = ("左边是证件的一面，右边是本人照片；两张一起放大、移动。",)
    commands = (
        Command("side", ("1", "2"), "换一面", "1 证件正面与照片，2 证件反面与照片"),
        *ZOOM_COMMANDS,
        WHOLE,
    )

    def __init__(
        self, evidence: Sequence[EvidenceView], object_id: int | None, holder: Holder = Holder.IDENTITY
    ) -> None:
        super().__init__()
        *self.sides, self.portrait = evidence
        self.object_id, self.holder = object_id, holder
        self._side = 0

    def make_pane(self) -> Pane:
        self.picture = PicturePane()
        return self.picture

    async def load(self) -> None:
        """Fetch both at the present zoom, each in half of the screen."""
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
                zoom=self.zoom,
                x=self.x,
                y=self.y,
            )
            pair.append(await self.ask(evidence_cells, command))
        names = [fit(f" {each.caption or each.file_name}", cols) for each in (card, self.portrait)]
        self.picture.show(side_by_side(pair[0], pair[1]), (Span((" " * GAP).join(names), Look.TITLE),))
        self.header.show(f"{self.title_text}  {card.caption or card.file_name}", f"{self.zoom:g} 倍")

    async def action_side(self) -> None:
        """1, 2: a side of the card."""
        side = int(self.press_now.command_key) - 1
        if side >= len(self.sides):
            self.tell("证件只有一面的照片", Look.WARN)
        elif side == self._side:
            self.tell("已是这一面", Look.WARN)
        else:
            self._side = side
            await self.load()
