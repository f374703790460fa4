"""Employers for the popup 所在单位, and the departments of one (工作部门)."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from core.model import Department, Org
from core.rules import reference
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode
from core.rules.permissions import Action
from core.rules.roles import Caller, OrgKind
from core.schema.base import Number
from core.schema.employers import DepartmentRow, EmployerPage, EmployerRow, FindEmployers
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
    search = partial(search_employers, work.connection, command.text, exact=command.exact)
    found = search(prefix, after=command.after, limit=command.limit)
    elsewhere = 0
    whole_page_known = command.after is None and found.after is None
    if whole_page_known and prefix and command.text.strip():
        everywhere = search("", limit=ELSEWHERE_AT_MOST + len(found.rows))
        elsewhere = min(ELSEWHERE_AT_MOST, len(everywhere.rows) - len(found.rows))
    return EmployerPage(tuple(map(_row, found.rows)), found.after, elsewhere)


@use_case(Action.EMPLOYER_DEPARTMENTS, writes=False)
def departments_of(work: UnitOfWork, caller: Caller, command: Number) -> tuple[DepartmentRow, ...]:
    """The departments of the employer with this id, in the order they were made."""
    wanted = select(Department.id, Department.name).where(Department.org_id == command.value)
    return tuple(DepartmentRow(*row) for row in work.session.execute(wanted.order_by(Department.id)))


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


def _row(line: OrgLine) -> EmployerRow:
    return EmployerRow(
        line.id,
        line.name,
        _KIND_LABELS[line.kind],
        line.code,
        line.region_code,
        region_name(line.region_code),
    )


def region_name(code: str) -> str:
    """How a region is named on screen; a code that nobody knows stands for itself."""
    try:
        return reference.region_path(code)
    except KeyError:
        return code
