"""A change of a region (行政区划) reaches the table of regions as well, and holds the tree together."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import func, select

from core.model import Edition, Org, Person, Region
from core.rules.errors import ErrorCode, Refused
from core.rules.list_kinds import parent_of
from core.rules.lists import REGION_KINDS, Entry
from core.store.work import UnitOfWork

_KINDS = {label: kind for kind, label in REGION_KINDS.items()}


def region_values(typed: Mapping[str, str], before: Entry | None) -> dict[str, str]:
    """The entry of a region: where it lies is told by its code, and never changes."""
    parent = before.values["parent"] if before is not None else parent_of(typed["code"])
    return {**typed, "parent": parent}


def place_region(work: UnitOfWork, edition: Edition) -> None:
    """Add, rename or dissolve the row. Raises Refused HAS_DEPENDANTS for a region that still has something in it."""
    row = work.session.get(Region, edition.entry, with_for_update=True)
    if edition.value is None:
        assert row is not None
        _must_be_empty(work, edition.entry)
        row.active = False
        return
    values: dict[str, str] = json.loads(edition.value)
    if row is None:
        kind = _KINDS[values["kind"]]
        row = Region(code=edition.entry, name=values["name"], parent=values["parent"], kind=kind)
        work.session.add(row)
    row.name, row.active = values["name"], True
    work.session.flush()


def _must_be_empty(work: UnitOfWork, code: str) -> None:
    holds = (
        (select(func.count()).where(Region.parent == code, Region.active.is_(True)), "个下级区域"),
        (select(func.count()).where(Org.region_code == code, Org.active.is_(True)), "个在用的单位"),
        (select(func.count()).where(Person.region_code == code), "名人员"),
    )
    for query, what in holds:
        count = work.session.scalar(query) or 0
        if count:
            raise Refused(ErrorCode.HAS_DEPENDANTS, count=count, what=what, action="撤销")
