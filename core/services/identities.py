"""证件信息修改 as the person asks for it: proven by three pictures, done by a clear match, else the employer's turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from core.model import Change, IdentityChange, Org, Person
from core.rules.changes import IDENTITY_PAUSE_DAYS, ChangeKind, IdentityState
from core.rules.checking import in_field_order
from core.rules.clock import CHINA, today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.faces import FaceResult
from core.rules.identity_change import (
    IDENTITY_FIELDS,
    Identity,
    IdentityPicture,
    check_identity,
    not_before,
)
from core.rules.machine import Move
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.changes import ChangeKey, ChangeView, IdentityDone, IdentityPage, SubmitIdentity
from core.schema.declarations import EvidenceRef, Holder
from core.services.attachments import attachment_errors, attachments_of, replace_attachments
from core.services.changes import (
    change_row,
    change_view,
    changes_of,
    held_person,
    open_change,
    pending_change,
    refuse_second,
    refuse_while_transferring,
    settle,
    withdraw,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.evidence import picture_bytes
from core.services.identity_review import (
    CHANGED,
    WORDS,
    identity_lines,
    is_taken,
    old_and_new,
    seal_change,
    take_effect,
    told,
)
from core.services.messages import tell_person
from core.services.scope import owner
from core.store.drafts import forget_draft
from core.store.faces import FaceLimits, compare_faces, faces_available
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

_KIND = ChangeKind.IDENTITY
_SHELF = "faces"
Comparison = Callable[[bytes, bytes, FaceLimits], FaceResult]


@dataclass(frozen=True, slots=True)
class FaceDesk:
    """The comparisons of one process, one at a time, since each may take a gigabyte. Stands on the desk's shelf."""

    compare: Comparison = compare_faces
    available: Callable[[], bool] = faces_available
    turn: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def of(desk: Desk) -> FaceDesk:
        """That of this desk."""
        kept: FaceDesk = desk.shelf.setdefault(_SHELF, FaceDesk())
        return kept

    def stand_on(self, desk: Desk) -> None:
        """Let this desk compare in this way."""
        desk.shelf[_SHELF] = self


@desk_use_case(Action.CHANGE_LIST)
def identity_page(desk: Desk, actor: Actor, command: Nothing) -> IdentityPage:
    """证件信息修改: what holds now, whether it may be changed, and former changes."""
    faces = FaceDesk.of(desk).available()
    with desk.reading() as work:
        person = owner(work.session, actor)
        now = _now(work, person)
        changes = changes_of(work.session, person.id, _KIND)
        waiting = pending_change(work.session, person.id, _KIND)
        until = _not_before(work, person.id)
        return IdentityPage(
            name=now.name,
            id_type=person.id_type,
            id_number=now.id_number,
            not_before=until if until is not None and until > today(work.clock) else None,
            pending=None if waiting is None else identity_view(work, waiting),
            rows=tuple(change_row(each, *old_and_new(work, each)) for each in changes),
            faces=faces,
            employer=work.session.get_one(Org, person.employer_id).name,
        )


@desk_use_case(Action.SUBMIT_IDENTITY)
def submit_identity(desk: Desk, actor: Actor, command: SubmitIdentity) -> IdentityDone:
    """提交修改: with a clear match of card and portrait it is done at once, else it waits at the employer.

    Raises Refused CHANGE_PENDING, TRANSFER_PENDING, IDENTITY_TOO_SOON (`days`, `until`); for fields `name` and
    `id_number` IDENTITY_BOTH_CHANGED, IDENTITY_UNCHANGED, NO_GLYPH, ID_TAKEN; for `front`, `back` and
    `portrait` PICTURE_MISSING and what is wrong with a picture.
    """
    with desk.reading() as work:
        _checked(work, actor, owner(work.session, actor), command)
    assert command.front is not None and command.portrait is not None
    # Outside of any transaction: it takes a second, and up to a minute on a slow machine.
    faces = _compared(desk, command.front, command.portrait)
    try:
        with desk.writing() as work:
            done = _submitted(work, actor, command, faces)
            if command.draft_key:
                forget_draft(work, actor, command.draft_key)
            work.commit()
    except Refused as refusal:
        if refusal.code is ErrorCode.ID_TAKEN and not refusal.fields:
            raise Refused.for_fields((FieldError("id_number", ErrorCode.ID_TAKEN),)) from None
        raise
    return done


@use_case(Action.WITHDRAW_IDENTITY, writes=True)
def withdraw_identity(work: UnitOfWork, actor: Actor, command: ChangeKey) -> ChangeView:
    """撤回 while it waits at the employer. Raises NOT_FOUND, NOT_YOURS, STALE, MOVE_NOT_ALLOWED."""
    row = withdraw(work, actor, command, _KIND, Action.WITHDRAW_IDENTITY)
    return identity_view(work, row)


def identity_view(work: UnitOfWork, change: Change) -> ChangeView:
    """Everything of one change of identity, for its owner."""
    pictures = attachments_of(work.session, Holder.IDENTITY, change.id)
    return change_view(work, change, identity_lines(work, change), pictures)


def _submitted(work: UnitOfWork, actor: Actor, command: SubmitIdentity, faces: FaceResult) -> IdentityDone:
    person = held_person(work, actor)
    wanted = _checked(work, actor, person, command)
    now = _now(work, person)
    changed = "姓名" if wanted.name != now.name else "证件号"
    change = IdentityChange(
        person_id=person.id,
        org_id=person.employer_id,
        fields={CHANGED: changed, WORDS: faces.words},
        sealed=seal_change(work, person, wanted),
        faces=faces.verdict.value,
        face_distance=faces.distance,
    )
    open_change(work, actor, change, Action.SUBMIT_IDENTITY, f"修改{changed}")
    pictures = tuple(_labelled(getattr(command, each.value), each) for each in IdentityPicture)
    count = len(IdentityPicture)
    replace_attachments(work, actor, Holder.IDENTITY, change.id, pictures, limit=count, at_least=count)
    if faces.verdict.suffices:
        take_effect(work, change)
        change.automatic = True
        settle(work, actor, change, Move.CONFIRM, Action.SUBMIT_IDENTITY, reason=faces.words)
        tell_person(
            work,
            person.id,
            MessageKind.IDENTITY,
            told(work, change, Move.CONFIRM),
            about=(_KIND.value, change.id),
        )
        return IdentityDone(identity_view(work, change), True, f"{faces.words}，{changed}已修改")
    employer = work.session.get_one(Org, person.employer_id).name
    work.session.flush()
    return IdentityDone(identity_view(work, change), False, f"{faces.words}。已提交，待 {employer} 审核")


def _checked(work: UnitOfWork, actor: Actor, person: Person, command: SubmitIdentity) -> Identity:
    """What the person wants to be called from now on. Raises Refused; all fields at once."""
    refuse_second(work, person.id, _KIND)
    refuse_while_transferring(work, person.id, "修改证件信息")
    day = today(work.clock)
    until = _not_before(work, person.id)
    if until is not None and day < until:
        raise Refused(ErrorCode.IDENTITY_TOO_SOON, days=IDENTITY_PAUSE_DAYS, until=until.isoformat())
    now = _now(work, person)
    checked = check_identity(command.values, person.id_type, now, day)
    errors = [*checked.errors, *_picture_errors(work, actor, command)]
    name, number = str(checked.clean.get("name", "")), str(checked.clean.get("id_number", ""))
    if name != now.name and (missing := missing_glyphs(name)):
        errors.append(FieldError("name", ErrorCode.NO_GLYPH, {"character": missing[0]}))
    if not checked.errors and number != now.id_number and is_taken(work, number, person):
        errors.append(FieldError("id_number", ErrorCode.ID_TAKEN))
    if errors:
        raise Refused.for_fields(in_field_order(IDENTITY_FIELDS, errors))
    return Identity(name, number)


def _picture_errors(work: UnitOfWork, actor: Actor, command: SubmitIdentity) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for each in IdentityPicture:
        ref: EvidenceRef | None = getattr(command, each.value)
        if ref is None:
            errors.append(FieldError(each.value, ErrorCode.PICTURE_MISSING, {"what": each.label}))
            continue
        errors += attachment_errors(work, actor, (ref,), limit=1, at_least=1, field=each.value, sealed=True)
        if ref.sha256 in seen:
            errors.append(FieldError(each.value, ErrorCode.EVIDENCE_TWICE))
        seen.add(ref.sha256)
    return errors


def _compared(desk: Desk, front: EvidenceRef, portrait: EvidenceRef) -> FaceResult:
    card, picture = (picture_bytes(desk, each.sha256, sealed=True) for each in (front, portrait))
    faces = FaceDesk.of(desk)
    with faces.turn:
        return faces.compare(card, picture, FaceLimits.of(desk.settings))


def _now(work: UnitOfWork, person: Person) -> Identity:
    return Identity(person.name, work.vault.open(person.id_number_sealed))


def _labelled(ref: EvidenceRef, picture: IdentityPicture) -> EvidenceRef:
    """Under what it shows: the name of the file is likely to be the person's own."""
    return ref.model_copy(update={"file_name": picture.label, "caption": picture.label})


def _not_before(work: UnitOfWork, person_id: int) -> date | None:
    """When it may be changed again, by the last change that was completed; None where there was none."""
    last = work.session.scalar(
        select(func.max(IdentityChange.decided_at)).where(
            IdentityChange.person_id == person_id, IdentityChange.state == IdentityState.APPROVED.value
        )
    )
    return None if last is None else not_before(last.astimezone(CHINA).date())
