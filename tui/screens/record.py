"""One entry of 学历及学位情况, 职(执)业资格 or 学术技术称号 (P6): its form, made from the declaration of its list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.rules.person_records import RECORD_KINDS, implied_level
from core.schema.person_records import RecordList, RecordPage, RecordRow, SaveRecord
from core.services.person_records import record_page, save_record
from tui.attaching import ATTACHING_COMMANDS, Attaching
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Look
from tui.nameplate import nameplate
from tui.widgets.attachment_form import OPTIONAL_EVIDENCE, AttachmentForm, Attachments, keep_errors
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.pane import Pane

_LABEL_CELLS = 16
_CHANGED_SINCE = "这一条在草稿之后改过，请核对各项后再保存"
_GONE_SINCE = "原来的那一条已经删除，保存时作为新的一条"


class RecordScreen(Attaching):
    """The form of an entry; without `record_id` a new one."""

    help_text = ("带 * 的必填。保存后立即生效，不用审核。",)
    commands = (
        Command("save", ("f2", "f8"), "保存", "立即生效；在最后一项按 Enter 也可"),
        *ATTACHING_COMMANDS,
    )

    def __init__(self, kind: str, record_id: int | None = None) -> None:
        super().__init__()
        self.kind = RECORD_KINDS[kind]
        self.attachments = Attachments(OPTIONAL_EVIDENCE)
        self.record_id, self.version = record_id, 0
        self.today = date.min

    def make_pane(self) -> Pane:
        self.form = AttachmentForm(self._fields({}), label_cells=_LABEL_CELLS)
        keys = {self.attachments.spec.key: self.open_files}
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_save
        self.form.on_remove = self.ask_removal
        return self.form

    async def load(self) -> None:
        """The entry as it is now, if it is changed."""
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        values: Mapping[str, str] = {}
        if self.record_id is not None:
            row = await self._stored(self.record_id)
            if row is None:
                raise Refused(ErrorCode.NOT_FOUND)
            self.version, values = row.version, row.values
            self.attachments.replace(row.evidence)
        what = "新增" if self.record_id is None else "修改"
        self.header.show(f"{self.kind.title} > {what}{self.kind.name}", nameplate(self.program.caller))
        self.form.rebuild(self._fields(values))

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """The list, and what names the entry."""
        return f"{self.kind.title} {self.form.find(self.kind.title_field).entry.value}".strip()

    def draft_params(self) -> dict[str, Any]:
        """Which form it is."""
        return {"kind": self.kind.key}

    def draft_content(self) -> dict[str, Any]:
        """The entries and pictures, and the stored entry that is changed."""
        own = {"record_id": self.record_id, "version": self.version}
        return {**super().draft_content(), **own, "evidence": kept_views(self.attachments.views)}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again; the stored entry may have been changed or deleted meanwhile."""
        words = ""
        if content["record_id"] is not None:
            row = await self._stored(content["record_id"])
            if row is None:
                words = _GONE_SINCE
            else:
                self.record_id, self.version = row.id, row.version
                words = "" if row.version == content["version"] else _CHANGED_SINCE
                self.header.show(f"{self.kind.title} > 修改{self.kind.name}", nameplate(self.program.caller))
        self.attachments.replace(taken_views(content["evidence"]))
        self.form.rebuild(self._fields(content["values"]))
        await super().take_draft(content)
        return words

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ------------------------------------------------------------------------------------------ doing

    async def action_save(self) -> None:
        """F2: in force at once. All that is wrong is shown at once, beside its field."""
        if not self.form.edited and self.record_id is not None:
            self.tell("没有改动，不用保存", Look.WARN)
            return
        values = self.form.values()
        command = SaveRecord(
            kind=self.kind.key,
            record_id=self.record_id,
            version=self.version,
            values={spec.key: values[spec.key] for spec in self.kind.fields},
            evidence=self.attachments.refs(values),
        )
        row = await self.send(save_record, command)
        if row is None:
            return
        self.form.edited = False
        await self.program.back()
        self.program.frame.tell(f"已保存{self.kind.name} {row.values[self.kind.title_field]}，立即生效")

    def refit(self) -> None:
        """An attachment came or went."""
        fields = self._fields(self.form.values())
        keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = True

    def _fields(self, values: Mapping[str, str]) -> list[Field]:
        typed = [field_for(spec, values.get(spec.key, "")) for spec in self.kind.fields]
        return [*typed, *self.attachments.fields(values, (self.kind.hint,))]

    async def _stored(self, record_id: int) -> RecordRow | None:
        page: RecordPage = await self.ask(record_page, RecordList(kind=self.kind.key))
        return next((row for row in page.rows if row.id == record_id), None)

    async def _left(self, field: Field) -> None:
        values = self.form.values()
        await check_left(field, values, self.today)
        level = implied_level(self.kind, values, self.known_lists)
        if field.spec.key == self.kind.title_field and level:
            self.form.find("level").set(level)
        self.form.changed()
