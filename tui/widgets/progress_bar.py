"""How far something is (进度), in cells of text: a bar, the counts, the rate and the time left.

Plain ASCII, so that every terminal shows it in the width that was counted; drawn again only where it differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.look import Line, Look, Span, width
from tui.widgets.pane import Pane

LEAST_BAR = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far: `total` 0 while nobody knows; `rate` is `unit` a second; `seconds_left` None while nobody can say."""

    done: int
    total: int = 0
    rate: float = 0.0
    seconds_left: int | None = None
    unit: str = "行"

    @property
    def percent(self) -> int:
        """Whole percents, 100 only when all is done."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class ProgressBar(Pane):
    """Two lines: the bar, and under it the counts, the rate and the time left."""

    DEFAULT_CSS = "ProgressBar { height: 2; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.progress: Progress | None = None

    def show(self, progress: Progress | None) -> None:
        """Change what is shown; the same once more costs nothing."""
        if progress != self.progress:
            self.progress = progress
            self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        return progress_lines(self.progress, cells)[:height] if self.progress is not None else []


def progress_lines(progress: Progress, cells: int, base: Look = Look.PLAIN) -> list[Line]:
    """The bar and the words under it, as lines that any pane may draw among its own."""
    return [
        (Span("  " + bar_text(progress, cells - 4), base),),
        (Span("  " + progress_words(progress), base),),
    ]


def bar_text(progress: Progress, cells: int) -> str:
    """The bar alone: `[#####.....]  50%`, exactly `cells` wide; dots alone while the total is not known."""
    percent = f"{progress.percent:>4}%" if progress.total else "   ? "
    room = max(LEAST_BAR, cells - width(percent) - 2)
    full = room * progress.done // progress.total if progress.total else 0
    full = min(room, full)
    return "[" + "#" * full + "." * (room - full) + "]" + percent


def progress_words(progress: Progress) -> str:
    """The counts, the rate and the time left: `3,200 / 10,000 人   812 人/秒   还要 9 秒`."""
    counts = f"{progress.done:,}" + (f" / {progress.total:,}" if progress.total else "")
    words = [f"{counts} {progress.unit}"]
    if progress.rate > 0:
        words.append(f"{rate_text(progress.rate)} {progress.unit}/秒")
    if progress.seconds_left is not None:
        words.append(f"还要 {time_text(progress.seconds_left)}")
    return "   ".join(words)


def rate_text(rate: float) -> str:
    """A rate of two figures or whole numbers, so that it does not flicker."""
    return f"{rate:.1f}" if rate < 10 else f"{rate:,.0f}"


def time_text(seconds: int) -> str:
    """A span as people say it: 45 秒, 3 分 20 秒, 1 小时 5 分."""
    minutes, rest = divmod(max(0, seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} 小时 {minutes % 60} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
