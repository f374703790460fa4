"""审核台 (E4, D2, R2): the declarations that wait at the caller's office, one key each."""

from __future__ import annotations

from tui.review.frame import ReviewFrame


class ReviewScreen(ReviewFrame):
    """学时初审 of an employer, 学时审核 of an authority or a bureau."""

    title_text = "学时审核"
