"""Changes of 名称, 机构代码, 所属区域 and of what stands above (单位变更): applied for, taken back, shown."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Decision, Org, OrgChange, OrgRegistration
from core.rules.checking import in_field_order
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal
from core.rules.machine import Move
from core.rules.offices import (
    IDENTITY_FIELDS,
    ORG_CHANGE,
    OrgChangeState,
    change_fields,
    check_change,
)
from core.rules.permissions import Action
from core.rules.roles import Actor, OrgKind
from core.schema.base import Number
from core.schema.history import DecisionLine
from core.schema.offices import Lines, OrgChangeKey, OrgChangeRow, OrgChangeView, SubmitOrgChange
from core.services.accounts import find_account
from core.services.desk import use_case
from core.services.employers import region_name
from core.services.office_admission import registered_org, reviewer_of
from core.services.office_registrations import code_is_asked_for, is_office_above
from core.services.scope import must_be_chief, not_yours
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

KIND = "office_change"
"""Its name in history, audit and on the review desk."""
PENDING = OrgChangeState.PENDING.value
SHOWN = "_shown"
"""Under `key` + this a change holds what the list shows: the name of a region or an office as it was then."""
_LABELS = {spec.key: spec.label for spec in IDENTITY_FIELDS}
_ABOVE = {"superior": OrgKind.EMPLOYER, "authority": OrgKind.AUTHORITY}


@use_case(Action.SUBMIT_ORG_CHANGE, writes=True)
def submit_org_change(work: UnitOfWork, actor: Actor, command: SubmitOrgChange) -> OrgChangeView:
    """提交变更: it waits for the level above, and all stays as it is until then.

    Raises Refused NOT_CHIEF, CHANGE_PENDING, NO_REVIEWER; for fields also OFFICE_TAKEN, OFFICE_PENDING (`code`),
    NOT_IN_LIST where an office would stand above itself, and MOVE_NOT_ALLOWED where nothing is changed.
    """
    must_be_chief(work, actor)
    org = work.locked(Org, actor.org_id)
    if pending_of(work, org.id) is not None:
        raise Refused(ErrorCode.CHANGE_PENDING, kind="单位变更")
    wanted, note = _checked(work, org, command)
    before = identity_of(org)
    changed = [key for key in wanted if wanted[key] != before[key]]
    if not changed:
        raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state="各项都与现在一致", move="提交变更")
    reviewer = reviewer_of(work, org.region_code, org.superior_id, org.authority_id)
    row = OrgChange(
        org_id=org.id,
        reviewer_id=reviewer.id,
        before=_kept(work, before, changed),
        fields=_kept(work, wanted, changed),
        note=note,
        submitted_at=work.clock.now(),
    )
    work.session.add(row)
    work.session.flush()
    work.decide(actor, KIND, row.id, Move.SUBMIT, version=0, step="applicant")
    work.audit(actor, Action.SUBMIT_ORG_CHANGE, KIND, row.id, f"申请变更 {what_changes(row)}")
    return change_view(work, row)


@use_case(Action.WITHDRAW_ORG_CHANGE, writes=True)
def withdraw_org_change(work: UnitOfWork, actor: Actor, command: OrgChangeKey) -> OrgChangeView:
    """撤回 while it waits. Raises Refused NOT_CHIEF, NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED."""
    _own(work, actor, command.change_id)
    must_be_chief(work, actor)
    row = work.locked(OrgChange, command.change_id, command.version)
    settle(work, actor, row, Move.WITHDRAW, Action.WITHDRAW_ORG_CHANGE)
    return change_view(work, row)


@use_case(Action.ORG_PROFILE, writes=False)
def org_change_view(work: UnitOfWork, actor: Actor, command: Number) -> OrgChangeView:
    """详情 of a change of the caller's own office. Raises NOT_FOUND, NOT_YOURS."""
    return change_view(work, _own(work, actor, command.value))


# ------------------------------------------------------------------------------------------ deciding


def settle(
    work: UnitOfWork, actor: Actor, row: OrgChange, move: Move, action: Action, reason: str = ""
) -> None:
    """Make a move: the state, who and when, the history, and one entry of the log. Raises MOVE_NOT_ALLOWED."""
    version = row.version
    row.state = ORG_CHANGE.next(OrgChangeState(row.state), move, actor.role).value
    row.decided_at, row.decided_by_name = work.clock.now(), actor.name
    row.reason = reason if move is Move.REJECT else ""
    work.session.flush()
    step = "applicant" if actor.org_id == row.org_id else actor.role.value
    work.decide(actor, KIND, row.id, move, version=version, step=step, opinion=reason)
    name = work.session.get_one(Org, row.org_id).name
    work.audit(actor, action, KIND, row.id, f"{ORG_CHANGE.label(move)} {name} {what_changes(row)}")


# ----------------------------------------------------------------------------------------- checking


def _checked(work: UnitOfWork, org: Org, command: SubmitOrgChange) -> tuple[dict[str, str], str]:
    """Every field at once; what is wanted by key, ids as text, and the reason given."""
    kind = OrgKind(org.kind)
    typed = dict(command.values)
    if kind is OrgKind.EMPLOYER:
        typed["superior"] = str(command.superior_id or "")
        typed["authority"] = str(command.authority_id or "")
    now = identity_of(org)
    checked = check_change(kind, typed, today(work.clock), work.lists)
    keys = [spec.key for spec in change_fields(kind) if spec.key in now]
    wanted = {key: str(checked.clean.get(key, "")) for key in keys}
    same_code = typed.get("code", "").strip().upper() == org.code.upper()
    if same_code:
        wanted["code"] = org.code  # one from the register need not hold together
    errors = [error for error in checked.errors if not (same_code and error.field == "code")]
    if missing := missing_glyphs(wanted["name"]):
        errors.append(FieldError("name", ErrorCode.NO_GLYPH, {"character": missing[0]}))
    errors += above_errors(work, org, {key: wanted[key] for key in wanted if wanted[key] != now[key]})
    if wanted["code"] not in ("", org.code):
        try:
            code_must_be_free(work, wanted["code"])
        except Refused as refusal:
            errors.append(FieldError("code", refusal.code))
    if errors:
        raise Refused.for_fields(in_field_order(change_fields(kind), errors))
    return wanted, mask_personal(str(checked.clean.get("note", "")))


def above_errors(work: UnitOfWork, org: Org, wanted: dict[str, str]) -> list[FieldError]:
    """上级单位 and 主管部门 that are none, or that would stand above themselves."""
    wrong = []
    for key, kind in _ABOVE.items():
        if not wanted.get(key):
            continue
        above = int(wanted[key])
        if not is_office_above(work, above, kind) or (key == "superior" and _is_below(work, above, org.id)):
            wrong.append(FieldError(key, ErrorCode.NOT_IN_LIST))
    return wrong


def _is_below(work: UnitOfWork, org_id: int, other_id: int) -> bool:
    """Whether an office is another or stands below it."""
    seen: set[int] = set()
    step: int | None = org_id
    while step is not None and step not in seen:
        if step == other_id:
            return True
        seen.add(step)
        step = work.session.get_one(Org, step).superior_id
    return False


def code_must_be_free(work: UnitOfWork, code: str, change_id: int | None = None) -> None:
    """Raises OFFICE_TAKEN, OFFICE_PENDING. What two do at once the database decides."""
    if registered_org(work, code) is not None or find_account(work, code) is not None:
        raise Refused(ErrorCode.OFFICE_TAKEN)
    waiting = select(OrgRegistration.id).where(OrgRegistration.code == code, OrgRegistration.state == PENDING)
    if work.session.scalar(waiting) is not None or code_is_asked_for(work, code, change_id):
        raise Refused(ErrorCode.OFFICE_PENDING)


# ------------------------------------------------------------------------------------------ showing


def identity_of(org: Org) -> dict[str, str]:
    """What is changed by application only, as a change holds it."""
    return {
        "name": org.name,
        "code": org.code,
        "region": org.region_code,
        "superior": str(org.superior_id or ""),
        "authority": str(org.authority_id or ""),
    }


def pending_of(work: UnitOfWork, org_id: int) -> OrgChange | None:
    """The one change of an office that waits."""
    wanted = select(OrgChange).where(OrgChange.org_id == org_id, OrgChange.state == PENDING)
    return work.session.scalars(wanted).first()


def what_changes(row: OrgChange) -> str:
    """The fields of a change, in words."""
    return "、".join(label for key, label in _LABELS.items() if key in row.fields)


def change_row(work: UnitOfWork, row: OrgChange, actor: Actor | None = None) -> OrgChangeRow:
    """A row of 变更记录, with what the office itself may do."""
    state = OrgChangeState(row.state)
    moves = ORG_CHANGE.moves(state, actor.role) if actor is not None and actor.org_id == row.org_id else ()
    return OrgChangeRow(
        id=row.id,
        version=row.version,
        what=what_changes(row),
        before="；".join(_shown(row.before, key) for key in _LABELS if key in row.fields),
        after="；".join(_shown(row.fields, key) for key in _LABELS if key in row.fields),
        state=row.state,
        state_label=state.label,
        reviewer=work.session.get_one(Org, row.reviewer_id).name,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        reason=row.reason,
        moves=tuple(move.value for move in moves if move is Move.WITHDRAW),
    )


def change_view(work: UnitOfWork, row: OrgChange) -> OrgChangeView:
    """Everything of one change."""
    return OrgChangeView(change_row(work, row), change_lines(row), change_history(work, row))


def change_lines(row: OrgChange) -> Lines:
    """Old and new by field, and the reason given."""
    lines = [
        (label, f"{_shown(row.before, key)} 改为 {_shown(row.fields, key)}")
        for key, label in _LABELS.items()
        if key in row.fields
    ]
    return (*lines, ("变更原因", row.note)) if row.note else tuple(lines)


def change_history(work: UnitOfWork, row: OrgChange) -> tuple[DecisionLine, ...]:
    """Every move of a change, the first one first."""
    wanted = select(Decision).where(Decision.kind == KIND, Decision.object_id == row.id)
    return tuple(
        DecisionLine(
            at=each.at,
            step_label="本单位" if each.org_id == row.org_id else "单位变更审核",
            move_label=ORG_CHANGE.label(Move(each.move)),
            actor_name=each.actor_name,
            org_name=each.org_name,
            opinion=each.opinion,
        )
        for each in work.session.scalars(wanted.order_by(Decision.seq))
    )


def _own(work: UnitOfWork, actor: Actor, change_id: int) -> OrgChange:
    row = work.session.get(OrgChange, change_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if actor.org_id is None or row.org_id != actor.org_id:
        raise not_yours(KIND, change_id)
    return row


def _kept(work: UnitOfWork, values: dict[str, str], keys: list[str]) -> dict[str, str]:
    """Some of the values as a change holds them, with the names that stood for them then."""
    kept = {key: values[key] for key in keys}
    for key in keys:
        if key == "region":
            kept[key + SHOWN] = region_name(work, values[key])
        elif key in _ABOVE and values[key]:
            kept[key + SHOWN] = work.session.get_one(Org, int(values[key])).name
    return kept


def _shown(values: dict[str, str], key: str) -> str:
    return values.get(key + SHOWN, "") or values.get(key, "") or "（无）"
