"""Checking a whole form against its declaration: every field at once, every refusal beside its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from core.rules import entry
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import TICKED, FieldKind, FieldSpec
from core.rules.hours import ZERO, CreditHours
from core.rules.identity import RESIDENT_CARD, check_id_number, check_uscc
from core.rules.lists import Lists, shipped

CleanValue = str | int | date | CreditHours
# Lists longer than a menu, by their name in core.rules.lists.
ETHNIC_GROUPS, MAJORS = "ethnic_groups", "majors"
QUALIFICATIONS, HONOURS = "qualifications", "honours"
SERIES_GRADES, TITLES = "series_grades", "titles"


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """What a form came to: understood values by key (empty ones absent), and all refusals in field order."""

    clean: Mapping[str, CleanValue]
    errors: tuple[FieldError, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.errors


def check_form(
    specs: tuple[FieldSpec, ...],
    values: Mapping[str, str],
    today: date,
    *,
    complete: bool = True,
    lists: Lists | None = None,
) -> CheckedForm:
    """Check all fields. A draft is checked with `complete=False`: what is missing is then no error.

    `lists` are those in force (`work.lists`); without them the shipped ones.
    """
    clean: dict[str, CleanValue] = {}
    errors: list[FieldError] = []
    for spec in specs:
        typed = values.get(spec.key, "")
        try:
            if typed.strip():
                value = check_field(spec, typed, today, values, lists)
                if value != "":
                    clean[spec.key] = value
                    continue
            if spec.required and complete:
                raise EntryError(ErrorCode.REQUIRED)
        except EntryError as error:
            errors.append(error.at(spec.key))
    return CheckedForm(clean, tuple(errors))


def check_field(
    spec: FieldSpec,
    typed: str,
    today: date,
    values: Mapping[str, str] | None = None,
    lists: Lists | None = None,
) -> CleanValue:
    """One entry that is not empty, as its kind stores it. Raises EntryError.

    REGION is the code of an active region, EMPLOYER the number of an employer's record; `values` is
    the whole form.
    """
    if spec.kind is FieldKind.ID_NUMBER:
        return check_id_number((values or {}).get("id_type", "") or RESIDENT_CARD, typed, today)
    return _READERS[spec.kind](spec, typed, today, lists or shipped())


def choices_of(spec: FieldSpec, lists: Lists | None = None) -> tuple[str, ...]:
    """What a choice field offers, in the order shown."""
    return (lists or shipped()).choices(spec.choices_from) if spec.choices_from else spec.choices


def in_field_order(specs: tuple[FieldSpec, ...], errors: list[FieldError]) -> tuple[FieldError, ...]:
    """The refusals as the eye meets them, the first one of each field only."""
    first: dict[str, FieldError] = {}
    for error in errors:
        first.setdefault(error.field, error)
    order = [spec.key for spec in specs if spec.key in first]
    return tuple(first.pop(key) for key in order) + tuple(first.values())


def _text(spec: FieldSpec, typed: str, today: date, lists: Lists) -> str:
    text = entry.fold(typed, lines=spec.kind is FieldKind.LONG_TEXT)
    if len(text) > spec.max_length:
        raise EntryError(ErrorCode.TOO_LONG, limit=spec.max_length, length=len(text))
    return text


def _choice(spec: FieldSpec, typed: str, today: date, lists: Lists) -> str:
    if spec.open_list:
        return _text(spec, typed, today, lists)
    text = entry.fold(typed)
    if text not in choices_of(spec, lists):
        raise EntryError(ErrorCode.NOT_IN_LIST)
    return text


def _date(spec: FieldSpec, typed: str, today: date, lists: Lists) -> date:
    day = entry.parse_date(typed)
    if spec.past and day > today:
        raise EntryError(ErrorCode.FUTURE_DATE)
    return day


def _integer(spec: FieldSpec, typed: str, today: date, lists: Lists) -> int:
    number = entry.parse_integer(typed)
    if not spec.low <= number <= spec.high:
        raise EntryError(ErrorCode.OUT_OF_RANGE, low=spec.low, high=spec.high)
    return number


def _hours(spec: FieldSpec, typed: str, today: date, lists: Lists) -> CreditHours:
    hours = entry.parse_hours(typed)
    if not ZERO < hours <= CreditHours.of(spec.high):
        raise EntryError(ErrorCode.OUT_OF_RANGE, low=CreditHours(1), high=spec.high)
    return hours


def _region(spec: FieldSpec, typed: str, today: date, lists: Lists) -> str:
    try:
        found = lists.region(entry.fold_plain(typed))
    except KeyError:
        raise EntryError(ErrorCode.NOT_IN_LIST) from None
    if not found.active:
        raise EntryError(ErrorCode.NOT_IN_LIST)
    return found.code


def _employer(spec: FieldSpec, typed: str, today: date, lists: Lists) -> int:
    try:
        return entry.parse_integer(typed)
    except EntryError:
        raise EntryError(ErrorCode.NOT_IN_LIST) from None


def _tick(spec: FieldSpec, typed: str, today: date, lists: Lists) -> str:
    if typed.strip() != TICKED:
        raise EntryError(ErrorCode.NOT_IN_LIST)
    return TICKED


_READERS: Mapping[FieldKind, Callable[[FieldSpec, str, date, Lists], CleanValue]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.DEPARTMENT: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.DATE: _date,
    FieldKind.INTEGER: _integer,
    FieldKind.HOURS: _hours,
    FieldKind.REGION: _region,
    FieldKind.EMPLOYER: _employer,
    FieldKind.TICK: _tick,
    FieldKind.YEAR: lambda spec, typed, today, lists: entry.parse_year(typed),
    FieldKind.PASSWORD: lambda spec, typed, today, lists: entry.check_password(typed),
    FieldKind.MOBILE: lambda spec, typed, today, lists: entry.parse_mobile(typed),
    FieldKind.EMAIL: lambda spec, typed, today, lists: entry.parse_email(typed),
    FieldKind.NAME: lambda spec, typed, today, lists: entry.parse_name(typed),
    FieldKind.ORG_CODE: lambda spec, typed, today, lists: check_uscc(typed),
}
