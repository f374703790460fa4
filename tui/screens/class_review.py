"""班级学时审核 (R3): what a base reports of a class, with its students; single ones may be left out."""

from __future__ import annotations

from core.schema.review import Subject
from tui.look import Look
from tui.review.frame import ReviewFrame


class ClassReviewScreen(ReviewFrame):
    """班级学时审核. What passes becomes a record of every known student at once."""

    title_text = "班级学时审核"
    subject = Subject.CLASS_REPORT

    async def action_students(self) -> None:
        """E: all students, each with the hours."""
        if self.desk.item is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return
        await self.program.go("report_students", class_id=self.desk.item.id)

    async def resume(self) -> None:
        """Back from the students: one who was left out gave the report a new version."""
        if self.desk.item is not None:
            self._fetched.pop(self.desk.item.id, None)
            await self._show_current()
            return
        await super().resume()
