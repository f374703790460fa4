"""学时(分)申报 (P8, P9): the form of the chosen 学习形式, its attachments, and what the rule gives beside the claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import FORMS
from core.rules.roles import Role
from core.rules.workflow import DECLARATION, DeclarationState, Move
from core.schema.base import Nothing, Number
from core.schema.declarations import (
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
from tui.attaching import ATTACHING_COMMANDS
from tui.declaring import Declaring
from tui.frame import Act
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Look
from tui.nameplate import nameplate


class DeclareScreen(Declaring):
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

    # --------------------------------------------------------------------------------------- loading

    async def load(self) -> None:
        """Years, reviewers and caps; then the draft, if one is gone on with."""
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        self.context = await self.ask(declaration_context, Nothing())
        self.typed = {"year": str(self.context.default_year)}
        words = "" if self.declaration_id is None else await self._load_draft(self.declaration_id)
        self.rebuild()
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
        self.typed.update(view.values)
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
            "values": {**self.typed, **self.form.values()},
            "evidence": kept_views(self.attachments.views),
        }

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again. Raises Refused where the row has been sent meanwhile."""
        words = await self._go_on_with(content["declaration_id"], content["version"])
        self.learning_form = FORMS.get(content["form"], self.learning_form)
        self.typed = dict(content["values"])
        self.attachments.replace(taken_views(content["evidence"]))
        self.rebuild()
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
        command = SaveDeclaration(
            declaration_id=self.declaration_id,
            version=self.version,
            form=self.learning_form.key,
            values=self.learning_values(),
            evidence=self.attachments.refs(self.form.values()),
        )
        view: DeclarationView | None = await self.send(use_case, command)
        return view
