"""单位变更记录 (E1): the changes that the office has applied for, newest first; 详情, 撤回 while one waits."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Move
from core.schema.base import Nothing, Number
from core.schema.offices import OrgChangeKey, OrgChangeRow, OrgChangeView, OrgProfile
from core.services.org_changes import org_change_view, withdraw_org_change
from core.services.org_profile import org_profile
from tui.change_list import warning_lines
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look
from tui.nameplate import moment_text, nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_EMPTY = "还没有变更，按 F6 申请"


class OrgChangesScreen(Frame):
    """单位变更记录."""

    title_text = "单位变更记录"
    help_text = ("待审核的可以撤回；未通过的按 F6 重新申请。",)
    commands = (
        Command("open", ("enter",), "详情", "带 > 的一条：变更内容、办理经过"),
        Command("new", ("f6", "n"), "申请变更"),
        Command("withdraw", ("f7", "u"), "撤回", "审核之前可以撤回"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[OrgChangeRow, ...] = ()
        self.chief = True

    def make_pane(self) -> Pane:
        self.table = Table(
            (
                Column("序号", 4),
                Column("变更内容", 18),
                Column("变更前", 16),
                Column("变更后", 0),
                Column("提交时间", 10),
                Column("结果", 6),
            ),
            empty=_EMPTY,
        )
        return self.table

    async def load(self) -> None:
        """The list."""
        await self._show()

    async def resume(self) -> None:
        """Back from the form."""
        await self._show()

    def pressed(self) -> None:
        """The foot follows the marker."""
        super().pressed()
        self._note()

    async def action_open(self) -> None:
        """Enter: 详情."""
        row = self._chosen()
        if row is None:
            return
        view: OrgChangeView = await self.ask(org_change_view, Number(value=row.id))
        lines = [f"{label}  {text}" for label, text in view.lines]
        lines += [f"审核单位  {row.reviewer}", f"状态      {row.state_label}"]
        lines += [f"原因      {row.reason}"] if row.reason else []
        lines += [
            f"{moment_text(each.at)}  {each.step_label} {each.move_label}  {each.org_name} {each.actor_name}"
            for each in view.history
        ]
        await self.open(ConfirmSheet("单位变更详情", lines))

    async def action_new(self) -> None:
        """F6: 申请变更."""
        self._must_be_chief()
        await self.program.go("org_change")

    async def action_withdraw(self) -> None:
        """F7: 撤回, after a question."""
        row = self._chosen()
        if row is None:
            return
        self._must_be_chief()
        if Move.WITHDRAW.value not in row.moves:
            self.tell(f"这一条{row.state_label}，不能撤回", Look.WARN)
            return

        async def withdraw() -> None:
            await self.ask(withdraw_org_change, OrgChangeKey(change_id=row.id, version=row.version))
            await self._show()
            self.tell("已撤回单位变更")

        self.confirm(f"撤回单位变更（{row.what}）？", withdraw)

    async def action_refresh(self) -> None:
        """F5."""
        await self._show()
        self.tell("已刷新")

    def _must_be_chief(self) -> None:
        if not self.chief:
            raise Refused(ErrorCode.NOT_CHIEF)

    def _chosen(self) -> OrgChangeRow | None:
        if not self.rows:
            self.tell(_EMPTY, Look.WARN)
            return None
        return self.rows[self.table.at]

    async def _show(self) -> None:
        self.header.show(self.title_text, nameplate(self.program.caller))
        view: OrgProfile = await self.ask(org_profile, Nothing())
        self.rows, self.chief = view.rows, view.chief
        cells = [_cells(number, row) for number, row in enumerate(self.rows, 1)]
        self.table.show(cells, heading=[()], at=self.table.at)
        self._note()

    def _note(self) -> None:
        footing: list[Line] = []
        if self.rows:
            row = self.rows[self.table.at]
            if row.reason:
                footing = [(), *warning_lines(f"{row.state_label}的原因：{row.reason}", Look.ERROR)]
            elif row.state == "pending":
                footing = [(), *warning_lines(f"待 {row.reviewer} 审核")]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()


def _cells(number: int, row: OrgChangeRow) -> TableRow:
    when = moment_text(row.submitted_at)[:10]
    return TableRow((str(number), row.what, row.before, row.after, when, row.state_label))
