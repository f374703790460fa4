"""学时(分)申报 (P8, P9): the form of the chosen 学习形式, its attachments, and what the rule gives beside the claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import CLAIMED_FIELD, FORMS, LearningForm, declaration_fields, form_by_name
from core.rules.roles import Role
from core.rules.workflow import DECLARATION, DeclarationState, Move
from core.schema.base import Nothing, Number
from core.schema.declarations import (
    DeclarationContext,
    DeclarationKey,
    DeclarationView,
    SaveDeclaration,
)
from core.services.declarations import (
    declaration_context,
    declaration_view,
    redeclare,
    save_declaration,
    submit_declaration,
)
from tui.attaching import ATTACHING_COMMANDS, Attaching
from tui.frame import Act
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.attachment_form import EVIDENCE_FIELD, AttachmentForm, keep_errors
from tui.widgets.choosing import check_left, opener
from tui.widgets.declaration_form import FORM_FIELD, claim_notes, fields_of
from tui.widgets.field import Field
from tui.widgets.pane import Pane

_LABEL_CELLS = 18


class DeclareScreen(Attaching):
    """学时(分)申报: a new one, a draft that is gone on with, or the copy of a refused one."""

    title_text = "学时(分)申报"
    help_text = (
        "换学习形式时，同名的各项保留已填的内容。",
        "F2 先存着，以后在申报进度查询里继续；F8 提交后由单位审核。",
    )
    commands = (
        Command("save", ("f2",), "保存暂不提交"),
        Command("submit", ("f8",), "提交申报"),
        *ATTACHING_COMMANDS,
    )

    def __init__(self, declaration_id: int | None = None) -> None:
        super().__init__()
        self.declaration_id = declaration_id
        self.version = 0
        self.today = date.min
        self.context: DeclarationContext | None = None
        self.learning_form: LearningForm = FORMS["post_training"]
        self._typed: dict[str, str] = {}

    def make_pane(self) -> Pane:
        self.form = AttachmentForm(self._fields(), label_cells=_LABEL_CELLS)
        keys = {EVIDENCE_FIELD.key: self.open_files}
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_submit
        self.form.on_remove = self.ask_removal
        return self.form

    # --------------------------------------------------------------------------------------- loading

    async def load(self) -> None:
        """Years, reviewers and caps; then the draft, if one is gone on with."""
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        self.context = await self.ask(declaration_context, Nothing())
        self._typed = {"year": str(self.context.default_year)}
        words = "" if self.declaration_id is None else await self._load_draft(self.declaration_id)
        self._rebuild()
        self.header.show(self.title_text, nameplate(self.program.caller))
        if words:
            self.tell(words, Look.WARN)
        elif not self.context.open_years:
            self.tell("各年度申报都已截止，可以保存，暂不能提交", Look.WARN)

    async def _load_draft(self, declaration_id: int) -> str:
        """Take a draft over, or the copy of a refused one; says what the person should know first."""
        view: DeclarationView = await self.ask(declaration_view, Number(value=declaration_id))
        reason = view.reason
        if view.status == DeclarationState.REJECTED:
            view = await self.ask(redeclare, DeclarationKey(declaration_id=view.id, version=view.version))
        else:
            DECLARATION.next(DeclarationState(view.status), Move.SAVE, Role.PERSON)
        self.declaration_id, self.version = view.id, view.version
        self.learning_form = FORMS[view.form]
        self._typed.update(view.values)
        self.attachments.replace(view.evidence)
        if not reason and view.origin_id is not None:
            reason = (await self.ask(declaration_view, Number(value=view.origin_id))).reason
        if reason:
            return f"请改正后再提交。原因：{reason}"
        return "重新申报的草稿，请改正后再提交" if view.origin_id is not None else ""

    # ---------------------------------------------------------------------------------------- draft

    def draft_title(self) -> str:
        """The form of learning, and what tells this one from others."""
        title = self.form.values().get(self.learning_form.title_field, "").strip()
        return f"学时申报 {self.learning_form.name} {title}".strip()

    def draft_content(self) -> dict[str, Any]:
        """What was typed, also under other forms of learning, the attachments, and the row that is gone on with."""
        return {
            "declaration_id": self.declaration_id,
            "version": self.version,
            "form": self.learning_form.key,
            "values": {**self._typed, **self.form.values()},
            "evidence": kept_views(self.attachments.views),
        }

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again. Raises Refused where the row has been sent meanwhile."""
        words = await self._go_on_with(content["declaration_id"], content["version"])
        self.learning_form = FORMS.get(content["form"], self.learning_form)
        self._typed = dict(content["values"])
        self.attachments.replace(taken_views(content["evidence"]))
        self._rebuild()
        return words

    async def _go_on_with(self, declaration_id: int | None, version: int) -> str:
        if declaration_id is None:
            return ""
        try:
            view: DeclarationView = await self.ask(declaration_view, Number(value=declaration_id))
        except Refused as refusal:
            if refusal.code is not ErrorCode.NOT_FOUND:
                raise
            return "原来保存的那份已经删除，内容都在，保存或提交时作为新的申报"
        DECLARATION.next(DeclarationState(view.status), Move.SAVE, Role.PERSON)
        self.declaration_id, self.version = view.id, view.version
        return "" if view.version == version else "这份申报在草稿之后又保存过，请核对各项后再提交"

    # ---------------------------------------------------------------------------------------- leaving

    async def leave(self) -> bool:
        """Changed input is not dropped without a question."""
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

    # ----------------------------------------------------------------------------------------- sending

    async def action_save(self) -> None:
        """F2: 保存暂不提交."""
        view = await self._send(save_declaration)
        if view is None:
            return
        self.declaration_id, self.version = view.id, view.version
        self.form.edited = False
        self.form.clear_errors()
        moment = (await self.program.backend.now()).astimezone(CHINA)
        self.header.mark(f"草稿已存 {moment:%H:%M:%S}")
        self.tell("已保存，尚未提交")

    async def action_submit(self) -> None:
        """F8: 提交申报. All that is wrong is shown at once, beside its field."""
        view = await self._send(submit_declaration)
        if view is None:
            return
        self.form.edited = False
        await self.program.back()
        words = f"已提交申报：{view.form_name} {view.claimed} 学时，等待 {view.handler} 审核"
        self.program.frame.tell(words)

    async def _send(self, use_case: Any) -> DeclarationView | None:
        values = self.form.values()
        keys = [spec.key for spec in declaration_fields(self.learning_form)]
        command = SaveDeclaration(
            declaration_id=self.declaration_id,
            version=self.version,
            form=self.learning_form.key,
            values={key: values[key] for key in keys},
            evidence=self.attachments.refs(values),
        )
        view: DeclarationView | None = await self.send(use_case, command)
        return view

    # ---------------------------------------------------------------------------------------- the form

    async def _left(self, field: Field) -> None:
        if field.spec.key == FORM_FIELD.key:
            self.learning_form = form_by_name(field.entry.value)
            self._rebuild(edited=True)
            return
        await check_left(field, self.form.values(), self.today)
        self._note_claim()

    def refit(self) -> None:
        """An attachment came or went."""
        self._rebuild(edited=True)

    def _rebuild(self, *, edited: bool = False) -> None:
        """Make the form anew, what was typed kept by key, also for forms that are not shown now."""
        if edited:
            self._typed.update(self.form.values())
        fields = self._fields()
        if edited:
            keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = edited
        self.form.footing = self._chain_lines()
        self._note_claim()

    def _fields(self) -> list[Field]:
        return fields_of(self.learning_form, self._typed, self.attachments)

    def _note_claim(self) -> None:
        used = self.context.used if self.context is not None else {}
        notes = claim_notes(self.learning_form, self.form.values(), self.today, used)
        self.form.find(CLAIMED_FIELD.key).notes = notes
        self.form.changed()

    def _chain_lines(self) -> list[Line]:
        if self.context is None:
            return []
        words = f"申报截止 {self.context.closes_on}。提交后审核：{' > '.join(self.context.chain)}"
        return [(), *((Span(" " + part, Look.HINT),) for part in wrapped(words, 76))]
