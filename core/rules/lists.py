"""The reference lists as one year has them: what is shipped, overlaid with what the operator has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from core.rules import reference
from core.rules.reference import (
    DIRECT_COUNTIES,
    PROVINCE,
    EthnicGroup,
    Honour,
    Major,
    Qualification,
    Region,
    Title,
)

REGION_KINDS: Mapping[str, str] = {
    "province": "省",
    "provincial_units": "省直",
    "city": "市",
    "county": "县(区)",
    "county_province_managed": "省直管县(市)",
    "zone": "开发区",
}
"""The kinds of regions, and how they are called on screen."""
NAMED = ("id_type", "education", "degree", "study_mode", "employer_type", "employer_nature", "result")
"""The short lists, each a list of plain values."""
LEVELS = ("正高级", "副高级", "中级", "助理级", "员级")
_KIND_OF = {label: kind for kind, label in REGION_KINDS.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list or of a table of the rules: its texts by field, whether it is still in use, and the
    edition that made it so (0: as shipped). What was retired stays readable on old records."""

    values: Mapping[str, str]
    active: bool = True
    edition: int = 0


Tables = Mapping[str, Mapping[str, Entry]]


@cache
def shipped_tables() -> Tables:
    """All lists as shipped: by kind, and in it by the key that an entry keeps whatever it is renamed to."""
    tables = {
        "region": {
            each.code: Entry(
                {
                    "code": each.code,
                    "name": each.name,
                    "kind": REGION_KINDS[each.kind],
                    "parent": each.parent,
                },
                each.active,
            )
            for each in reference.regions(include_inactive=True)
        },
        "ethnic_group": {
            each.code: Entry({"code": each.code, "name": each.name}) for each in reference.ethnic_groups()
        },
        "title": _keyed({"series": t.series, "title": t.title, "level": t.level} for t in reference.titles()),
        "major": _keyed({"category": m.category, "major": m.major} for m in reference.majors()),
        "discipline": _keyed({"kind": d.kind, "discipline": d.discipline} for d in reference.disciplines()),
        "qualification": _keyed(
            {"kind": q.kind, "qualification": q.qualification} for q in reference.qualifications()
        ),
        "honour": _keyed({"level": h.level, "honour": h.honour} for h in reference.honours()),
    }
    named = {name: _keyed({"value": value} for value in reference.named_list(name)) for name in NAMED}
    return {**tables, **named}


def key_of(values: Mapping[str, str]) -> str:
    """The key of an entry that is made from these texts: a code where it has one, else its first two texts."""
    return values.get("code") or "/".join(list(values.values())[:2])


class Lists:
    """The lists of one year. Immutable; what is asked for often is made once."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    # ------------------------------------------------------------------------------------------- regions

    def regions(self, *, include_inactive: bool = False) -> tuple[Region, ...]:
        """All regions in the order of their codes; those that were dissolved only when asked for."""
        return tuple(each for each in self._regions.values() if each.active or include_inactive)

    def region(self, code: str) -> Region:
        """The region with this code, a dissolved one too. Raises KeyError."""
        return self._regions[code]

    def region_path(self, code: str) -> str:
        """How a region is named on screen, from the city down: `洛阳市 汝阳县`; an unknown one by its code."""
        return self._paths.get(code, code)

    def children(self, code: str) -> tuple[Region, ...]:
        """The active regions right below this one."""
        return tuple(each for each in self.regions() if each.parent == code)

    @cached_property
    def _regions(self) -> dict[str, Region]:
        return {code: _region(each) for code, each in sorted(self.tables["region"].items())}

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {code: self._path(code) for code in self._regions}

    def _path(self, code: str) -> str:
        names: list[str] = []
        step = self._regions[code]
        while True:
            if step.code != DIRECT_COUNTIES or not names:
                names.append(step.name)
            if step.parent in ("", PROVINCE):
                return " ".join(reversed(names))
            step = self._regions[step.parent]

    # --------------------------------------------------------------------------------------- other lists

    def ethnic_groups(self) -> tuple[EthnicGroup, ...]:
        """The ethnic groups in use, by code."""
        return tuple(EthnicGroup(v["code"], v["name"]) for v in self._in_use("ethnic_group"))

    def titles(self) -> tuple[Title, ...]:
        """The titles in use, series by series; a new one stands after the others of its series."""
        return self._titles

    def series_names(self) -> tuple[str, ...]:
        """The series (系列), each once."""
        return tuple(dict.fromkeys(each.series for each in self._titles))

    def titles_of(self, series: str) -> tuple[Title, ...]:
        """The titles of one series, the highest level first; none for an unknown series."""
        return tuple(each for each in self._titles if each.series == series)

    def level_of(self, series: str, title: str) -> str:
        """The 级别 of a title, of a retired one too; empty for what no list has ever had."""
        return self._levels.get((series, title), "")

    def series_grades(self) -> tuple[str, ...]:
        """Each series with each of its levels, as the guide writes them: `党校教师 (正高级)`."""
        return tuple(dict.fromkeys(f"{each.series} ({each.level})" for each in self._titles))

    def majors(self) -> tuple[Major, ...]:
        """The classes of majors in use by category."""
        return tuple(Major(v["category"], v["major"]) for v in self._in_use("major"))

    def qualifications(self) -> tuple[Qualification, ...]:
        """The vocational qualifications in use."""
        return tuple(Qualification(v["kind"], v["qualification"]) for v in self._in_use("qualification"))

    def honours(self) -> tuple[Honour, ...]:
        """The honours that a person can name."""
        return tuple(Honour(v["level"], v["honour"]) for v in self._in_use("honour"))

    def choices(self, name: str) -> tuple[str, ...]:
        """What a choice field with this `choices_from` offers, in the order shown. Raises KeyError."""
        return self._choices[name]

    @cached_property
    def _choices(self) -> dict[str, tuple[str, ...]]:
        long_lists: dict[str, Iterable[str]] = {
            "ethnic_groups": (each.name for each in self.ethnic_groups()),
            "majors": (each.major for each in self.majors()),
            "qualifications": (each.qualification for each in self.qualifications()),
            "honours": (each.honour for each in self.honours()),
            "series_grades": self.series_grades(),
            "series_names": self.series_names(),
            "titles": (each.title for each in self._titles),
        }
        named = {name: [v["value"] for v in self._in_use(name)] for name in NAMED}
        return {name: tuple(dict.fromkeys(values)) for name, values in {**long_lists, **named}.items()}

    @cached_property
    def _titles(self) -> tuple[Title, ...]:
        found = [Title(v["series"], v["title"], v["level"]) for v in self._in_use("title")]
        order = {series: index for index, series in enumerate(dict.fromkeys(t.series for t in found))}
        return tuple(sorted(found, key=lambda t: order[t.series]))

    @cached_property
    def _levels(self) -> dict[tuple[str, str], str]:
        # A title in use comes last, so that it is not hidden by a retired one of the same name.
        entries = sorted(self.tables["title"].values(), key=lambda each: each.active)
        known = shipped_tables()["title"].values()
        return {(e.values["series"], e.values["title"]): e.values["level"] for e in (*known, *entries)}

    def _in_use(self, kind: str) -> list[Mapping[str, str]]:
        return [each.values for each in self.tables[kind].values() if each.active]


@cache
def shipped() -> Lists:
    """The lists as shipped."""
    return Lists(shipped_tables())


def _region(entry: Entry) -> Region:
    values = entry.values
    return Region(values["code"], values["name"], values["parent"], _KIND_OF[values["kind"]], entry.active)


def _keyed(rows: Iterable[Mapping[str, str]]) -> dict[str, Entry]:
    return {key_of(values): Entry(values) for values in rows}
