"""Employers for the popup 所在单位, and the departments of one (工作部门)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import func, select

from core.model import Department, Org, Person
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode
from core.rules.permissions import Action
from core.rules.roles import Caller, OrgKind
from core.schema.base import Number
from core.schema.employers import DepartmentRow, EmployerPage, EmployerRow, FindEmployers
from core.schema.offices import DepartmentNode
from core.services.desk import use_case
from core.services.scope import region_prefix
from core.store.search import OrgLine
from core.store.search import find_employers as search_employers
from core.store.work import UnitOfWork

ELSEWHERE_AT_MOST = 99
_KIND_LABELS = {kind.value: kind.label for kind in OrgKind}


@use_case(Action.FIND_EMPLOYER, writes=False)
def find_employers(work: UnitOfWork, caller: Caller, command: FindEmployers) -> EmployerPage:
    """One page of employers inside a region and below.

    Only where the first page finds nothing more is the province counted, to say how many stand `elsewhere`.
    """
    prefix = region_prefix(command.region_code) if command.region_code else ""
    kinds = (command.kind,)
    search = partial(search_employers, work.connection, command.text, exact=command.exact, kinds=kinds)
    found = search(prefix, after=command.after, limit=command.limit)
    elsewhere = 0
    whole_page_known = command.after is None and found.after is None
    if whole_page_known and prefix and command.text.strip():
        everywhere = search("", limit=ELSEWHERE_AT_MOST + len(found.rows))
        elsewhere = min(ELSEWHERE_AT_MOST, len(everywhere.rows) - len(found.rows))
    return EmployerPage(tuple(_row(work, line) for line in found.rows), found.after, elsewhere)


@use_case(Action.EMPLOYER_DEPARTMENTS, writes=False)
def departments_of(work: UnitOfWork, caller: Caller, command: Number) -> tuple[DepartmentRow, ...]:
    """The departments of the employer with this id, each after the one it belongs to."""
    nodes = department_tree(work, command.value)
    paths: dict[int | None, str] = {None: ""}
    for node in nodes:
        above = paths[node.parent_id]
        paths[node.id] = f"{above} / {node.name}" if above else node.name
    return tuple(DepartmentRow(node.id, node.name, paths[node.id]) for node in nodes)


def department_tree(work: UnitOfWork, org_id: int) -> tuple[DepartmentNode, ...]:
    """The departments of an employer as a tree, laid out line by line; those of one parent in the order made."""
    people = (
        select(Person.department_id, func.count())
        .where(Person.employer_id == org_id, Person.department_id.is_not(None))
        .group_by(Person.department_id)
    )
    counts = {department: count for department, count in work.session.execute(people)}
    wanted = select(Department).where(Department.org_id == org_id).order_by(Department.id)
    below: dict[int | None, list[Department]] = {}
    for row in work.session.scalars(wanted):
        below.setdefault(row.parent_id, []).append(row)

    def laid_out(parent: int | None, depth: int) -> Iterator[DepartmentNode]:
        for row in below.get(parent, ()):
            yield DepartmentNode(row.id, row.name, row.parent_id, depth, counts.get(row.id, 0))
            yield from laid_out(row.id, depth + 1)

    return tuple(laid_out(None, 0))


def may_register_at(org: Org | None) -> bool:
    """Whether persons can register with this organisation now."""
    return org is not None and org.kind == OrgKind.EMPLOYER.value and org.active and org.accepts_registrations


def find_department(work: UnitOfWork, org_id: int, chosen: int | None, typed: str) -> int | None:
    """The department of an employer that was picked, else the one whose name was typed.

    Raises EntryError NOT_IN_LIST where it has none such.
    """
    if chosen is None and not typed.strip():
        return None
    wanted = select(Department.id).where(Department.org_id == org_id)
    wanted = wanted.where(Department.name == typed.strip() if chosen is None else Department.id == chosen)
    found = work.session.scalar(wanted.order_by(Department.id).limit(1))
    if found is None:
        raise EntryError(ErrorCode.NOT_IN_LIST)
    return found


def _row(work: UnitOfWork, line: OrgLine) -> EmployerRow:
    return EmployerRow(
        line.id,
        line.name,
        _KIND_LABELS[line.kind],
        line.code,
        line.region_code,
        region_name(work, line.region_code),
    )


def region_name(work: UnitOfWork, code: str) -> str:
    """How a region is named on screen; a code that nobody knows stands for itself."""
    return work.lists.region_path(code)
