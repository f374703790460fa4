"""The hours tables line by line: how each kind of rule is shown for editing, and built again from what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours_rules import (
    INFERRED,
    SOURCED,
    AtLeast,
    ByKind,
    Fixed,
    HoursRule,
    PerAmountByRank,
    PerCount,
    PerDay,
    Posting,
    Row,
    Table,
    WithReading,
)
from core.rules.learning_form import LearningForm

BASIS = FieldSpec("basis", "依据", max_length=200, hint="文件名、文号、条款")
CERTAINTY = FieldSpec(
    "certainty", "可信度", FieldKind.CHOICE, choices=(SOURCED, INFERRED), hint="来源：文件写明；推定：推得"
)
COMPLETES: Mapping[str, int] = {"否": 0, "第1名": 1, "前2名": 2, "前3名": 3, "全部名次": -1}
"""The ranks of a line that count as 完成专业科目, as they are picked."""
MOST = 999
_READ, _LEAST, _ANY = "read", "least", "*"
_CASE = "|"  # no value of a choice has it, as some have a stroke
_BY_RANK = FieldSpec(
    "hours", "各名次学时", required=False, max_length=60, hint="第一名起，用空格分开，如 64 56 48"
)
_STEP = FieldSpec("step", "其后每名递减", FieldKind.INTEGER, low=0, high=MOST, hint="0：其后的名次不计")
_COMPLETES = FieldSpec(
    "completes", "视为完成专业课", FieldKind.CHOICE, choices=tuple(COMPLETES), hint="完成本年度专业科目的名次"
)

Typed = Mapping[str, str]
Changed = Mapping[str, Typed | None]


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One line of a form's hours: its path in the rule, its words, its fields and what stands in them now.

    A case that the form offers and its table doesn't list is not `listed`: giving it hours adds a row.
    """

    path: str
    label: str
    fields: tuple[FieldSpec, ...]
    values: Typed
    listed: bool = True


def hours_lines(form: LearningForm) -> tuple[HoursLine, ...]:
    """All lines of a form's rule, in the order of the rule; the paths begin with the form's key."""
    choices = {spec.key: spec.choices for spec in form.fields}
    found = []
    for line in _lines(form.rule, form.key, "", choices):
        own = {"basis": form.basis, "certainty": form.certainty}
        values = {**line.values, **{key: line.values.get(key) or own[key] for key in own}}
        fields = (*line.fields, BASIS, CERTAINTY)
        found.append(replace(line, fields=fields, values=values if line.listed else line.values))
    return tuple(found)


def with_hours(form: LearningForm, changed: Changed) -> LearningForm:
    """The form with these lines changed, by path; None takes a row of a table out."""
    return replace(form, rule=_rebuilt(form.rule, form.key, changed)) if changed else form


def ranks_of(typed: str) -> tuple[int, ...]:
    """`64 56 48` as numbers. Raises ValueError."""
    return tuple(int(part) for part in typed.replace("，", " ").replace(",", " ").replace("、", " ").split())


# ----------------------------------------------------------------------------------------------- showing


def _lines(
    rule: HoursRule, path: str, label: str, choices: Mapping[str, tuple[str, ...]]
) -> Iterator[HoursLine]:
    match rule:
        case PerDay():
            yield _single(path, label or "每天", _number("hours", "每天学时", 24), rule.hours, rule)
        case PerCount():
            spec = _number("hours", f"每{rule.unit}学时")
            yield _single(path, label or f"每{rule.unit}", spec, rule.hours, rule)
        case Fixed():
            yield _single(path, label or "每项", _number("hours", "每项学时"), rule.hours, rule)
        case PerAmountByRank():
            values = {"hours": _ranks(rule.hours), **_sources(rule)}
            yield HoursLine(path, f"{label} 每{rule.unit}".strip(), (_BY_RANK,), values)
        case Posting():
            fields = (_number("months", "满几个月视为完成", 12), _number("weekly", "不满的每周学时"))
            values = {"months": str(rule.months), "weekly": str(rule.weekly), **_sources(rule)}
            yield HoursLine(path, label or "期限和每周", fields, values)
        case Table():
            yield from _table_lines(rule, path, label, choices)
        case WithReading():
            yield from _table_lines(rule.base, path, label, choices)
            yield _reading_line(rule, path, label)
        case ByKind():
            for kind, inner in rule.rules.items():
                yield from _lines(inner, f"{path}/{kind}", kind, choices)
        case AtLeast():
            spec = _number("least", f"最低{rule.unit}数", 9_999_999)
            yield _single(f"{path}/{_LEAST}", f"{label} 最低{rule.unit}数".strip(), spec, rule.least, rule)
            yield from _lines(rule.rule, path, label, choices)


def _table_lines(
    table: Table, path: str, label: str, choices: Mapping[str, tuple[str, ...]]
) -> Iterator[HoursLine]:
    fields = (_BY_RANK, _STEP, _COMPLETES) if table.rank else (_number("hours", "学时"),)
    for row in table.rows:
        values = {"hours": _ranks(row.hours), **_sources(row)}
        if table.rank:
            values |= {"step": str(row.step), "completes": _completes(row.completes)}
        yield HoursLine(_row_path(path, row.when), _words(label, row.when), fields, values)
    for when in product(*(choices[key] for key in table.by)):
        if not any(_covers(row.when, when) for row in table.rows):
            yield HoursLine(_row_path(path, when), _words(label, when), fields, {}, listed=False)


def _reading_line(rule: WithReading, path: str, label: str) -> HoursLine:
    fields = [_number("long_from", "字数界限", 9_999_999)]
    values = {"long_from": str(rule.long_from), **_sources(rule)}
    for level, (short, long) in rule.bonus.items():
        fields.append(_number(f"short {level}", f"{level} 不超过界限加"))
        fields.append(_number(f"long {level}", f"{level} 超过界限加"))
        values |= {f"short {level}": str(short), f"long {level}": str(long)}
    return HoursLine(f"{path}/{_READ}", f"{label} 宣读论文".strip(), tuple(fields), values)


def _single(
    path: str, label: str, spec: FieldSpec, number: int, rule: PerDay | PerCount | Fixed | AtLeast
) -> HoursLine:
    return HoursLine(path, label, (spec,), {spec.key: str(number), **_sources(rule)})


def _number(key: str, label: str, high: int = MOST) -> FieldSpec:
    return FieldSpec(key, label, FieldKind.INTEGER, low=1, high=high)


def _sources(
    rule: PerDay | PerCount | Fixed | PerAmountByRank | Row | WithReading | AtLeast | Posting,
) -> dict[str, str]:
    return {"basis": rule.basis, "certainty": rule.certainty}


def _ranks(hours: tuple[int, ...]) -> str:
    return " ".join(str(each) for each in hours)


def _completes(ranks: int) -> str:
    return next(words for words, number in COMPLETES.items() if number == ranks)


def _row_path(path: str, when: tuple[str, ...]) -> str:
    return _CASE.join((path, *when))


def _words(label: str, when: tuple[str, ...]) -> str:
    shown = " ".join("各类别" if value == _ANY else value for value in when)
    return f"{label} {shown}".strip()


def _covers(when: tuple[str, ...], values: tuple[str, ...]) -> bool:
    return all(wanted in (_ANY, value) for wanted, value in zip(when, values, strict=True))


# ---------------------------------------------------------------------------------------------- building


def _rebuilt(rule: HoursRule, path: str, changed: Changed) -> HoursRule:
    match rule:
        case Table():
            return _rebuilt_table(rule, path, changed)
        case WithReading():
            return _rebuilt_reading(rule, path, changed)
        case ByKind():
            inner = {kind: _rebuilt(each, f"{path}/{kind}", changed) for kind, each in rule.rules.items()}
            return replace(rule, rules=inner)
        case AtLeast():
            made = replace(rule, rule=_rebuilt(rule.rule, path, changed))
            least = changed.get(f"{path}/{_LEAST}")
            if least is None:
                return made
            return replace(
                made, least=int(least["least"]), basis=least["basis"], certainty=least["certainty"]
            )
        case _:
            typed = changed.get(path)
            return rule if typed is None else _rebuilt_line(rule, typed)


def _rebuilt_line(rule: PerDay | PerCount | Fixed | PerAmountByRank | Posting, typed: Typed) -> HoursRule:
    basis, certainty = typed["basis"], typed["certainty"]
    match rule:
        case PerDay():
            return replace(rule, hours=int(typed["hours"]), basis=basis, certainty=certainty)
        case PerCount():
            return replace(rule, hours=int(typed["hours"]), basis=basis, certainty=certainty)
        case Fixed():
            return replace(rule, hours=int(typed["hours"]), basis=basis, certainty=certainty)
        case PerAmountByRank():
            return replace(rule, hours=ranks_of(typed["hours"]), basis=basis, certainty=certainty)
        case Posting():
            months, weekly = int(typed["months"]), int(typed["weekly"])
            return replace(rule, months=months, weekly=weekly, basis=basis, certainty=certainty)


def _rebuilt_table(table: Table, path: str, changed: Changed) -> Table:
    own = {
        tuple(key[len(path) + 1 :].split(_CASE)): typed
        for key, typed in changed.items()
        if key.startswith(path + _CASE)
    }
    known = {row.when for row in table.rows}
    # A row that was added names its case in full, and so stands before those for any value.
    added = [_row(when, typed) for when, typed in own.items() if when not in known and typed is not None]
    kept = []
    for row in table.rows:
        typed = own.get(row.when)
        if row.when not in own:
            kept.append(row)
        elif typed is not None:
            kept.append(_row(row.when, typed))
    return replace(table, rows=(*added, *kept))


def _row(when: tuple[str, ...], typed: Typed) -> Row:
    step, completes = int(typed.get("step", 0)), COMPLETES[typed.get("completes", "否")]
    return Row(when, ranks_of(typed["hours"]), step, completes, typed["certainty"], typed["basis"])


def _rebuilt_reading(rule: WithReading, path: str, changed: Changed) -> WithReading:
    made = replace(rule, base=_rebuilt_table(rule.base, path, changed))
    typed = changed.get(f"{path}/{_READ}")
    if typed is None:
        return made
    bonus = {level: (int(typed[f"short {level}"]), int(typed[f"long {level}"])) for level in rule.bonus}
    basis, certainty = typed["basis"], typed["certainty"]
    return replace(made, bonus=bonus, long_from=int(typed["long_from"]), basis=basis, certainty=certainty)
