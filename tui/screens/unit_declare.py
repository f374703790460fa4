"""单位学时申报 (E5): one activity in the form of its 学习形式, declared for many of the unit's persons at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.rules.errors import Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import FORMS
from core.schema.activities import (
    ActivitySent,
    Claimant,
    ClaimantGroup,
    ClaimantQuery,
    SubmitActivity,
)
from core.schema.base import Nothing, Page
from core.services.activities import PEOPLE, activity_context, submit_activity
from core.services.activity_views import claimant_groups, claimant_ids, claimant_page
from tui.attaching import ATTACHING_COMMANDS
from tui.declaring import Declaring
from tui.frame import Act
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Look
from tui.nameplate import nameplate
from tui.widgets.attachment_form import EVIDENCE_FIELD
from tui.widgets.choosing import opener
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import Field, field_for
from tui.widgets.filed_picker import filed_openers
from tui.widgets.pane import Pane
from tui.widgets.people_picker import PAGE, Key, PeoplePicker

PEOPLE_FIELD = FieldSpec(PEOPLE, "申报人员", FieldKind.CHOICE)
_BESIDE = "person."
_NAMED = 3


class UnitDeclareScreen(Declaring):
    """单位学时申报: the activity once, then whom it is declared for."""

    title_text = "单位学时申报"
    help_text = (
        "填一次活动，为多人申报：F6 选人，F8 提交。提交后由主管部门、人社部门审核。",
        "附件由各人的申报共用，如培训通知、签到表、结业名单。",
    )
    commands = (
        Command("people", ("f6",), "选人", "勾选本单位人员：按拼音查找，按部门，全选"),
        Command("submit", ("f8",), "提交申报"),
        *ATTACHING_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[int, str] = {}
        self._refused: dict[int, str] = {}

    def make_pane(self) -> Pane:
        pane = super().make_pane()
        keys = {
            EVIDENCE_FIELD.key: self.open_files,
            PEOPLE_FIELD.key: self._open_people,
            **filed_openers(self, self.ask, lambda: self.form, self._left),
        }
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        return pane

    async def load(self) -> None:
        """Years and reviewers."""
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        self.context = await self.ask(activity_context, Nothing())
        self.typed = {"year": str(self.context.default_year)}
        self.rebuild()
        self.header.show(self.title_text, nameplate(self.program.caller))
        if not self.context.open_years:
            self.tell("各年度申报都已截止，暂不能提交", Look.WARN)

    def own_fields(self) -> list[Field]:
        """The form of learning, then whom it is declared for."""
        names = list(self.chosen.values())
        words = f"{len(names)} 人" if names else ""
        people = field_for(PEOPLE_FIELD, words, cells=8)
        shown = "、".join(names[:_NAMED]) + (" 等" if len(names) > _NAMED else "")
        people.tail = f"{shown}  F6 选人" if names else "F6 选人：按拼音查找，空格勾选"
        return [*super().own_fields(), people]

    # ---------------------------------------------------------------------------------------- draft

    def draft_title(self) -> str:
        """The form of learning, and what tells this one from others."""
        title = self.form.values().get(self.learning_form.title_field, "").strip()
        return f"单位申报 {self.learning_form.name} {title}".strip()

    def draft_content(self) -> dict[str, Any]:
        """What was typed, the attachments, and who was picked."""
        return {
            "form": self.learning_form.key,
            "values": {**self.typed, **self.form.values()},
            "evidence": kept_views(self.attachments.views),
            "people": [[key, name] for key, name in self.chosen.items()],
        }

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again; who has left the unit meanwhile is refused when it is sent."""
        self.learning_form = FORMS.get(content["form"], self.learning_form)
        self.typed = {key: value for key, value in content["values"].items() if key != PEOPLE_FIELD.key}
        self.attachments.replace(taken_views(content["evidence"]))
        self.chosen = {int(key): str(name) for key, name in content["people"]}
        self.rebuild()
        return ""

    async def leave(self) -> bool:
        """Changed input is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # --------------------------------------------------------------------------------------- people

    async def action_people(self) -> None:
        """F6: pick them."""
        await self._open_people(self.form.find(PEOPLE_FIELD.key), "")

    async def _open_people(self, field: Field, typed: str) -> None:
        picker = PeoplePicker(self, self, self.chosen, self._picked, refused=self._refused)
        await self.open(picker)
        picker.query_entry.set(typed)
        await picker.search()

    async def _picked(self, chosen: dict[int, str]) -> None:
        await self.close_overlay()
        self.chosen = dict(chosen)
        self._refused = {key: words for key, words in self._refused.items() if key in chosen}
        self.form.find(PEOPLE_FIELD.key).error = ""
        self.refit()
        self.form.stand_on(PEOPLE_FIELD.key)
        self.tell(f"已选 {len(chosen)} 人，F8 提交" if chosen else "还没有选人")

    async def page(self, text: str, department: int | None, after: Key) -> Page[Claimant]:
        """Some of the unit's persons."""
        return await self.ask(
            claimant_page, ClaimantQuery(text=text, department_id=department, after=after, limit=PAGE)
        )

    async def everyone(self, text: str, department: int | None) -> Mapping[int, str]:
        """All of them."""
        return await self.ask(claimant_ids, ClaimantQuery(text=text, department_id=department))

    async def groups(self) -> Sequence[ClaimantGroup]:
        """The departments that hold somebody."""
        return await self.ask(claimant_groups, Nothing())

    # -------------------------------------------------------------------------------------- sending

    async def action_submit(self) -> None:
        """F8: 提交申报. Whoever can't be declared is shown with the reason, and left out after a question."""
        await self._send(())

    async def _send(self, leave_out: tuple[int, ...]) -> None:
        command = SubmitActivity(
            form=self.learning_form.key,
            values=self.learning_values(),
            evidence=self.attachments.refs(self.form.values()),
            people=tuple(self.chosen),
            leave_out=leave_out,
        )
        try:
            sent = await self.hand_in(submit_activity, command)
        except Refused as refusal:
            if not refusal.fields:
                raise
            await self._told(refusal, leave_out)
            return
        await self._sent(sent)

    async def _told(self, refusal: Refused, leave_out: tuple[int, ...]) -> None:
        """What stands against the form stands in the form; what stands against people beside them."""
        people = {
            int(each.field.removeprefix(_BESIDE)): each.text
            for each in refusal.fields
            if each.field.startswith(_BESIDE)
        }
        if not people:
            self.form.show_errors(refusal.fields)
            self.refuse(refusal)
            return
        self._refused = people
        out = len(people) + len(leave_out)
        await self._open_people(self.form.find(PEOPLE_FIELD.key), "")
        left = len(self.chosen) - out
        if left <= 0:
            self.tell(f"选中的 {len(self.chosen)} 人都不能申报，原因见各人", Look.ERROR)
            return
        answers: dict[str, tuple[str, Act]] = {
            "1": ("是", lambda: self._without((*leave_out, *people))),
            "2": ("否", lambda: self.notice.show("")),
        }
        self.question(f"{len(people)} 人不能申报（原因见各人），只为其余 {left} 人申报？", answers)

    async def _without(self, leave_out: tuple[int, ...]) -> None:
        await self.close_overlay()
        await self._send(leave_out)

    async def _sent(self, sent: ActivitySent) -> None:
        self.form.edited = False
        await self.program.back()
        words = f"已为 {sent.declared} 人提交申报，等待 {sent.handler} 审核"
        frame = self.program.frame
        frame.tell(words)
        if sent.left_out:
            lines = [f"{words}；{len(sent.left_out)} 人没有申报：", ""]
            lines += [f"{name}：{reason}" for name, reason in sent.left_out]
            await frame.open(ConfirmSheet("没有申报的人员", lines))
