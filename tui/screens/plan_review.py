"""计划审批 (R3): plans of bases, approved with the hours they may give, and 行业培训 plans of authorities."""

from __future__ import annotations

from core.schema.review import Subject
from tui.review.frame import ReviewFrame


class PlanReviewScreen(ReviewFrame):
    """计划审批. 认定学时 (E) is the most a student of the plan may earn."""

    title_text = "计划审批"
    subject = Subject.PLAN
