"""A popup over a job in the background: its bar while it runs, its outcome when it has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.schema.jobs import JobView
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, wrapped
from tui.widgets.pane import Pane
from tui.widgets.progress_bar import Progress, progress_lines

UNITS = {"recognise": "人", "print_many": "人", "stat_cells": "格"}
"""What a kind of job counts; rows where nothing else is said."""
Act = Callable[[], Awaitable[None]]


class JobSheet(Pane):
    """One job. C cancels it, R goes on with one that broke off, Esc closes the popup and leaves the job to run."""

    DEFAULT_CSS = "JobSheet { layer: above; position: absolute; offset: 0 3; width: 80; height: 12; }"
    base = Look.POPUP

    def __init__(self, view: JobView, on_cancel: Act, on_resume: Act) -> None:
        super().__init__()
        self.view = view
        self._on_cancel, self._on_resume = on_cancel, on_resume
        self._placed = (0, 0)

    def show(self, view: JobView) -> None:
        """Bring it up to date; the same once more costs nothing."""
        if view != self.view:
            self.view = view
            self.changed()
            self.place()

    def place(self) -> None:
        """As wide as the screen allows, at the foot of the pane, as high as its lines need."""
        screen = self.screen.size
        height = min(screen.height - 3, len(self._lines(screen.width)) + 1)
        if (screen.width, height) == self._placed:
            return
        self._placed = (screen.width, height)
        self.styles.width = screen.width
        self.styles.height = height
        self.styles.offset = (0, max(1, screen.height - 2 - height))

    @property
    def offered(self) -> tuple[Command, ...]:
        """What may be done with a job as it stands."""
        view = self.view
        cancel = Command("cancel", ("c", "f7"), "取消", "做完手上的一段就停；已完成的保留")
        resume = Command("resume", ("r", "f8"), "继续", "从停下的地方接着做")
        words = "返回" if view.over else "转入后台"
        close = Command("close", ("escape",), words, "关闭这个窗口；任务不受影响，在“后台任务”(:rw)中可看")
        can_cancel = not view.ended and view.state != "failed" and not view.cancel_asked
        return (
            *((cancel,) if can_cancel else ()),
            *((resume,) if view.resumable else ()),
            close,
        )

    def help_lines(self) -> list[str]:
        return [
            "后台任务分段进行，每段做完就存下。取消、断线、停电之后，已完成的保留，可以从停下的地方继续。",
        ]

    def draw(self, cells: int, height: int) -> list[Line]:
        title = f" {self.view.title}   {self.view.state_label}"
        return [(Span(fit(title, cells), Look.POPUP_BAR),), *self._lines(cells)][:height]

    def caret_at(self) -> tuple[int, int] | None:
        return (0, 0)

    async def press(self, press: Press) -> bool:
        known = {key: command.action for command in self.offered for key in command.keys}
        action = known.get(press.command_key) or known.get(press.key)
        if action == "cancel":
            await self._on_cancel()
        elif action == "resume":
            await self._on_resume()
        return action in ("cancel", "resume")

    def why_not(self, press: Press) -> str:
        if press.command_key in ("c", "f7"):
            return "已在取消" if self.view.cancel_asked else f"这项任务{self.view.state_label}，不能取消"
        if press.command_key in ("r", "f8"):
            return f"这项任务{self.view.state_label}，不用继续"
        return ""

    def _lines(self, cells: int) -> list[Line]:
        view = self.view
        out: list[Line] = [(), *progress_lines(progress_of(view), cells, Look.POPUP), ()]
        for text in told(view):
            out += [(Span("  " + part, Look.POPUP),) for part in wrapped(text, cells - 4)]
        return out


def progress_of(view: JobView) -> Progress:
    """How far a job is, as a bar shows it: rate and time left only while it runs."""
    rate = 0.0 if view.state == "waiting" else view.rate
    return Progress(view.done, view.total, rate, view.seconds_left, UNITS.get(view.kind, "行"))


def outcome_words(view: JobView) -> str:
    """What a job has left: `认定 200，通过 180`."""
    shown = [f"{key} {value}" for key, value in view.outcome.items() if not key.startswith("_")]
    return "，".join(shown)


def told(view: JobView) -> list[str]:
    """What is to be said of a job as it stands, sentence by sentence."""
    outcome = outcome_words(view)
    lines = [f"{'结果' if view.ended else '到现在'}：{outcome}"] if outcome else []
    if view.trouble:
        lines.append(f"没有做完：{view.trouble}")
    if view.state == "cancelled":
        lines.append("已取消；取消以前完成的都已保存，继续有效。")
    elif view.cancel_asked and not view.over:
        lines.append("正在取消：手上的一段做完就停。")
    elif view.resumable and view.state != "waiting":
        lines.append("已完成的都已保存；按 R 从停下的地方继续。")
    elif view.state in ("waiting", "running"):
        lines.append("可以按 Esc 去做别的，任务在后台继续；退出程序时任务停下，以后可以继续。")
    return lines
