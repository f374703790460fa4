"""The rulebook: all lists and rules as shipped, overlaid with the editions (版本) that the operator has made.

A decision keeps the number of the edition it was made under, and `at` gives the rules as they were then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

from core.rules import lists as reference_lists
from core.rules.annual import AnnualRule, annual_rules
from core.rules.errors import ErrorCode, Refused
from core.rules.forms import FORMS
from core.rules.hours import CreditHours
from core.rules.hours_lines import hours_lines, with_hours
from core.rules.learning_form import Cap, LearningForm
from core.rules.lists import Entry, Lists, Tables, shipped_tables
from core.rules.years import SHIPPED_CLOSING, Closing

ANNUAL, FORM, HOURS, CLOSING = "annual", "form", "hours", "closing"
STANDARD = "standard"
"""The one entry of the kinds that have only one: 年度合格标准, 截止日期."""
IN_USE, STOPPED = "启用", "停用"
EVIDENCE_MARK = "；"
"""Stands between the kinds of evidence of a form."""
OPEN_END = 9999
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of one entry: from which year on, and its texts by field; None where it was taken out."""

    id: int
    kind: str
    entry: str
    from_year: int
    value: Mapping[str, str] | None

    @property
    def until(self) -> int:
        """The last year it counts for, where one was given (止于)."""
        until = (self.value or {}).get("until", "")
        return int(until) if until else OPEN_END

    def covers(self, year: int) -> bool:
        """Whether it counts for a year."""
        return self.from_year <= year <= self.until


class Rulebook:
    """The lists and rules up to an edition. Immutable; what was asked for is kept, so asking again is free."""

    def __init__(self, editions: Sequence[Edition] = ()) -> None:
        self.editions = tuple(editions)
        self._made: dict[tuple[object, ...], Any] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self.editions == other.editions

    def __hash__(self) -> int:
        return hash(self.edition)

    def __reduce__(self) -> tuple[type[Rulebook], tuple[tuple[Edition, ...]]]:
        return Rulebook, (self.editions,)  # what was made of them is made again where it is read

    @property
    def edition(self) -> int:
        """The number of the newest edition in it, 0 as shipped."""
        return self.editions[-1].id if self.editions else 0

    def at(self, edition: int) -> Rulebook:
        """The rules as they were at an edition."""
        if edition >= self.edition:
            return self
        upto = tuple(each for each in self.editions if each.id <= edition)
        return self._once(("at", len(upto)), lambda: Rulebook(upto))

    def with_more(self, editions: Sequence[Edition]) -> Rulebook:
        """The same and these newer editions."""
        return Rulebook((*self.editions, *editions)) if editions else self

    # ------------------------------------------------------------------------------------------ the year

    def annual_rule(self, year: int) -> AnnualRule:
        """What a year asks for (年度合格标准); every year has a rule."""
        return next(rule for rule in self.annual_rules() if rule.from_year <= year <= rule.to_year)

    def annual_rules(self) -> tuple[AnnualRule, ...]:
        """The spans of years and what each asks for, oldest first, without a gap."""
        return self._once((ANNUAL,), self._annual_rules)

    def closing(self, year: int) -> Closing:
        """The closing days of a year where no office has set others."""
        entry = self.entries(CLOSING, year)[STANDARD]
        return Closing.read(entry.values) if entry.edition else SHIPPED_CLOSING

    def _annual_rules(self) -> tuple[AnnualRule, ...]:
        shipped = annual_rules()
        own = [each for each in self.editions if each.kind == ANNUAL and each.value is not None]
        starts = {rule.from_year for rule in shipped} | {each.from_year for each in own}
        starts |= {each.until + 1 for each in own if each.until < OPEN_END}
        found: list[tuple[object, AnnualRule]] = []
        for year in sorted(starts):
            ruling = next((each for each in reversed(own) if each.covers(year)), None)
            base = next(rule for rule in shipped if rule.from_year <= year <= rule.to_year)
            rule = base if ruling is None else _annual(ruling)
            source = base if ruling is None else ruling.id
            if not found or found[-1][0] != source:
                found.append((source, replace(rule, from_year=year, to_year=OPEN_END)))
        ends = [rule.from_year - 1 for _, rule in found[1:]] + [OPEN_END]
        return tuple(replace(rule, to_year=end) for (_, rule), end in zip(found, ends, strict=True))

    # ----------------------------------------------------------------------------------------- the forms

    def form(self, key: str, year: int) -> LearningForm:
        """A form of learning with the words and numbers of a year; Refused (NOT_FOUND) for an unknown key."""
        if key not in FORMS:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.all_forms(year)[key]

    def forms(self, year: int) -> Mapping[str, LearningForm]:
        """The forms that can be declared for a year, by key."""
        made = self.all_forms(year)
        return self._once(("open", year), lambda: {key: each for key, each in made.items() if each.active})

    def all_forms(self, year: int) -> Mapping[str, LearningForm]:
        """The same with those that were stopped (停用)."""
        if not any(each.kind in (FORM, HOURS) for each in self.editions):
            return FORMS
        return self._once(("forms", year), lambda: {key: self._form(key, year) for key in FORMS})

    def edition_of(self, key: str, year: int) -> int:
        """The newest edition that has a say in a form's words and numbers of a year; 0 as shipped."""
        own = (
            each.id
            for each in self.editions
            if each.covers(year)
            and (
                (each.kind == FORM and each.entry == key)
                or (each.kind == HOURS and form_of(each.entry) == key)
            )
        )
        return max(own, default=0)

    def _form(self, key: str, year: int) -> LearningForm:
        shipped = FORMS[key]
        lines = {
            path: entry.values if entry.active else None
            for path, entry in self.entries(HOURS, year).items()
            if entry.edition and form_of(path) == key
        }
        made = with_hours(shipped, lines)
        entry = self.entries(FORM, year)[key]
        if not entry.edition:
            return made
        values = entry.values
        return replace(
            made,
            active=values["active"] == IN_USE,
            clause=values["clause"],
            evidence=tuple(part for part in values["evidence"].split(EVIDENCE_MARK) if part),
            basis=values["basis"],
            certainty=values["certainty"],
            cap=Cap(CreditHours.parse(values["cap"])) if values.get("cap") else None,
        )

    # ----------------------------------------------------------------------------------------- the lists

    def lists(self, year: int) -> Lists:
        """The reference lists as a year has them."""
        tables = shipped_tables()
        if not any(each.kind in tables for each in self.editions):
            return reference_lists.shipped()
        return self._once(("lists", year), lambda: Lists({kind: self.entries(kind, year) for kind in tables}))

    def entries(self, kind: str, year: int) -> Mapping[str, Entry]:
        """All entries of a kind as a year has them: those shipped in their order, then the added ones.

        One that was taken out is not active, and keeps its last texts. For 年度合格标准 it is the year's own.
        """
        return self._once(("entries", kind, year), lambda: self._entries(kind, year))

    def _entries(self, kind: str, year: int) -> Mapping[str, Entry]:
        found = dict(_shipped(kind, year))
        for each in self.editions:
            if each.kind != kind or not each.covers(year):
                continue
            if each.value is not None:
                found[each.entry] = Entry(each.value, edition=each.id)
            elif each.entry in found:
                found[each.entry] = Entry(found[each.entry].values, active=False, edition=each.id)
        return found

    def _once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made


@cache
def shipped() -> Rulebook:
    """Edition 0: everything as shipped."""
    return Rulebook()


def form_of(path: str) -> str:
    """The form of learning that a line of the hours tables belongs to."""
    return path.partition("/")[0].partition("|")[0]


def annual_values(rule: AnnualRule) -> Mapping[str, str]:
    """What a year asks for, as the fields of its form."""
    return {
        "total": str(rule.total),
        "public": str(rule.public),
        "professional": str(rule.professional),
        "until": str(rule.to_year) if rule.to_year < OPEN_END else "",
        "basis": rule.basis,
        "certainty": rule.certainty,
    }


def form_values(form: LearningForm) -> Mapping[str, str]:
    """What can be changed of a form of learning, as the fields of its form on screen."""
    return {
        "active": IN_USE if form.active else STOPPED,
        "clause": form.clause,
        "evidence": EVIDENCE_MARK.join(form.evidence),
        "cap": str(form.cap.hours) if form.cap else "",
        "basis": form.basis,
        "certainty": form.certainty,
    }


def _shipped(kind: str, year: int) -> Mapping[str, Entry]:
    tables: Tables = shipped_tables()
    if kind in tables:
        return tables[kind]
    if kind == ANNUAL:
        rule = next(each for each in annual_rules() if each.from_year <= year <= each.to_year)
        return {STANDARD: Entry(annual_values(rule))}
    return _shipped_rules()[kind]


@cache
def _shipped_rules() -> Tables:
    lines = [line for form in FORMS.values() for line in hours_lines(form)]
    return {
        FORM: {key: Entry(form_values(form)) for key, form in FORMS.items()},
        HOURS: {line.path: Entry(line.values, active=line.listed) for line in lines},
        CLOSING: {STANDARD: Entry(SHIPPED_CLOSING.values())},
    }


def _annual(edition: Edition) -> AnnualRule:
    value = edition.value
    assert value is not None
    total, public, professional = (
        CreditHours.parse(value[key]) for key in ("total", "public", "professional")
    )
    return AnnualRule(
        edition.from_year, edition.until, total, public, professional, value["basis"], value["certainty"]
    )
