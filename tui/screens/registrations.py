"""审核账户 (E2): persons who have registered with the caller's employer, on the same desk as declarations."""

from __future__ import annotations

from core.rules.refusals import REGISTRATION_REASONS
from core.schema.review import Bucket, Subject
from tui.look import Look
from tui.review.frame import ReviewFrame
from tui.review.keys import REGISTRATION_KEYS


class RegistrationsScreen(ReviewFrame):
    """审核账户. A registration is passed or refused; it is never sent back, and never taken back."""

    title_text = "审核账户"
    subject = Subject.REGISTRATION
    reasons = REGISTRATION_REASONS
    item_keys = REGISTRATION_KEYS
    buckets = (Bucket.ALL, Bucket.OVERDUE, Bucket.PLAIN)

    def desk_title(self) -> str:
        """The title as in the guide."""
        return self.title_text

    async def action_send_back(self) -> None:
        """B has no meaning here."""
        self.tell("注册只有通过和不通过：按 R 写明原因，本人可修改后重新提交", Look.WARN)

    async def action_undo(self) -> None:
        """U has no meaning here."""
        self.tell("注册审核后不能收回，结果已到本人手中", Look.WARN)

    async def action_doubts(self) -> None:
        """D has no meaning here."""
        self.tell("注册没有疑点核对，请对照各项内容", Look.WARN)
