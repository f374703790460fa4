"""The form of a declaration: made from the declaration of its 学习形式, with a line for each attachment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from core.rules.declaring import CheckedDeclaration, check_declaration
from core.rules.entry import EntryError, parse_year
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
from core.rules.rulebook import Rulebook
from tui.widgets.attachment_form import Attachments
from tui.widgets.field import Field, field_for

FORM_FIELD = FieldSpec(
    "form", "学习形式", FieldKind.CHOICE, choices=tuple(each.name for each in FORMS.values())
)


def fields_of(
    learning_form: LearningForm,
    values: Mapping[str, str],
    attachments: Attachments,
    chosen_from: FieldSpec = FORM_FIELD,
) -> list[Field]:
    """All lines in reading order; what was typed under a key before stays under it."""
    subject = field_for(SUBJECT_FIELD, fixed=True)
    chosen = field_for(chosen_from, learning_form.name, cells=20)
    specs = (YEAR_FIELD, *learning_form.fields, CLAIMED_FIELD)
    typed = [field_for(spec, values.get(spec.key, "")) for spec in specs]
    remark = field_for(REMARK_FIELD, values.get(REMARK_FIELD.key, ""))
    return [subject, chosen, *typed, *attachments.fields(values, learning_form.evidence), remark]


def claim_notes(
    learning_form: LearningForm,
    values: Mapping[str, str],
    today: date,
    used: Mapping[str, CreditHours],
    rules: Rulebook,
) -> tuple[str, ...]:
    """What stands under 申请学时: the clause, what the rule gives, how well it is known, what a cap leaves. All of
    it is of the year that is typed."""
    year = year_in(values, today)
    own, taken = rules.form(learning_form.key, year), used.get(learning_form.key, ZERO)
    rule, lists = rules.annual_rule(year), rules.lists(today.year)
    checked = check_declaration(own, values, today, rule, taken, complete=False, lists=lists)
    notes = [f"依据 {own.clause}", _comparison(checked)]
    if checked.cap_left is not None:
        notes.append(f"本年度该形式已用 {taken} 学时，还剩 {checked.cap_left} 学时")
    return tuple(notes)


def form_field(rules: Rulebook, year: int) -> FieldSpec:
    """The choice of 学习形式: those that can be declared for a year."""
    return replace(FORM_FIELD, choices=tuple(each.name for each in rules.forms(year).values()))


def year_in(values: Mapping[str, str], today: date) -> int:
    """计入年度 as far as it can be read, else this year."""
    try:
        return parse_year(values.get("year", ""))
    except EntryError:
        return today.year


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
