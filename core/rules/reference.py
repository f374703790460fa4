"""The reference lists: regions, ethnic groups, titles and the short lists, read once from package data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

PROVINCE = "410000"
PROVINCIAL_UNITS = "410099"
"""河南省省直: the units that the province keeps itself. The code is issued to no place."""
DIRECT_COUNTIES = "419000"
"""省直辖县级行政区划: not a place, only what 济源市 hangs under in the national list."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region (行政区划, GB/T 2260). `kind` is province, provincial_units, city, county,
    county_province_managed (省直管县) or zone (开发区); `parent` is empty for the province."""

    code: str
    name: str
    parent: str
    kind: str
    active: bool


@dataclass(frozen=True, slots=True)
class EthnicGroup:
    """An ethnic group (民族, GB/T 3304)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Title:
    """A professional title (专业技术资格) of a series (系列) with its level (级别)."""

    series: str
    title: str
    level: str


@dataclass(frozen=True, slots=True)
class Major:
    """A class of majors (专业) within its category (学科门类)."""

    category: str
    major: str


@dataclass(frozen=True, slots=True)
class Discipline:
    """A discipline (学科): of research (一级学科) or taught at school (学校学科)."""

    kind: str
    discipline: str


@dataclass(frozen=True, slots=True)
class Qualification:
    """A vocational qualification (职业资格) of the kind 准入类 or 水平评价类."""

    kind: str
    qualification: str


@dataclass(frozen=True, slots=True)
class Honour:
    """An honour (荣誉称号) with its level (国家级, 省级, 市级)."""

    level: str
    honour: str


# ----------------------------------------------------------------------------------------------- regions


def regions(*, include_inactive: bool = False) -> tuple[Region, ...]:
    """All regions in the order of their codes; those that were dissolved only when asked for."""
    found = _all_regions().values()
    return tuple(item for item in found if item.active or include_inactive)


def region(code: str) -> Region:
    """The region with this code, a dissolved one too (old records name it). Raises KeyError."""
    return _all_regions()[code]


@cache
def region_path(code: str) -> str:
    """How a region is named on screen, from the city down: `洛阳市 汝阳县`. Raises KeyError."""
    names: list[str] = []
    step = region(code)
    while True:
        if step.code != DIRECT_COUNTIES or not names:
            names.append(step.name)
        if step.parent in ("", PROVINCE):
            return " ".join(reversed(names))
        step = region(step.parent)


@cache
def children(code: str) -> tuple[Region, ...]:
    """The active regions right below this one; none for a county or an unknown code."""
    return tuple(item for item in regions() if item.parent == code)


def region_prefix(code: str) -> str:
    """The leading digits that a region and everything below it have in common: 2, 4 or all 6.

    省直 and counties (those managed by the province too) have nothing below them and are their own prefix.
    A province-managed county keeps its city's digits, so the city's prefix selects it as well.
    Of a region that was added since, the digits alone tell: a city's code ends in 00.
    """
    known = _all_regions().get(code)
    kind = known.kind if known is not None else "city" if code.endswith("00") else "county"
    return code[: {"province": 2, "city": 4}.get(kind, 6)]


def parent_of(code: str) -> str:
    """The region right above; of one that was added since by its digits, empty for the province."""
    known = _all_regions().get(code)
    if known is not None:
        return known.parent
    city = f"{code[:4]}00"
    return city if code != city and city in _all_regions() else PROVINCE


# ------------------------------------------------------------------------------------------- other lists


@cache
def ethnic_groups() -> tuple[EthnicGroup, ...]:
    """The 56 ethnic groups and the two entries for all others, by code."""
    return tuple(EthnicGroup(row["code"], row["name"]) for row in _rows("ethnic_groups.csv"))


def named_list(name: str) -> tuple[str, ...]:
    """A short list by its name, in the order shown: id_type, education, degree, study_mode, employer_type,
    employer_nature, result. Raises KeyError."""
    return _named_lists()[name]


@cache
def titles() -> tuple[Title, ...]:
    """All titles, series by series, the highest level first."""
    return tuple(Title(row["series"], row["title"], row["level"]) for row in _rows("titles.csv"))


@cache
def series_names() -> tuple[str, ...]:
    """The series (系列), each once, in the order of the list."""
    return tuple(dict.fromkeys(item.series for item in titles()))


@cache
def titles_of(series: str) -> tuple[Title, ...]:
    """The titles of one series, the highest level first; none for an unknown series."""
    return tuple(item for item in titles() if item.series == series)


@cache
def series_grades() -> tuple[str, ...]:
    """Each series with each of its levels, as the guide writes them: `党校教师 (正高级)`."""
    return tuple(dict.fromkeys(f"{item.series} ({item.level})" for item in titles()))


@cache
def majors() -> tuple[Major, ...]:
    """The classes of majors by category (学科门类)."""
    return tuple(Major(row["category"], row["major"]) for row in _rows("majors.csv"))


@cache
def disciplines() -> tuple[Discipline, ...]:
    """The disciplines of research and those taught at school."""
    return tuple(Discipline(row["kind"], row["discipline"]) for row in _rows("disciplines.csv"))


@cache
def qualifications() -> tuple[Qualification, ...]:
    """The vocational qualifications of the national list."""
    return tuple(Qualification(row["kind"], row["qualification"]) for row in _rows("qualifications.csv"))


@cache
def honours() -> tuple[Honour, ...]:
    """The honours that a person can name, the highest level first."""
    return tuple(Honour(row["level"], row["honour"]) for row in _rows("honours.csv"))


# ----------------------------------------------------------------------------------------------- reading


@cache
def _all_regions() -> dict[str, Region]:
    return {
        row["code"]: Region(row["code"], row["name"], row["parent"], row["kind"], row["active"] == "1")
        for row in _rows("regions.csv")
    }


@cache
def _named_lists() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in _rows("lists.csv"):
        found.setdefault(row["list"], []).append(row["value"])
    return {name: tuple(values) for name, values in found.items()}


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("core") / "reference" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
