"""The three lists of a person's own (P6): 学历及学位情况, 职(执)业资格, 学术技术称号. Each entry is saved at once."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Person, PersonRecord
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.person_records import MOST_RECORDS, RECORD_KINDS, RecordKind, check_record
from core.rules.roles import Actor
from core.schema.declarations import EvidenceView, Holder
from core.schema.person_records import RecordKey, RecordList, RecordPage, RecordRow, SaveRecord
from core.services.attachments import attachment_errors, attachments_by, attachments_of, replace_attachments
from core.services.desk import use_case
from core.services.scope import not_yours, owner
from core.store.work import UnitOfWork

KIND = "record"


@use_case(Action.RECORD_LIST, writes=False)
def record_page(work: UnitOfWork, actor: Actor, command: RecordList) -> RecordPage:
    """One of the caller's lists in the order it was filled in. Raises Refused NOT_FOUND for an unknown kind."""
    person, kind = owner(work.session, actor), _kind(command.kind)
    rows = _all(work, person.id, kind)
    pictures = attachments_by(work.session, Holder.RECORD, [each.id for each in rows])
    return RecordPage(
        kind=kind.key,
        title=kind.title,
        columns=tuple(kind.label(key) for key in kind.columns),
        rows=tuple(_row(kind, each, pictures.get(each.id, ())) for each in rows),
    )


@use_case(Action.SAVE_RECORD, writes=True)
def save_record(work: UnitOfWork, actor: Actor, command: SaveRecord) -> RecordRow:
    """保存, in force at once. Raises Refused FIELDS_REFUSED (RECORD_TWICE and the attachments among them),
    TOO_MANY_RECORDS, NOT_FOUND, NOT_YOURS, STALE."""
    kind = _kind(command.kind)
    # The person's row is held, so that the same entry sent twice at once meets the check for it.
    person = work.locked(Person, owner(work.session, actor).id)
    row = None if command.record_id is None else _own(work, actor, command.record_id, command.version)
    if row is not None and row.kind != kind.key:
        raise Refused(ErrorCode.NOT_FOUND)
    others = [each for each in _all(work, person.id, kind) if row is None or each.id != row.id]
    if row is None and len(others) >= MOST_RECORDS:
        raise Refused(ErrorCode.TOO_MANY_RECORDS, limit=MOST_RECORDS)
    checked = check_record(kind, command.values, today(work.clock), work.lists)
    fields = {key: str(value) for key, value in checked.clean.items()}
    limit = work.settings.evidence_count
    attached = attachment_errors(work, actor, command.evidence, limit=limit)
    errors = (*checked.errors, *_twice(kind, fields, others), *attached)
    if errors:
        raise Refused.for_fields(errors)
    saved = _written(work, person, kind, fields, row)
    replace_attachments(work, actor, Holder.RECORD, saved.id, command.evidence, limit=limit)
    words = "新增" if row is None else "修改"
    work.audit(actor, Action.SAVE_RECORD, KIND, saved.id, f"{words}{kind.name}：{saved.title}")
    work.session.flush()
    return _row(kind, saved, attachments_of(work.session, Holder.RECORD, saved.id))


@use_case(Action.DELETE_RECORD, writes=True)
def delete_record(work: UnitOfWork, actor: Actor, command: RecordKey) -> None:
    """删除, attachments and all. Raises Refused NOT_FOUND, NOT_YOURS, STALE."""
    row = _own(work, actor, command.record_id, command.version)
    replace_attachments(work, actor, Holder.RECORD, row.id, (), limit=work.settings.evidence_count)
    name = RECORD_KINDS[row.kind].name
    work.audit(actor, Action.DELETE_RECORD, KIND, row.id, f"删除{name}：{row.title}")
    work.session.delete(row)


def _kind(key: str) -> RecordKind:
    kind = RECORD_KINDS.get(key)
    if kind is None:
        raise Refused(ErrorCode.NOT_FOUND)
    return kind


def _own(work: UnitOfWork, actor: Actor, record_id: int, version: int) -> PersonRecord:
    """The caller's entry, held, in the version that was on screen."""
    row = work.locked(PersonRecord, record_id)
    if actor.person_id is None or row.person_id != actor.person_id:
        raise not_yours(KIND, record_id)
    if row.version != version:
        raise Refused(ErrorCode.STALE)
    return row


def _all(work: UnitOfWork, person_id: int, kind: RecordKind) -> list[PersonRecord]:
    wanted = select(PersonRecord).where(PersonRecord.person_id == person_id, PersonRecord.kind == kind.key)
    return list(work.session.scalars(wanted.order_by(PersonRecord.id)))


def _twice(kind: RecordKind, fields: dict[str, str], others: list[PersonRecord]) -> tuple[FieldError, ...]:
    """The refusal where another entry has the same in all the fields that tell entries apart."""
    mine = [fields.get(key) for key in kind.unique]
    for each in others:
        if all(mine) and mine == [each.fields.get(key) for key in kind.unique]:
            return (FieldError(kind.unique[-1], ErrorCode.RECORD_TWICE, {"title": each.title}),)
    return ()


def _written(
    work: UnitOfWork, person: Person, kind: RecordKind, fields: dict[str, str], row: PersonRecord | None
) -> PersonRecord:
    now = work.clock.now()
    if row is None:
        row = PersonRecord(person_id=person.id, kind=kind.key, created_at=now)
        work.session.add(row)
    # The moment too, so that a change of the attachments alone gives the entry a new version.
    row.title, row.fields, row.updated_at = fields[kind.title_field], fields, now
    work.session.flush()
    return row


def _row(kind: RecordKind, row: PersonRecord, evidence: tuple[EvidenceView, ...]) -> RecordRow:
    return RecordRow(
        id=row.id,
        version=row.version,
        cells=tuple(row.fields.get(key, "") for key in kind.columns),
        values=dict(row.fields),
        evidence=evidence,
    )
