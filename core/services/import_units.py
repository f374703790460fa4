"""单位 from a file, in parts: the same checks as `jijiao import units`, and the good rows alone if that is wished."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.model import Region
from core.rules.imports import UNITS
from core.rules.roles import Actor, OrgKind
from core.services.import_lines import Found, Importer, Line, Problem, Row, State, missing
from core.services.registry import Batch, RegionNames
from core.services.unit_file import AUTHORITY, CODE, SUPERIOR, UnitLine
from core.store.new_orgs import NewOrg, add_orgs, ids_of, link_orgs
from core.store.work import UnitOfWork

ABOVE_IS_BAD = "它写的上级或主管部门那一行有错，不能导入"
_KEYS = {column.label: column.key for column in UNITS.columns}


def check_units(
    work: UnitOfWork, actor: Actor, lines: Sequence[Line], found: Found
) -> tuple[list[Row], None]:
    """The rows of a part: [line, code, name, kind, region, superior, authority]."""
    active = select(Region.code).where(Region.active.is_(True))
    batch = Batch(RegionNames(set(work.session.scalars(active)), work.lists))
    by_line: dict[int, Line] = {}
    for line in lines:
        if not missing(found, line):
            by_line[line.number] = line
            cells = {column.label: line.values[column.key] for column in UNITS.columns}
            batch.read(UnitLine(line.number, dict(cells)))
    for problem in batch.problems:
        found.add(by_line[problem.line], _KEYS[problem.column], problem.reason)
    rows = [
        [batch.lines[code], code, org.name, org.kind.value, org.region_code, org.superior, org.authority]
        for code, org in batch.orgs.items()
    ]
    return rows, None


def whole_file(work: UnitOfWork, actor: Actor, rows: Sequence[Row]) -> list[Problem]:
    """What only the whole file and the register tell: codes that are known, superiors that nobody knows, circles;
    and whatever hangs on such a row."""
    batch = Batch(RegionNames(set(), work.lists))
    for row in rows:
        batch.orgs[row[1]], batch.lines[row[1]] = _org(row), row[0]
    batch.compare(work)
    problems = [
        Problem(each.line, each.column, _cell(batch, each.line, each.column), each.reason)
        for each in batch.problems
    ]
    bad = {each.line for each in problems}
    codes = {code for code, line in batch.lines.items() if line in bad}
    grown = True
    while grown:
        grown = False
        for code, org in batch.orgs.items():
            if code in codes:
                continue
            for label, other in ((SUPERIOR, org.superior), (AUTHORITY, org.authority)):
                if other in codes and not _is_known(batch, problems, other):
                    problems.append(Problem(batch.lines[code], label, other, ABOVE_IS_BAD))
                    codes.add(code)
                    grown = True
                    break
    return problems


def settle_units(
    work: UnitOfWork, actor: Actor, rows: Sequence[Row], shared: object
) -> tuple[list[Row], list[Problem]]:
    """Those whose code is still free."""
    known = ids_of(work.session, [row[1] for row in rows])
    problems = [Problem(row[0], CODE, row[1], "系统中已有这个机构代码") for row in rows if row[1] in known]
    return [row for row in rows if row[1] not in known], problems


def write_units(work: UnitOfWork, actor: Actor, ready: Sequence[Row], shared: object, state: State) -> int:
    """The units; whose superior stands later in the file is linked in the second round."""
    add_orgs(work.session, [_org(row) for row in ready])
    return len(ready)


def link_units(work: UnitOfWork, actor: Actor, rows: Sequence[Row]) -> None:
    """Superiors and authorities, now that every unit of the file has its id."""
    link_orgs(work.session, [_org(row) for row in rows])


UNITS_IMPORT = Importer(
    sheet=UNITS,
    doubled_by=("code",),
    check=check_units,
    settle=settle_units,
    write=write_units,
    whole=whole_file,
    link=link_units,
)


def _org(row: Row) -> NewOrg:
    _, code, name, kind, region, superior, authority = row
    return NewOrg(code, name, OrgKind(kind), region, superior, authority)


def _cell(batch: Batch, line: int, column: str) -> str:
    code = next(code for code, at in batch.lines.items() if at == line)
    org = batch.orgs[code]
    return {SUPERIOR: org.superior, AUTHORITY: org.authority}.get(column, code)


def _is_known(batch: Batch, problems: Sequence[Problem], code: str) -> bool:
    """Whether a row is bad only because the register has that unit already, which may well be a superior."""
    line = batch.lines[code]
    reasons = {each.reason for each in problems if each.line == line}
    return reasons == {"系统中已有这个机构代码"}
