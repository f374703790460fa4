"""The forms of learning (学习形式) found by key or name, all their fields, and the hours they give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from core.rules.annual import AnnualRule
from core.rules.checking import CleanValue
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.rules.form_table import LEARNING_FORMS
from core.rules.hours_rules import MissingEntry, evaluate
from core.rules.learning_form import (
    CLAIMED_FIELD,
    PROFESSIONAL,
    PUBLIC,
    REMARK_FIELD,
    SUBJECT_FIELD,
    YEAR_FIELD,
    Cap,
    LearningForm,
    RequiredWhen,
    Suggestion,
)

__all__ = [
    "CLAIMED_FIELD",
    "COMMON_FIELDS",
    "FORMS",
    "PROFESSIONAL",
    "PUBLIC",
    "REMARK_FIELD",
    "SUBJECT_FIELD",
    "YEAR_FIELD",
    "Cap",
    "LearningForm",
    "RequiredWhen",
    "Suggestion",
    "declaration_fields",
    "form",
    "form_by_name",
    "period",
    "suggest_hours",
    "title_of",
]

# What stands before the fields of the form itself, and what stands after them.
COMMON_FIELDS: tuple[FieldSpec, ...] = (SUBJECT_FIELD, YEAR_FIELD, CLAIMED_FIELD, REMARK_FIELD)

FORMS: Mapping[str, LearningForm] = MappingProxyType({each.key: each for each in LEARNING_FORMS})


def form(key: str) -> LearningForm:
    """The form of a stored key; Refused (NOT_FOUND) for an unknown one."""
    try:
        return FORMS[key]
    except KeyError:
        raise Refused(ErrorCode.NOT_FOUND) from None


def form_by_name(name: str) -> LearningForm:
    """The form of a 学习形式 as shown; Refused (NOT_IN_LIST) for an unknown one."""
    for each in LEARNING_FORMS:
        if each.name == name:
            return each
    raise Refused(ErrorCode.NOT_IN_LIST)


def declaration_fields(learning_form: LearningForm) -> tuple[FieldSpec, ...]:
    """All entries of a declaration in reading order (the choice of the form itself and evidence excepted)."""
    return (SUBJECT_FIELD, YEAR_FIELD, *learning_form.fields, CLAIMED_FIELD, REMARK_FIELD)


def title_of(learning_form: LearningForm, values: Mapping[str, object]) -> str:
    """What the declaration is called in lists: its training class, meeting, patent ..."""
    return str(values.get(learning_form.title_field, ""))


def period(learning_form: LearningForm, clean: Mapping[str, CleanValue]) -> tuple[date, date] | None:
    """First and last day of the learning; None where the form has no dates or they are still empty."""
    start = clean.get(learning_form.start_field)
    end = clean.get(learning_form.end_field or learning_form.start_field)
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    days = clean.get(learning_form.days_field) if learning_form.days_field else None
    return (start, start + timedelta(days=days - 1)) if isinstance(days, int) else (start, end)


def suggest_hours(
    learning_form: LearningForm, clean: Mapping[str, CleanValue], annual_rule: AnnualRule | None
) -> Suggestion:
    """The hours the rule gives; says which entry is still wanted while the form is being filled in."""
    try:
        outcome = evaluate(learning_form.rule, clean, annual_rule)
    except MissingEntry as missing:
        label = next(spec.label for spec in learning_form.fields if spec.key == missing.key)
        words = f"填写“{label}”后给出应计学时"
        certainty, basis = learning_form.certainty, learning_form.basis
        return Suggestion(None, words, learning_form.clause, certainty, basis=basis)
    hours, words, cap = outcome.hours, outcome.explanation, learning_form.cap
    if cap is not None and hours is not None and hours > cap.hours:
        hours, words = cap.hours, f"{words}，每年最多 {cap.hours}"
    certainty = outcome.certainty or learning_form.certainty
    basis = outcome.basis or learning_form.basis
    return Suggestion(hours, words, learning_form.clause, certainty, outcome.completes, basis)
