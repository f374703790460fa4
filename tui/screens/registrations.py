"""审核账户 (E2): persons who have registered with the caller's employer, on the same desk as declarations."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class RegistrationsScreen(ReviewFrame):
    """审核账户. A registration is passed or refused; it is never sent back, and never taken back."""

    title_text = "审核账户"
    subject = Subject.REGISTRATION
