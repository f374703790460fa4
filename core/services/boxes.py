"""Inbox and outbox (收件箱、发件箱) on screen, and the one way of every use case to a file that somebody names.

Where the program is served, no path that is typed leads to this machine: what is read comes from the caller's inbox,
what is written goes to the caller's outbox.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from core.model import LoginSession, ServedSession, Service, TransferFile
from core.rules.boxes import SHOWN_FROM, Box
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor, Caller
from core.schema.boxes import BoxQuery, BoxView, DeleteFile
from core.services.box_files import (
    content_of,
    drop_bytes,
    files_of,
    must_have_room,
    put_file,
    room_of,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.health_service import places_of
from core.services.scope import not_yours
from core.store.settings import Settings
from core.store.work import UnitOfWork

KIND = "transfer_file"
_LONGEST_BYTES = 200  # of a file's name on a disk
_FORGOTTEN_SECONDS = 86_400


@use_case(Action.BOX_LIST, writes=False)
def box_list(work: UnitOfWork, actor: Actor, command: BoxQuery) -> BoxView:
    """What lies in the caller's inbox or outbox."""
    files = files_of(work, actor.account_id, command.box)
    return BoxView(files, room_of(work, actor.account_id), _port(work, actor))


@desk_use_case(Action.DELETE_FILE)
def delete_file(desk: Desk, actor: Actor, command: DeleteFile) -> None:
    """删除 of a file in one of the caller's boxes. Raises Refused NOT_FOUND, NOT_YOURS."""
    with desk.writing() as work:
        row = work.locked(TransferFile, command.file_id)
        if row.account_id != actor.account_id:
            raise not_yours(KIND, row.id)
        place, words = row.place, f"{Box(row.box).label} {row.kind} {row.size} bytes"
        work.session.delete(row)
        work.audit(actor, Action.DELETE_FILE, KIND, row.id, words)
        work.commit()
    drop_bytes(desk, place)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A file on its way to whoever asked for it: written to `path`, and `shown` says where it is found."""

    path: Path
    shown: str


@contextmanager
def taken_in(desk: Desk, caller: Caller, path: str) -> Iterator[Path]:
    """The file that a caller names, to be read while this is open.

    Where served only `inbox:name`, the caller's own. Raises Refused NOT_IN_INBOX, EVIDENCE_UNREADABLE,
    EVIDENCE_UNREACHABLE; unserved nothing, whatever the path leads to.
    """
    if not desk.settings.served:
        yield Path(path).expanduser()
        return
    account_id, name = _own(caller), _inbox_name(path)
    content = content_of(desk, account_id, Box.INBOX, name)
    with private_folder(desk.settings) as folder:
        file = folder / _short(name)
        file.write_bytes(content)
        yield file


@contextmanager
def folder_taken_in(desk: Desk, caller: Caller, path: str, ending: str) -> Iterator[Path]:
    """The same for a folder, as far as the names in it have this ending: where served, the inbox as a whole."""
    if not desk.settings.served or path.strip() != SHOWN_FROM:
        with taken_in(desk, caller, path) as single:
            yield single
        return
    account_id = _own(caller)
    with desk.reading() as work:
        names = [file.name for file in files_of(work, account_id, Box.INBOX)]
    with private_folder(desk.settings) as folder:
        for name in names:
            if name.lower().endswith(ending):
                (folder / _short(name)).write_bytes(content_of(desk, account_id, Box.INBOX, name))
        yield folder


@contextmanager
def handed_out(desk: Desk, caller: Caller, name: str) -> Iterator[HandedOut]:
    """A place for a file that the caller gets: in the folder of exports, or where served in the caller's outbox, once
    this is left without a fault. Raises Refused INBOX_FULL."""
    if not desk.settings.served:
        path = desk.settings.export_dir / name
        yield HandedOut(path, str(path))
        return
    account_id = _own(caller)
    must_have_room(desk, account_id)
    with private_folder(desk.settings) as folder:
        path = folder / _short(name)
        yield HandedOut(path, outbox_words(name))
        put_file(desk, account_id, Box.OUTBOX, name, path.read_bytes())


def must_take_more(desk: Desk, caller: Caller) -> None:
    """Before anything is done that ends in the outbox: raises Refused INBOX_FULL where that is full."""
    if desk.settings.served:
        must_have_room(desk, _own(caller))


def outbox_words(name: str) -> str:
    """Where a file of the outbox is found, in words."""
    return f"{Box.OUTBOX.label} outbox/{name}"


def sweep_private(settings: Settings) -> None:
    """What a killed process has left of the files that it was reading or writing."""
    for folder in settings.passing_dir.glob("now-*"):
        try:
            if folder.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def private_folder(settings: Settings) -> Iterator[Path]:
    """A folder for a moment, below the data folder, that nobody else reads."""
    place = settings.passing_dir
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=place, prefix="now-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _port(work: UnitOfWork, actor: Actor) -> int | None:
    query = (
        select(Service.listens)
        .join(ServedSession, ServedSession.service_id == Service.id)
        .join(LoginSession, LoginSession.served_id == ServedSession.id)
        .where(LoginSession.id == actor.session_id)
    )
    places = places_of(work.session.scalar(query) or "")
    return places[0][1] if places else None


def _own(caller: Caller) -> int:
    """Guests have no boxes. Raises Refused NOT_IN_INBOX."""
    if not isinstance(caller, Actor):
        raise Refused(ErrorCode.NOT_IN_INBOX)
    return caller.account_id


def _inbox_name(path: str) -> str:
    """`inbox:name`, or `inbox:/name` as a path has it. Raises Refused NOT_IN_INBOX for all else."""
    name = path.removeprefix(SHOWN_FROM).removeprefix("/")
    if not path.startswith(SHOWN_FROM) or not name or "/" in name:
        raise Refused(ErrorCode.NOT_IN_INBOX)
    return name


def _short(name: str) -> str:
    """A name that any disk takes: of a long one the beginning and the ending."""
    raw = os.fsencode(name)
    if len(raw) <= _LONGEST_BYTES:
        return name
    ending = Path(name).suffix[:16]
    return raw[: _LONGEST_BYTES - len(ending.encode())].decode(errors="ignore") + ending
