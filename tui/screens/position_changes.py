"""变更记录 of 专业技术职务 (P5): all that was declared, newest first, with its state, and 撤回 while one waits."""

from __future__ import annotations

from core.rules.changes import ChangeKind
from core.rules.errors import ErrorCode, Refused
from core.schema.base import Nothing
from core.schema.changes import ChangeRow, PositionPage
from core.services.positions import position_page, withdraw_position
from tui.change_list import ChangeListFrame
from tui.look import Line, Look, Span


class PositionChangesScreen(ChangeListFrame):
    """变更记录. It lies over the form that it belongs to."""

    title_text = "专业技术职务 > 变更记录"
    help_text = ("单位审核通过后生效；待审核的可以撤回。生效的被新的替换后成为已变更。",)
    kind = ChangeKind.POSITION
    columns = ("专业技术职务系列", "任职资格")
    form_route = "position"
    withdraw_use_case = withdraw_position

    async def fetch(self) -> tuple[ChangeRow, ...]:
        """The list."""
        page: PositionPage = await self.ask(position_page, Nothing())
        return page.rows

    def heading(self) -> list[Line]:
        """How many there are."""
        words = f"   {len(self.rows)} 条" if self.rows else ""
        return [(), (Span("  变更记录", Look.TITLE), Span(words)), ()]

    async def check_new(self) -> None:
        """One at a time."""
        if self.newest is not None and self.newest.state == "pending":
            raise Refused(ErrorCode.CHANGE_PENDING, kind=self.kind.label)

    async def action_new(self) -> None:
        """F6: back to the form below."""
        await self.check_new()
        await self.program.back()
