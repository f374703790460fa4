"""批量导入 (E6): choose a kind and a file to be checked, take a template, come back to what was checked before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.rules.imports import ImportSheet, sheets_for
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.imports import CheckImport, ImportTemplate, ImportView
from core.services.imports import check_import, import_page, import_template
from tui.choosing_file import TABLES, choose_file
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text, nameplate
from tui.watching import Polling
from tui.widgets.pane import Pane
from tui.widgets.table import TABLE_COMMANDS, Column, Table, TableRow

COLUMNS = (
    Column("提交", 11),
    Column("内容", 8),
    Column("文件", 0),
    Column("行数", 7, number=True),
    Column("有错", 6, number=True),
    Column("已导入", 7, number=True),
    Column("状态", 12),
)


class ImportsScreen(Frame):
    """The imports of this office, newest first; a new one begins here."""

    title_text = "批量导入"
    help_text = (
        "先检查，后入库：检查只读文件，不存任何内容；逐行列出行号、列、内容和原因。",
        "检查完可以全部导入，或只导入无误的行。导入在后台分段进行，可以取消，中断后接着做，不会重复。",
    )
    commands = (
        Command("open", ("enter",), "打开", "带 > 的一次导入：进度、错误、入库"),
        Command("check", ("f6", "n"), "选文件检查", "选 .xlsx 或 .csv 文件，只检查，不入库"),
        Command("template", ("f3", "t"), "下载模板", "写一个带表头、示例和说明的 .xlsx"),
        Command("refresh", ("f5",), "刷新", bar=False),
        *TABLE_COMMANDS[:1],
    )
    imports: tuple[ImportView, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有导入过，按 F6 选文件，或按 F3 下载模板")
        self.polling = Polling(self, self._look)
        return self.table

    @property
    def sheets(self) -> tuple[ImportSheet, ...]:
        """The kinds that the caller brings in."""
        caller = self.program.caller
        return sheets_for(caller.role) if isinstance(caller, Actor) else ()

    async def load(self) -> None:
        """The list."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self._show((await self.ask(import_page, Nothing())).rows)
        if any(not row.job.over for row in self.imports):
            self.polling.start()

    async def resume(self) -> None:
        """The same list again."""
        await self.load()

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_open(self) -> None:
        """Enter."""
        if not self.imports:
            raise Refused(ErrorCode.NOT_FOUND)
        await self.program.go("import", job_id=self.imports[self.table.at].job.id)

    async def action_check(self) -> None:
        """F6: which kind, then which file."""
        await self._of_a_kind("检查哪一种文件？", self._choose)

    async def action_template(self) -> None:
        """F3."""
        await self._of_a_kind("下载哪一种模板？", self._write_template)

    async def _of_a_kind(self, words: str, act: Callable[[ImportSheet], Awaitable[None]]) -> None:
        if len(self.sheets) == 1:
            await act(self.sheets[0])
            return
        self.question(
            words,
            {str(at): (sheet.label, partial(act, sheet)) for at, sheet in enumerate(self.sheets, 1)},
        )

    async def _choose(self, sheet: ImportSheet) -> None:
        await choose_file(self, f"选择{sheet.label}文件", TABLES, partial(self._check, sheet))

    async def _check(self, sheet: ImportSheet, path: Path) -> None:
        view = await self.ask(check_import, CheckImport(kind=sheet.kind, path=str(path)))
        await self.close_overlay()
        await self.program.go("import", job_id=view.job.id)

    async def _write_template(self, sheet: ImportSheet) -> None:
        saved = await self.ask(import_template, ImportTemplate(kind=sheet.kind))
        self.tell(f"模板已写到 {saved.path}")

    async def _look(self) -> bool:
        page = await self.program.backend.do(import_page, self.program.caller, Nothing())
        self._show(page.rows)
        return any(not row.job.over for row in self.imports)

    def _show(self, imports: tuple[ImportView, ...]) -> None:
        if imports == self.imports and self.table.heading:
            return
        self.imports = imports
        kinds = "、".join(sheet.label for sheet in self.sheets)
        heading = [
            line(Span(f"  可以导入：{kinds}", Look.TITLE)),
            line(Span("  F3 下载模板，填好后按 F6 选文件检查；检查无误再入库", Look.HINT)),
            (),
        ]
        self.table.show([_row(each) for each in imports], heading=heading, at=self.table.at)


def _row(view: ImportView) -> TableRow:
    job = view.job
    stored = f"{view.stored}" if view.storing else ""
    cells = (
        moment_text(job.created_at)[5:16],
        view.kind_label,
        view.file_name,
        str(view.rows),
        str(view.bad),
        stored,
        state_words(view),
    )
    return TableRow(cells, look=Look.HINT if view.storing and job.over else Look.PLAIN)


def state_words(view: ImportView) -> str:
    """Where an import stands, in a few words."""
    if view.ready:
        return "待入库"
    if not view.job.over:
        return "正在入库" if view.storing else "正在检查"
    if view.storing and view.job.state == "done":
        return "已入库" if view.stored else "没有入库"
    if view.job.state == "done":
        return "没有可入库的"
    return view.job.state_label
