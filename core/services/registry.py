"""The registry of units, brought in from a file: all rows or none, bad ones named by line, column and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from core.model import Region
from core.rules import reference
from core.rules.entry import EntryError, fold, fold_plain
from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.identity import check_uscc
from core.rules.lists import Lists
from core.rules.permissions import Action
from core.rules.roles import Caller, OrgKind
from core.schema.employers import ImportProblem, ImportResult, ImportUnits
from core.services.boxes import taken_in
from core.services.desk import Desk, desk_use_case
from core.services.unit_file import (
    AUTHORITY,
    CODE,
    KIND,
    NAME,
    REGION,
    SUPERIOR,
    UnitLine,
    read_units,
)
from core.store.new_orgs import NewOrg, add_orgs, ids_of
from core.store.search import LONGEST
from core.store.sheets import Cell
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

_KINDS = {kind.label: kind for kind in OrgKind}


@desk_use_case(Action.IMPORT_UNITS)
def import_units(desk: Desk, caller: Caller, command: ImportUnits) -> ImportResult:
    """Import the units of a file. With any problem nothing is stored. Raises Refused FILE_UNREADABLE."""
    with taken_in(desk, caller, command.path) as path:
        file = read_units(path)
    if file.missing:
        return ImportResult(
            0, tuple(ImportProblem(file.heading_line, name, "缺少这一列") for name in file.missing)
        )
    with desk.reading() as work:
        regions = RegionNames(
            set(work.session.scalars(select(Region.code).where(Region.active.is_(True)))), work.lists
        )
    batch = Batch(regions)
    for line in file.lines:
        batch.read(line)
    with desk.writing() as work:
        batch.compare(work)
        if batch.problems:
            return ImportResult(0, tuple(sorted(batch.problems, key=lambda problem: problem.line)))
        add_orgs(work.session, list(batch.orgs.values()))
        work.audit(caller, Action.IMPORT_UNITS, "org", "", f"导入 {len(batch.orgs)} 个单位")
        work.commit()
    return ImportResult(len(batch.orgs))


class RegionNames:
    """Regions by whatever names one: the code, the full path (洛阳市 汝阳县), or a name that only one has."""

    def __init__(self, codes: set[str], lists: Lists) -> None:
        self._lists = lists
        self._codes: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        for region in lists.regions():
            if region.code not in codes:
                continue
            self._codes[region.code] = region.code
            path = lists.region_path(region.code).replace(" ", "")
            province = lists.region(reference.PROVINCE).name
            for name in {region.name, path, province + path}:
                self._names.setdefault(name, set()).add(region.code)

    def find(self, text: str) -> str:
        """The code. Raises LookupError with the reason in words."""
        plain = fold_plain(text).replace("/", "").replace("-", "")
        if plain in self._codes:
            return plain
        found = sorted(self._names.get(plain, ()))
        if not found:
            raise LookupError("没有这个区域，请写六位代码或全称，如 洛阳市汝阳县")
        if len(found) > 1:
            paths = "、".join(self._lists.region_path(code).replace(" ", "") for code in found[:3])
            raise LookupError(f"叫“{plain}”的区域有 {len(found)} 个（{paths}），请写全称或代码")
        return found[0]


@dataclass
class Batch:
    """What was read so far: good units by code, the line each stands in, and all problems."""

    regions: RegionNames
    orgs: dict[str, NewOrg] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[ImportProblem] = field(default_factory=list)
    _known_regions: dict[str, str] = field(default_factory=dict)

    def read(self, line: UnitLine) -> None:
        """Check one line by itself, and against the lines before it."""
        before = len(self.problems)
        name, code = self._name(line), self._code(line, CODE, required=True)
        kind, region = self._kind(line), self._region(line)
        superior, authority = self._code(line, SUPERIOR), self._code(line, AUTHORITY)
        if code in self.lines:
            self._problem(line, CODE, f"与第 {self.lines[code]} 行重复")
        elif code:
            self.lines[code] = line.line
        for column, other in ((SUPERIOR, superior), (AUTHORITY, authority)):
            if code and other == code:
                self._problem(line, column, "不能是本单位自己")
        if len(self.problems) == before and kind is not None:
            self.orgs[code] = NewOrg(code, name, kind, region, superior, authority)

    def compare(self, work: UnitOfWork) -> None:
        """Check the whole against the database and against itself."""
        referred = {code for org in self.orgs.values() for code in (org.superior, org.authority) if code}
        known = ids_of(work.session, set(self.lines) | referred)
        for code, line in self.lines.items():
            if code in known:
                self.problems.append(ImportProblem(line, CODE, "系统中已有这个机构代码"))
        kinds = {code: kind for code, (_, kind) in known.items()}
        kinds |= {code: org.kind.value for code, org in self.orgs.items()}
        for code, org in self.orgs.items():
            line = self.lines[code]
            if org.superior and org.superior not in kinds and org.superior not in self.lines:
                self.problems.append(ImportProblem(line, SUPERIOR, "文件和系统中都没有这个单位"))
            if org.authority and org.authority not in kinds and org.authority not in self.lines:
                self.problems.append(ImportProblem(line, AUTHORITY, "文件和系统中都没有这个单位"))
            elif org.authority and kinds.get(org.authority, "authority") != OrgKind.AUTHORITY.value:
                self.problems.append(ImportProblem(line, AUTHORITY, "这个单位不是主管部门"))
        for code in _in_circles({code: org.superior for code, org in self.orgs.items()}):
            self.problems.append(ImportProblem(self.lines[code], SUPERIOR, "上级单位互为上级，成了一个圈"))

    def _name(self, line: UnitLine) -> str:
        name = self._text(line, NAME)
        if not name:
            return ""
        if len(name) > LONGEST:
            text = ERROR_TEXTS[ErrorCode.TOO_LONG].format(limit=LONGEST, length=len(name))
            self._problem(line, NAME, text)
        elif missing := missing_glyphs(name):
            self._problem(line, NAME, ERROR_TEXTS[ErrorCode.NO_GLYPH].format(character=missing[0]))
        return name

    def _code(self, line: UnitLine, column: str, *, required: bool = False) -> str:
        cell = line.cells[column]
        if _is_number(cell):
            self._problem(line, column, "这一格是数字格式，末几位可能已丢失，请改为文本格式后重填")
            return ""
        text = str(cell).strip()
        if not text:
            if required:
                self._problem(line, column, ERROR_TEXTS[ErrorCode.REQUIRED])
            return ""
        try:
            return check_uscc(text)
        except EntryError as error:
            self._problem(line, column, ERROR_TEXTS[error.code].format(**error.params))
            return ""

    def _kind(self, line: UnitLine) -> OrgKind | None:
        text = self._text(line, KIND)
        if text and text not in _KINDS:
            self._problem(line, KIND, f"应为 {'、'.join(_KINDS)} 之一")
        return _KINDS.get(text)

    def _region(self, line: UnitLine) -> str:
        text = self._text(line, REGION)
        if not text:
            return ""
        if text not in self._known_regions:
            try:
                self._known_regions[text] = self.regions.find(text)
            except LookupError as error:
                self._problem(line, REGION, str(error))
                return ""
        return self._known_regions[text]

    def _text(self, line: UnitLine, column: str) -> str:
        """A cell that must hold something. Six digits of a region lose nothing by being a number."""
        cell = line.cells[column]
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        try:
            text = fold(str(cell))
        except EntryError as error:
            self._problem(line, column, ERROR_TEXTS[error.code])
            return ""
        if not text:
            self._problem(line, column, ERROR_TEXTS[ErrorCode.REQUIRED])
        return text

    def _problem(self, line: UnitLine, column: str, reason: str) -> None:
        self.problems.append(ImportProblem(line.line, column, reason))


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _in_circles(above: Mapping[str, str]) -> list[str]:
    """The units that are their own superior in the end, one of each circle."""
    settled: set[str] = set()
    found = []
    for start in above:
        path: dict[str, None] = {}
        step = start
        while step in above and step not in settled and step not in path:
            path[step] = None
            step = above[step]
        if step in path and step != above[step]:
            found.append(step)
        settled.update(path)
    return found
