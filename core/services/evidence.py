"""Evidence (附件): taken in after a check of its content, and shown in cells to those who may see it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.model import Audit, Blob, Declaration, Evidence
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.evidence_rules import check_size
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.declarations import AddEvidence, CellRows, EvidenceCells, EvidenceView
from core.services.desk import Desk, desk_use_case
from core.services.scope import must_see, not_yours
from core.store.work import UnitOfWork

FIELD = "evidence"
_BLOB = "blob"


@desk_use_case(Action.ADD_EVIDENCE)
def add_evidence(desk: Desk, actor: Actor, command: AddEvidence) -> EvidenceView:
    """Take in a picture from this machine: judged by its content, stored once under its SHA-256.

    Raises Refused for the field `evidence`: EVIDENCE_TOO_LARGE, EVIDENCE_NOT_PICTURE, EVIDENCE_UNREADABLE.
    """
    from core.store.pictures import PictureLimits, inspect

    path = Path(command.path).expanduser()
    try:
        content = _read(path, desk.settings.evidence_limit_kb * 1024)
        picture = inspect(content, PictureLimits.of(desk.settings))
    except EntryError as error:
        raise Refused.for_fields((error.at(FIELD),)) from None
    except Refused as refused:
        raise Refused.for_fields((refusal(refused.code, **refused.params),)) from None
    sha256 = desk.store.blobs.put(content)
    with desk.writing() as work:
        if work.session.get(Blob, sha256) is None:
            blob = Blob(
                sha256=sha256,
                size=len(content),
                kind=picture.kind,
                width=picture.width,
                height=picture.height,
                added_at=work.clock.now(),
            )
            with suppress(IntegrityError), work.session.begin_nested():
                work.session.add(blob)  # or another brought in the same picture a moment ago
        # Who brought it in may look at it and use it; the entry of the log is what remembers that.
        work.audit(actor, Action.ADD_EVIDENCE, _BLOB, sha256, f"{len(content)} bytes")
        work.commit()
    return EvidenceView(sha256, path.name, "", len(content), picture.kind, picture.width, picture.height)


@desk_use_case(Action.VIEW_EVIDENCE)
def evidence_cells(desk: Desk, actor: Actor, command: EvidenceCells) -> CellRows:
    """A picture as half-block cells. The owner and the reviewers in scope may ask; others get NOT_YOURS."""
    from core.store.pictures import cells

    with desk.reading() as work:
        _must_see_picture(work, actor, command.sha256, command.declaration_id)
    content = desk.store.blobs.get(command.sha256)
    return cells(
        content,
        cols=max(1, min(command.cols, 400)),
        rows=max(1, min(command.rows, 200)),
        zoom=max(1.0, min(command.zoom, 16.0)),
        x=command.x,
        y=command.y,
    )


def may_use(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether a person may attach a stored picture: it was brought in by the same account, or is theirs already.

    Otherwise a hash overheard somewhere would open another person's scan.
    """
    brought = exists().where(
        Audit.object_kind == _BLOB,
        Audit.object_id == sha256,
        Audit.actor_account_id == actor.account_id,
    )
    attached = exists().where(
        Evidence.sha256 == sha256,
        Evidence.declaration_id == Declaration.id,
        Declaration.person_id == actor.person_id,
    )
    return bool(session.scalar(select(brought | attached)))


def refusal(code: ErrorCode, **params: object) -> FieldError:
    """A refusal beside the attachments."""
    return FieldError(FIELD, code, params)


def _must_see_picture(work: UnitOfWork, actor: Actor, sha256: str, declaration_id: int | None) -> None:
    if declaration_id is None:
        if not may_use(work.session, actor, sha256):
            raise not_yours(_BLOB, sha256)
        return
    declaration = work.session.get(Declaration, declaration_id)
    if declaration is None:
        raise Refused(ErrorCode.NOT_FOUND)
    must_see(work.session, actor, declaration)
    held = exists().where(Evidence.declaration_id == declaration_id, Evidence.sha256 == sha256)
    if not work.session.scalar(select(held)):
        raise Refused(ErrorCode.NOT_FOUND)


def _read(path: Path, limit: int) -> bytes:
    """The bytes of a plain file of at most `limit` bytes; nothing else is opened (a pipe would never end)."""
    try:
        if not path.is_file():
            raise EntryError(ErrorCode.EVIDENCE_UNREADABLE)
        with path.open("rb") as file:
            check_size(os.fstat(file.fileno()).st_size, limit)
            content = file.read(limit + 1)
    except OSError:
        raise EntryError(ErrorCode.EVIDENCE_UNREADABLE) from None
    check_size(len(content), limit)
    return content
