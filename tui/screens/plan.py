"""培训计划报备 (B1), 行业培训计划 (D3): the form of a plan with its 课程表 and the 培训通知."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import CreditHours
from core.rules.machine import Move
from core.rules.roles import Actor, Role
from core.rules.training import (
    COURSE_FIELDS,
    COURSES,
    LONGEST_TABLE,
    TRAINING_PLAN,
    PlanKind,
    PlanState,
    check_courses,
    courses_pasted,
    plan_fields,
)
from core.schema.base import Number
from core.schema.training import PlanView, SavePlan
from core.services.plans import plan_view, save_plan, submit_plan
from tui.attaching import ATTACHING_COMMANDS, Attaching
from tui.frame import Act
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Look
from tui.nameplate import nameplate
from tui.widgets.attachment_form import keep_errors
from tui.widgets.choosing import check_left, opener
from tui.widgets.course_lines import COURSE_KEYS, Courses, PlanForm
from tui.widgets.field import Field, field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane

_LABEL_CELLS = 16
_BEFORE_HOURS = "planned_hours"


class PlanScreen(Attaching):
    """A plan: a new one, a draft, or one that came back."""

    title_text = "培训计划报备"
    help_text = (
        "课程表各门学时之和应与计划学时一致；从表格软件复制的几行可以直接粘贴在课程表一行上。",
        "F2 先存草稿，F8 提交报备，由本区域的人社部门审批；提交时须附培训通知。",
    )
    commands = (
        Command("save", ("f2",), "保存草稿"),
        Command("submit", ("f8",), "提交报备"),
        *ATTACHING_COMMANDS,
    )

    def __init__(self, plan_id: int | None = None) -> None:
        super().__init__()
        self.plan_id, self.version = plan_id, 0
        self.kind = PlanKind.BASE
        self.courses = Courses()
        self.today = date.min
        self._adding = 0

    def make_pane(self) -> Pane:
        self.form = self.plan_form = PlanForm(self._fields({}), label_cells=_LABEL_CELLS)
        keys = {COURSES: self._open_course, self.attachments.spec.key: self.open_files}
        keys |= {key: self._open_course for key in COURSE_KEYS}
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_submit
        self.form.on_remove = self.ask_removal
        self.plan_form.on_course_gone = self._ask_course_removal
        return self.form

    # --------------------------------------------------------------------------------------- loading

    async def load(self) -> None:
        """The plan as it is kept, if it is gone on with."""
        caller = self.program.caller
        if isinstance(caller, Actor) and caller.role is Role.AUTHORITY:
            self.kind = PlanKind.INDUSTRY
        self.header.show(f"{self.kind.label}报备", nameplate(caller))
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        values: Mapping[str, str] = {"year": str(self.today.year)}
        words = ""
        if self.plan_id is not None:
            view = await self._stored(self.plan_id)
            values, words = view.values, view.reason
            self.courses.replace(_typed_courses(view))
            self.attachments.replace(view.evidence)
        self.form.rebuild(self._fields(values))
        if words:
            self.tell(f"请改正后再提交。原因：{words}", Look.WARN)

    async def _stored(self, plan_id: int) -> PlanView:
        view: PlanView = await self.ask(plan_view, Number(value=plan_id))
        TRAINING_PLAN.next(PlanState(view.state), Move.SAVE, Role.BASE)
        self.plan_id, self.version = view.id, view.version
        return view

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """The plan by its name."""
        return f"培训计划 {self.form.find('title').entry.value}".strip()

    def draft_content(self) -> dict[str, Any]:
        """Everything that was typed, and the stored plan that is changed."""
        return {
            **super().draft_content(),
            "plan_id": self.plan_id,
            "version": self.version,
            "courses": self.courses.rows,
            "evidence": kept_views(self.attachments.views),
        }

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again. Raises Refused where the plan has been sent meanwhile."""
        words = ""
        if content["plan_id"] is not None:
            view = await self._stored(content["plan_id"])
            if view.version != content["version"]:
                words = "这份计划在草稿之后又保存过，请核对各项后再提交"
        self.courses.replace(content["courses"])
        self.attachments.replace(taken_views(content["evidence"]))
        self.form.rebuild(self._fields(content["values"]))
        return words

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            answers: dict[str, tuple[str, Act]] = {
                "1": ("是", self.abandon),
                "2": ("否", lambda: self.notice.show("")),
                "3": ("先保存再离开", self._save_and_leave),
            }
            self.question("放弃已填写的内容？", answers)
        return not self.form.edited

    async def _save_and_leave(self) -> None:
        await self.action_save()
        if not self.form.edited:
            await self.program.back()
            self.program.frame.tell("草稿已保存，尚未提交")

    # ---------------------------------------------------------------------------------------- sending

    async def action_save(self) -> None:
        """F2: 保存草稿."""
        view = await self.send(save_plan, self._command())
        if view is None:
            return
        self.plan_id, self.version = view.id, view.version
        self.form.edited = False
        self.form.clear_errors()
        self.tell("已保存，尚未提交")

    async def action_submit(self) -> None:
        """F8: 提交报备. All that is wrong is shown at once, beside its field."""
        view = await self.send(submit_plan, self._command())
        if view is None:
            return
        self.form.edited = False
        await self.program.back()
        self.program.frame.tell(f"已提交报备：{view.title}，等待 {view.handler} 审批")

    def _command(self) -> SavePlan:
        values = self.form.values()
        return SavePlan(
            plan_id=self.plan_id,
            version=self.version,
            values={spec.key: values[spec.key] for spec in plan_fields(self.kind)},
            courses=tuple(self.courses.rows),
            evidence=self.attachments.refs(values),
        )

    # ---------------------------------------------------------------------------------------- courses

    async def _open_course(self, field: Field, typed: str) -> None:
        """F4 on the 课程表: a course in a popup; a table that was pasted is taken in at once."""
        if field.spec.key != COURSES:
            at = self.courses.index_of(field)
            await self._course_sheet(at, self.courses.rows[at])
        elif "\n" in typed or "\t" in typed:
            self._take_table(typed)
        else:
            await self._course_sheet(None, {"course": typed})

    async def _course_sheet(self, at: int | None, row: Mapping[str, str]) -> None:
        if at is None and len(self.courses.rows) >= LONGEST_TABLE:
            self.tell(f"最多 {LONGEST_TABLE} 门课程", Look.WARN)
            return
        number = len(self.courses.rows) + 1 if at is None else at + 1

        async def given(values: dict[str, str]) -> None:
            courses, errors = check_courses([values], self.today)
            if errors:
                raise Refused.for_fields(_beside(values, self.today))
            kept = {"course": courses[0].course, "teacher": courses[0].teacher, "hours": values["hours"]}
            if at is None:
                self.courses.rows.append(kept)
            else:
                self.courses.rows[at] = kept
            await self.close_overlay()
            self.refit()
            self.form.stand_on(COURSES)
            if at is None:  # the next one: Esc is the end
                await self._course_sheet(None, {})

        fields = [field_for(spec, row.get(spec.key, "")) for spec in COURSE_FIELDS]
        notes = () if at is not None else ("一门一门填写，填完按 Esc",)
        await self.open(FormSheet(f"课程表 第 {number} 门", fields, given, notes=notes))

    def _take_table(self, text: str) -> None:
        rows = courses_pasted(text)
        _, errors = check_courses([*self.courses.rows, *rows], self.today)
        self.courses.rows += list(rows)[: LONGEST_TABLE - len(self.courses.rows)]
        self.refit()
        self.form.show_errors(errors)
        if errors:
            self.tell(f"已粘贴 {len(rows)} 门，其中 {len(errors)} 门需要修改", Look.WARN)
        else:
            self.tell(f"已粘贴 {len(rows)} 门课程")

    async def _ask_course_removal(self, field: Field) -> None:
        at = self.courses.index_of(field)

        def remove() -> None:
            gone = self.courses.rows.pop(at)
            self.refit()
            self.form.stand_on(COURSES)
            self.tell(f"已移除 {gone.get('course', '')}")

        self.confirm(f"移除课程 {self.courses.rows[at].get('course', '')}？", remove)

    # --------------------------------------------------------------------------------------- the form

    def refit(self) -> None:
        """An attachment or a course came or went."""
        fields = self._fields(self.form.values())
        keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = True

    def _fields(self, values: Mapping[str, str]) -> list[Field]:
        typed: list[Field] = []
        for spec in plan_fields(self.kind):
            if spec.key == _BEFORE_HOURS:
                typed += self.courses.fields()
            typed.append(field_for(spec, values.get(spec.key, "")))
        return [*typed, *self.attachments.fields(values, ("培训通知",))]

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), self.today)
        self.form.changed()


def _typed_courses(view: PlanView) -> list[dict[str, str]]:
    return [
        {
            "course": row["course"],
            "teacher": row["teacher"],
            "hours": str(CreditHours(int(row["halves"]))),
        }
        for row in view.courses
    ]


def _beside(values: Mapping[str, str], today: date) -> tuple[FieldError, ...]:
    """The refusals of a course beside the fields of its popup."""
    from core.rules.checking import check_form

    return check_form(COURSE_FIELDS, values, today).errors or (FieldError("hours", ErrorCode.BAD_HOURS),)
