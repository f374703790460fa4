"""The rules that the operator may change: 学时标准, 学习形式, 年度合格标准, 截止日期."""

from __future__ import annotations

from itertools import pairwise

from core.rules.edition_kind import UNTIL, EditionKind, Typed, free, refused
from core.rules.errors import FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import FORMS
from core.rules.hours import CreditHours
from core.rules.hours_lines import BASIS, CERTAINTY, HoursLine, hours_lines, ranks_of
from core.rules.lists import Entry
from core.rules.rulebook import ANNUAL, CLOSING, FORM, HOURS, IN_USE, STOPPED, Rulebook, form_of
from core.rules.years import month_and_day


def _annual_fields(rules: Rulebook, entry: str, year: int) -> tuple[FieldSpec, ...]:
    minima = (("total", "总学时不少于"), ("public", "公需课不少于"), ("professional", "专业课不少于"))
    specs = (FieldSpec(key, label, FieldKind.HOURS, high=999) for key, label in minima)
    return (*specs, UNTIL, BASIS, CERTAINTY)


def _check_annual(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    total, public, professional = (
        CreditHours.parse(typed[key]) for key in ("total", "public", "professional")
    )
    if total < public + professional:
        # It would pass nobody that the other two fail: somebody has mistyped.
        return (refused("total", f"总学时少于公需课与专业课之和 {public + professional}，等于没有要求"),)
    until = typed.get("until", "")
    if until and int(until) < year:
        return (refused("until", f"早于开始的 {year} 年度"),)
    return ()


def _form_fields(rules: Rulebook, entry: str, year: int) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("active", "状态", FieldKind.CHOICE, choices=(IN_USE, STOPPED), hint="停用的不能再申报"),
        FieldSpec("clause", "条款", FieldKind.LONG_TEXT, max_length=300, hint="显示在申请学时下面"),
        FieldSpec("evidence", "应附材料", max_length=200, hint="用分号分开"),
        FieldSpec("cap", "每年上限学时", FieldKind.HOURS, required=False, high=999, hint="空着：没有上限"),
        BASIS,
        CERTAINTY,
    )


def _hours_line(rules: Rulebook, entry: str, year: int) -> HoursLine | None:
    form = FORMS.get(form_of(entry))
    return None if form is None else next((each for each in hours_lines(form) if each.path == entry), None)


def _hours_fields(rules: Rulebook, entry: str, year: int) -> tuple[FieldSpec, ...]:
    found = _hours_line(rules, entry, year)
    return () if found is None else found.fields


def _check_hours(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    if "hours" not in typed and "completes" not in typed:
        return ()
    try:
        ranks = ranks_of(typed.get("hours", ""))
    except ValueError:
        return (refused("hours", "请写整数，用空格分开，如 64 56 48"),)
    if not ranks and typed.get("completes", "否") == "否":
        return (refused("hours", "没有写学时，也不视为完成专业课"),)
    if any(not 0 < each <= 999 for each in ranks):
        return (refused("hours", "每个名次应在 1 至 999 学时之间"),)
    if any(later > earlier for earlier, later in pairwise(ranks)):
        return (refused("hours", "后面名次的学时高于前面的名次"),)
    return ()


def _closing_fields(rules: Rulebook, entry: str, year: int) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("declarations", "申报截止", max_length=5, hint="月-日，如 12-15"),
        FieldSpec("reviews", "审核截止", max_length=5, hint="月-日，如 12-31"),
        BASIS,
        CERTAINTY,
    )


def _check_closing(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    days = {}
    for key in ("declarations", "reviews"):
        try:
            days[key] = month_and_day(typed[key])
        except ValueError:
            return (refused(key, "没有这一天，请写月-日，如 12-15"),)
    if days["reviews"] < days["declarations"]:
        return (refused("reviews", "审核截止早于申报截止"),)
    return ()


def _span_label(key: str, entry: Entry) -> str:
    return "年度合格标准"


def _minima(key: str, entry: Entry) -> str:
    v = entry.values
    return f"总 {v['total']}  公需 {v['public']}  专业 {v['professional']}  {v['certainty']}"


def _form_label(key: str, entry: Entry) -> str:
    return FORMS[key].name


def _form_summary(key: str, entry: Entry) -> str:
    cap = entry.values["cap"]
    return (
        f"{entry.values['active']}  {f'每年最多 {cap}' if cap else '没有上限'}  {entry.values['certainty']}"
    )


def _hours_label(key: str, entry: Entry) -> str:
    form = FORMS[form_of(key)]
    line = next(each for each in hours_lines(form) if each.path == key)
    return f"{form.name}  {line.label}"


def _hours_summary(key: str, entry: Entry) -> str:
    values = entry.values
    if not entry.active:
        return "没有列出，由审核人核定"
    numbers = [text for field, text in values.items() if field in ("hours", "least", "months", "weekly")]
    words = " / ".join(text for text in numbers if text)
    if values.get("step", "0") != "0":
        words += f"  每名递减 {values['step']}"
    if values.get("completes", "否") != "否":
        words += f"  {values['completes']}完成专业课"
    if "long_from" in values:
        words = "  ".join(f"{field.split()[1]}+{text}" for field, text in values.items() if " " in field)
    return f"{words.strip()}  {values['certainty']}"


def _closing_summary(key: str, entry: Entry) -> str:
    v = entry.values
    return f"申报 {v['declarations']}  审核 {v['reviews']}  {v['certainty']}"


RULE_KINDS: tuple[EditionKind, ...] = (
    EditionKind(
        HOURS,
        "学时标准",
        "学时标准",
        "每种学习形式按什么计多少学时",
        _hours_fields,
        _check_hours,
        _hours_label,
        _hours_summary,
        retires=True,
        goes="取消",
        kept=lambda entry: "|" not in entry,  # only the rows of a table can go
    ),
    EditionKind(
        FORM,
        "学习形式",
        "学习形式",
        "停用、条款、应附材料、每年上限",
        _form_fields,
        free,
        _form_label,
        _form_summary,
    ),
    EditionKind(
        ANNUAL,
        "年度合格标准",
        "年度合格标准",
        "总学时、公需课、专业课的下限",
        _annual_fields,
        _check_annual,
        _span_label,
        _minima,
    ),
    EditionKind(
        CLOSING,
        "截止日期",
        "截止日期",
        "各区域没有另设时的申报和审核截止日",
        _closing_fields,
        _check_closing,
        lambda key, entry: "每年截止日期",
        _closing_summary,
    ),
)
