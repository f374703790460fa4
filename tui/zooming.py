"""Looking closer: what all screens with pictures share, larger and smaller in steps, and to the sides."""

from __future__ import annotations

from tui.frame import Frame
from tui.keys import Command
from tui.look import Look
from tui.widgets.picture_pane import ZOOMS

ZOOM_COMMANDS = (
    Command("larger", ("+", "=", "f8"), "放大"),
    Command("smaller", ("-", "f7"), "缩小"),
    Command("pan", ("left", "right", "up", "down"), "移动", "放大后用方向键移动"),
)
WHOLE = Command("whole", ("0", "home"), "全图", "看整张")
_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class Zooming(Frame):
    """A screen that shows a part of its pictures, which `load` fetches. The part's middle is `x`, `y` (0..1)."""

    zoom_step = 0
    x = y = 0.5

    @property
    def zoom(self) -> float:
        """How many times larger than the whole picture on the screen."""
        return ZOOMS[self.zoom_step]

    def see_whole(self) -> None:
        """Begin with the whole picture again."""
        self.zoom_step, self.x, self.y = 0, 0.5, 0.5

    async def action_larger(self) -> None:
        """+."""
        await self._zoom_to(self.zoom_step + 1, "已放到最大")

    async def action_smaller(self) -> None:
        """-."""
        await self._zoom_to(self.zoom_step - 1, "已是整张")

    async def action_whole(self) -> None:
        """0: all of it."""
        self.x = self.y = 0.5
        await self._zoom_to(0, "已是整张")

    async def action_pan(self) -> None:
        """An arrow key: a third of what is seen."""
        if not self.zoom_step:
            self.tell("先按 + 放大，再用方向键移动", Look.WARN)
            return
        step, edge = 1 / (3 * self.zoom), 1 / (2 * self.zoom)
        across, down = _WAYS[self.press_now.key]
        before = (self.x, self.y)
        self.x = min(1 - edge, max(edge, self.x + across * step))
        self.y = min(1 - edge, max(edge, self.y + down * step))
        if before == (self.x, self.y):
            self.tell("已到图片边上", Look.WARN)
            return
        await self.load()

    async def _zoom_to(self, step: int, otherwise: str) -> None:
        if not 0 <= step < len(ZOOMS) or step == self.zoom_step:
            self.tell(otherwise, Look.WARN)
            return
        self.zoom_step = step
        await self.load()
