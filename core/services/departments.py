"""工作部门 (E1): the tree of an employer's departments, added to, renamed, moved, and cleared of what nobody is in."""

from __future__ import annotations

from sqlalchemy import func, select, update

from core.model import Change, Department, Person, Registration
from core.rules.checking import check_form
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldSpec
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.offices import DepartmentKey, DepartmentNode, SaveDepartment
from core.services.desk import use_case
from core.services.employers import department_tree
from core.services.scope import must_be_chief, not_yours
from core.store import pages
from core.store.work import UnitOfWork

KIND = "department"
NAME = FieldSpec("name", "部门名称", max_length=40)
DEEPEST = 5
"""Levels of the tree."""


@use_case(Action.EDIT_DEPARTMENTS, writes=False)
def departments(work: UnitOfWork, actor: Actor, command: Nothing) -> tuple[DepartmentNode, ...]:
    """The caller's departments as a tree, line by line, with how many persons are in each."""
    return department_tree(work, _org(actor))


@use_case(Action.EDIT_DEPARTMENTS, writes=True)
def save_department(work: UnitOfWork, actor: Actor, command: SaveDepartment) -> tuple[DepartmentNode, ...]:
    """Add one, or rename and move it with all below it; returns the tree.

    Raises Refused NOT_CHIEF, NOT_FOUND, NOT_YOURS; for fields `name` (NAME_TWICE beside its neighbours) and
    `parent` (NOT_IN_LIST: itself, what lies below it, or too deep).
    """
    row = _held(work, actor, command.department_id)
    above = _held(work, actor, command.parent_id)
    must_be_chief(work, actor)
    name = _checked(work, actor, command, row, above)
    words = f"增加工作部门 {name}"
    if row is None:
        row = Department(org_id=_org(actor), name=name)
        work.session.add(row)
    elif (row.name, row.parent_id) == (name, command.parent_id):
        return department_tree(work, _org(actor))
    else:
        words = f"修改工作部门 {row.name}" + (f"：改名为 {name}" if name != row.name else "：移动")
    row.name, row.parent_id = name, command.parent_id
    work.session.flush()
    work.audit(actor, Action.EDIT_DEPARTMENTS, KIND, row.id, words)
    return department_tree(work, _org(actor))


@use_case(Action.EDIT_DEPARTMENTS, writes=True)
def delete_department(work: UnitOfWork, actor: Actor, command: DepartmentKey) -> tuple[DepartmentNode, ...]:
    """Delete one that nobody is in and nothing lies below; returns the tree.

    What was decided keeps the department's name. Raises Refused NOT_CHIEF, NOT_FOUND, NOT_YOURS, HAS_DEPENDANTS.
    """
    row = _held(work, actor, command.department_id)
    assert row is not None
    must_be_chief(work, actor)
    _must_be_empty(work, row)
    decided = update(Registration).where(Registration.department_id == row.id)
    work.session.execute(decided.values(department_id=None))
    transfers = select(Change).where(Change.department_id == row.id)
    for change in work.session.scalars(transfers):
        kept = {**change.fields, KIND: row.name}
        settled = update(Change).where(Change.id == change.id)
        work.session.execute(settled.values(department_id=None, fields=kept))
    name, department_id = row.name, row.id
    work.session.delete(row)
    work.session.flush()
    work.audit(actor, Action.EDIT_DEPARTMENTS, KIND, department_id, f"删除工作部门 {name}")
    return department_tree(work, _org(actor))


def _org(actor: Actor) -> int:
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return actor.org_id


def _held(work: UnitOfWork, actor: Actor, department_id: int | None) -> Department | None:
    """A department of the caller's, held. Raises NOT_FOUND, NOT_YOURS."""
    if department_id is None:
        return None
    row = work.locked(Department, department_id)
    if row.org_id != _org(actor):
        raise not_yours(KIND, department_id)
    return row


def _checked(
    work: UnitOfWork,
    actor: Actor,
    command: SaveDepartment,
    row: Department | None,
    above: Department | None,
) -> str:
    """The name, understood. Raises Refused for the fields."""
    checked = check_form((NAME,), {NAME.key: command.name}, today(work.clock))
    errors = list(checked.errors)
    name = str(checked.clean.get(NAME.key, ""))
    beside = select(Department.id).where(
        Department.org_id == _org(actor), Department.name == name, Department.id != (row.id if row else 0)
    )
    same_parent = Department.parent_id.is_(None) if above is None else Department.parent_id == above.id
    if name and work.session.scalar(beside.where(same_parent).limit(1)) is not None:
        errors.append(FieldError(NAME.key, ErrorCode.NAME_TWICE, {"name": name}))
    if above is not None and not _fits(work, _org(actor), row, above):
        errors.append(FieldError("parent", ErrorCode.NOT_IN_LIST))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return name


def _fits(work: UnitOfWork, org_id: int, row: Department | None, above: Department) -> bool:
    """Whether a department can lie there: not below itself, and not deeper than the tree goes."""
    nodes = department_tree(work, org_id)
    parents = {node.id: node.parent_id for node in nodes}
    depths = {node.id: node.depth for node in nodes}
    step: int | None = above.id
    while step is not None:
        if row is not None and step == row.id:
            return False
        step = parents[step]
    height = 0
    if row is not None:
        own = [node.depth for node in nodes if _is_inside(node.id, row.id, parents)]
        height = max(own) - depths[row.id]
    return depths[above.id] + 1 + height < DEEPEST


def _is_inside(department_id: int, other_id: int, parents: dict[int, int | None]) -> bool:
    step: int | None = department_id
    while step is not None and step != other_id:
        step = parents[step]
    return step == other_id


def _must_be_empty(work: UnitOfWork, row: Department) -> None:
    """Raises HAS_DEPENDANTS, naming what is in the way first."""
    pending = (Registration.department_id == row.id) & (Registration.state == pages.PENDING)
    coming = (Change.department_id == row.id) & (Change.state == pages.PENDING)
    asked = (
        ("名人员在这个部门", select(func.count(Person.id)).where(Person.department_id == row.id)),
        ("个下级部门", select(func.count(Department.id)).where(Department.parent_id == row.id)),
        ("份注册选了这个部门，待审核", select(func.count(Registration.id)).where(pending)),
        ("份调转选了这个部门，待接收", select(func.count(Change.id)).where(coming)),
    )
    for what, query in asked:
        count = work.session.scalar(query) or 0
        if count:
            raise Refused(ErrorCode.HAS_DEPENDANTS, count=count, what=what, action="删除")
