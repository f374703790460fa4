"""基础数据管理: one entry changed: its fields, from which year on and why; what changes is shown before it is saved."""

from __future__ import annotations

from functools import partial

from core.rules.edition_kind import FROM_YEAR, REASON
from core.rules.edition_kinds import KINDS
from core.rules.errors import Refused
from core.schema.editions import EditionPreview, EntryKey, EntryView, SaveEdition
from core.services.editions import edition_entry, preview_edition, save_edition
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.choosing import opener
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane

_LABEL_CELLS = 22


class ReferenceEntryScreen(Frame):
    """The form of an entry; without `entry` a new one. `edition`: filled with what that edition said (恢复)."""

    title_text = "基础数据管理"
    help_text = (
        "保存前先列出改动，按 Enter 才生效。",
        "自哪一年度起：那一年度及以后按新的；更早的年度不变。",
    )
    commands: tuple[Command, ...] = (
        Command("save", ("f2", "f8"), "保存", "先看改了什么；在最后一项按 Enter 也可"),
        Command("history", ("f6",), "历史", "每次修改：谁、何时、为什么"),
    )

    def __init__(
        self, kind: str, entry: str = "", year: int | None = None, edition: int | None = None
    ) -> None:
        super().__init__()
        self.kind, self.entry, self.year, self.edition = KINDS[kind], entry, year, edition
        self.view: EntryView | None = None
        if self.kind.retires:
            gone = Command("retire", ("f7",), self.kind.goes, "不再可选，旧记录照常显示")
            self.commands = (*self.commands, gone)

    def make_pane(self) -> Pane:
        self.form = Form([field_for(REASON)], on_done=self.action_save, label_cells=_LABEL_CELLS)
        self.form.on_open = opener(self, lambda: self.form)
        return self.form

    async def load(self) -> None:
        """The entry as it is now, or as the edition had it."""
        key = EntryKey(kind=self.kind.key, entry=self.entry, year=self.year, edition=self.edition)
        view = self.view = await self.ask(edition_entry, key)
        what = view.label if self.entry else f"新增{self.kind.what}"
        self.header.show(f"{self.kind.label} > {what}", nameplate(self.program.caller))
        fields = [
            field_for(spec, view.values.get(spec.key, ""), fixed=spec.key in view.fixed or not view.may_edit)
            for spec in view.fields
        ]
        if view.from_year is not None:
            fields.append(field_for(FROM_YEAR, str(view.from_year)))
        self.form.fields = [*fields, field_for(REASON)]
        self.form.at = next(index for index, each in enumerate(self.form.fields) if not each.fixed)
        self.form.edited = self.edition is not None
        self.form.footing = [
            (Span(" " + part, Look.HINT),) for note in self._notes(view) for part in wrapped(note, 76)
        ]
        self.form.changed()
        if self.edition is not None:
            self.tell("已填入旧的内容，写明原因后保存，就恢复为这一版", Look.WARN)

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self._drop)
        return not self.form.edited

    async def action_save(self) -> None:
        """F2: show what changes; Enter then stores it."""
        view = self.view
        if view is None:
            return
        if not view.may_edit:
            self.tell(f"{self.kind.label}的内容由程序确定，只能按 F7 停用", Look.WARN)
            return
        values = self.form.values()
        await self._preview(
            SaveEdition(
                kind=self.kind.key,
                entry=self.entry,
                values={spec.key: values[spec.key] for spec in view.fields},
                from_year=values.get(FROM_YEAR.key, ""),
                reason=values[REASON.key],
                seen=view.seen,
            )
        )

    async def action_retire(self) -> None:
        """F7: from which year on, and why; then what changes."""
        view = self.view
        if view is None or not view.may_retire:
            self.tell(f"这一项不能{self.kind.goes}", Look.WARN)
            return
        fields: list[Field] = []
        if view.from_year is not None:
            fields.append(field_for(FROM_YEAR, str(view.from_year)))
        fields.append(field_for(REASON))
        title = f"{self.kind.goes} {view.label}"
        await self.open(FormSheet(title, fields, partial(self._retire_given, view), done=self.kind.goes))

    async def action_history(self) -> None:
        """F6: all editions of this entry."""
        if not self.entry:
            self.tell("新增的还没有历史", Look.WARN)
            return
        await self.program.go("reference_history", kind=self.kind.key, entry=self.entry, year=self.year)

    async def _retire_given(self, view: EntryView, values: dict[str, str]) -> None:
        command = SaveEdition(
            kind=self.kind.key,
            entry=self.entry,
            taken_out=True,
            from_year=values.get(FROM_YEAR.key, ""),
            reason=values[REASON.key],
            seen=view.seen,
        )
        preview = await self.ask(preview_edition, command)
        await self.close_overlay()
        await self._show_preview(command, preview)

    async def _preview(self, command: SaveEdition) -> None:
        try:
            preview = await self.ask(preview_edition, command)
        except Refused as refusal:
            if not refusal.fields:
                raise
            self.form.show_errors(refusal.fields)
            self.refuse(refusal)
            return
        self.form.clear_errors()
        await self._show_preview(command, preview)

    async def _show_preview(self, command: SaveEdition, preview: EditionPreview) -> None:
        lines = [
            f"{preview.label}    {preview.begins}",
            "",
            *(f"{each.label}：{each.old or '(空)'}  改为  {each.new or '(空)'}" for each in preview.fields),
            "",
            f"原因：{command.reason.strip()}",
            *preview.notes,
        ]
        await self.open(ConfirmSheet("请核对改动", lines, partial(self._save, command), yes="保存"))

    async def _save(self, command: SaveEdition) -> None:
        try:
            done = await self.ask(save_edition, command)
        except Refused:
            await self.close_overlay()
            raise
        await self.close_overlay()
        self.form.edited = False
        await self.program.back()
        self.program.frame.tell(f"已保存：{done.label}，{done.begins}，第 {done.edition} 版")

    async def _drop(self) -> None:
        self.form.edited = False
        await self.program.back()

    def _notes(self, view: EntryView) -> list[str]:
        notes = list(view.notes)
        if not view.active:
            notes.insert(0, f"现在是{self.kind.gone}的，保存后恢复使用")
        return ["", *notes] if notes else []
