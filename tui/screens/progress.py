"""申报进度查询 (P10): the person's declarations by state, page by page, and what can be done with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.rules.errors import Refused
from core.rules.roles import Role
from core.rules.workflow import DECLARATION, DeclarationState, Move
from core.schema.declarations import (
    DeclarationKey,
    DeclarationView,
    ProgressQuery,
    ProgressRow,
    ProgressTab,
)
from core.services.declarations import (
    delete_declaration,
    progress_page,
    redeclare,
    urge,
    withdraw_declaration,
)
from tui.keys import Command
from tui.look import Line, Look, Span, width, wrapped
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.pane import Pane
from tui.widgets.progress_table import (
    OWN_COLUMNS,
    PROVIDER_COLUMNS,
    REMARK_LINES,
    ProgressTable,
    cleared,
    filter_fields,
    filter_text,
    is_reported,
    narrowed,
    reported_lines,
    row_cells,
)

_TABS = tuple(ProgressTab)
_KINDS = {"1": "学时申报进度", "2": "施教机构申报进度"}
_EMPTY = {False: "没有记录，按 F6 新申报", True: "还没有施教机构、公需课平台记入的学时"}
"""What an empty page says, of one's own or of those that providers reported."""


class ProgressScreen(Paged[ProgressRow]):
    """申报进度查询."""

    table: ProgressTable
    frame_lines = 8 + REMARK_LINES  # header, heading, column titles, footing, notice, keys
    title_text = "申报进度查询   1 学时申报进度   2 施教机构申报进度"
    help_text = ("待审核的在单位审核前可撤销；待提交的可修改、删除；审核不通过的可重新申报。",)
    commands = (
        Command("open", ("enter",), "详细"),
        Command("withdraw", ("u", "f7"), "撤销", "回到待提交，只在单位审核之前"),
        Command("edit", ("e", "f2"), "修改", "待提交的"),
        Command("delete", ("x", "f9", "delete"), "删除", "待提交的"),
        Command("redeclare", ("g", "f4"), "重新申报", "审核不通过的，复制一份修改后再提交"),
        Command("urge", ("h", "f3"), "催办", "提交多日还没有审核的"),
        Command("new", ("f6",), "新申报"),
        Command("filter", ("/",), "筛选", "按计入年度、科目类型、学习形式、名称、学习时间"),
        Command("clear", ("c", "f8"), "清空", "清空筛选", bar=False),
        Command(
            "tab",
            ("right", "left"),
            "切换",
            "左右键切换全部、待提交、待审核、审核通过、审核不通过",
            bar=False,
        ),
        Command("kind", ("1", "2"), "进度种类", "1 学时申报进度，2 施教机构申报进度", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self, tab: str = ProgressTab.ALL.value) -> None:
        super().__init__()
        self.wanted = ProgressQuery(tab=ProgressTab(tab), by_provider=False)
        self.counts: Mapping[ProgressTab, int] = {}

    def make_pane(self) -> Pane:
        self.table = ProgressTable(OWN_COLUMNS)
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ProgressRow]:
        """A page of the declarations that are wanted; with it comes how many stand under each tab."""
        page = await self.ask(progress_page, self.wanted.model_copy(update={"after": after, "limit": limit}))
        self.counts = page.counts
        return page

    def key_of(self, row: ProgressRow) -> int:
        """The declaration."""
        return row.id

    # ---------------------------------------------------------------------------------------- looking

    async def action_open(self) -> None:
        """Enter: 详细."""
        row = self._chosen()
        if row is None:
            return
        if is_reported(row):  # what a base has reported is no declaration until it is approved
            await self.open(ConfirmSheet("施教机构申报", reported_lines(row)))
            return
        await self.program.go("declaration", declaration_id=row.id)

    async def action_tab(self) -> None:
        """Left and right: the next tab."""
        step = 1 if self.press_now.key == "right" else -1
        self._ask_for(tab=_TABS[(_TABS.index(self.wanted.tab) + step) % len(_TABS)])
        await self.from_the_start()

    async def action_kind(self) -> None:
        """1 and 2: 学时申报进度, 施教机构申报进度."""
        digit = self.press_now.command_key
        self._ask_for(by_provider=digit == "2", form=None)
        self.table.columns = PROVIDER_COLUMNS if self.wanted.by_provider else OWN_COLUMNS
        await self.from_the_start()
        self.tell(_KINDS[digit])

    async def action_filter(self) -> None:
        """/."""
        fields = filter_fields(self.wanted)
        if self.wanted.by_provider:  # what providers report has no form of its own
            fields = [field for field in fields if field.spec.key != "form"]
        self.sheet = FilterSheet(self, fields, self._apply)
        await self.open(self.sheet)

    async def action_clear(self) -> None:
        """C: 清空."""
        self.wanted = cleared(self.wanted)
        await self.from_the_start()
        self.tell("已清空筛选")

    async def _apply(self) -> None:
        try:
            self.wanted = narrowed(self.wanted, self.sheet.values())
        except Refused as refusal:
            self.sheet.show_errors(refusal.fields)
            return
        await self.close_overlay()
        await self.from_the_start()

    # ------------------------------------------------------------------------------------------ doing

    async def action_new(self) -> None:
        """F6."""
        await self.program.go("declare")

    async def action_edit(self) -> None:
        """E: 修改."""
        row = self._own()
        if row is not None:
            # Raises the sentence that says why it can't be changed now.
            DECLARATION.next(DeclarationState(row.status), Move.SAVE, Role.PERSON)
            await self.program.go("declare", declaration_id=row.id)

    async def action_withdraw(self) -> None:
        """U: 撤销."""
        row = self._own()
        if row is not None:
            await self._do(withdraw_declaration, row)
            self.tell("已撤销，回到待提交，可修改后再提交")

    async def action_urge(self) -> None:
        """H: 催办."""
        row = self._own()
        if row is not None:
            view = await self._do(urge, row)
            self.tell(f"已催办，{view.handler} 会看到")

    async def action_delete(self) -> None:
        """X: 删除, after a question."""
        row = self._own()
        if row is None:
            return
        DECLARATION.next(DeclarationState(row.status), Move.DELETE, Role.PERSON)

        async def delete() -> None:
            await self._do(delete_declaration, row)
            self.tell("已删除")

        self.confirm(f"删除 {row.year} 年度 {row.form_name} {row.claimed} 学时？", delete)

    async def action_redeclare(self) -> None:
        """G: 重新申报 opens the copy."""
        row = self._own()
        if row is not None:
            view = await self.ask(redeclare, _key(row))
            await self.program.go("declare", declaration_id=view.id)

    async def _do(self, use_case: Any, row: ProgressRow) -> DeclarationView:
        view: DeclarationView = await self.ask(use_case, _key(row))
        await self.fetch_again(keep=row.id)
        return view

    def _own(self) -> ProgressRow | None:
        """The marked declaration, to do something with it; what a base has reported is only read."""
        row = self._chosen()
        if row is not None and is_reported(row):
            self.tell("这是施教机构申报的学时，由施教机构和人社部门办理", Look.WARN)
            return None
        return row

    def _chosen(self) -> ProgressRow | None:
        if self.row_here is None:
            self.tell(self.table.empty, Look.WARN)
        return self.row_here

    # ---------------------------------------------------------------------------------------- showing

    def show_page(self, page: PageOf[ProgressRow], at: int) -> None:
        """The newest year first."""
        by_provider, first = bool(self.wanted.by_provider), self.first_number
        self.table.empty, self.table.found = _EMPTY[by_provider], page.rows
        self.table.where = self.page_words.replace(
            "页", f"页   共 {self.counts.get(self.wanted.tab, 0)} 条", 1
        )
        rows = [
            row_cells(number, row, by_provider=by_provider) for number, row in enumerate(page.rows, first)
        ]
        self.table.show(rows, heading=self._heading(), first_number=first, at=at)

    def _heading(self) -> list[Line]:
        spans = [Span(" ")]
        for tab in _TABS:
            words = f"{tab.label} {self.counts.get(tab, 0)}"
            spans.append(Span(f"[{words}]", Look.TITLE) if tab is self.wanted.tab else Span(f" {words} "))
            spans.append(Span(" "))
        spans.append(Span(" (左右 切换)", Look.HINT))
        chosen, hint = filter_text(self.wanted), "     (/ 筛选  C 清空)"
        cells = self.app.size.width
        if 1 + width(chosen) + width(hint) < cells:
            return [tuple(spans), (Span(f" {chosen}"), Span(hint, Look.HINT)), ()]
        first, *rest = wrapped(chosen, cells - 2)
        return [tuple(spans), (Span(f" {first}"),), (Span(f" {''.join(rest)}"),)]

    def _ask_for(self, **changes: object) -> None:
        self.wanted = self.wanted.model_copy(update=changes)


def _key(row: ProgressRow) -> DeclarationKey:
    return DeclarationKey(declaration_id=row.id, version=row.version)
