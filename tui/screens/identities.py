"""证件审核 (E2): changes of 姓名 or 证件号 that the comparison of the faces has left open."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class IdentitiesScreen(ReviewFrame):
    """证件审核. The card and the portrait are seen side by side; every one is decided by itself."""

    title_text = "证件审核"
    subject = Subject.IDENTITY
