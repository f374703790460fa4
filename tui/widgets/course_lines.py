"""The part of a plan's form that holds its 课程表: a line that adds a course, and a line for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.rules.entry import EntryError, parse_hours
from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours import ZERO
from core.rules.training import COURSES, LONGEST_TABLE, course_key
from tui.keys import Press
from tui.widgets.attachment_form import AttachmentForm
from tui.widgets.field import Field, field_for

ADDING = FieldSpec(
    COURSES, "课程表", FieldKind.CHOICE, required=False, hint="F4 添加；也可把表格粘贴在这里，一行一门"
)
COURSE_KEYS = frozenset(course_key(number) for number in range(1, LONGEST_TABLE + 1))


class Courses:
    """The rows of a 课程表 that is being filled in, as typed."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def replace(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Those of what is stored."""
        self.rows = [dict(row) for row in rows]

    def index_of(self, field: Field) -> int:
        """Which row a line of the form belongs to, from 0."""
        return int(field.spec.key.partition(":")[2]) - 1

    def fields(self) -> list[Field]:
        """The line that adds one, and one for each."""
        total = ZERO
        for row in self.rows:
            try:
                total += parse_hours(row.get("hours", ""))
            except EntryError:
                continue
        count = f"{len(self.rows)} 门 {total} 学时" if self.rows else ""
        lines = [field_for(ADDING, count, cells=20, tail="F4 添加，粘贴表格也可")]
        for number, row in enumerate(self.rows, 1):
            spec = FieldSpec(course_key(number), f" {number}", FieldKind.CHOICE, required=False)
            hours = row.get("hours", "")
            words = "  ".join(
                part for part in (row.get("course", ""), row.get("teacher", ""), f"{hours} 学时") if part
            )
            lines.append(field_for(spec, words, cells=44, tail="F4 修改  Del 移除"))
        return lines


class PlanForm(AttachmentForm):
    """A form with a 课程表 and attachments. Delete on a course asks `on_course_gone` to take it off."""

    on_course_gone: Callable[[Field], Awaitable[None]]

    async def press(self, press: Press) -> bool:
        here = self.current
        if press.key in ("delete", "backspace", "ctrl+u"):
            if here.spec.key in COURSE_KEYS:
                await self.on_course_gone(here)
                return True
            if here.spec.key == COURSES:
                return False
        return await super().press(press)

    def why_not(self, press: Press) -> str:
        if self.current.spec.key == COURSES:
            return "按 F4 添加一门课程；要移除的，移到那一门上按 Del"
        return super().why_not(press)
