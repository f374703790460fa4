"""Batches on the review desk: choose by space or range, see what would happen, decide, see what was left."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.review import DecideMany
from core.services.review import decide_many
from tui.look import Look
from tui.review.desk import NEVER, ReviewDesk
from tui.widgets.confirm_sheet import ConfirmSheet


class Batching(ReviewDesk):
    """A desk that decides on many at once."""

    _sheet_painted_at = NEVER

    def action_choose(self) -> None:
        """Space: choose this row, or no longer."""
        if self.queue.row is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return
        self.queue.toggle()
        self.desk.changed()
        if not self.desk.listing:
            self.tell(f"已选中 {len(self.queue.chosen)} 条，F9 批量{self.words.approve}")

    def action_choose_range(self) -> None:
        """G: everything from the row chosen last to this one."""
        if self.queue.anchor is None:
            self.tell("先用空格选中一段的第一条，再移到最后一条按 G", Look.WARN)
            return
        self.tell(f"已选中 {self.queue.choose_range()} 条，F9 批量{self.words.approve}")
        self.desk.changed()

    async def action_batch(self) -> None:
        """F9: say what a batch would do; F9 again does it."""
        rows = self.queue.chosen_rows()
        if not rows:
            self.tell("还没有选中的：空格选中，G 选一段，再按 F9", Look.WARN)
            return
        left = [row for row in rows if row.flagged]
        word = self.words.approve
        lines = [f"选中 {len(rows)} 条，将{word} {len(rows) - len(left)} 条，留下 {len(left)} 条。", ""]
        lines += [f"留下  {row.person_name} {row.form_name}：有疑点，请逐条审核" for row in left]
        lines += [
            f"{word}  {row.person_name} {row.form_name} {row.claimed or ''}"
            for row in rows
            if not row.flagged
        ]
        self._sheet_painted_at = NEVER
        many = f"批量{word}"
        sheet = ConfirmSheet(many, lines, self._run_batch, yes=many, keys=("f9", "enter"))
        await self.open(sheet)
        self._sheet_painted_at = await self._painted()

    async def _run_batch(self) -> None:
        if self._sheet_painted_at == NEVER:
            self._sheet_painted_at = await self._painted()
        if self.press_now.arrived <= self._sheet_painted_at:
            raise Refused(ErrorCode.NOT_PAINTED)
        rows = self.queue.chosen_rows()
        items = tuple((row.id, row.version) for row in rows)
        result = await self.ask(decide_many, DecideMany(subject=self.subject, items=items))
        for decided in result.decided:
            self.queue.note_decided(decided)
        self.queue.chosen.clear()
        await self._close_all()
        if result.left_out:
            await self._fetch_queue()
        await self._show_current()
        if self.desk.item is None:
            self.desk.listing = False
            self._changed()
        word = self.words.approve
        lines = [f"{word} {len(result.decided)} 条，留下 {len(result.left_out)} 条。", ""]
        lines += [f"留下  {name}：{reason}" for _, name, reason in result.left_out]
        await self.open(ConfirmSheet(f"批量{word}的结果", lines))
