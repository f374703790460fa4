"""Watching a job in the background (后台任务): asked once a second while it runs, and not at all otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.rules.errors import Refused
from core.schema.jobs import JobKey, JobView
from core.services.jobs import cancel_job, job_view, resume_job
from tui.frame import Frame
from tui.widgets.job_sheet import JobSheet

EVERY = 1.0
"""Seconds between two looks."""
Look = Callable[[], Awaitable[bool]]
Shown = Callable[[JobView], Awaitable[None] | None]


class Polling:
    """Calls `look` at once and then every second, while it answers True and its screen is on top.

    A refusal ends it, and is shown. No timer runs while nothing is looked after. `pause` answers how many seconds
    to wait where that is not always the same.
    """

    def __init__(self, frame: Frame, look: Look, *, pause: Callable[[], float] = lambda: EVERY) -> None:
        self._frame, self._look, self._pause = frame, look, pause
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it looks."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to look, if it doesn't yet."""
        if not self.running:
            self._task = asyncio.create_task(self._run(), name="polling")

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._on_top():
            try:
                if not await self._look():
                    return
            except Refused as refusal:
                if self._on_top():
                    self._frame.refuse(refusal)
                return
            await asyncio.sleep(self._pause())

    def _on_top(self) -> bool:
        return self._frame.is_attached and self._frame.is_current


async def look_at(frame: Frame, job_id: int) -> JobView:
    """A job as it stands. Not by `ask`: a look that takes long is nothing that the keys wait for. Raises Refused."""
    return await frame.program.backend.do(job_view, frame.program.caller, JobKey(job_id=job_id))


async def watch_job(frame: Frame, job_id: int, on_over: Shown | None = None) -> Polling:
    """Open the popup of a job over a screen and keep it up to date; `on_over` gets the state in which it stops.

    The popup may be closed meanwhile: the job goes on, and `on_over` is told all the same while the screen is
    on top. Raises Refused.
    """

    async def look() -> bool:
        view = await look_at(frame, job_id)
        if sheet.is_attached:
            sheet.show(view)
            frame.show_keys()
        await tell(view)
        return not view.over

    async def tell(view: JobView) -> None:
        if view.over and on_over is not None and frame.is_attached:
            told = on_over(view)
            if told is not None:
                await told

    async def cancel() -> None:
        sheet.show(await frame.ask(cancel_job, JobKey(job_id=job_id)))
        polling.start()

    async def resume() -> None:
        sheet.show(await frame.ask(resume_job, JobKey(job_id=job_id)))
        polling.start()

    polling = Polling(frame, look)
    sheet = JobSheet(await frame.ask(job_view, JobKey(job_id=job_id)), cancel, resume)
    await frame.open(sheet)
    if sheet.view.over:  # a short one has ended before its popup stood
        await tell(sheet.view)
    else:
        polling.start()
    return polling
