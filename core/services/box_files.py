"""The files of inboxes and outboxes (收件箱、发件箱): rows by account, the bytes sealed in the evidence store.

Plain functions by account, for the SFTP end of a service, which has no session, and for what builds on them. The
bytes are written before the row that names them, and dropped after it: what is left over is swept up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select

from core.model import Account, TransferFile
from core.rules.boxes import LEAST_COUNTED, Box, box_name, counted, kind_of
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Guest
from core.schema.boxes import BoxFile, BoxRoom
from core.services.desk import Desk
from core.store.work import UnitOfWork

MB = 1024 * 1024
ADDED, RENAMED = "box.add", "box.edit"
_LEFT_OVER = timedelta(days=2)
_AT_ONCE = 500


def listed(desk: Desk, account_id: int, box: Box) -> tuple[BoxFile, ...]:
    """What lies in a box, for whoever has no session. Raises Refused DISABLED."""
    with desk.reading() as work:
        _must_be_in_use(work, account_id)
        return files_of(work, account_id, box)


def looked_up(desk: Desk, account_id: int, box: Box, name: str) -> tuple[BoxFile | None, BoxRoom]:
    """A file by its name, and the room that there is without it. Raises Refused DISABLED."""
    with desk.reading() as work:
        _must_be_in_use(work, account_id)
        row = _row(work, account_id, box, name)
        return None if row is None else _file(work, row), room_of(work, account_id, without=(box, name))


def files_of(work: UnitOfWork, account_id: int, box: Box) -> tuple[BoxFile, ...]:
    """What lies in a box, the newest first."""
    own = select(TransferFile).where(TransferFile.account_id == account_id, TransferFile.box == box.value)
    rows = work.session.scalars(own.order_by(TransferFile.at.desc(), TransferFile.id.desc()))
    return tuple(_file(work, row) for row in rows)


def room_of(work: UnitOfWork, account_id: int, *, without: tuple[Box, str] | None = None) -> BoxRoom:
    """How full both boxes are; `without` leaves out a file that is about to be replaced."""
    size = case((TransferFile.size < LEAST_COUNTED, LEAST_COUNTED), else_=TransferFile.size)
    query = select(func.coalesce(func.sum(size), 0)).where(TransferFile.account_id == account_id)
    if without is not None:
        box, name = without
        query = query.where(
            (TransferFile.box != box.value) | (TransferFile.name_digest != _digest(work, name))
        )
    return BoxRoom(int(work.session.scalar(query) or 0), work.settings.inbox_mb * MB)


def content_of(desk: Desk, account_id: int, box: Box, name: str) -> bytes:
    """The whole content. Raises Refused NOT_IN_INBOX, DISABLED, EVIDENCE_UNREADABLE, EVIDENCE_UNREACHABLE."""
    place = ""
    while True:
        with desk.reading() as work:
            _must_be_in_use(work, account_id)
            row = _row(work, account_id, box, name)
            if row is None:
                raise Refused(ErrorCode.NOT_IN_INBOX)
            last, place, sha256 = place, row.place, row.sha256
        try:
            content = desk.store.blobs.get_passing(place, desk.vault)
        except Refused as refusal:
            # Replaced in this moment: the row names another place by now.
            if refusal.code is not ErrorCode.EVIDENCE_UNREADABLE or place == last:
                raise
            continue
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
        return content


def must_have_room(desk: Desk, account_id: int, size: int = 0) -> None:
    """Raises Refused INBOX_FULL where a file of so many bytes would be too much."""
    with desk.reading() as work:
        _must_fit(work, room_of(work, account_id), size)


def put_file(
    desk: Desk, account_id: int, box: Box, name: str, content: bytes, *, address: str = ""
) -> BoxFile:
    """Put a file into a box, in place of one of the same name. What came in is judged by its content.

    Raises Refused INBOX_NAME, INBOX_FULL; for the inbox INBOX_FILE_TOO_LARGE, INBOX_KIND.
    """
    name = box_name(name)
    if box is Box.INBOX and len(content) > desk.settings.inbox_file_mb * MB:
        raise Refused(ErrorCode.INBOX_FILE_TOO_LARGE, limit=desk.settings.inbox_file_mb)
    kind = kind_of(content) if box is Box.INBOX else _kind_out(content)
    # Before the transaction: all who write wait for whoever holds one.
    place = desk.store.blobs.put_passing(content, desk.vault, today(desk.clock))
    try:
        with desk.writing() as work:
            put, old = _entered(work, account_id, box, name, content, kind, place)
            if box is Box.INBOX:  # what is handed out stands in the log as what it was made by
                words = f"{kind} {len(content)} bytes"
                work.audit(Guest(address), ADDED, "account", account_id, words)
            work.commit()
    except BaseException:
        drop_bytes(desk, place)
        raise
    drop_bytes(desk, old)
    return put


@contextmanager
def put_inside(
    work: UnitOfWork, account_id: int, box: Box, name: str, content: bytes, kind: str = ""
) -> Iterator[tuple[BoxFile, str]]:
    """The same inside a unit of work, which is committed before this ends; with the place of what it replaced, to
    be dropped afterwards. Raises Refused INBOX_FULL."""
    place = work.blobs.put_passing(content, work.vault, today(work.clock))
    try:
        yield _entered(work, account_id, box, name, content, kind, place)
    except BaseException:
        with suppress(Refused):
            work.blobs.drop(place)
        raise


def remove_file(desk: Desk, account_id: int, box: Box, name: str, *, address: str = "") -> None:
    """Delete a file. Raises Refused NOT_IN_INBOX."""
    with desk.writing() as work:
        _must_be_in_use(work, account_id, held=True)
        row = _row(work, account_id, box, name)
        if row is None:
            raise Refused(ErrorCode.NOT_IN_INBOX)
        place = row.place
        work.session.delete(row)
        words = f"{box.label} {row.kind} {row.size} bytes"
        work.audit(Guest(address), Action.DELETE_FILE, "account", account_id, words)
        work.commit()
    drop_bytes(desk, place)


def rename_file(
    desk: Desk, account_id: int, old: str, new: str, *, replace: bool = False, address: str = ""
) -> None:
    """Give a file of the inbox another name; `replace` says what becomes of one that has it already.

    Raises Refused NOT_IN_INBOX, INBOX_NAME; FileExistsError where the name is taken.
    """
    new, replaced = box_name(new), ""
    with desk.writing() as work:
        _must_be_in_use(work, account_id, held=True)
        row, there = (_row(work, account_id, Box.INBOX, name) for name in (old, new))
        if row is None:
            raise Refused(ErrorCode.NOT_IN_INBOX)
        if row is there:
            return
        if there is not None:
            if not replace:
                raise FileExistsError(new)
            replaced = there.place
            work.session.delete(there)
            work.session.flush()
        _named(work, row, new)
        work.audit(Guest(address), RENAMED, "account", account_id, f"{row.kind} {row.size} bytes")
        work.commit()
    drop_bytes(desk, replaced)


def drop_bytes(desk: Desk, place: str) -> None:
    """The bytes of a row that is gone, if any. Where the store can't be reached they are swept up later."""
    if place:
        with suppress(Refused, OSError):
            desk.store.blobs.drop(place)


def forget_old(desk: Desk) -> int:
    """Delete the files that nobody has touched for as long as they are kept, and bytes without a row; how many rows."""
    oldest = desk.clock.now() - timedelta(days=desk.settings.inbox_days)
    gone = 0
    while places := _take_old(desk, oldest):
        gone += len(places)
        for place in places:
            drop_bytes(desk, place)
    _sweep(desk)
    return gone


def forget_lost(work: UnitOfWork) -> None:
    """After a restore: the rows of files that lie nowhere any more, since no backup has them."""
    for row in list(work.session.scalars(select(TransferFile))):
        if not work.blobs.holds(row.place):
            work.session.delete(row)


def _take_old(desk: Desk, oldest: datetime) -> list[str]:
    with desk.writing() as work:
        old = select(TransferFile.id).where(TransferFile.at < oldest).limit(_AT_ONCE)
        taken = delete(TransferFile).where(TransferFile.id.in_(old))
        places = list(work.session.scalars(taken.returning(TransferFile.place)))
        work.commit()
    return places


def _sweep(desk: Desk) -> None:
    """Bytes whose row was never committed, or whose deletion failed: of days that are over."""
    newest = f"box-{today(desk.clock) - _LEFT_OVER:%Y%m%d}"
    with suppress(Refused):
        names = [name for name in desk.store.blobs.passing() if name[: len(newest)] < newest]
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            with desk.reading() as work:
                query = select(TransferFile.place).where(TransferFile.place.in_(some))
                kept = set(work.session.scalars(query))
            for name in some:
                if name not in kept:
                    desk.store.blobs.drop(name)


def _entered(
    work: UnitOfWork, account_id: int, box: Box, name: str, content: bytes, kind: str, place: str
) -> tuple[BoxFile, str]:
    """The row of bytes that lie at `place`, and the place of what it replaces. Raises Refused INBOX_FULL, DISABLED."""
    # Held, so that of two who put something in at once the second sees what the first has taken.
    _must_be_in_use(work, account_id, held=True)
    _must_fit(work, room_of(work, account_id, without=(box, name)), len(content))
    row = _row(work, account_id, box, name)
    old = "" if row is None else row.place
    if row is None:
        row = _named(work, TransferFile(account_id=account_id, box=box.value), name)
        work.session.add(row)
    row.kind, row.size, row.place = kind or _kind_out(content), len(content), place
    row.sha256, row.at = hashlib.sha256(content).hexdigest(), work.clock.now()
    work.session.flush()
    return _file(work, row), old


def _row(work: UnitOfWork, account_id: int, box: Box, name: str) -> TransferFile | None:
    return work.session.scalar(
        select(TransferFile).where(
            TransferFile.account_id == account_id,
            TransferFile.box == box.value,
            TransferFile.name_digest == _digest(work, name),
        )
    )


def _named(work: UnitOfWork, row: TransferFile, name: str) -> TransferFile:
    row.name_sealed, row.name_digest = work.vault.seal(name), _digest(work, name)
    return row


def _digest(work: UnitOfWork, name: str) -> bytes:
    return work.vault.digest("file_name", name)


def _must_be_in_use(work: UnitOfWork, account_id: int, *, held: bool = False) -> None:
    account = work.locked(Account, account_id) if held else work.session.get_one(Account, account_id)
    if not account.active:
        raise Refused(ErrorCode.DISABLED)


def _file(work: UnitOfWork, row: TransferFile) -> BoxFile:
    return BoxFile(row.id, work.vault.open(row.name_sealed), row.kind, row.size, row.at)


def _must_fit(work: UnitOfWork, room: BoxRoom, size: int) -> None:
    if counted(size) > room.left:
        raise Refused(ErrorCode.INBOX_FULL, limit=work.settings.inbox_mb)


def _kind_out(content: bytes) -> str:
    with suppress(Refused):
        return kind_of(content)
    return "file"
