"""The hours that a form of learning is worth: a few kinds of rule as data, and the one reader of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.rules.annual import AnnualRule
from core.rules.checking import CleanValue
from core.rules.hours import ZERO, CreditHours

DAY_LIMIT = 8
SOURCED, INFERRED = "来源", "推定"


@dataclass(frozen=True, slots=True)
class PerDay:
    """So many 学时 for each calendar day from `start` to `end`, both counted; `planned`: a plan sets them."""

    hours: int = DAY_LIMIT
    start: str = "started_on"
    end: str = "ended_on"
    planned: bool = False
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class PerCount:
    """So many 学时 for each thing counted in a field; `unit` is its measure word."""

    field: str
    hours: int
    unit: str
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same 学时 every time."""

    hours: int
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class PerAmountByRank:
    """So many 学时 for each full `amount` of a field, by rank (rank 1 first); ranks beyond get none."""

    field: str
    amount: int
    unit: str
    rank: str
    hours: tuple[int, ...]
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: for these values, the 学时 by rank.

    `hours` are ranks 1, 2 ...; beyond the list each later rank gets `step` less, or nothing where it is 0.
    The first `completes` ranks count as 完成专业科目 instead (-1: every rank); the ranks after them are
    reckoned down by `step` from the year's 专业 minimum. `basis` and `certainty` are this line's own (依据,
    可信度), as they are in the other rules; empty ones leave those of the form.
    """

    when: tuple[str, ...]
    hours: tuple[int, ...] = ()
    step: int = 0
    completes: int = 0
    certainty: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table read by the fields in `by` and, where there is one, by the rank field."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    rank: str = ""


@dataclass(frozen=True, slots=True)
class WithReading:
    """A meeting: the table's 学时, and more for a paper read there (宣读论文), by its length."""

    base: Table
    read: str
    length: str
    long_from: int
    bonus: Mapping[str, tuple[int, int]]
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class ByKind:
    """Another rule for each value of a field."""

    field: str
    rules: Mapping[str, HoursRule]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Another rule, but nothing at all below a least amount of a field."""

    field: str
    least: int
    unit: str
    rule: HoursRule
    basis: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting (援派挂职): from `months` on it completes the year's 专业科目, below it earns by week."""

    months: int
    weekly: int
    start: str = "started_on"
    end: str = "ended_on"
    basis: str = ""
    certainty: str = ""


HoursRule = PerDay | PerCount | Fixed | PerAmountByRank | Table | WithReading | ByKind | AtLeast | Posting
Clean = Mapping[str, CleanValue]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule gives: 学时 (None where it can't say), how, and whether 专业科目 is completed.

    `certainty` and `basis` are those of the number that decided, empty where the form's own hold.
    """

    hours: CreditHours | None
    explanation: str
    completes: bool = False
    certainty: str = ""
    basis: str = ""


class MissingEntry(Exception):
    """A field that the rule needs is still empty; carries its key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def evaluate(rule: HoursRule, clean: Clean, annual: AnnualRule | None) -> Outcome:
    """Reckon a rule on understood values. Raises MissingEntry while a field it needs is empty."""
    match rule:
        case PerDay():
            return _per_day(rule, clean)
        case PerCount():
            count = _number(clean, rule.field)
            hours = CreditHours.of(count * rule.hours)
            words = f"{count} {rule.unit} x {rule.hours} = {hours}"
            return Outcome(hours, words, certainty=rule.certainty, basis=rule.basis)
        case Fixed():
            hours = CreditHours.of(rule.hours)
            return Outcome(hours, f"每项 {rule.hours}", certainty=rule.certainty, basis=rule.basis)
        case PerAmountByRank():
            return _per_amount(rule, clean)
        case Table():
            return _table(rule, clean, annual)
        case WithReading():
            return _with_reading(rule, clean, annual)
        case ByKind():
            inner = rule.rules.get(_text(clean, rule.field))
            return evaluate(inner, clean, annual) if inner else _unknown()
        case AtLeast():
            if _number(clean, rule.field) < rule.least:
                words = f"不足 {rule.least} {rule.unit}，不计学时"
                return Outcome(ZERO, words, certainty=rule.certainty, basis=rule.basis)
            return evaluate(rule.rule, clean, annual)
        case Posting():
            return _posting(rule, clean, annual)


def day_limit(rule: HoursRule) -> int:
    """The most 学时 of one day: what the rule gives for a day, else the general limit."""
    return rule.hours if isinstance(rule, PerDay) else DAY_LIMIT


def days_between(start: date, end: date) -> int:
    """Calendar days from start to end, both counted."""
    return (end - start).days + 1


def _per_day(rule: PerDay, clean: Clean) -> Outcome:
    days = max(0, days_between(_day(clean, rule.start), _day(clean, rule.end)))
    hours = CreditHours.of(days * rule.hours)
    note = "，以批准的培训计划为准" if rule.planned else ""
    words = f"{days} 天 x {rule.hours} = {hours}{note}"
    return Outcome(hours, words, certainty=rule.certainty, basis=rule.basis)


def _per_amount(rule: PerAmountByRank, clean: Clean) -> Outcome:
    rank, amount = _number(clean, rule.rank), _number(clean, rule.field)
    if rank > len(rule.hours):
        words = f"只计前 {len(rule.hours)} 名，第 {rank} 名不计学时"
        return Outcome(ZERO, words, certainty=rule.certainty, basis=rule.basis)
    whole, each = amount // rule.amount, rule.hours[rank - 1]
    hours = CreditHours.of(whole * each)
    words = f"{whole} {rule.unit} x {each} (第 {rank} 名) = {hours}"
    return Outcome(hours, words, certainty=rule.certainty, basis=rule.basis)


def _table(rule: Table, clean: Clean, annual: AnnualRule | None) -> Outcome:
    values = tuple(_text(clean, key) for key in rule.by)
    row = next((row for row in rule.rows if _fits(row.when, values)), None)
    if row is None:
        return _unknown()
    words = " ".join(values)
    if not rule.rank:
        hours = CreditHours.of(row.hours[0])
        return Outcome(hours, f"{words} = {hours}", certainty=row.certainty, basis=row.basis)
    rank = _number(clean, rule.rank)
    words = f"{words} 第 {rank} 名"
    if row.completes == -1 or rank <= row.completes:
        return _completed(words, annual, row.certainty, row.basis)
    if row.completes:
        return _below_completed(row, words, rank, annual)
    if not row.step and rank > len(row.hours):
        words = f"{words}，只计前 {len(row.hours)} 名，不计学时"
        return Outcome(ZERO, words, certainty=row.certainty, basis=row.basis)
    if rank <= len(row.hours):
        amount = row.hours[rank - 1]
    else:
        amount = max(0, row.hours[-1] - row.step * (rank - len(row.hours)))
    hours = CreditHours.of(amount)
    return Outcome(hours, f"{words} = {amount}", certainty=row.certainty, basis=row.basis)


def _completed(words: str, annual: AnnualRule | None, certainty: str, basis: str) -> Outcome:
    hours = annual.professional if annual else None
    words = f"{words}，视为完成本年度专业科目"
    return Outcome(hours, words, completes=True, certainty=certainty, basis=basis)


def _below_completed(row: Row, words: str, rank: int, annual: AnnualRule | None) -> Outcome:
    if annual is None:
        return _unknown()
    less = CreditHours.of(row.step * (rank - row.completes))
    hours = max(ZERO, annual.professional - less)
    words = f"{words}，{annual.professional} - {less} = {hours}"
    return Outcome(hours, words, certainty=row.certainty or INFERRED, basis=row.basis)


def _with_reading(rule: WithReading, clean: Clean, annual: AnnualRule | None) -> Outcome:
    base = _table(rule.base, clean, annual)
    if base.hours is None or _text(clean, rule.read) != "是":
        return base
    short, long = rule.bonus[_text(clean, rule.base.by[0])]
    extra = long if _number(clean, rule.length) > rule.long_from else short
    hours = base.hours + CreditHours.of(extra)
    words = f"参加 {base.hours} + 宣读论文 {extra} = {hours}"
    return Outcome(hours, words, certainty=rule.certainty, basis=rule.basis)


def _posting(rule: Posting, clean: Clean, annual: AnnualRule | None) -> Outcome:
    start, end = _day(clean, rule.start), _day(clean, rule.end)
    if "year" in clean:
        # Only the part inside the year counts for the year.
        year = _number(clean, "year")
        start, end = max(start, date(year, 1, 1)), min(end, date(year, 12, 31))
    days = max(0, days_between(start, end)) if end >= start else 0
    if days and _months(start, end) >= rule.months:
        words = f"本年度满 {rule.months} 个月且考核合格"
        return _completed(words, annual, rule.certainty, rule.basis)
    weeks = days // 7
    hours = CreditHours.of(weeks * rule.weekly)
    words = f"本年度 {weeks} 周 x {rule.weekly} = {hours}"
    return Outcome(hours, words, certainty=rule.certainty, basis=rule.basis)


def _months(start: date, end: date) -> int:
    # 03-01 to 08-31 is six full months: the day after the end is what the start is compared with.
    after = date.fromordinal(end.toordinal() + 1)
    return (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)


def _unknown() -> Outcome:
    return Outcome(None, "规则没有列出这种情况，由审核人核定", certainty=INFERRED)


def _fits(when: tuple[str, ...], values: tuple[str, ...]) -> bool:
    return all(wanted in ("*", value) for wanted, value in zip(when, values, strict=True))


def _text(clean: Clean, key: str) -> str:
    value = clean.get(key)
    if not isinstance(value, str):
        raise MissingEntry(key)
    return value


def _number(clean: Clean, key: str) -> int:
    value = clean.get(key)
    if not isinstance(value, int):
        raise MissingEntry(key)
    return value


def _day(clean: Clean, key: str) -> date:
    value = clean.get(key)
    if not isinstance(value, date):
        raise MissingEntry(key)
    return value
