"""Attachments (附件): the one check for evidence of declarations and for pictures of changes and records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.model import Attachment, Blob
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.evidence_rules import CAPTION_LENGTH, check_count
from core.rules.identity import mask_residents
from core.rules.roles import Actor
from core.schema.declarations import EvidenceRef, EvidenceView, Holder
from core.services.evidence import FIELD, SEALED_HOLDERS, may_use, refusal
from core.store.work import UnitOfWork

_FILE_NAME_LENGTH = 120


def attachment_errors(
    work: UnitOfWork,
    actor: Actor,
    refs: Sequence[EvidenceRef],
    *,
    limit: int,
    at_least: int = 0,
    field: str = FIELD,
    sealed: bool = False,
) -> list[FieldError]:
    """What is wrong with the pictures of a form, beside `field`: count, twice the same, not theirs, 附件说明.

    `sealed` ones were brought in for an identity change and may be attached to nothing else.
    """
    try:
        check_count(len(refs), limit, at_least=at_least)
    except EntryError as error:
        return [error.at(field)]
    hashes = [ref.sha256 for ref in refs]
    if len(set(hashes)) < len(hashes):
        return [refusal(ErrorCode.EVIDENCE_TWICE, field=field)]
    known = set(work.session.scalars(select(Blob.sha256).where(Blob.sha256.in_(hashes))))
    for ref in refs:
        if ref.sha256 not in known or not may_use(work.session, actor, ref.sha256, sealed=sealed):
            return [refusal(ErrorCode.EVIDENCE_UNREADABLE, field=field)]
        try:
            if len(fold(ref.caption)) > CAPTION_LENGTH:
                params = {"limit": CAPTION_LENGTH, "length": len(ref.caption)}
                return [refusal(ErrorCode.TOO_LONG, field=field, **params)]
            fold(ref.file_name)
        except EntryError as error:
            return [error.at(field)]
    return []


def numbered(refs: Sequence[EvidenceRef]) -> Iterator[dict[str, object]]:
    """The columns that the pictures have in common, in their order, from position 1."""
    for position, ref in enumerate(refs, 1):
        yield {
            "position": position,
            "sha256": ref.sha256,
            "file_name": mask_residents(fold(ref.file_name))[:_FILE_NAME_LENGTH],
            "caption": fold(ref.caption),
        }


def replace_attachments(
    work: UnitOfWork,
    actor: Actor,
    kind: Holder,
    object_id: int,
    refs: Sequence[EvidenceRef],
    *,
    limit: int,
    at_least: int = 0,
) -> None:
    """Let these be the pictures of a change or a record, in this order. Raises Refused for `evidence`."""
    sealed = kind in SEALED_HOLDERS
    errors = attachment_errors(work, actor, refs, limit=limit, at_least=at_least, sealed=sealed)
    if errors:
        raise Refused.for_fields(tuple(errors))
    held = (Attachment.kind == kind.value) & (Attachment.object_id == object_id)
    work.session.execute(delete(Attachment).where(held))
    for columns in numbered(refs):
        work.session.add(Attachment(kind=kind.value, object_id=object_id, sealed=sealed, **columns))
    work.session.flush()


def attachments_of(session: Session, kind: Holder, object_id: int) -> tuple[EvidenceView, ...]:
    """The pictures of a change or a record, in their order."""
    return attachments_by(session, kind, [object_id]).get(object_id, ())


def attachments_by(
    session: Session, kind: Holder, object_ids: Sequence[int]
) -> Mapping[int, tuple[EvidenceView, ...]]:
    """The same of several at once; those without any are left out."""
    query = (
        select(
            Attachment.object_id,
            Attachment.sha256,
            Attachment.file_name,
            Attachment.caption,
            Blob.size,
            Blob.kind,
            Blob.width,
            Blob.height,
        )
        .join(Blob, Blob.sha256 == Attachment.sha256)
        .where(Attachment.kind == kind.value, Attachment.object_id.in_(object_ids))
        .order_by(Attachment.object_id, Attachment.position)
    )
    found: dict[int, list[EvidenceView]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(EvidenceView(*row[1:]))
    return {object_id: tuple(views) for object_id, views in found.items()}
