"""Evidence (附件): taken in after a check of its content, and shown in cells to those who may see it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.model import (
    Activity,
    Attachment,
    Audit,
    Blob,
    Change,
    Declaration,
    Evidence,
    Exemption,
    Person,
    PersonRecord,
    TrainingPlan,
)
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.evidence_rules import check_size
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.schema.declarations import (
    AddArchive,
    AddEvidence,
    ArchiveTaken,
    CellRows,
    EvidenceCells,
    EvidenceView,
    Holder,
)
from core.services.boxes import taken_in
from core.services.desk import Desk, desk_use_case
from core.services.likenesses import note_prints
from core.services.scope import must_reach, must_see, must_see_plan, not_yours
from core.store.archives import ARCHIVE_MARK, ArchiveLimits, Unpacked, pictures_in
from core.store.work import UnitOfWork

FIELD = "evidence"
SEALED_HOLDERS = frozenset({Holder.IDENTITY})
"""Whose pictures lie encrypted on the disk: a card of identity, a portrait."""
OF_CHANGES = (Holder.POSITION.value, Holder.IDENTITY.value)
_BLOB, _SEALED = "blob", "sealed_blob"


@desk_use_case(Action.ADD_EVIDENCE)
def add_evidence(desk: Desk, actor: Actor, command: AddEvidence) -> EvidenceView:
    """Take in a picture from this machine: judged by its content, stored once under its SHA-256.

    Raises Refused for the field `evidence`: EVIDENCE_TOO_LARGE, EVIDENCE_NOT_PICTURE, EVIDENCE_UNREADABLE.
    """
    picture = _single(desk, actor, command.path)
    return _keep(desk, actor, (picture,))[0]


@desk_use_case(Action.ADD_EVIDENCE)
def add_archive(desk: Desk, actor: Actor, command: AddArchive) -> ArchiveTaken:
    """Take in the pictures of a .zip (known by its content, not by its name), all of them or none.

    Any other file is taken as one picture. Raises Refused for `evidence` as `add_evidence` does, and
    ARCHIVE_UNREADABLE, ARCHIVE_ENCRYPTED, ARCHIVE_EMPTY, ARCHIVE_TOO_LARGE, ARCHIVE_TOO_MANY (more than `room`).
    """
    limit_kb = desk.settings.evidence_limit_kb
    room = max(0, min(command.room, desk.settings.evidence_count))
    limits = ArchiveLimits(
        pictures=room, entry_bytes=limit_kb * 1024, total_bytes=limit_kb * 1024 * desk.settings.evidence_count
    )
    try:
        with taken_in(desk, actor, command.path) as path:
            if _head(path) != ARCHIVE_MARK:
                return ArchiveTaken(_keep(desk, actor, (_picture_at(desk, path),)))
            too_large = EntryError(ErrorCode.ARCHIVE_TOO_LARGE, limit=limits.total_bytes // 1024)
            content = _read(path, limits.archive_bytes, too_large)
        unpacked = pictures_in(content, limits)
    except EntryError as error:
        raise Refused.for_fields((error.at(FIELD),)) from None
    except Refused as refused:
        if refused.fields:
            raise
        raise Refused.for_fields((FieldError(FIELD, refused.code, refused.params),)) from None
    pictures, skipped = _checked(desk, unpacked)
    if not pictures:
        raise Refused.for_fields((refusal(ErrorCode.ARCHIVE_EMPTY),))
    return ArchiveTaken(_keep(desk, actor, pictures), skipped)


@desk_use_case(Action.ADD_EVIDENCE)
def add_identity_picture(desk: Desk, actor: Actor, command: AddEvidence) -> EvidenceView:
    """Take in a side of the card or a portrait (证件信息修改): as `add_evidence`, but sealed on the disk."""
    picture = _single(desk, actor, command.path)
    return _keep(desk, actor, (picture,), sealed=True)[0]


@desk_use_case(Action.VIEW_EVIDENCE)
def evidence_cells(desk: Desk, actor: Actor, command: EvidenceCells) -> CellRows:
    """A picture as half-block cells. The owner and those who decide may ask; others get NOT_YOURS."""
    from core.store.pictures import cells

    sealed = command.holder in SEALED_HOLDERS
    with desk.reading() as work:
        _must_see_picture(work, actor, command.sha256, command.object_id, command.holder)
    return cells(
        picture_bytes(desk, command.sha256, sealed=sealed),
        cols=max(1, min(command.cols, 400)),
        rows=max(1, min(command.rows, 200)),
        zoom=max(1.0, min(command.zoom, 16.0)),
        x=command.x,
        y=command.y,
    )


def picture_bytes(desk: Desk, sha256: str, *, sealed: bool) -> bytes:
    """The content of a stored picture. Raises EVIDENCE_UNREADABLE, KEY_WRONG."""
    if sealed:
        return desk.store.blobs.get_sealed(sha256, desk.vault)
    return desk.store.blobs.get(sha256)


def may_use(session: Session, actor: Actor, sha256: str, *, sealed: bool = False) -> bool:
    """Whether a person may attach a stored picture: it was brought in by the same account, or is theirs already.

    Otherwise a hash overheard somewhere would open another person's scan. What was brought in sealed may only
    be attached where it stays sealed.
    """
    brought = exists().where(
        Audit.object_kind == (_SEALED if sealed else _BLOB),
        Audit.object_id == sha256,
        Audit.actor_account_id == actor.account_id,
    )
    own_change = exists().where(Change.id == Attachment.object_id, Change.person_id == actor.person_id)
    own_record = exists().where(
        PersonRecord.id == Attachment.object_id, PersonRecord.person_id == actor.person_id
    )
    own_plan = exists().where(TrainingPlan.id == Attachment.object_id, TrainingPlan.org_id == actor.org_id)
    kind = Attachment.kind
    attached = exists().where(
        Attachment.sha256 == sha256,
        Attachment.sealed.is_(sealed),
        or_(
            (kind == Holder.RECORD.value) & own_record,
            (kind == Holder.PLAN.value) & own_plan,
            kind.in_(OF_CHANGES) & own_change,
        ),
    )
    declared = exists().where(
        Evidence.sha256 == sha256,
        Evidence.declaration_id == Declaration.id,
        Declaration.person_id == actor.person_id,
    )
    return bool(
        session.scalar(select(or_(brought, attached) if sealed else or_(brought, attached, declared)))
    )


def refusal(code: ErrorCode, *, field: str = FIELD, **params: object) -> FieldError:
    """A refusal beside the attachments."""
    return FieldError(field, code, params)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A picture that was checked and is not stored yet."""

    name: str
    content: bytes
    kind: str
    width: int
    height: int


def _single(desk: Desk, actor: Actor, typed_path: str) -> _Taken:
    """One file as one picture. Raises Refused for `evidence`."""
    try:
        with taken_in(desk, actor, typed_path) as path:
            return _picture_at(desk, path)
    except EntryError as error:
        raise Refused.for_fields((error.at(FIELD),)) from None
    except Refused as refused:
        raise Refused.for_fields((FieldError(FIELD, refused.code, refused.params),)) from None


def _picture_at(desk: Desk, path: Path) -> _Taken:
    return _inspected(desk, path.name, _read(path, desk.settings.evidence_limit_kb * 1024))


def _inspected(desk: Desk, name: str, content: bytes) -> _Taken:
    from core.store.pictures import PictureLimits, inspect

    picture = inspect(content, PictureLimits.of(desk.settings))
    return _Taken(name, content, picture.kind, picture.width, picture.height)


def _checked(desk: Desk, unpacked: Unpacked) -> tuple[tuple[_Taken, ...], tuple[str, ...]]:
    """The good pictures of an archive, each once, and what was left out with the reason."""
    good: dict[bytes, _Taken] = {}
    skipped = list(unpacked.skipped)
    for name, content in unpacked.pictures:
        if content in good:
            skipped.append(f"{name}（与“{good[content].name}”相同）")
            continue
        try:
            good[content] = _inspected(desk, name, content)
        except Refused as refused:
            skipped.append(f"{name}（{refused.text}）")
    return tuple(good.values()), tuple(skipped)


def _keep(
    desk: Desk, actor: Actor, pictures: Iterable[_Taken], *, sealed: bool = False
) -> tuple[EvidenceView, ...]:
    """Store checked pictures, the files before the rows that name them, all in one transaction."""
    blobs = desk.store.blobs
    kept = [
        (blobs.put_sealed(each.content, desk.vault) if sealed else blobs.put(each.content), each)
        for each in pictures
    ]
    with desk.writing() as work:
        for sha256, each in kept:
            _enter(work, sha256, each)
            # Who brought it in may look at it and use it; the entry of the log is what remembers that.
            kind = _SEALED if sealed else _BLOB
            work.audit(actor, Action.ADD_EVIDENCE, kind, sha256, f"{len(each.content)} bytes")
        work.commit()
    if not sealed:
        note_prints(desk, {sha256: each.content for sha256, each in kept})
    return tuple(
        EvidenceView(sha256, each.name, "", len(each.content), each.kind, each.width, each.height)
        for sha256, each in kept
    )


def _enter(work: UnitOfWork, sha256: str, each: _Taken) -> None:
    if work.session.get(Blob, sha256) is not None:
        return
    blob = Blob(
        sha256=sha256,
        size=len(each.content),
        kind=each.kind,
        width=each.width,
        height=each.height,
        added_at=work.clock.now(),
    )
    with suppress(IntegrityError), work.session.begin_nested():
        work.session.add(blob)  # or another brought in the same picture a moment ago


def _must_see_picture(
    work: UnitOfWork, actor: Actor, sha256: str, object_id: int | None, holder: Holder
) -> None:
    """Raises NOT_YOURS, and NOT_FOUND for a picture that the object doesn't hold."""
    if object_id is None:
        if not may_use(work.session, actor, sha256, sealed=holder in SEALED_HOLDERS):
            raise not_yours(_BLOB, sha256)
        return
    if holder is Holder.DECLARATION:
        declaration = work.session.get(Declaration, object_id)
        if declaration is None:
            raise Refused(ErrorCode.NOT_FOUND)
        must_see(work.session, actor, declaration)
        held = or_(
            exists().where(Evidence.declaration_id == object_id, Evidence.sha256 == sha256),
            exists().where(
                Attachment.kind == Holder.ACTIVITY.value,
                Attachment.object_id == declaration.activity_id,
                Attachment.sha256 == sha256,
            ),
        )
    else:
        _must_see_holder(work, actor, object_id, holder)
        held = exists().where(
            Attachment.kind == holder.value, Attachment.object_id == object_id, Attachment.sha256 == sha256
        )
    if not work.session.scalar(select(held)):
        raise Refused(ErrorCode.NOT_FOUND)


def _must_see_holder(work: UnitOfWork, actor: Actor, object_id: int, holder: Holder) -> None:
    """A change is seen by the person and the office that decides or decided it, a record by the person alone, what
    a unit declares for its persons by that unit."""
    if holder is Holder.ACTIVITY:
        activity = work.session.get(Activity, object_id)
        if activity is None:
            raise Refused(ErrorCode.NOT_FOUND)
        if actor.role is not Role.EMPLOYER or actor.org_id != activity.org_id:
            raise not_yours(holder.value, object_id)
        return
    if holder is Holder.PLAN:
        plan = work.session.get(TrainingPlan, object_id)
        if plan is None:
            raise Refused(ErrorCode.NOT_FOUND)
        must_see_plan(work.session, actor, plan)
        return
    if holder is Holder.EXEMPTION:
        exemption = work.session.get(Exemption, object_id)
        if exemption is None:
            raise Refused(ErrorCode.NOT_FOUND)
        if actor.role not in (Role.BUREAU, Role.PERSON):
            raise not_yours(holder.value, object_id)
        person = work.session.get_one(Person, exemption.person_id)
        must_reach(work.session, actor, Action.VIEW_EVIDENCE, holder.value, person)
        return
    row = (
        work.session.get(PersonRecord, object_id)
        if holder is Holder.RECORD
        else work.session.get(Change, object_id)
    )
    if row is None or (isinstance(row, Change) and row.kind != holder.value):
        raise Refused(ErrorCode.NOT_FOUND)
    mine = actor.role is Role.PERSON and actor.person_id == row.person_id
    decides = isinstance(row, Change) and actor.role is Role.EMPLOYER and actor.org_id == row.org_id
    if not (mine or decides):
        raise not_yours(holder.value, object_id)


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise EntryError(ErrorCode.EVIDENCE_UNREADABLE)
        with path.open("rb") as file:
            return file.read(len(ARCHIVE_MARK))
    except OSError:
        raise EntryError(ErrorCode.EVIDENCE_UNREADABLE) from None


def _read(path: Path, limit: int, too_large: EntryError | None = None) -> bytes:
    """The bytes of a plain file of at most `limit` bytes; nothing else is opened (a pipe would never end)."""
    try:
        if not path.is_file():
            raise EntryError(ErrorCode.EVIDENCE_UNREADABLE)
        with path.open("rb") as file:
            check_size(os.fstat(file.fileno()).st_size, limit)
            content = file.read(limit + 1)
        check_size(len(content), limit)
    except OSError:
        raise EntryError(ErrorCode.EVIDENCE_UNREADABLE) from None
    except EntryError as error:
        if error.code is ErrorCode.EVIDENCE_TOO_LARGE and too_large is not None:
            raise too_large from None
        raise
    return content
