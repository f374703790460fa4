"""D on a home page: 未完成的草稿, the only one at once, several in a list from which one is chosen or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from core.schema.drafts import DraftKey, DraftRow
from core.services.drafts import drop_draft
from tui.account_menu import WithAccount
from tui.kept import continue_draft
from tui.keys import Command
from tui.look import Look
from tui.widgets.unfinished import draft_list_popup

DRAFTS = Command("drafts", ("d", "f2"), "草稿", "未完成的草稿")


class WithDrafts(WithAccount):
    """A home page that offers what was typed and not sent. `saved` counts what waits saved on a page of its own."""

    no_drafts = "没有未完成的草稿"
    unfinished: tuple[DraftRow, ...] = ()
    saved = 0
    now = datetime(2000, 1, 1, tzinfo=UTC)

    async def hold_drafts(self, found: Iterable[DraftRow], saved: int = 0) -> None:
        """Those that are not open in this program: such a form goes on where it stands."""
        open_here = self.program.keeping.keys
        self.unfinished = tuple(row for row in found if row.key not in open_here)
        self.saved, self.now = saved, await self.program.backend.now()

    async def action_drafts(self) -> None:
        """D: the only draft at once, several in a list."""
        if not (self.unfinished or self.saved):
            self.tell(self.no_drafts, Look.WARN)
        elif self.unfinished and len(self.unfinished) + self.saved > 1:
            popup = draft_list_popup(
                self.unfinished, self.saved, self.now, on_pick=self._pick_draft, on_drop=self._ask_to_drop
            )
            await self.open(popup)
        else:
            await self._go_on(self.unfinished[0] if self.unfinished else None)

    async def _pick_draft(self, row: DraftRow | None) -> None:
        await self.close_overlay()
        await self._go_on(row)

    async def _go_on(self, row: DraftRow | None) -> None:
        if row is None:
            await self.program.go("progress", tab="draft")
        else:
            await continue_draft(self.program, row.key)

    async def _ask_to_drop(self, row: DraftRow | None) -> None:
        if row is None:
            self.tell("已保存的申报请到申报进度查询中删除", Look.WARN)
            return

        async def drop() -> None:
            await self.ask(drop_draft, DraftKey(key=row.key))
            await self.close_overlay()
            await self.load()
            self.tell(f"已删除草稿：{row.title}")

        self.confirm(f"删除草稿“{row.title}”？填写的内容不能找回", drop)
