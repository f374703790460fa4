"""Checking a declaration (学时申报) before it is submitted: its fields, its dates, the rule and the cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.rules.annual import AnnualRule
from core.rules.checking import CleanValue, check_form, in_field_order
from core.rules.errors import ErrorCode, FieldError
from core.rules.forms import declaration_fields, period, suggest_hours
from core.rules.hours import ZERO, CreditHours
from core.rules.learning_form import LearningForm, Suggestion
from core.rules.lists import Lists

FAILED = "不合格"


@dataclass(frozen=True, slots=True)
class CheckedDeclaration:
    """A declaration as understood, everything to mend in field order, and the rule's answer beside the claim.

    `cap_left` is what the year's cap of the form still allows, None where there is no cap.
    """

    clean: Mapping[str, CleanValue]
    errors: tuple[FieldError, ...]
    suggestion: Suggestion
    claimed: CreditHours | None
    period: tuple[date, date] | None
    cap_left: CreditHours | None

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.errors


def check_declaration(
    form: LearningForm,
    values: Mapping[str, str],
    today: date,
    annual_rule: AnnualRule | None,
    cap_used: CreditHours = ZERO,
    *,
    complete: bool = True,
    lists: Lists | None = None,
) -> CheckedDeclaration:
    """Check what was typed. With `complete=False` (保存暂不提交) only what can't be understood is an error.

    `annual_rule` is that of the claimed year; `cap_used` are the hours of this form already claimed in it.
    """
    specs = declaration_fields(form)
    checked = check_form(specs, values, today, complete=complete, lists=lists)
    clean = checked.clean
    suggestion = suggest_hours(form, clean, annual_rule)
    cap_left = None if form.cap is None else cap_used.short_of(form.cap.hours)
    claimed = clean.get("claimed_hours")
    if not isinstance(claimed, CreditHours):
        claimed = None
    errors = list(checked.errors)
    if complete:
        errors += _missing(form, clean)
        errors += _date_errors(form, clean)
        errors += _result_errors(form, clean)
        errors += _claim_errors(form, clean, claimed, suggestion, cap_left)
    return CheckedDeclaration(
        clean, in_field_order(specs, errors), suggestion, claimed, period(form, clean), cap_left
    )


def _missing(form: LearningForm, clean: Mapping[str, CleanValue]) -> list[FieldError]:
    return [
        FieldError(wanted.key, ErrorCode.REQUIRED)
        for wanted in form.requires
        if clean.get(wanted.other) == wanted.value and wanted.key not in clean
    ]


def _date_errors(form: LearningForm, clean: Mapping[str, CleanValue]) -> list[FieldError]:
    span, year = period(form, clean), clean.get("year")
    if span is None:
        return []
    start, end = span
    if end < start:
        return [FieldError(form.end_field, ErrorCode.DATE_ORDER)]
    if not isinstance(year, int):
        return []
    inside = start.year <= year <= end.year if form.spans_years else start.year == year == end.year
    if inside:
        return []
    at = form.start_field if start.year != year else form.end_field or form.start_field
    return [FieldError(at, ErrorCode.OUTSIDE_YEAR, {"year": year})]


def _result_errors(form: LearningForm, clean: Mapping[str, CleanValue]) -> list[FieldError]:
    failed = bool(form.result_field) and clean.get(form.result_field) == FAILED
    return [FieldError(form.result_field, ErrorCode.RESULT_FAILED)] if failed else []


def _claim_errors(
    form: LearningForm,
    clean: Mapping[str, CleanValue],
    claimed: CreditHours | None,
    suggestion: Suggestion,
    cap_left: CreditHours | None,
) -> list[FieldError]:
    if claimed is None:
        return []
    if form.cap is not None and cap_left is not None and claimed > cap_left:
        params = {"cap": form.cap.hours, "left": cap_left}
        return [FieldError("claimed_hours", ErrorCode.ABOVE_CAP, params)]
    # A claim above the rule passes with a reason; the reviewer then sees it as a doubt.
    if suggestion.hours is not None and claimed > suggestion.hours and "remark" not in clean:
        params = {"claimed": claimed, "allowed": suggestion.hours}
        return [FieldError("claimed_hours", ErrorCode.ABOVE_RULE, params)]
    return []
