"""单位调转 (P4): the person's transfers, what must be settled before another, 撤回, and the way to the form."""

from __future__ import annotations

from typing import Any

from core.rules.changes import ChangeKind, TransferState
from core.rules.errors import ErrorCode, Refused
from core.schema.base import Nothing
from core.schema.changes import ChangeRow, TransferPage
from core.services.transfers import transfer_page, withdraw_transfer
from tui.change_list import ChangeListFrame, warning_lines
from tui.look import Line, Look, Span
from tui.routes import ROUTES

_SETTLED_AT = (
    ("学时申报", "progress"),
    (ChangeKind.POSITION.label, "position"),
    (ChangeKind.IDENTITY.label, "identity"),
)
"""Where what blocks is taken back: how its line begins, and the page."""
_NAMED = 6
"""Blocking items that are named; more are counted."""


class TransfersScreen(ChangeListFrame):
    """单位调转."""

    title_text = "单位调转"
    help_text = (
        "填写并提交转出申请，待新单位接收后即调转成功；接收之前仍属原单位。",
        "转入单位填错时先撤回，再重新调转。还有在审核中的流程时不能调转。",
    )
    kind = ChangeKind.TRANSFER
    columns = ("原调出单位", "调入单位")
    dated = False
    form_route = "transfer"
    withdraw_use_case = withdraw_transfer

    def __init__(self) -> None:
        super().__init__()
        self.page = TransferPage("", (), ())

    async def fetch(self) -> tuple[ChangeRow, ...]:
        """The list, and what blocks another."""
        self.page = await self.ask(transfer_page, Nothing())
        return self.page.rows

    def heading(self) -> list[Line]:
        """The employer, and all that must be settled first with the page where that is done."""
        out: list[Line] = [(), (Span("  所在单位  ", Look.LABEL), Span(self.page.employer, Look.TITLE))]
        blocking = self.page.blocking
        if blocking:
            out += warning_lines("还有在审核中的流程，办结或撤回后才能调转单位：")
            for item in blocking[:_NAMED]:
                out += warning_lines(f"{item}{_where(item)}", indent=4)
            if len(blocking) > _NAMED:
                out += warning_lines(f"另有 {len(blocking) - _NAMED} 项", indent=4)
        return [*out, ()]

    async def check_new(self) -> None:
        """One at a time, and nothing else under review."""
        if self.newest is not None and self.newest.state == TransferState.PENDING:
            raise Refused(ErrorCode.CHANGE_PENDING, kind=self.kind.label)
        if self.page.blocking:
            raise Refused(ErrorCode.TRANSFER_BLOCKED, blocking="；".join(self.page.blocking))

    def form_params(self) -> dict[str, Any]:
        """What was refused or taken back last stands in the form."""
        last = self.newest
        again = (TransferState.REJECTED, TransferState.WITHDRAWN)
        return {"change_id": last.id} if last is not None and last.state in again else {}


def _where(item: str) -> str:
    for beginning, name in _SETTLED_AT:
        if item.startswith(beginning) and name in ROUTES:
            return f"  (:{ROUTES[name].code} {ROUTES[name].title})"
    return ""
