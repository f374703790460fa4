"""单位审核 (D1, R1, E of a 上级单位): offices that have registered with the caller's as the level above."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class OfficesScreen(ReviewFrame):
    """单位审核. Whoever is passed becomes an office with its first account."""

    title_text = "单位审核"
    subject = Subject.OFFICE
