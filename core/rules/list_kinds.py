"""The lists that the operator may change: 行政区划, 专业技术资格, 专业, 职业资格, 称号 and the short ones."""

from __future__ import annotations

from collections.abc import Callable

from core.rules.edition_kind import EditionKind, Typed, refused
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.lists import LEVELS, REGION_KINDS, Entry
from core.rules.reference import DIRECT_COUNTIES, PROVINCE, PROVINCIAL_UNITS
from core.rules.rulebook import Rulebook


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
        "增加、改名、停用；旧记录不变",
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


LIST_KINDS: tuple[EditionKind, ...] = (
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
