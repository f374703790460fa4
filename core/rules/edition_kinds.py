"""What the operator may change of the lists and rules (基础数据): one declaration for each kind, form and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import FORMS
from core.rules.hours import CreditHours
from core.rules.hours_lines import BASIS, CERTAINTY, HoursLine, hours_lines, ranks_of
from core.rules.lists import LEVELS, REGION_KINDS, Entry
from core.rules.reference import DIRECT_COUNTIES, PROVINCE, PROVINCIAL_UNITS
from core.rules.rulebook import ANNUAL, CLOSING, FORM, HOURS, IN_USE, STOPPED, Rulebook, form_of
from core.rules.years import month_and_day

Typed = Mapping[str, str]
FIRST_YEAR, LAST_YEAR = 1990, 2100
FROM_YEAR = FieldSpec("from_year", "自哪一年度起", FieldKind.YEAR, hint="这一年度及以后按新的算")
REASON = FieldSpec("reason", "原因", max_length=500, hint="为什么改，写入记录")
UNTIL = FieldSpec("until", "至哪一年度止", FieldKind.YEAR, required=False, hint="空着：一直有效")


@dataclass(frozen=True, slots=True)
class EditionKind:
    """A kind of entries. `what` is what one entry is called.

    `fields` are those of an entry's form (of a new one for ""), `fixed` the keys that can't be changed later,
    `check` finds what the fields alone don't show. `adds` and `retires` tell whether entries come and go;
    `dated` whether a change begins with a year (regions change at once); `goes` is
    the word for taking an entry out. `kept` says which entries stay for good.
    """

    key: str
    label: str
    what: str
    purpose: str
    fields: Callable[[Rulebook, str, int], tuple[FieldSpec, ...]]
    check: Callable[[Rulebook, str, int, Typed], tuple[FieldError, ...]]
    label_of: Callable[[str, Entry], str]
    summary_of: Callable[[str, Entry], str]
    fixed: tuple[str, ...] = ()
    adds: bool = False
    retires: bool = False
    edits: bool = True
    dated: bool = True
    goes: str = "停用"
    kept: Callable[[str], bool] = lambda entry: False

    @property
    def gone(self) -> str:
        """The state of an entry that is no longer in use."""
        return _GONE[self.goes]


_GONE = {"停用": "停用", "撤销": "撤销", "取消": "未列"}


def refused(field: str, reason: str) -> FieldError:
    """A change that is refused for this reason, said beside the field."""
    return FieldError(field, ErrorCode.EDITION_REFUSED, {"reason": reason})


# ------------------------------------------------------------------------------------------- the rules


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


# ------------------------------------------------------------------------------------------- the lists


def _of(*specs: FieldSpec) -> Callable[[Rulebook, str, int], tuple[FieldSpec, ...]]:
    return lambda rules, entry, year: specs


def _picked(key: str, label: str, *choices: str) -> FieldSpec:
    return FieldSpec(key, label, FieldKind.CHOICE, choices=choices)


def _named(key: str, label: str) -> FieldSpec:
    return FieldSpec(key, label, max_length=60)


def _unique(
    kind: str, field: str, *within: str
) -> Callable[[Rulebook, str, int, Typed], tuple[FieldError, ...]]:
    """No two entries in use have the same name (in the same series, category, kind)."""

    def check(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
        for key, other in rules.entries(kind, year).items():
            same = all(other.values.get(each) == typed.get(each) for each in (field, *within))
            if key != entry and other.active and same:
                return (FieldError(field, ErrorCode.NAME_TWICE, {"name": typed[field]}),)
        return ()

    return check


def _check_region(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    code, kind = typed["code"], typed["kind"]
    known = rules.entries("region", year)
    errors = []
    if not entry and code in known:
        errors.append(FieldError("code", ErrorCode.NAME_TWICE, {"name": code}))
    elif len(code) != 6 or not (code.isascii() and code.isdigit()) or not code.startswith(PROVINCE[:2]):
        errors.append(refused("code", f"区划代码是 {PROVINCE[:2]} 开头的 6 位数字"))
    else:
        above = known.get(parent_of(code))
        if entry not in FIXED_REGIONS and (above is None or not above.active):
            errors.append(refused("code", f"没有上级区域 {parent_of(code)}"))
        elif not entry and kind not in ADDED_KINDS:
            errors.append(FieldError("kind", ErrorCode.NOT_IN_LIST))
        elif entry not in FIXED_REGIONS and (kind == REGION_KINDS["city"]) != code.endswith("00"):
            errors.append(refused("kind", "市的代码以 00 结尾，其他的不以 00 结尾"))
    errors += _unique("region", "name", "parent")(rules, entry, year, {**typed, "parent": parent_of(code)})
    return tuple(errors)


def parent_of(code: str) -> str:
    """The region that a new code lies in, by its digits."""
    return PROVINCE if code.endswith("00") else f"{code[:4]}00"


ADDED_KINDS = tuple(REGION_KINDS[each] for each in ("city", "county", "zone", "county_province_managed"))
"""What a region that is added can be; there is only one 省, and one 省直."""
FIXED_REGIONS = (PROVINCE, PROVINCIAL_UNITS, DIRECT_COUNTIES)
_REGION = (
    FieldSpec("code", "区划代码", max_length=6, hint="6 位，前 4 位是所属市的"),
    _named("name", "名称"),
    _picked("kind", "类别", *REGION_KINDS.values()),
)
_SERIES = FieldSpec("series", "系列", FieldKind.CHOICE, choices_from="series_names")


def _free(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    return ()


def _first(key: str, entry: Entry) -> str:
    values = list(entry.values.values())
    return values[1] if len(values) > 1 else values[0]


def _rest(key: str, entry: Entry) -> str:
    values = list(entry.values.values())
    return "  ".join([values[0], *values[2:]]) if len(values) > 1 else ""


def _list(
    key: str, label: str, what: str, *specs: FieldSpec, name: str, within: tuple[str, ...] = ()
) -> EditionKind:
    return EditionKind(
        key,
        label,
        what,
        "增加、改名、停用；停用的在旧记录上照常显示",
        _of(*specs),
        _unique(key, name, *within),
        _first,
        _rest,
        adds=True,
        retires=True,
    )


def _short(
    key: str,
    label: str,
    *,
    adds: bool = True,
    edits: bool = True,
    kept: Callable[[str], bool] = lambda entry: False,
) -> EditionKind:
    return EditionKind(
        key,
        label,
        label,
        "增加、改名、停用" if adds else "只能停用",
        _of(_named("value", label)),
        _unique(key, "value"),
        _first,
        _rest,
        adds=adds,
        retires=True,
        edits=edits,
        kept=kept,
    )


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


KINDS: Mapping[str, EditionKind] = {
    kind.key: kind
    for kind in (
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
            _free,
            _form_label,
            _form_summary,
        ),
        EditionKind(
            ANNUAL,
            "年度合格标准",
            "年度合格标准",
            "总学时、公需课、专业课各不少于多少",
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
        EditionKind(
            "region",
            "行政区划",
            "区域",
            "增加、改名、撤销区域，立即生效",
            _of(*_REGION),
            _check_region,
            lambda key, entry: entry.values["name"],
            lambda key, entry: f"{key}  {entry.values['kind']}",
            fixed=("code", "kind"),
            adds=True,
            retires=True,
            dated=False,
            goes="撤销",
            kept=lambda entry: entry in FIXED_REGIONS,
        ),
        _list(
            "title",
            "专业技术资格",
            "任职资格",
            _SERIES,
            _named("title", "任职资格"),
            _picked("level", "级别", *LEVELS),
            name="title",
            within=("series",),
        ),
        _list(
            "major",
            "专业",
            "专业类",
            FieldSpec("category", "学科门类", max_length=20),
            _named("major", "专业类"),
            name="major",
            within=("category",),
        ),
        _list(
            "discipline",
            "学科",
            "学科",
            _picked("kind", "类别", "一级学科", "学校学科"),
            _named("discipline", "学科"),
            name="discipline",
            within=("kind",),
        ),
        _list(
            "qualification",
            "职业资格",
            "职业资格",
            _picked("kind", "类别", "准入类", "水平评价类"),
            _named("qualification", "职业资格"),
            name="qualification",
        ),
        _list(
            "honour",
            "学术技术称号",
            "称号",
            _picked("level", "级别", "国家级", "省级", "市级", "其他"),
            _named("honour", "称号"),
            name="honour",
        ),
        _list(
            "ethnic_group",
            "民族",
            "民族",
            FieldSpec("code", "代码", max_length=2, hint="两位数字"),
            _named("name", "名称"),
            name="name",
        ),
        _short("education", "学历"),
        _short("degree", "学位"),
        _short("study_mode", "学习方式"),
        _short("result", "学习成绩", kept=lambda entry: entry == "不合格"),
        _short("employer_nature", "单位性质"),
        # The check of each document's number is part of the program, so none can be added here.
        _short("id_type", "证件类型", adds=False, edits=False, kept=lambda entry: entry == "身份证"),
    )
}
