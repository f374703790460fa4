"""职务审核 (E2): professional positions (专业技术职务) that persons of the caller's employer have declared."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class PositionsScreen(ReviewFrame):
    """职务审核. What is passed is in force; the one before it stands in 变更记录."""

    title_text = "职务审核"
    subject = Subject.POSITION
