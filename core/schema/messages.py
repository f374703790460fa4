"""Messages (消息) to a person or an office, and the runs that mail and remind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command


class MessageQuery(Command):
    """One page of the caller's messages, newest first."""

    unread_only: bool = False
    after: tuple[int | str, ...] | None = None
    limit: int = 14


class ReadMessages(Command):
    """These have been read; None means all of the caller's."""

    ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message. `object_kind` and `object_id` say what it is about, for Enter."""

    id: int
    at: datetime
    text: str
    unread: bool
    object_kind: str
    object_id: int | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages, and how many are unread in all."""

    rows: tuple[MessageRow, ...]
    unread: int
    after: tuple[int | str, ...] | None = None


class SendMail(Command):
    """Send what waits in the outbox, at most `limit` mails."""

    limit: int = 200


@dataclass(frozen=True, slots=True)
class MailSent:
    """What a run of the mail did; `waiting` are those that will be tried again."""

    sent: int
    failed: int
    waiting: int


class Remind(Command):
    """催促: tell everybody whose year lacks hours, once per stage before the closing date."""

    year: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a reminder run did: how many persons lack something at a stage, were told now, get a mail too."""

    year: int
    people: int
    told: int
    mailed: int
