"""单位资料管理 (E1): what an office keeps by itself, saved at once, and the way to what needs another's word."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Org, OrgChange
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.offices import CONTACT_FIELDS, check_contact
from core.rules.permissions import Action
from core.rules.roles import Actor, OrgKind
from core.schema.base import Nothing
from core.schema.offices import EditOrg, OrgProfile
from core.services.desk import use_case
from core.services.employers import region_name
from core.services.office_admission import contact_values, named, reviewer_of, write_contact
from core.services.org_changes import change_row, identity_of
from core.services.scope import is_chief, must_be_chief
from core.store.work import UnitOfWork

KIND = "org"


@use_case(Action.ORG_PROFILE, writes=False)
def org_profile(work: UnitOfWork, actor: Actor, command: Nothing) -> OrgProfile:
    """The caller's office: what is fixed, what it keeps by itself, and 变更记录."""
    org = _own(work, actor)
    superior, authority = named(work, org.superior_id), named(work, org.authority_id)
    above = (
        (
            ("上级单位", superior[1] if superior else "（无）"),
            ("主管部门", authority[1] if authority else "（无）"),
        )
        if org.kind == OrgKind.EMPLOYER
        else ()
    )
    changes = select(OrgChange).where(OrgChange.org_id == org.id).order_by(OrgChange.id.desc())
    return OrgProfile(
        org_id=org.id,
        version=org.version,
        kind=org.kind,
        fixed=(
            ("单位名称", org.name),
            ("单位类型", OrgKind(org.kind).label),
            ("机构代码", org.code),
            ("所属区域", region_name(work, org.region_code)),
            *above,
        ),
        values=contact_values(work, org),
        change_values=identity_of(org),
        superior=superior,
        authority=authority,
        reviewer=_reviewer(work, org),
        chief=is_chief(work, actor),
        rows=tuple(change_row(work, each, actor) for each in work.session.scalars(changes)),
    )


@use_case(Action.EDIT_ORG, writes=True)
def edit_org(work: UnitOfWork, actor: Actor, command: EditOrg) -> OrgProfile:
    """保存, in force at once. The log names the fields that changed, never what they hold.

    Raises Refused NOT_CHIEF, STALE, FIELDS_REFUSED. What is as it was is neither written nor logged.
    """
    must_be_chief(work, actor)
    org = work.locked(Org, actor.org_id, command.version)
    checked = check_contact(command.values, today(work.clock))
    if checked.errors:
        raise Refused.for_fields(checked.errors)
    before = contact_values(work, org)
    after = {spec.key: str(checked.clean.get(spec.key, "")) for spec in CONTACT_FIELDS}
    changed = [spec.label for spec in CONTACT_FIELDS if before[spec.key] != after[spec.key]]
    if changed:
        write_contact(work, org, after)
        work.session.flush()
        work.audit(actor, Action.EDIT_ORG, KIND, org.id, f"修改单位资料：{'、'.join(changed)}")
    return org_profile(work, actor, Nothing())


def _own(work: UnitOfWork, actor: Actor) -> Org:
    org = work.session.get(Org, actor.org_id) if actor.org_id is not None else None
    if org is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    return org


def _reviewer(work: UnitOfWork, org: Org) -> str:
    try:
        return reviewer_of(work, org.region_code, org.superior_id, org.authority_id).name
    except Refused:
        return ""
