"""后台任务: what this office has set going, how far it is, and what came of it; cancelled and resumed here."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.jobs import JobKey, JobQuery, JobView
from core.services.jobs import cancel_job, job_page, resume_job
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.watching import Polling, watch_job
from tui.widgets.job_sheet import outcome_words, progress_of
from tui.widgets.pane import Pane
from tui.widgets.progress_bar import bar_text, time_text
from tui.widgets.table import Column, Table, TableRow

BAR = 17
COLUMNS = (
    Column("序号", 4, number=True),
    Column("任务", 20),
    Column("状态", 6),
    Column("进度", BAR),
    Column("提交", 11),
    Column("说明", 0),
)
_PALE = ("done", "cancelled")


class JobsScreen(Paged[JobView]):
    """The jobs of the office, newest first. While one of them runs the page is asked for anew every second."""

    title_text = "后台任务"
    help_text = (
        "任务分段进行，每段做完就存下。取消、断线之后，已完成的保留；“已中断”的可以从停下的地方继续。",
    )
    commands = (
        Command("details", ("enter",), "详细", "进度、速度、还要多久，结果"),
        Command("cancel", ("c", "f7"), "取消", "做完手上的一段就停；已完成的保留"),
        Command("resume", ("r", "f8"), "继续", "已中断的从停下的地方接着做"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有后台任务")
        self.polling = Polling(self, self._look)
        return self.table

    async def load(self) -> None:
        """The first page."""
        await super().load()
        self._follow()

    async def resume(self) -> None:
        """The same page again."""
        await super().resume()
        self._follow()

    async def fetch(self, after: Key | None, limit: int) -> PageOf[JobView]:
        """A page of jobs."""
        return await self.ask(job_page, JobQuery(after=after, limit=limit))

    def key_of(self, row: JobView) -> int:
        """The job."""
        return row.id

    def show_page(self, page: PageOf[JobView], at: int) -> None:
        """The rows, and which page it is."""
        first = self.first_number
        rows = [_cells(number, row) for number, row in enumerate(page.rows, first)]
        footing = [line(Span(self.page_words, Look.HINT))]
        heading = [line(Span("  年度认定、批量导入、成批打印等", Look.HINT)), ()]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    @property
    def row(self) -> JobView:
        """What has the marker. Raises Refused NOT_FOUND."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.row_here

    async def action_details(self) -> None:
        """Enter: its bar, and what came of it."""
        await watch_job(self, self.row.id, self._over)

    async def action_cancel(self) -> None:
        """C: it stops after the part it is at."""
        row = self.row
        if row.ended or row.state == "failed":
            raise Refused(ErrorCode.JOB_OVER, what="取消")
        self.confirm(f"取消“{row.title}”？已完成的保留", self._cancel)

    async def action_resume(self) -> None:
        """R: one that broke off goes on."""
        view = await self.ask(resume_job, JobKey(job_id=self.row.id))
        await self.fetch_again(keep=True)
        self._follow()
        self.tell(f"继续：{view.title}")

    async def action_refresh(self) -> None:
        """F5."""
        await super().action_refresh()
        self._follow()

    async def action_next_page(self) -> None:
        """PgDn."""
        await super().action_next_page()
        self._follow()

    async def action_previous_page(self) -> None:
        """PgUp."""
        await super().action_previous_page()
        self._follow()

    async def _cancel(self) -> None:
        view = await self.ask(cancel_job, JobKey(job_id=self.row.id))
        await self.fetch_again(keep=True)
        self._follow()
        self.tell(f"{'已取消' if view.over else '正在取消'}：{view.title}")

    async def _over(self, view: JobView) -> None:
        await self.fetch_again(keep=True)

    def _follow(self) -> None:
        if self.page is not None and any(not row.over for row in self.page.rows):
            self.polling.start()

    async def _look(self) -> bool:
        """The page that is open, drawn anew only where it differs."""
        before, query = self.page, JobQuery(after=self._afters[-1], limit=self.limit)
        page = await self.program.backend.do(job_page, self.program.caller, query)
        if self.page is before and before is not None and page != before:
            here = self.row_here
            self.page = page
            keys = [row.id for row in page.rows]
            self.show_page(page, keys.index(here.id) if here is not None and here.id in keys else 0)
        return any(not row.over for row in page.rows)


def _cells(number: int, row: JobView) -> TableRow:
    """A row of the table; what has ended is paler."""
    if row.cancel_asked and not row.over:
        words = "正在取消"
    elif row.seconds_left is not None:
        words = f"还要 {time_text(row.seconds_left)}"
    else:
        words = row.trouble or outcome_words(row)
    bar = bar_text(progress_of(row), BAR)
    cells = (str(number), row.title, row.state_label, bar, moment_text(row.created_at)[5:16], words)
    return TableRow(cells, look=Look.HINT if row.state in _PALE else Look.PLAIN)
