"""公需课平台: one file of a provider while it is taken in, and the rows of it that were not counted."""

from __future__ import annotations

from core.schema.base import Number
from core.schema.imports import ImportProblemRow
from core.schema.jobs import JobKey
from core.schema.providers import ProviderFileView, ProviderProblemQuery
from core.services.jobs import cancel_job, resume_job
from core.services.providers import provider_file_view, provider_problems
from tui.keys import Command
from tui.look import Line, Look, Span, fit, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.watching import Polling
from tui.widgets.job_sheet import progress_of
from tui.widgets.pane import Pane
from tui.widgets.progress_bar import progress_lines
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("行号", 6, number=True),
    Column("证件号、姓名", 30),
    Column("原因", 0),
)


class ProviderFileScreen(Paged[ImportProblemRow]):
    """One file. While its job runs it is asked for once a second."""

    title_text = "公需课平台 文件"
    frame_lines = 11
    help_text = ("没有计入的多半是还没有注册的人：他们注册以后，把同一个文件再收一次，只会计入新的。",)

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.job_id = job_id
        self.view: ProviderFileView | None = None

    @property
    def commands(self) -> tuple[Command, ...]:  # type: ignore[override]
        """What may be done with it as it stands."""
        job = self.view.job if self.view is not None else None
        active = job is not None and not job.over
        waits = job is not None and job.resumable and job.state != "waiting"
        return (
            *((Command("cancel", ("c", "f7"), "取消", "做完手上的一段就停"),) if active else ()),
            *((Command("go_on", ("r", "f6"), "继续", "从停下的地方接着做"),) if waits else ()),
            *PAGE_COMMANDS,
        )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="")
        self.polling = Polling(self, self._look)
        return self.table

    async def load(self) -> None:
        """How it stands, and what was not counted."""
        self.view = await self.ask(provider_file_view, Number(value=self.job_id))
        await super().load()
        self._follow()
        if self.view.job.over:
            self._tell_end(self.view)

    async def resume(self) -> None:
        """The same again."""
        self.view = await self.ask(provider_file_view, Number(value=self.job_id))
        await super().resume()
        self._follow()

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ImportProblemRow]:
        """A page of what was not counted."""
        return await self.ask(
            provider_problems, ProviderProblemQuery(job_id=self.job_id, after=after, limit=limit)
        )

    def key_of(self, row: ImportProblemRow) -> int:
        """Its place in the list."""
        return row.number

    def show_page(self, page: PageOf[ImportProblemRow], at: int) -> None:
        """The rows under the counts and the bar."""
        rows = [TableRow((str(row.line), row.content, row.reason)) for row in page.rows]
        footing = [line(Span(self.page_words, Look.HINT))] if rows else []
        self.table.empty = "每一行都已计入" if self.view is not None and self.view.job.over else ""
        self.table.show(rows, heading=self._heading(), footing=footing, at=at)

    def action_cancel(self) -> None:
        """C: after a question."""
        self.confirm("取消？已计入的保留，再收一次这个文件可以接着计", self._cancel)

    async def action_go_on(self) -> None:
        """R."""
        await self.ask(resume_job, JobKey(job_id=self.job_id))
        await self.resume()
        self.tell("从停下的地方接着做")

    async def action_refresh(self) -> None:
        """F5."""
        await self.resume()
        self.tell("已刷新")

    async def _cancel(self) -> None:
        await self.ask(cancel_job, JobKey(job_id=self.job_id))
        await self.resume()

    def _follow(self) -> None:
        if self.view is not None and not self.view.job.over:
            self.polling.start()

    async def _look(self) -> bool:
        backend, caller = self.program.backend, self.program.caller
        view = await backend.do(provider_file_view, caller, Number(value=self.job_id))
        changed, over = view != self.view, view.job.over
        self.view = view
        if changed and self.page is not None:
            query = ProviderProblemQuery(job_id=self.job_id, after=self._afters[-1], limit=self.limit)
            self.page = await backend.do(provider_problems, caller, query)
            self.show_page(self.page, self.table.at)
            self.show_keys()
        if over:
            self._tell_end(view)
        return not over

    def _tell_end(self, view: ProviderFileView) -> None:
        done = view.job.state == "done"
        words = f"计入 {view.taken} 行，以前已计入 {view.known} 行，没有计入 {view.left} 行"
        told = words if done else view.job.trouble or view.job.state_label
        self.tell(told, Look.GOOD if done else Look.WARN)

    def _heading(self) -> list[Line]:
        view = self.view
        if view is None:
            return []
        bar = progress_lines(progress_of(view.job), self.app.size.width) if not view.job.over else [(), ()]
        name = fit(f"  {view.provider}   批次 {view.serial}   {view.file_name}", self.app.size.width - 12)
        counts = f"  {view.rows} 行   计入 {view.taken}   以前已计入 {view.known}   没有计入 {view.left}"
        return [
            line(Span(name, Look.TITLE), Span(view.job.state_label, Look.HINT)),
            line(counts),
            *bar,
            (),
        ]
