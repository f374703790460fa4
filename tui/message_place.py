"""Where a message (消息) leads: the page of what it is about."""

from __future__ import annotations

from typing import Any

from core.rules.changes import ChangeKind
from core.rules.roles import Role

_AT_EMPLOYER = {
    ChangeKind.TRANSFER.value: "arrivals",
    ChangeKind.POSITION.value: "positions",
    ChangeKind.IDENTITY.value: "identities",
}
"""The desk of an employer at which changes of a kind are decided."""

_OF_PLANNERS = {"plan": ("plan_view", "plan_id"), "class": ("training_class", "class_id")}
"""Where a base or an authority sees its plan, a base its class."""


def place_of(role: Role | None, object_kind: str, object_id: int | None) -> tuple[str, dict[str, Any]] | None:
    """The route and what it is opened with; None where there is nothing to see but the message itself."""
    if object_id is None or role is Role.OPERATOR:
        return None
    if object_kind == "declaration":
        return "declaration", {"declaration_id": object_id}
    if object_kind == "year" and role is Role.PERSON:
        return "annual_detail", {"year": object_id}
    if object_kind == "activity" and role is Role.EMPLOYER:
        return "activity", {"activity_id": object_id}
    if object_kind == "office_change" and role is not Role.PERSON:
        return "org_changes", {}
    if object_kind in _OF_PLANNERS and role in (Role.BASE, Role.AUTHORITY):
        name, param = _OF_PLANNERS[object_kind]
        return name, {param: object_id}
    if object_kind not in _AT_EMPLOYER:
        return None
    if role is Role.EMPLOYER:
        return _AT_EMPLOYER[object_kind], {}
    return ("change", {"change_id": object_id}) if role is Role.PERSON else None
