"""Sending what waits in the outbox (待发邮件): in a run, or a few at once in a thread of this process."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from core.model import Outbox
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.schema.messages import MailSent, SendMail
from core.services.desk import Desk, desk_use_case
from core.services.messages import SIGNED
from core.services.purge import purge_once_a_day
from core.store.postman import Letter, NoServer, Postman, Undelivered

# Who has claimed a mail has this long; if the program dies meanwhile, another one tries it afterwards.
CLAIM = timedelta(minutes=5)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
_SHELF = "prompt_post"
_AT_ONCE = 100
# How long a program that ends waits after a mail was asked for, whether there is one or not.
LINGER = 4.0
_WAITING = and_(Outbox.sent_at.is_(None), Outbox.given_up_at.is_(None))
_log = logging.getLogger("jijiao")


@desk_use_case(Action.SEND_MAIL)
def send_mail(desk: Desk, caller: Caller, command: SendMail) -> MailSent:
    """Send what is due, at most `limit` mails. Several runs at once never send one mail twice.

    Raises Refused NO_MAIL where the installation names no server. Once a day it also clears away what is old.
    """
    if not desk.settings.mails:
        raise Refused(ErrorCode.NO_MAIL)
    sent, failed = deliver(desk, limit=command.limit)
    purge_once_a_day(desk)
    with desk.reading() as work:
        waiting = work.session.scalar(select(func.count(Outbox.id)).where(_WAITING)) or 0
    return MailSent(sent, failed, waiting)


def deliver(desk: Desk, *, limit: int, only: Sequence[int] | None = None) -> tuple[int, int]:
    """Send up to `limit` mails that are due, or only these; returns how many were sent and how many not.

    No transaction is open while the server is spoken to. A server that is not to be had ends the run: one
    mail is put off for it, the others wait as they were.
    """
    sent = failed = 0
    with Postman(desk.settings, SIGNED) as postman:
        while sent + failed < limit:
            claimed = _claim(desk, only)
            if claimed is None:
                break
            try:
                postman.send(_opened(desk, claimed))
            except Undelivered as error:
                _put_off(desk, claimed, error)
                failed += 1
                if isinstance(error, NoServer):
                    break
            else:
                _settle(desk, claimed.id)
                sent += 1
    return sent, failed


def wait_after(tries: int) -> timedelta:
    """How long a mail waits after so many tries in vain: 1, 4, 16 minutes ... six hours at most."""
    return min(_FIRST_WAIT * int(4 ** min(tries - 1, 10)), _LONGEST_WAIT)


class PromptPost:
    """A thread that sends single mails at once: so that asking for a code takes no longer than not getting one.

    What it can't send stays in the outbox for the next run.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._until = 0.0
        self._lock = threading.Lock()
        self._asked: queue.Queue[tuple[int, ...] | None] = queue.Queue(_AT_ONCE)
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, desk: Desk) -> PromptPost:
        """That of this desk."""
        found = desk.shelf.setdefault(_SHELF, cls(desk))
        assert isinstance(found, cls)
        return found

    def hand_over(self, ids: Sequence[int]) -> None:
        """Send these soon; returns at once."""
        with self._lock:
            self._until = time.monotonic() + LINGER
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="prompt-post", daemon=True)
                self._thread.start()
            try:
                self._asked.put_nowait(tuple(ids))
            except queue.Full:
                _log.warning("the prompt post is busy: %d mails wait for the next run", len(ids))

    def close(self) -> None:
        """Give what was handed over its seconds, and wait for them to pass where it is done sooner or was nothing.

        Otherwise a program that ends at once after a code was asked for would tell that there is no account.
        """
        until = self._until if self._thread is not None else 0.0
        self.finish(max(0.0, until - time.monotonic()))
        time.sleep(max(0.0, until - time.monotonic()))

    def finish(self, seconds: float = LINGER) -> None:
        """Wait until what was handed over is sent, so many seconds at most; asked again the thread starts anew."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            while True:
                try:
                    self._asked.put_nowait(None)
                    break
                except queue.Full:
                    self._asked.get_nowait()
            thread.join(seconds)

    def _run(self) -> None:
        while (ids := self._asked.get()) is not None:
            if not ids:
                continue
            try:
                deliver(self._desk, limit=len(ids), only=ids)
            except Exception as error:
                _log.error("the prompt post failed", exc_info=error)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    tries: int
    to_sealed: bytes
    subject: str
    body_sealed: bytes
    created_at: datetime


def _claim(desk: Desk, only: Sequence[int] | None) -> _Claimed | None:
    """Take the mail that has been due longest; nobody else gets it before CLAIM is over."""
    with desk.writing() as work:
        now = work.clock.now()
        due = select(Outbox).where(_WAITING, Outbox.due_at <= now)
        if only is not None:
            due = due.where(Outbox.id.in_(only))
        due = due.order_by(Outbox.due_at, Outbox.id).limit(1).with_for_update(skip_locked=True)
        row = work.session.scalars(due).first()
        if row is None:
            return None
        row.attempts += 1
        row.due_at = now + CLAIM
        body = row.body_sealed or b""
        claimed = _Claimed(row.id, row.attempts, row.to_sealed, row.subject, body, row.created_at)
        work.commit()
    return claimed


def _opened(desk: Desk, claimed: _Claimed) -> Letter:
    """The letter in clear. Raises Undelivered for what another key has sealed."""
    key = f"{claimed.id}.{claimed.created_at:%Y%m%d%H%M%S%f}"
    try:
        to, body = desk.vault.open(claimed.to_sealed), desk.vault.open(claimed.body_sealed)
    except Refused as refusal:
        raise Undelivered(refusal.code.value, final=True) from None
    return Letter(to, claimed.subject, body, desk.clock.now(), key)


def _settle(desk: Desk, outbox_id: int) -> None:
    with desk.writing() as work:
        row = work.locked(Outbox, outbox_id)
        if row.given_up_at is None:
            row.sent_at, row.body_sealed, row.trouble = work.clock.now(), None, ""
        work.commit()


def _put_off(desk: Desk, claimed: _Claimed, error: Undelivered) -> None:
    with desk.writing() as work:
        row, now = work.locked(Outbox, claimed.id), work.clock.now()
        if row.sent_at is None and row.given_up_at is None:
            row.trouble = error.trouble
            # While the server itself is not to be had no mail is at fault: none is lost over a weekend.
            tried = row.attempts >= desk.settings.mail_tries and not isinstance(error, NoServer)
            if error.final or tried:
                row.given_up_at, row.body_sealed = now, None
            else:
                row.due_at = now + wait_after(row.attempts)
        work.commit()
    _log.warning("mail %d was not taken at try %d: %s", claimed.id, claimed.tries, error.trouble)
