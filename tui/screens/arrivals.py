"""调入人员 (E2): persons who want to come to the caller's employer, taken in or refused."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class ArrivalsScreen(ReviewFrame):
    """调入人员. Whoever is taken in (接收) belongs to this employer from then on; the old one is told."""

    title_text = "调入人员"
    subject = Subject.TRANSFER
