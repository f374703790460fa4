"""A list of a person's changes of one kind: newest first, 详情, 撤回 while one waits, and a new one by a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.rules.changes import ChangeKind
from core.rules.machine import Move
from core.schema.base import Number
from core.schema.changes import ChangeKey, ChangeRow, ChangeView
from core.services.change_views import view_change
from core.services.desk import UseCase
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.nameplate import moment_text, nameplate
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_REFUSED = "rejected"
_FOOT_CELLS = 76


class ChangeListFrame(Frame):
    """Subclasses name the kind, the two middle columns, the form's route, and fetch their page."""

    kind: ChangeKind
    columns: tuple[str, str]
    dated = True
    """Whether the list says when each was sent in."""
    form_route: str
    withdraw_use_case: UseCase[ChangeKey, ChangeView]
    commands = (
        Command("open", ("enter",), "详情", "带 > 的一条：办理到哪里，不通过的原因"),
        Command("new", ("f6", "n"), "新申请"),
        Command("withdraw", ("f7", "u"), "撤回", "对方处理之前可以撤回"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[ChangeRow, ...] = ()
        self._reasons: dict[int, str] = {}

    # ------------------------------------------------------------------------------------ to be given

    async def fetch(self) -> tuple[ChangeRow, ...]:
        """The changes, newest first; whatever else the page shows is kept for `heading`."""
        raise NotImplementedError

    def heading(self) -> list[Line]:
        """What stands above the list."""
        raise NotImplementedError

    async def check_new(self) -> None:
        """Raises Refused while no new one can be sent in."""

    def form_params(self) -> dict[str, Any]:
        """What the form is opened with."""
        return {}

    # ------------------------------------------------------------------------------------------ parts

    def make_pane(self) -> Pane:
        before, after = self.columns
        self.table = Table(
            (
                Column("序号", 4),
                Column(before, 24),
                Column(after, 0),
                *((Column("提交时间", 10),) if self.dated else ()),
                Column("处理结果", 8),
                Column("操作", 9),
            ),
            empty=f"还没有{self.kind.label}，按 F6 新申请",
        )
        return self.table

    async def load(self) -> None:
        """The list."""
        await self._show()

    async def resume(self) -> None:
        """Back from a form or from 详情."""
        await self._show()

    def pressed(self) -> None:
        """The foot follows the marker."""
        super().pressed()
        self._note_reason()

    @property
    def row(self) -> ChangeRow | None:
        """The change that has the marker."""
        return self.rows[self.table.at] if self.rows else None

    @property
    def newest(self) -> ChangeRow | None:
        """The change that was sent in last."""
        return self.rows[0] if self.rows else None

    async def action_open(self) -> None:
        """Enter: 详情."""
        row = self._chosen()
        if row is not None:
            await self.program.go("change", change_id=row.id)

    async def action_new(self) -> None:
        """F6."""
        await self.check_new()
        await self.program.go(self.form_route, **self.form_params())

    async def action_withdraw(self) -> None:
        """F7: 撤回, after a question."""
        row = self._chosen()
        if row is None:
            return
        if Move.WITHDRAW.value not in row.moves:
            self.tell(f"这一条{row.state_label}，不能撤回", Look.WARN)
            return

        async def withdraw() -> None:
            await self.ask(type(self).withdraw_use_case, ChangeKey(change_id=row.id, version=row.version))
            await self._show()
            self.tell(f"已撤回{self.kind.label}")

        self.confirm(f"撤回{self.kind.label}（{row.after}）？", withdraw)

    async def action_refresh(self) -> None:
        """F5."""
        await self._show()
        self.tell("已刷新")

    def _chosen(self) -> ChangeRow | None:
        if self.row is None:
            self.tell(self.table.empty, Look.WARN)
        return self.row

    async def _show(self) -> None:
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.rows = await self.fetch()
        for row in self.rows:
            if row.state == _REFUSED and row.id not in self._reasons:
                self._reasons[row.id] = (await self.ask(view_change, Number(value=row.id))).reason
        cells = [_cells(number, row, self.dated) for number, row in enumerate(self.rows, 1)]
        self.table.show(cells, heading=self.heading(), at=self.table.at)
        self._note_reason()

    def _note_reason(self) -> None:
        row = self.row
        footing: list[Line] = []
        reason = self._reasons.get(row.id, "") if row is not None else ""
        if reason:
            footing = [(), *warning_lines(f"{row.state_label if row else ''}的原因：{reason}", Look.ERROR)]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()


def warning_lines(text: str, look: Look = Look.WARN, indent: int = 2) -> list[Line]:
    """A sentence above or below a list, folded."""
    parts = wrapped(text, _FOOT_CELLS - indent + 2)
    return [(Span(" " * indent + part, look),) for part in parts]


def _cells(number: int, row: ChangeRow, dated: bool) -> TableRow:
    moves: Sequence[str] = ("详情", "撤回") if Move.WITHDRAW.value in row.moves else ("详情",)
    when = (moment_text(row.submitted_at)[:10],) if dated else ()
    return TableRow((str(number), row.before, row.after, *when, row.state_label, " ".join(moves)))
