"""批量导入: one file from its check to its storing: the bar, what was found in which line, and what may be done."""

from __future__ import annotations

from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.schema.imports import (
    ExportProblems,
    ImportKey,
    ImportProblemRow,
    ImportView,
    ProblemQuery,
    StoreImport,
)
from core.schema.jobs import JobKey
from core.services.imports import export_problems, import_problems, import_view, store_import
from core.services.jobs import cancel_job, resume_job
from tui.keys import Command
from tui.look import Line, Look, Span, fit, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.watching import Polling
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.job_sheet import progress_of
from tui.widgets.pane import Pane
from tui.widgets.progress_bar import progress_lines
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("行号", 6, number=True),
    Column("列", 12),
    Column("内容", 18),
    Column("失败原因", 0),
)
_STATES = {
    "waiting": "等待{what}",
    "running": "正在{what}",
    "paused": "{what}已中断，按 R 继续",
    "cancelled": "{what}已取消",
    "failed": "{what}出错",
}


class ImportResultScreen(Paged[ImportProblemRow]):
    """One import. While its job runs it is asked for once a second, and only what differs is drawn."""

    title_text = "批量导入"
    frame_lines = 11
    help_text = (
        "带“提示”的行可以导入，只请看一眼是否理解得对；其余列出的行有错，不会导入。",
        "F8 要求每一行都无误；F9 只导入无误的行，有错的改好后另行导入。已导入过的不会重复。",
    )

    def __init__(self, job_id: int) -> None:
        super().__init__()
        self.job_id = job_id
        self.view: ImportView | None = None

    @property
    def commands(self) -> tuple[Command, ...]:  # type: ignore[override]
        """What may be done with it as it stands."""
        view = self.view
        ready, active = view is not None and view.ready, view is not None and not view.job.over
        found = view is not None and view.problems > 0
        return (
            *(
                (Command("store_all", ("f8",), "全部无误才导入", "有一行有错就一行也不导入"),)
                if ready
                else ()
            ),
            *((Command("store_good", ("f9",), "导入无误的行", "有错的行不导入"),) if ready else ()),
            *((Command("export", ("f2",), "导出错误表", "写成 .xlsx 或 .csv"),) if found else ()),
            *((Command("cancel", ("c", "f7"), "取消", "做完手上的一段就停"),) if active else ()),
            *((Command("go_on", ("r", "f6"), "继续", "从停下的地方接着做"),) if self._resumable else ()),
            *((Command("details", ("enter",), "详细", "带 > 的一条，全文", bar=False),) if found else ()),
            *PAGE_COMMANDS,
        )

    @property
    def _resumable(self) -> bool:
        return self.view is not None and self.view.job.resumable and self.view.job.state != "waiting"

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="")
        self.polling = Polling(self, self._look)
        return self.table

    async def load(self) -> None:
        """How it stands, and the first page of what was found."""
        self.view = await self.ask(import_view, ImportKey(job_id=self.job_id))
        await super().load()
        self._follow()
        if self.view.job.over:
            self._tell_end()

    async def resume(self) -> None:
        """The same again."""
        self.view = await self.ask(import_view, ImportKey(job_id=self.job_id))
        await super().resume()
        self._follow()

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ImportProblemRow]:
        """A page of what was found."""
        return await self.ask(import_problems, ProblemQuery(job_id=self.job_id, after=after, limit=limit))

    def key_of(self, row: ImportProblemRow) -> int:
        """Its place in the list."""
        return row.number

    def show_page(self, page: PageOf[ImportProblemRow], at: int) -> None:
        """The rows under the counts and the bar."""
        rows = [
            TableRow(
                (str(row.line), row.column, row.content, row.reason if row.error else f"{row.reason} (提示)"),
                look=Look.PLAIN if row.error else Look.HINT,
            )
            for row in page.rows
        ]
        footing = [line(Span(self.page_words, Look.HINT))] if rows else []
        self.table.empty = "没有发现错误" if self.view is not None and self.view.job.over else ""
        self.table.show(rows, heading=self._heading(), footing=footing, at=at)

    async def action_store_all(self) -> None:
        """F8."""
        await self._store(good_only=False)

    async def action_store_good(self) -> None:
        """F9: after a question where rows are left out."""
        view = self.view
        if view is not None and view.bad:
            self.confirm(
                f"导入无误的 {view.good} 行，有错的 {view.bad} 行不导入？",
                lambda: self._store(good_only=True),
            )
            return
        await self._store(good_only=True)

    def action_export(self) -> None:
        """F2: in which form."""
        self.question(
            "错误表写成哪一种？",
            {"1": (".xlsx", lambda: self._export("xlsx")), "2": (".csv", lambda: self._export("csv"))},
        )

    async def action_details(self) -> None:
        """Enter: what the list cuts off."""
        row = self.row_here
        if row is None:
            raise Refused(ErrorCode.NOT_FOUND)
        kind = "失败原因" if row.error else "提示    "
        lines = [
            f"行号      {row.line}",
            f"列        {row.column}",
            f"内容      {row.content}",
            f"{kind}  {row.reason}",
        ]
        await self.open(ConfirmSheet("这一行", lines))

    def action_cancel(self) -> None:
        """C: after a question."""
        words = "取消入库？已入库的行保留" if self.view is not None and self.view.storing else "取消检查？"
        self.confirm(words, self._cancel)

    async def action_go_on(self) -> None:
        """R."""
        assert self.view is not None
        await self.ask(resume_job, JobKey(job_id=self.view.job.id))
        await self.resume()
        self.tell("从停下的地方接着做")

    async def action_refresh(self) -> None:
        """F5."""
        await self.resume()
        self.tell("已刷新")

    async def _store(self, *, good_only: bool) -> None:
        self.view = await self.ask(store_import, StoreImport(job_id=self.job_id, good_only=good_only))
        await self.from_the_start()
        self._follow()

    async def _export(self, ending: str) -> None:
        saved = await self.ask(export_problems, ExportProblems(job_id=self.job_id, ending=ending))
        self.tell(f"{saved.rows} 条已写到 {saved.path}")

    async def _cancel(self) -> None:
        assert self.view is not None
        await self.ask(cancel_job, JobKey(job_id=self.view.job.id))
        await self.resume()

    def _follow(self) -> None:
        if self.view is not None and not self.view.job.over:
            self.polling.start()

    async def _look(self) -> bool:
        """Once a second: the counts and the bar; the list anew when the page in sight is not full, or at the end."""
        backend, caller = self.program.backend, self.program.caller
        view = await backend.do(import_view, caller, ImportKey(job_id=self.job_id))
        changed, was_over = view != self.view, view.job.over
        self.view = view
        if changed and self.page is not None:
            query: dict[str, Any] = {"job_id": self.job_id, "after": self._afters[-1], "limit": self.limit}
            if was_over or len(self.page.rows) < self.limit:
                self.page = await backend.do(import_problems, caller, ProblemQuery(**query))
            self.show_page(self.page, self.table.at)
            self.show_keys()
        if was_over:
            self._tell_end()
        return not was_over

    def _tell_end(self) -> None:
        done = self.view is not None and self.view.job.state == "done"
        self.tell(self._ended_words(), Look.GOOD if done else Look.WARN)

    def _ended_words(self) -> str:
        view = self.view
        assert view is not None
        if view.job.state != "done":
            return view.job.trouble or f"{'入库' if view.storing else '检查'}{view.job.state_label}"
        if view.storing:
            late = f"，{view.late} 行在检查以后情况有变" if view.late else ""
            return f"已导入 {view.stored} {view.counted}{late}"
        if not view.bad:
            return "检查完成，每一行都可以导入：按 F8 入库"
        return f"检查完成，有错 {view.bad} 行" + (
            "：改好文件再检查，或按 F9 只导入无误的行" if view.good else ""
        )

    def _heading(self) -> list[Line]:
        view = self.view
        if view is None:
            return []
        told = f"  提示和错误 {view.problems} 处" if view.problems else ""
        stored = f"   已导入 {view.stored}" if view.storing else ""
        late = f"   情况有变 {view.late}" if view.late else ""
        counts = f"  {view.rows} 行   可导入 {view.good}   有错 {view.bad}{stored}{late} {told}"
        name = fit(f"  {view.kind_label}   {view.file_name}", max(20, self.app.size.width - 30))
        bar = progress_lines(progress_of(view.job), self.app.size.width) if not view.job.over else [(), ()]
        return [
            line(Span(name, Look.TITLE), Span(state_of(view), Look.WARN if view.ready else Look.HINT)),
            line(counts),
            *bar,
            (),
        ]


def state_of(view: ImportView) -> str:
    """How far it has come, in words."""
    if view.ready:
        return "检查完成，尚未入库"
    if view.job.state == "done":
        if not view.storing:
            return "检查完成，没有可导入的行"
        return "已入库" if view.stored else "情况有变，没有入库"
    return _STATES[view.job.state].format(what="入库" if view.storing else "检查")
