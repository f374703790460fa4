"""单位变更审核 (D1, R1): offices below that want another name, code, region or superior."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class OfficeChangesScreen(ReviewFrame):
    """单位变更审核. What is passed is in force at once, for the office's persons too."""

    title_text = "单位变更审核"
    subject = Subject.OFFICE_CHANGE
