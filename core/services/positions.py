"""专业技术职务 (P5): declared by the person, in force once the employer has agreed, with 变更记录."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.model import Change, Department, Org, Person, PositionChange
from core.rules.changes import ChangeKind, PositionState
from core.rules.clock import today
from core.rules.errors import Refused
from core.rules.machine import Move
from core.rules.permissions import Action
from core.rules.position import POSITION_FIELDS, check_position, series_of, series_value
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.changes import ChangeKey, ChangeView, PositionPage, SubmitPosition
from core.schema.declarations import EvidenceView, Holder
from core.services.attachments import attachment_errors, attachments_of, replace_attachments
from core.services.change_queue import ChangeQueue
from core.services.changes import (
    PENDING,
    Lines,
    change_row,
    change_view,
    changes_of,
    held_person,
    open_change,
    refuse_second,
    refuse_while_transferring,
    settle,
    withdraw,
)
from core.services.desk import use_case
from core.services.employers import region_name
from core.services.scope import owner
from core.services.year_rows import move_open_years
from core.store.change_pages import ChangeLine
from core.store.work import UnitOfWork

KIND = ChangeKind.POSITION


@use_case(Action.CHANGE_LIST, writes=False)
def position_page(work: UnitOfWork, actor: Actor, command: Nothing) -> PositionPage:
    """专业技术职务: what stands in the form at first is what is in force, and below it 变更记录."""
    person = owner(work.session, actor)
    changes = changes_of(work.session, person.id, KIND)
    in_force = next((each for each in changes if each.state == PositionState.APPROVED), None)
    pending = next((each for each in changes if each.state == PENDING), None)
    employer = work.session.get_one(Org, person.employer_id)
    department = work.session.get(Department, person.department_id) if person.department_id else None
    return PositionPage(
        fixed=(
            ("单位地区", region_name(work, employer.region_code)),
            ("单位名称", employer.name),
            ("工作部门", department.name if department else ""),
        ),
        values=dict(in_force.fields) if in_force is not None else _first_values(work, person),
        evidence=_pictures(work, in_force) if in_force is not None else (),
        in_force=_view(work, in_force) if in_force is not None else None,
        pending=_view(work, pending) if pending is not None else None,
        rows=tuple(change_row(each, _field(each, "series"), _field(each, "title")) for each in changes),
    )


@use_case(Action.SUBMIT_POSITION, writes=True)
def submit_position(work: UnitOfWork, actor: Actor, command: SubmitPosition) -> ChangeView:
    """保存: it waits for the employer, what is in force stays so until then.

    Raises Refused for fields (attachments under `evidence`), CHANGE_PENDING, TRANSFER_PENDING.
    """
    person = held_person(work, actor)
    refuse_second(work, person.id, KIND)
    refuse_while_transferring(work, person.id, "修改专业技术职务")
    checked = check_position(command.values, today(work.clock), work.lists)
    limit = work.settings.evidence_count
    errors = [*checked.errors, *attachment_errors(work, actor, command.evidence, limit=limit)]
    if errors:
        raise Refused.for_fields(tuple(errors))
    fields = {key: str(value) for key, value in checked.clean.items()}
    row = PositionChange(person_id=person.id, org_id=person.employer_id, fields=fields)
    open_change(work, actor, row, Action.SUBMIT_POSITION, _words(row.fields))
    replace_attachments(work, actor, Holder.POSITION, row.id, command.evidence, limit=limit)
    return _view(work, row)


@use_case(Action.WITHDRAW_POSITION, writes=True)
def withdraw_position(work: UnitOfWork, actor: Actor, command: ChangeKey) -> ChangeView:
    """撤回 while the employer has not decided. Raises Refused STALE, NOT_YOURS, MOVE_NOT_ALLOWED."""
    return _view(work, withdraw(work, actor, command, KIND, Action.WITHDRAW_POSITION))


def _put_in_force(work: UnitOfWork, actor: Actor, change: Change) -> None:
    """通过: the former one gives way first, since a person has one in force at most."""
    former = work.session.scalars(
        select(PositionChange)
        .where(
            PositionChange.person_id == change.person_id,
            PositionChange.state == PositionState.APPROVED.value,
        )
        .with_for_update()
    ).first()
    if former is not None:
        settle(work, actor, former, Move.REPLACE, Action.DECIDE_POSITION, summary=_words(former.fields))
    person = work.session.get_one(Person, change.person_id)
    person.series, person.title = series_of(_field(change, "series")), _field(change, "title")
    work.session.flush()
    move_open_years(work, (person.id,))


def _view(work: UnitOfWork, change: Change) -> ChangeView:
    return change_view(work, change, _lines(work, change), _pictures(work, change))


def _lines(work: UnitOfWork, change: Change) -> Lines:
    """The form as filled in, in its order."""
    return tuple((spec.label, text) for spec in POSITION_FIELDS if (text := _field(change, spec.key)))


def _about(work: UnitOfWork, change: Change) -> Lines:
    """What the employer sees besides: whose it is, and what is in force as long as this isn't."""
    person = work.session.get_one(Person, change.person_id)
    now = " ".join(filter(None, (person.series, person.title)))
    waits = change.state == PENDING
    return (("姓名", person.name), *((("现任职资格", now or "无"),) if waits else ()))


def _pictures(work: UnitOfWork, change: Change) -> tuple[EvidenceView, ...]:
    return attachments_of(work.session, Holder.POSITION, change.id)


def _first_values(work: UnitOfWork, person: Person) -> dict[str, str]:
    """What is known of somebody who has never declared a position here."""
    known = {"series": series_value(person.series, person.title, work.lists), "title": person.title}
    return known if known["series"] else {}


def _told(work: UnitOfWork, change: Change, move: Move) -> str:
    return f"专业技术职务审核{move.label}：{_words(change.fields)}"


def _words(fields: Mapping[str, str]) -> str:
    return f"{fields.get('series', '')} {fields.get('title', '')}".strip()


def _column(line: ChangeLine) -> str:
    return _words(line.fields)


def _field(change: Change, key: str) -> str:
    return change.fields.get(key, "")


POSITION_QUEUE = ChangeQueue(
    KIND,
    heading="专业技术职务",
    decided=Action.DECIDE_POSITION,
    column=_column,
    lines=_lines,
    about=_about,
    effect=_put_in_force,
    told=_told,
    evidence=_pictures,
)
