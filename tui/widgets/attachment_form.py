"""The part of a form that holds attachments (附件): a line that adds one, and a line with the 附件说明 of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from core.rules.evidence_rules import CAPTION_LENGTH, MAX_FILES
from core.rules.fields import FieldKind, FieldSpec
from core.schema.declarations import EvidenceRef, EvidenceView
from tui.keys import Press
from tui.widgets.field import Field, field_for
from tui.widgets.file_picker import size_text
from tui.widgets.form import Form

EVIDENCE_FIELD = FieldSpec("evidence", "附件", FieldKind.CHOICE)
OPTIONAL_EVIDENCE = replace(EVIDENCE_FIELD, required=False)
_PREFIX = "caption:"


class Attachments:
    """The attachments of a form that is being filled in, in their order; `spec` declares the line that adds one."""

    def __init__(self, spec: FieldSpec = EVIDENCE_FIELD) -> None:
        self.spec = spec
        self.views: list[EvidenceView] = []
        self.limit = MAX_FILES

    @property
    def room(self) -> int:
        """How many more may be added."""
        return max(0, self.limit - len(self.views))

    def replace(self, views: Sequence[EvidenceView]) -> None:
        """Those of what is stored."""
        self.views = list(views)

    def holds(self, sha256: str) -> bool:
        """Whether this picture is attached already."""
        return any(each.sha256 == sha256 for each in self.views)

    def add(self, view: EvidenceView) -> None:
        """One more; the name of the file without its ending is the first proposal of its 附件说明."""
        caption = view.caption or PurePath(view.file_name).stem[:CAPTION_LENGTH]
        self.views.append(replace(view, caption=caption))

    def index_of(self, field: Field) -> int | None:
        """Which attachment a field of the form belongs to."""
        for index, each in enumerate(self.views):
            if field.spec.key == _PREFIX + each.sha256:
                return index
        return None

    def refs(self, values: Mapping[str, str]) -> tuple[EvidenceRef, ...]:
        """What a command carries: the captions as typed."""
        return tuple(
            EvidenceRef(
                sha256=each.sha256,
                file_name=each.file_name,
                caption=values.get(_PREFIX + each.sha256, each.caption),
            )
            for each in self.views
        )

    def fields(self, values: Mapping[str, str], hints: Sequence[str]) -> list[Field]:
        """The line that adds one, and a line with the 附件说明 of each."""
        adding = field_for(self.spec, f"{len(self.views)}/{self.limit}" if self.views else "", cells=8)
        adding.tail = "F9 添加  .jpg .jpeg .gif .bmp .png .zip"
        asked = "请附" if self.spec.required else "可附"
        adding.notes = (f"{asked}：{'、'.join(hints)}",) if hints else ()
        fields = [adding]
        for number, each in enumerate(self.views, 1):
            spec = FieldSpec(
                _PREFIX + each.sha256, f" {number} 附件说明", required=False, max_length=CAPTION_LENGTH
            )
            value = values.get(spec.key, each.caption)
            field = field_for(spec, value, cells=22, tail=f"{each.file_name} {size_text(each.size)}")
            fields.append(field)
        return fields


class AttachmentForm(Form):
    """A form with attachments. Delete at the end of an attachment's line asks `on_remove` to take it off."""

    on_remove: Callable[[Field], Awaitable[None]]

    async def press(self, press: Press) -> bool:
        here = self.current
        is_attachment = here.spec.key.startswith(_PREFIX)
        if press.key == "delete" and is_attachment and here.entry.caret == len(here.entry.value):
            await self.on_remove(here)
            return True
        if here.spec.key == EVIDENCE_FIELD.key and press.key in ("backspace", "delete", "ctrl+u"):
            return False
        return await super().press(press)

    def help_lines(self) -> list[str]:
        if self.current.spec.key.startswith(_PREFIX):
            return ["附件说明：可改写。光标在末尾时按 Del 移除这个附件，F7 查看。", self.current.tail]
        return super().help_lines()


def keep_errors(old: Iterable[Field], new: Iterable[Field]) -> None:
    """Errors stay beside the fields that are still there."""
    errors = {field.spec.key: field.error for field in old}
    for field in new:
        field.error = errors.get(field.spec.key, "")
