"""The form of a declaration: made from the declaration of its 学习形式, with a line for each attachment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePath

from core.rules.annual import rule_for
from core.rules.declaring import CheckedDeclaration, check_declaration
from core.rules.entry import EntryError, parse_year
from core.rules.evidence_rules import CAPTION_LENGTH, MAX_FILES
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import (
    CLAIMED_FIELD,
    FORMS,
    REMARK_FIELD,
    SUBJECT_FIELD,
    YEAR_FIELD,
    LearningForm,
)
from core.rules.hours import ZERO, CreditHours
from core.schema.declarations import EvidenceRef, EvidenceView
from tui.keys import Press
from tui.widgets.file_picker import size_text
from tui.widgets.form import Field, Form, field_for

FORM_FIELD = FieldSpec(
    "form", "学习形式", FieldKind.CHOICE, choices=tuple(each.name for each in FORMS.values())
)
EVIDENCE_FIELD = FieldSpec("evidence", "附件", FieldKind.CHOICE)
_PREFIX = "caption:"


class Attachments:
    """The attachments (附件) of a form that is being filled in, in their order."""

    def __init__(self) -> None:
        self.views: list[EvidenceView] = []
        self.limit = MAX_FILES

    def replace(self, views: Sequence[EvidenceView]) -> None:
        """Those of a stored declaration."""
        self.views = list(views)

    def holds(self, sha256: str) -> bool:
        """Whether this picture is attached already."""
        return any(each.sha256 == sha256 for each in self.views)

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
        adding = field_for(EVIDENCE_FIELD, f"{len(self.views)}/{self.limit}" if self.views else "", cells=8)
        adding.tail = "F9 添加  .jpg .jpeg .gif .bmp .png"
        adding.notes = (f"请附：{'、'.join(hints)}",)
        fields = [adding]
        for number, each in enumerate(self.views, 1):
            spec = FieldSpec(
                _PREFIX + each.sha256, f" {number} 附件说明", required=False, max_length=CAPTION_LENGTH
            )
            value = values.get(spec.key, each.caption)
            field = field_for(spec, value, cells=22, tail=f"{each.file_name} {size_text(each.size)}")
            fields.append(field)
        return fields


class DeclarationForm(Form):
    """The form on screen. Delete at the end of an attachment's line asks `on_remove` to take it off."""

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


def fields_of(
    learning_form: LearningForm, values: Mapping[str, str], attachments: Attachments
) -> list[Field]:
    """All lines in reading order; what was typed under a key before stays under it."""
    subject = field_for(SUBJECT_FIELD, fixed=True)
    chosen = field_for(FORM_FIELD, learning_form.name, cells=20)
    specs = (YEAR_FIELD, *learning_form.fields, CLAIMED_FIELD)
    typed = [field_for(spec, values.get(spec.key, "")) for spec in specs]
    remark = field_for(REMARK_FIELD, values.get(REMARK_FIELD.key, ""))
    return [subject, chosen, *typed, *attachments.fields(values, learning_form.evidence), remark]


def claim_notes(
    learning_form: LearningForm,
    values: Mapping[str, str],
    today: date,
    used: Mapping[str, CreditHours],
) -> tuple[str, ...]:
    """What stands under 申请学时: the clause, what the rule gives, how well it is known, what a cap leaves."""
    try:
        year = parse_year(values.get("year", ""))
    except EntryError:
        year = today.year
    taken = used.get(learning_form.key, ZERO)
    checked = check_declaration(learning_form, values, today, rule_for(year), taken, complete=False)
    notes = [f"依据 {learning_form.clause}", _comparison(checked)]
    if checked.cap_left is not None:
        notes.append(f"本年度该形式已用 {taken} 学时，还剩 {checked.cap_left} 学时")
    return tuple(notes)


def file_caption(name: str) -> str:
    """The first proposal of a 附件说明: the name of the file without its ending."""
    return PurePath(name).stem[:CAPTION_LENGTH]


def keep_errors(old: Iterable[Field], new: Iterable[Field]) -> None:
    """Errors stay beside the fields that are still there."""
    errors = {field.spec.key: field.error for field in old}
    for field in new:
        field.error = errors.get(field.spec.key, "")


def _comparison(checked: CheckedDeclaration) -> str:
    suggestion, claimed = checked.suggestion, checked.claimed
    words = suggestion.explanation
    if suggestion.hours is not None and claimed is not None:
        if claimed == suggestion.hours:
            words += "，与申请一致"
        elif claimed > suggestion.hours:
            words += f"，申请高出 {claimed - suggestion.hours}，请改正或在备注写明理由"
        else:
            words += f"，申请少 {suggestion.hours - claimed}"
    return f"{words}  [{suggestion.certainty}]"
